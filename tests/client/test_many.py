"""Many items are submitted once each, at their pace, whatever becomes of some of them."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from batchyard import (
    Job,
    JobDefinition,
    Refused,
    RefusedCredentials,
    Unanswered,
    Unsubmitted,
    submit_many,
)
from batchyard.testing import EphemeralYard
from tests.client.definitions import PATIENCE
from tests.client.road import Road, lost, refusal, throttle
from tests.client.shards import QUIET, Detail, Shard, Word, detail, ids, prepare, shards


class Nowhere(JobDefinition):
    name = "nowhere"


@pytest.fixture(autouse=True, scope="module")
def definitions(here: EphemeralYard) -> None:
    prepare(here)


def test_hundreds_of_jobs_are_there_each_with_its_own_parameters(here: EphemeralYard) -> None:
    jobs = submit_many((Shard(shard=n) for n in range(400)), QUIET, session=here.session)
    found = Job.describe_jobs(ids(jobs), session=here.session)
    assert [int(job["parameters"]["shard"]) for job in found] == list(range(400))
    assert len({job.job_name for job in jobs}) == 400
    for job in jobs:
        assert job.response
        assert (job.response["jobId"], job.queue) == (job.job_id, QUIET)


def test_nothing_is_submitted_of_nothing(here: EphemeralYard) -> None:
    assert submit_many([], QUIET, session=here.session) == []


def test_the_threads_end_with_the_call(here: EphemeralYard) -> None:
    before = set(threading.enumerate())
    submit_many(shards(*range(30)), QUIET, session=here.session)
    for thread in set(threading.enumerate()) - before:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_items_are_taken_on_the_callers_thread_as_they_can_be_sent(here: EphemeralYard) -> None:
    reported: list[Job] = []
    ahead: list[int] = []

    def items() -> Iterator[Shard]:
        for number in range(50):
            assert threading.current_thread() is threading.main_thread()
            ahead.append(number - len(reported))
            yield Shard(shard=number)

    jobs = submit_many(
        items(), QUIET, at_once=3, session=here.session, on_submitted=reported.append
    )
    assert sorted(ids(reported)) == sorted(ids(jobs))
    assert max(ahead) <= 4


def test_what_all_share_and_what_an_item_says_itself_reach_the_service(
    here: EphemeralYard,
) -> None:
    [first] = submit_many(shards(0), QUIET, session=here.session)
    own: Any = {
        "tags": {"a": "own"},
        "retry": 3,
        "container_overrides": {"environment": {"V": "1"}},
    }
    jobs = submit_many(
        [Shard(), (Shard(), own)],
        QUIET,
        tags={"a": "all"},
        timeout=600,
        depends_on=(job for job in [first]),
        session=here.session,
    )
    one, other = (detail(here, job) for job in jobs)
    assert (one["tags"], other["tags"]) == ({"a": "all"}, {"a": "own"})
    assert other["retryStrategy"]["attempts"] == 3
    assert {"name": "V", "value": "1"} in other["container"]["environment"]
    for found in (one, other):
        assert found["timeout"] == {"attemptDurationSeconds": 600}
        assert [one["jobId"] for one in found["dependsOn"]] == [first.job_id]


def test_a_refused_item_is_told_and_loses_none_of_the_others(here: EphemeralYard) -> None:
    items: list[Any] = [*shards(0, 1), (Shard(), {"retry": 99}), Word(word="bad"), *shards(2)]
    items.append((Shard(), {"depends_on": [Job(Shard(), session=here.session)]}))
    with pytest.raises(Unsubmitted, match="3 of 6 items") as caught:
        submit_many(items, QUIET, session=here.session)
    error = caught.value
    assert set(error.errors) == {2, 3, 5}
    assert all(isinstance(one, Refused) for one in error.errors.values())
    assert [job is None for job in error.jobs] == [False, False, True, True, False, True]
    assert [detail(here, error.jobs[n])["parameters"]["shard"] for n in (0, 1, 4)] == [
        "0",
        "1",
        "2",
    ]
    for told in ("item 2", "attempts", "item 3", "no such word", "item 5", "submitted first"):
        assert told in str(error)


def test_of_many_errors_the_first_are_shown_and_all_are_kept(here: EphemeralYard) -> None:
    with pytest.raises(Unsubmitted, match="and 4 more") as caught:
        submit_many([Word(word="bad")] * 9, QUIET, session=here.session)
    assert len(caught.value.errors) == 9


@pytest.mark.parametrize("queue", ["nowhere", "off"])
def test_a_queue_that_takes_no_jobs_stops_it_at_once(here: EphemeralYard, queue: str) -> None:
    batch = here.client("batch")
    if queue == "off" and not batch.describe_job_queues(jobQueues=["off"])["jobQueues"]:
        order = [{"order": 1, "computeEnvironment": QUIET}]
        batch.create_job_queue(
            jobQueueName="off", priority=1, state="DISABLED", computeEnvironmentOrder=order
        )
    road = Road(here)
    with pytest.raises(Refused, match=queue):
        submit_many(shards(*range(500)), queue, client=road.client, at_once=2)
    assert road.calls.count("SubmitJob") <= 4


def test_a_definition_that_is_not_there_stops_it_and_what_was_submitted_is_told(
    here: EphemeralYard,
) -> None:
    road = Road(here)
    with pytest.raises(Unsubmitted, match="nowhere") as caught:
        submit_many([*shards(*range(8)), *[Nowhere()] * 500], QUIET, client=road.client, at_once=2)
    assert sum(job is not None for job in caught.value.jobs) == 8
    assert isinstance(caught.value.__cause__, Refused)
    assert road.calls.count("SubmitJob") <= 8 + 4


def test_refused_credentials_stop_it_at_once(here: EphemeralYard) -> None:
    road = Road(here, lambda *_: lambda: refusal(403, "UnrecognizedClientException"))
    with pytest.raises(RefusedCredentials):
        submit_many(shards(*range(500)), QUIET, client=road.client, at_once=2)
    assert road.calls.count("SubmitJob") <= 4


def test_an_error_of_the_items_tells_what_was_submitted_before(here: EphemeralYard) -> None:
    def items() -> Iterator[Shard]:
        yield from shards(*range(5))
        raise ZeroDivisionError

    with pytest.raises(Unsubmitted) as caught:
        submit_many(items(), QUIET, session=here.session)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert len([job for job in caught.value.jobs if job]) == 5


def test_an_error_of_whoever_is_told_loses_no_job(here: EphemeralYard) -> None:
    def told(_: Job) -> None:
        raise ZeroDivisionError

    with pytest.raises(Unsubmitted) as caught:
        submit_many(shards(0, 1), QUIET, session=here.session, on_submitted=told)
    assert all(caught.value.jobs)


def test_what_is_throttled_is_sent_again_by_the_pace_and_not_by_botocore(
    here: EphemeralYard,
) -> None:
    road = Road(here, lambda number, _: throttle if number % 7 == 3 else None)
    jobs = submit_many(shards(*range(60)), QUIET, client=road.client)
    found = Job.describe_jobs(ids(jobs), session=here.session)
    assert [int(job["parameters"]["shard"]) for job in found] == list(range(60))
    assert road.calls.count("SubmitJob") == len(road.names) > 60


def test_under_a_name_of_ones_own_a_lost_answer_is_that_items_error(here: EphemeralYard) -> None:
    road = Road(here, lambda _, body: lost if "theirs" in body else None, arrives=True)
    items: list[Any] = [*shards(0), (Shard(), {"name": "theirs"}), *shards(1)]
    with pytest.raises(Unsubmitted) as caught:
        submit_many(items, QUIET, client=road.client)
    assert isinstance(caught.value.errors[1], Unanswered)
    assert [job is None for job in caught.value.jobs] == [False, True, False]


@pytest.mark.parametrize(
    "options",
    [
        {"rate": 0},
        {"at_once": 0},
        {"resume": "a b"},
        {"resume": "a", "name": "b"},
        {"resubmit_failed": True},
        {"fold_offset": "A"},
        {"nothing": 1},
    ],
    ids=str,
)
def test_options_that_cannot_be_are_refused_before_anything_is_sent(
    here: EphemeralYard, options: Detail
) -> None:
    road = Road(here)
    with pytest.raises(Refused):
        submit_many(shards(0), QUIET, client=road.client, **options)
    assert road.calls == []


INTERRUPTED = """
import sys
from batchyard import JobDefinition, Unsubmitted, submit_many
from batchyard.testing import yard

class Plain(JobDefinition):
    name = "plain"

with yard() as here:
    Plain.register(image="busybox", command=["true"], memory=8, session=here.session)
    said = lambda job: print(job.job_id, flush=True)
    try:
        submit_many(iter(Plain, None), "default", session=here.session, rate=20, on_submitted=said)
    except KeyboardInterrupt as stopped:
        told = stopped.__cause__
        assert isinstance(told, Unsubmitted), told
        everything = [{"name": "AFTER_CREATED_AT", "values": ["0"]}]
        there = here.client("batch").list_jobs(jobQueue="default", filters=everything)
        print(len(told.errors))
        print("told", *(job.job_id for job in told.jobs if job))
        print(*(job["jobId"] for job in there["jobSummaryList"]), flush=True)
        raise
"""


def test_ctrl_c_stays_one_and_tells_what_was_submitted() -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stdout
    assert program.stderr
    first = program.stdout.readline().strip()
    os.kill(program.pid, signal.SIGINT)
    with program:
        out, err = program.stdout.read(), program.stderr.read()
    *lines, unknown, told, there = out.splitlines()
    assert program.returncode == -signal.SIGINT
    jobs = set(told.split()) - {"told"}
    assert {first, *lines} <= jobs <= set(there.split())
    assert len(set(there.split()) - jobs) <= int(unknown)  # where answers take longer than GRACE
    assert "KeyboardInterrupt" in err
    assert "items submitted" in err
