"""Items that differ by a number become arrays, and each still has its job."""

from typing import Any

import pytest

from batchyard import (
    Job,
    JobDefinition,
    Refused,
    submit_many,
)
from batchyard.testing import EphemeralYard
from tests.client.definitions import PATIENCE, printed
from tests.client.road import Road
from tests.client.shards import QUIET, Shard, detail, ids, listed, prepare, shards


@pytest.fixture(autouse=True, scope="module")
def definitions(here: EphemeralYard) -> None:
    prepare(here)


def test_folded_items_are_children_that_know_their_numbers(here: EphemeralYard) -> None:
    at: Any = {"session": here.session, "fold": "shard", "fold_offset": "OFFSET"}
    jobs = submit_many(shards(0, 1, 2, 7, 20, 21), "default", **at)
    parents = [str(job.job_id).partition(":")[0] for job in jobs]
    assert len(set(parents)) == 3
    assert ids(jobs) == [
        *(f"{parents[0]}:{index}" for index in range(3)),
        parents[3],
        *(f"{parents[4]}:{index}" for index in range(2)),
    ]
    for job in jobs:
        job.wait(PATIENCE)
    assert [printed(job) for job in jobs] == [[str(n)] for n in (0, 1, 2, 7, 20, 21)]
    assert [job.definition for job in jobs] == shards(0, 1, 2, 7, 20, 21)


def test_more_than_an_array_takes_becomes_several_with_an_offset(here: EphemeralYard) -> None:
    road = Road(here)
    at: Any = {"client": road.client, "fold": "shard", "fold_offset": "OFFSET"}
    jobs = submit_many((Shard(shard=n) for n in range(10_001)), QUIET, **at)
    assert road.calls.count("SubmitJob") == 2
    parent, last = str(jobs[0].job_id).partition(":")[0], jobs[-1]
    assert ids(jobs[:10_000]) == [f"{parent}:{index}" for index in range(10_000)]
    assert Job.describe_job(parent, session=here.session)["arrayProperties"]["size"] == 10_000
    environment = detail(here, last)["container"]["environment"]
    assert {"name": "OFFSET", "value": "10000"} in environment


def test_without_an_offset_nothing_beyond_one_array_is_submitted(here: EphemeralYard) -> None:
    road = Road(here)
    with pytest.raises(Refused, match=r"item 10000,.*fold_offset"):
        submit_many(
            (Shard(shard=n) for n in range(10_001)), QUIET, client=road.client, fold="shard"
        )
    assert "SubmitJob" not in road.calls


def test_a_command_that_takes_the_number_as_a_parameter_is_not_folded(here: EphemeralYard) -> None:
    overrides = {"command": ["echo", "--shard=Ref::shard"]}
    with pytest.raises(Refused, match="Ref::shard"):
        submit_many(shards(0, 1), QUIET, overrides, session=here.session, fold="shard")
    with pytest.raises(Refused, match="Ref::word"):
        submit_many([Counted(word=0), Counted(word=1)], QUIET, session=here.session, fold="word")


class Counted(JobDefinition):
    name = "word"
    word: int = 0


def test_a_folded_batch_is_found_again(here: EphemeralYard) -> None:
    at: Any = {"queue": QUIET, "resume": "folded", "fold": "shard", "session": here.session}
    jobs = submit_many(shards(0, 1, 2), **at)
    assert ids(submit_many(shards(0, 1, 2), **at)) == ids(jobs)
    assert len(listed(here, "folded")) == 1
