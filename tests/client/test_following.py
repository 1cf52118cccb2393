"""What jobs print is followed while they run: whole, in order, every attempt, every child."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import pytest

from batchyard import Limits, NotFound, Refused, Unfinished, aio, follow_logs
from batchyard.client.tailing import Line
from batchyard.testing import EphemeralYard
from tests.client.definitions import registered, run

Follow: TypeAlias = Callable[..., Iterable[Line]]


@pytest.fixture(autouse=True, scope="module")
def definitions(here: EphemeralYard) -> None:
    registered(here, vcpus=1)


def aio_follow(jobs: Any, **terms: Any) -> list[Line]:  # noqa: ANN401 - as `follow_logs` takes them
    async def main() -> list[Line]:
        return [one async for one in aio.follow_logs(jobs, **terms)]

    return asyncio.run(main())


BOTH = pytest.mark.parametrize("follow", [follow_logs, aio_follow])


def printed(lines: Iterable[Line]) -> dict[tuple[str, int], list[str]]:
    found: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for line in lines:
        found[line.job_id, line.attempt].append(line.event.message)
    return dict(found)


@BOTH
def test_everything_is_followed_to_the_end(here: EphemeralYard, follow: Follow) -> None:
    talks = run(here, "for i in 1 2 3 4 5; do echo $i; sleep 0.05; done; printf end")
    silent, much = run(here, "true"), run(here, "seq 25000")
    found = printed(follow([talks, silent, much]))
    assert found == {
        (talks.job_id, 1): ["1", "2", "3", "4", "5", "end"],
        (much.job_id, 1): [str(n) for n in range(1, 25001)],
    }


@BOTH
def test_every_attempt_is_followed(here: EphemeralYard, follow: Follow) -> None:
    job = run(here, 'echo try $AWS_BATCH_JOB_ATTEMPT; test "$AWS_BATCH_JOB_ATTEMPT" = 3', retry=3)
    assert printed(follow([job])) == {(job.job_id, n): [f"try {n}"] for n in (1, 2, 3)}


@BOTH
def test_the_children_of_an_array_join_in(here: EphemeralYard, follow: Follow) -> None:
    array = run(here, "echo child $AWS_BATCH_JOB_ARRAY_INDEX", array_size=12)
    found = printed(follow([str(array.job_id)], **here.connection))
    assert found == {(f"{array.job_id}:{n}", 1): [f"child {n}"] for n in range(12)}


def test_lines_come_while_the_job_runs(here: EphemeralYard) -> None:
    job = run(here, "echo first; while :; do sleep 0.05; done")
    lines = iter(follow_logs([job]))
    assert next(lines).event.message == "first"
    assert job.is_running()
    job.terminate("enough")
    assert list(lines) == []


@BOTH
def test_a_job_that_waits_for_another_is_followed_when_it_comes(
    here: EphemeralYard, follow: Follow
) -> None:
    first = run(here, "sleep 0.3")
    second = run(here, "echo after", depends_on=[first])
    assert printed(follow([second])) == {(second.job_id, 1): ["after"]}


@BOTH
def test_what_is_not_there_is_told_at_the_end(here: EphemeralYard, follow: Follow) -> None:
    job = run(here, "echo hello")
    lines: list[str] = []

    def take() -> None:
        found = follow(["nothing", job], limits=Limits(unseen=0), **here.connection)
        lines.extend(line.event.message for line in found)

    with pytest.raises(NotFound, match="nothing"):
        take()
    assert follow is aio_follow or lines == ["hello"]


@BOTH
def test_a_time_that_is_up_ends_it(here: EphemeralYard, follow: Follow) -> None:
    job = run(here, "sleep 600")
    with pytest.raises(Unfinished):
        list(follow([job], timeout=0.2))
    job.terminate("enough")


@BOTH
def test_what_cannot_be_followed_is_refused(here: EphemeralYard, follow: Follow) -> None:
    with pytest.raises(Refused, match="until"):
        follow(["x"], until="running", **here.connection)
    with pytest.raises(Refused, match="give a list"):
        follow("x", **here.connection)
