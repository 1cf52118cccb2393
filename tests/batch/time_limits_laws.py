"""What holds for jobs that are stuck.

Source: https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from batchyard.batch import events, lifecycle, reasons, time_limits
from batchyard.batch.model import Job
from batchyard.batch.resources import JobQueue, TimeLimit
from batchyard.batch.states import JobState
from tests.batch.jobs_given import spec

CODE = "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE"
LIMITS = st.lists(
    st.builds(
        TimeLimit,
        st.sampled_from([CODE, "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", "CAPACITY:X"]),
        st.integers(600, 86_400),
        st.sampled_from(["CANCEL", "TERMINATE"]),
    ),
    max_size=4,
).map(tuple)


def stuck(at: int, reason: str | None = reasons.TOO_MANY_VCPUS) -> Job:
    job, _ = lifecycle.step(lifecycle.submitted("j", spec(), 1), events.Accepted(at=2))
    return lifecycle.step(job, events.Blocked(at=at, reason=reason))[0]


def queue(*limits: TimeLimit) -> JobQueue:
    return JobQueue("q", "q", "ENABLED", 1, (), time_limits=limits)


@given(st.integers(3, 10**12), LIMITS)
def test_the_first_limit_of_its_reason_ends_a_job_and_no_other(
    at: int, limits: tuple[TimeLimit, ...]
) -> None:
    due = time_limits.due(stuck(at), queue(*limits))
    mine = [limit.seconds for limit in limits if limit.reason == CODE]
    assert (due and due.at) == (at + 1000 * min(mine) if mine else None)
    if due:
        assert due.limit.reason == CODE


@given(LIMITS)
def test_a_job_that_is_ended_so_says_so(limits: tuple[TimeLimit, ...]) -> None:
    for limit in limits:
        ended, _ = lifecycle.step(stuck(5), time_limits.ended(limit, 9))
        word = "Canceled" if limit.action == "CANCEL" else "Terminated"
        said = f"{word} by JobStateTimeLimit action due to reason: {limit.reason}"
        assert (ended.state, ended.status_reason) == (JobState.FAILED, said)


def test_a_job_that_waits_without_a_reason_has_no_limit() -> None:
    limit = TimeLimit("", 600)
    assert time_limits.due(stuck(5, None), queue(limit)) is None
    fits_again, _ = lifecycle.step(stuck(5), events.Blocked(at=6, reason=None))
    assert time_limits.due(fits_again, queue(limit)) is None
    placed, _ = lifecycle.step(stuck(5), events.Placed(at=6, attempt="a", environment="e"))
    assert time_limits.due(placed, queue(limit)) is None


def test_a_reason_from_an_earlier_attempt_is_none_for_waiting() -> None:
    of = spec(retry=replace(spec().retry, attempts=2))
    job = lifecycle.submitted("j", of, 1)
    for event in (
        events.Accepted(at=2),
        events.Placed(at=3, attempt="a", environment="e"),
        events.Lost(at=4, attempt="a"),
    ):
        job, _ = lifecycle.step(job, event)
    assert (job.state, (job.status_reason or "")[:8]) == (JobState.RUNNABLE, "Host EC2")
    assert time_limits.due(job, queue(TimeLimit("Host EC2", 600))) is None


def test_tags_do_not_set_the_clock_back() -> None:
    limit = TimeLimit(CODE, 600)
    job, _ = lifecycle.step(stuck(5), events.Tagged(at=99, tags={}))
    assert time_limits.due(job, queue(limit)) == (600_005, limit)
