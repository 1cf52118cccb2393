"""What holds for service jobs that are to make room.

Source: https://docs.aws.amazon.com/batch/latest/userguide/submit-job-quota-share.html
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.batch import commands, events, lifecycle, reasons
from batchyard.batch.events import Event
from batchyard.batch.model import Job, Retry, Stop
from batchyard.batch.states import JobState
from tests.batch.jobs_given import service, spec

RUNNABLE, STARTING, FAILED = JobState.RUNNABLE, JobState.STARTING, JobState.FAILED
PREEMPTED = events.Preempted(4, reason=reasons.RECLAIMED)
MOST = st.sampled_from([None, 0, 1, 2])


def moved(job: Job, *happened: Event) -> Job:
    for event in happened:
        job, _ = lifecycle.step(job, event)
    return job


def runnable(most: int | None, attempts: int = 1) -> Job:
    of = spec(service=service(most), retry=Retry(attempts))
    return moved(lifecycle.submitted("j", of, 0), events.Accepted(1))


def begun(job: Job, *, started: bool = True) -> Job:
    """The job with another attempt, that runs or is about to."""
    name = f"{len(job.attempts)}"
    job = moved(job, events.Placed(2, attempt=name, environment="e"))
    return moved(job, events.Started(3, attempt=name, pid=1, ticks=1)) if started else job


def ending(job: Job, how: str) -> Event:
    attempt = job.attempts[-1].id
    if how == "lost":
        return events.Lost(5, attempt=attempt)
    if job.state is STARTING:
        return events.StartFailed(5, attempt=attempt, reason="gone")
    return events.Exited(5, attempt=attempt, exit_code=0 if how == "exits" else 143)


LIVES = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.sampled_from(["lost", "exits", "killed"])),
    min_size=1,
    max_size=6,
)


@given(MOST, st.integers(1, 3), LIVES)
def test_preemptions_and_attempts_are_counted_apart(
    most: int | None, attempts: int, lives: list[tuple[bool, bool, str]]
) -> None:
    job, preempted, failed = runnable(most, attempts), 0, 0
    for started, leaves, how in lives:
        job = begun(job, started=started)
        job = moved(job, PREEMPTED) if leaves else job
        event = ending(job, how)
        job = moved(job, event)
        if leaves:
            preempted += 1
            goes_on = most is None or preempted <= most
            assert job.status_reason == reasons.RECLAIMED
        elif isinstance(event, events.Exited) and event.exit_code == 0:
            assert job.state is JobState.SUCCEEDED
            return
        else:
            failed += 1
            goes_on = failed < attempts
        assert (len(job.preempted), len(job.attempts)) == (preempted, preempted + failed)
        assert (job.state, job.stop) == (RUNNABLE if goes_on else FAILED, None)
        if not goes_on:
            return


def test_who_is_to_make_room_is_told_once_and_says_so() -> None:
    job = begun(runnable(None))
    leaving, done = lifecycle.step(job, PREEMPTED)
    assert done == (commands.End("0", lifecycle.GRACE),)
    assert leaving.stop == Stop("preempt", reasons.RECLAIMED)
    assert leaving.status_reason == f"PREEMPTION_IN_PROGRESS: {reasons.RECLAIMED}"
    assert lifecycle.step(leaving, PREEMPTED) == (leaving, ())
    assert lifecycle.resume(leaving) == done


def test_an_attempt_that_starts_while_it_is_to_make_room_is_stopped_at_once() -> None:
    leaving = moved(begun(runnable(None), started=False), PREEMPTED)
    _, done = lifecycle.step(leaving, events.Started(5, attempt="0", pid=1, ticks=1))
    assert done == (commands.End("0", lifecycle.GRACE),)


@pytest.mark.parametrize("first", [PREEMPTED, events.Terminated(4, reason="enough")])
def test_terminating_counts_for_more_than_making_room(first: Event) -> None:
    job = moved(begun(runnable(None)), first, PREEMPTED, events.Terminated(5, reason="enough"))
    ended = moved(job, ending(job, "killed"))
    assert (ended.state, ended.status_reason) == (FAILED, "enough")


def test_only_service_jobs_make_room_and_only_where_they_hold_some() -> None:
    other = begun(moved(lifecycle.submitted("j", spec(), 0), events.Accepted(1)))
    for job in (other, runnable(None)):
        assert lifecycle.step(job, PREEMPTED) == (job, ())
