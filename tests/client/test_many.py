"""Many items are submitted once each, at their pace, whatever becomes of some of them."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

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
from tests.client.definitions import PATIENCE, printed
from tests.client.road import Road, lost, refusal, throttle

Detail: TypeAlias = Any
"""AWS's JobDetail, or options to pass on."""

READS_INDEX = "echo $((${AWS_BATCH_JOB_ARRAY_INDEX:-0} + ${OFFSET:-0}))"
QUIET = "quiet"
"""A queue whose jobs never run."""


class Shard(JobDefinition):
    name = "shard"
    shard: int = 0


class Word(JobDefinition):
    name = "word"
    word: str = ""

    def validate(self) -> None:
        if self.word == "bad":
            raise Refused("no such word")


class Nowhere(JobDefinition):
    name = "nowhere"


@pytest.fixture(autouse=True, scope="module")
def definitions(here: EphemeralYard) -> None:
    at: Any = {"image": "busybox", "memory": 8, "session": here.session}
    Shard.register(command=["sh", "-c", READS_INDEX], **at)
    Word.register(command=["sh", "-c", "Ref::word"], **at)
    batch = here.client("batch")
    batch.create_compute_environment(
        computeEnvironmentName=QUIET,
        type="MANAGED",
        state="DISABLED",
        computeResources={
            "type": "EC2",
            "maxvCpus": 1,
            "minvCpus": 0,
            "instanceTypes": ["optimal"],
            "subnets": [],
            "securityGroupIds": [],
        },
    )
    order = [{"order": 1, "computeEnvironment": QUIET}]
    batch.create_job_queue(jobQueueName=QUIET, priority=1, computeEnvironmentOrder=order)


def shards(*numbers: int) -> list[Shard]:
    return [Shard(shard=number) for number in numbers]


def ids(jobs: Iterable[Job | None]) -> list[str]:
    return [str(job and job.job_id) for job in jobs]


def detail(here: EphemeralYard, job: Job | None) -> Detail:
    [found] = here.client("batch").describe_jobs(jobs=ids([job]))["jobs"]
    return found


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


def test_a_lost_answer_among_others_is_found_and_doubles_nothing(here: EphemeralYard) -> None:
    road = Road(here, lambda number, _: lost if number % 9 == 2 else None, arrives=True)
    jobs = submit_many(shards(*range(40)), QUIET, client=road.client, resume="lossy")
    assert len(set(ids(jobs))) == 40
    assert road.calls.count("SubmitJob") == 40
    assert len(listed(here, "lossy")) == 40


def test_under_a_name_of_ones_own_a_lost_answer_is_that_items_error(here: EphemeralYard) -> None:
    road = Road(here, lambda _, body: lost if "theirs" in body else None, arrives=True)
    items: list[Any] = [*shards(0), (Shard(), {"name": "theirs"}), *shards(1)]
    with pytest.raises(Unsubmitted) as caught:
        submit_many(items, QUIET, client=road.client)
    assert isinstance(caught.value.errors[1], Unanswered)
    assert [job is None for job in caught.value.jobs] == [False, True, False]


def listed(here: EphemeralYard, key: str) -> list[Any]:
    pages = (
        here.client("batch")
        .get_paginator("list_jobs")
        .paginate(jobQueue=QUIET, filters=[{"name": "JOB_NAME", "values": [f"{key}-*"]}])
    )
    return [job for page in pages for job in page["jobSummaryList"]]


def test_a_second_call_under_the_same_key_submits_what_is_missing(here: EphemeralYard) -> None:
    at: Any = {"queue": QUIET, "resume": "twice"}
    first = submit_many(shards(*range(0, 240, 2)), session=here.session, **at)
    road = Road(here)
    jobs = submit_many(shards(*range(240)), client=road.client, **at)
    assert ids(jobs[::2]) == ids(first)
    assert road.calls.count("SubmitJob") == 120
    assert road.calls.count("ListJobs") == 2  # all 120 jobs, a hundred a page, once
    assert [job.job_name for job in jobs[::2]] == [job.job_name for job in first]
    again = submit_many(shards(*range(240)), session=here.session, **at)
    assert ids(again) == ids(jobs)
    assert len(listed(here, "twice")) == 240


def test_equal_items_are_as_many_jobs_as_items(here: EphemeralYard) -> None:
    at: Any = {"queue": QUIET, "resume": "equal", "session": here.session}
    three = submit_many([Shard()] * 3, **at)
    five = submit_many([Shard()] * 5, **at)
    assert len(set(ids(five))) == 5
    assert ids(five[:3]) == ids(three)


def test_another_key_or_one_that_it_begins_with_finds_nothing(here: EphemeralYard) -> None:
    found = [
        ids(submit_many(shards(0), QUIET, resume=key, session=here.session))[0]
        for key in ("night-2", "night", "Night", "night-2")
    ]
    assert len(set(found)) == 3
    assert found[0] == found[3]


def test_ended_jobs_are_found_and_failed_ones_submitted_again_on_request(
    here: EphemeralYard,
) -> None:
    items = [Word(word="true"), Word(word="false")]
    at: Any = {"queue": "default", "resume": "failing", "session": here.session}
    good, bad = submit_many(items, **at)
    for job in (good, bad):
        job.wait(PATIENCE, check=False)
    assert ids(submit_many(items, **at)) == ids([good, bad])
    same, again = submit_many(items, resubmit_failed=True, **at)
    assert same.job_id == good.job_id
    assert again.job_id != bad.job_id
    assert str(again.job_name) == str(bad.job_name).removesuffix("-1") + "-2"
    again.wait(PATIENCE, check=False)
    assert ids(submit_many(items, **at)) == ids([good, again])


def test_of_two_jobs_that_a_race_made_the_newer_one_is_found(here: EphemeralYard) -> None:
    at: Any = {"queue": QUIET, "resume": "raced", "session": here.session}
    [job] = submit_many(shards(0), **at)
    batch = here.client("batch")
    name = {"jobName": job.job_name, "jobQueue": QUIET, "jobDefinition": "shard"}
    made = [batch.submit_job(**name)["jobId"] for _ in range(2)]
    assert ids(submit_many(shards(0), **at)) == made[1:]


def test_what_was_stopped_goes_on_where_it_stopped(here: EphemeralYard) -> None:
    road = Road(here, lambda n, _: (lambda: refusal(403, "AccessDenied")) if n > 9 else None)
    at: Any = {"queue": QUIET, "resume": "stopped"}
    with pytest.raises(Unsubmitted, match="9 of") as caught:
        submit_many(shards(*range(30)), client=road.client, at_once=2, **at)
    jobs = submit_many(shards(*range(30)), session=here.session, **at)
    assert ids(jobs[:9]) == ids(caught.value.jobs[:9])
    assert len(listed(here, "stopped")) == 30


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
        print(*(job.job_id for job in told.jobs if job))
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
    first = program.stdout.readline().strip()
    os.kill(program.pid, signal.SIGINT)
    out, err = program.communicate(timeout=PATIENCE)
    *lines, told, there = out.splitlines()
    assert program.returncode == -signal.SIGINT
    assert set(told.split()) == set(there.split()) >= {first, *lines}
    assert "KeyboardInterrupt" in err
    assert "items submitted" in err
