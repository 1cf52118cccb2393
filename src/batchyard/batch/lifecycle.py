"""How a job moves: every change of a job's state is made here, by a table.

``step(job, event) -> (job, commands)`` is total: an event that is late, repeated or meant for
another attempt changes nothing and commands nothing. The documentation's diagram is drawn from
`TRANSITIONS`.

Source: https://docs.aws.amazon.com/batch/latest/userguide/job_states.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from batchyard.batch import arrays, commands, events, reasons, retry
from batchyard.batch.model import Attempt, Entry, Job, Stop
from batchyard.batch.states import PLACED, WAITING, JobState
from batchyard.batch.story import failed, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from batchyard.batch.commands import Command
    from batchyard.batch.events import Event
    from batchyard.batch.model import Spec

    Step = tuple[Job, tuple[Command, ...]]

SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING, SUCCEEDED, FAILED = JobState

GRACE: Final = 30.0
"""Seconds between SIGTERM and SIGKILL (UG job_timeouts: "after 30 seconds")."""

TRANSITIONS: Final[Mapping[tuple[JobState, str], frozenset[JobState]]] = {
    (SUBMITTED, "Accepted"): frozenset({PENDING, RUNNABLE}),
    (SUBMITTED, "Cancelled"): frozenset({FAILED}),
    (SUBMITTED, "Terminated"): frozenset({FAILED}),
    (PENDING, "DependencyEnded"): frozenset({PENDING, RUNNABLE, FAILED}),
    (PENDING, "Cancelled"): frozenset({FAILED}),
    (PENDING, "Terminated"): frozenset({FAILED}),
    (RUNNABLE, "Blocked"): frozenset({RUNNABLE}),
    (RUNNABLE, "Placed"): frozenset({STARTING}),
    (RUNNABLE, "Cancelled"): frozenset({FAILED}),
    (RUNNABLE, "Terminated"): frozenset({FAILED}),
    (STARTING, "Started"): frozenset({RUNNING}),
    (STARTING, "StartFailed"): frozenset({RUNNABLE, FAILED}),
    (STARTING, "Lost"): frozenset({RUNNABLE, FAILED}),
    (STARTING, "Terminated"): frozenset({STARTING}),
    (STARTING, "Preempted"): frozenset({STARTING}),
    (RUNNING, "Exited"): frozenset({RUNNABLE, SUCCEEDED, FAILED}),
    (RUNNING, "Lost"): frozenset({RUNNABLE, FAILED}),
    (RUNNING, "TimedOut"): frozenset({RUNNING}),
    (RUNNING, "Terminated"): frozenset({RUNNING}),
    (RUNNING, "Preempted"): frozenset({RUNNING}),
}
"""From which state which event leads where, for jobs that run: single ones and children."""


def submitted(
    job_id: str,
    spec: Spec,
    at: int,
    waits_for: frozenset[str] = frozenset(),
    index: int | None = None,
) -> Job:
    """Make a job as SubmitJob, or its array, brings it into the world.

    Args:
        job_id: its id.
        spec: what was submitted.
        at: when, epoch milliseconds.
        waits_for: the ids of the jobs that must end first.
        index: its place in the array, for a child.
    """
    tally = dict.fromkeys(JobState, 0) if spec.array_size and index is None else None
    story = (Entry(at, "Submitted", SUBMITTED, _born(spec, index)),)
    return Job(job_id, spec, at, index=index, waits_for=waits_for, tally=tally, story=story)


def _born(spec: Spec, index: int | None) -> str:
    if index is not None:
        return f"child {index} of {spec.array_size} spawned"
    queue = spec.queue.rpartition("/")[2]
    return f"SubmitJob to {queue}" + (f", {spec.array_size} children" if spec.array_size else "")


def step(job: Job, event: Event) -> Step:
    """Apply an event to a job.

    Args:
        job: the job as it stands.
        event: what happened.

    Returns:
        The job as it stands now, and what is to be done about it.
    """
    if isinstance(event, events.Tagged):  # leads nowhere, so it stands in no table
        return told(replace(job, tags=event.tags), event), ()
    if isinstance(event, events.Reprioritized):
        return _reprioritized(job, event)
    if job.is_array:
        return arrays.step(job, event)
    name = type(event).__name__
    if (job.state, name) not in TRANSITIONS or not _concerns(job, event):
        return job, ()
    moved, done = _RULES[name](job, event)
    return (job, ()) if moved is job else (told(moved, event), (*done, *_heard(job, moved)))


def _concerns(job: Job, event: Event) -> bool:
    """Tell whether an event that names an attempt names the latest one."""
    named = getattr(event, "attempt", None)
    if named is None or isinstance(event, events.Placed):
        return True
    return job.attempt is not None and job.attempt.id == named


def _heard(was: Job, now: Job) -> Iterator[Command]:
    """Who else must hear of a change of state: the array, and whoever waits for the job."""
    if was.state is now.state:
        return
    if now.index is not None:
        yield commands.TellParent(was.state, now.state)
    if now.ended:
        yield commands.Announce(now.state is SUCCEEDED)


def _reprioritized(job: Job, event: events.Reprioritized) -> Step:
    """Give a job another priority; one that waits for room gets another place in the line."""
    if job.ended or job.scheduling_priority == event.priority:
        return job, ()
    moved = told(replace(job, priority=event.priority), event)
    waits = job.state is RUNNABLE and not job.is_array
    return moved, (commands.Withdraw(), commands.Offer()) if waits else ()


def _accepted(job: Job, _: events.Accepted) -> Step:
    if job.waits_for:
        return replace(job, state=PENDING), ()
    return replace(job, state=RUNNABLE), (commands.Offer(),)


def _dependency_ended(job: Job, event: events.DependencyEnded) -> Step:
    if event.job_id not in job.waits_for:
        return job, ()
    left = job.waits_for - {event.job_id}
    if not event.succeeded:
        return failed(replace(job, waits_for=left), event.at, reasons.DEPENDENCY_FAILED), ()
    if left:
        return replace(job, waits_for=left), ()
    return replace(job, waits_for=left, state=RUNNABLE), (commands.Offer(),)


def _blocked(job: Job, event: events.Blocked) -> Step:
    if job.status_reason == event.reason:
        return job, ()
    return replace(job, status_reason=event.reason), ()


def _placed(job: Job, event: events.Placed) -> Step:
    attempt = Attempt(event.attempt, event.environment, event.at, worker_group=event.worker_group)
    attempts = (*job.attempts, attempt)
    placed = replace(job, state=STARTING, attempts=attempts, status_reason=None)
    return placed, (commands.Launch(event.attempt),)


def _started(job: Job, event: events.Started) -> Step:
    running = _attempt(job, pid=event.pid, ticks=event.ticks, started_at=event.at)
    done: list[Command] = []
    if job.spec.timeout is not None:
        done.append(commands.Limit(event.attempt, event.at + job.spec.timeout * 1000))
    if job.stop is not None:
        done.append(commands.End(event.attempt, GRACE))
    return replace(running, state=RUNNING), tuple(done)


def _start_failed(job: Job, event: events.StartFailed) -> Step:
    reason = event.reason[: reasons.REASON_LENGTH]
    said = reasons.NOT_STARTED if job.spec.service is None else reason
    return _over(job, event, again=event.again, status_reason=said, reason=reason)


def _exited(job: Job, event: events.Exited) -> Step:
    code, reason = event.exit_code, event.reason
    said = job.stop.reason if job.stop else _said(job, code)
    if code == 0 and job.stop is None:
        ended = _attempt(job, stopped_at=event.at, exit_code=0, status_reason=said)
        done = replace(ended, state=SUCCEEDED, status_reason=said, stopped_at=event.at)
        return done, (_release(job),)
    return _over(job, event, status_reason=said, exit_code=code, reason=reason)


def _said(job: Job, code: int) -> str:
    if job.spec.service is None:
        return reasons.EXITED
    return reasons.NOT_TRAINED if code else reasons.TRAINED


def _lost(job: Job, event: events.Lost) -> Step:
    assert job.attempt is not None  # noqa: S101 - _concerns has compared its id
    return _over(job, event, status_reason=reasons.host_lost(job.attempt.environment))


def _over(job: Job, event: Event, *, again: bool = True, **how: str | int | None) -> Step:
    """End the attempt without success: another attempt if the retry strategy grants one."""
    ended = _attempt(job, stopped_at=event.at, **how)
    last = ended.attempts[-1]
    if job.stop is not None and job.stop.kind == "preempt":
        return _made_room(ended, event.at, job.stop.reason)
    tried = len(ended.attempts) - len(ended.preempted)
    if again and job.stop is None and retry.again(job.spec.retry, tried, last):
        waiting = replace(ended, state=RUNNABLE, status_reason=last.status_reason)
        return waiting, (_release(job), commands.Offer())
    said = job.stop.reason if job.stop else last.status_reason
    return failed(ended, event.at, said), (_release(job),)


def _made_room(job: Job, at: int, reason: str) -> Step:
    """Let a job that made room wait again, as often as it may be preempted."""
    ended = _attempt(replace(job, stop=None), status_reason=reason)
    most = job.spec.service.preemption_retries if job.spec.service else None
    if most is not None and len(ended.preempted) > most:
        return failed(ended, at, reason), (_release(job),)
    waiting = replace(ended, state=RUNNABLE, status_reason=reason)
    return waiting, (_release(job), commands.Offer())


def _preempted(job: Job, event: events.Preempted) -> Step:
    if job.stop is not None or job.spec.service is None:
        return job, ()
    said = reasons.PREEMPTING.format(event.reason)
    stopping = replace(job, stop=Stop("preempt", event.reason), status_reason=said)
    return stopping, (commands.End(job.attempts[-1].id, GRACE),)


def _timed_out(job: Job, event: events.TimedOut) -> Step:
    if job.stop is not None:
        return job, ()
    stop = Stop("timeout", reasons.TIMED_OUT)
    return replace(job, stop=stop), (commands.End(event.attempt, GRACE),)


def _cancelled(job: Job, event: events.Cancelled) -> Step:
    done = (commands.Withdraw(),) if job.state is RUNNABLE else ()
    return failed(replace(job, cancelled=True), event.at, event.reason), done


def _terminated(job: Job, event: events.Terminated) -> Step:
    if job.state in WAITING:
        done = (commands.Withdraw(),) if job.state is RUNNABLE else ()
        return failed(replace(job, terminated=True), event.at, event.reason), done
    if job.stop is not None and job.stop.kind != "preempt":
        return job, ()
    stop = Stop("terminate", event.reason)
    stopping = replace(job, terminated=True, stop=stop)
    return stopping, (commands.End(job.attempts[-1].id, GRACE),)


def _attempt(job: Job, **changes: Any) -> Job:  # noqa: ANN401 - an attempt's members, checked by laws
    """Change the latest attempt."""
    latest = replace(job.attempts[-1], **changes)
    return replace(job, attempts=(*job.attempts[:-1], latest))


def _release(job: Job) -> Command:
    latest = job.attempts[-1]
    return commands.Release(latest.id, latest.environment, job.spec.demand)


def resume(job: Job) -> tuple[Command, ...]:
    """Tell what must be done again for a live job after a restart.

    Launches are not among it: the launcher knows which attempts it never heard of.
    """
    if job.is_array:
        return arrays.resume(job)
    done: list[Command] = []
    latest = job.attempt
    if job.state is RUNNABLE:
        done.append(commands.Offer())
    if job.state in PLACED and latest is not None:
        if job.spec.timeout is not None and latest.started_at is not None:
            done.append(commands.Limit(latest.id, latest.started_at + job.spec.timeout * 1000))
        if job.stop is not None:
            done.append(commands.End(latest.id, GRACE))
    return tuple(done)


_RULES: Final[Mapping[str, Any]] = {
    "Accepted": _accepted,
    "DependencyEnded": _dependency_ended,
    "Blocked": _blocked,
    "Placed": _placed,
    "Started": _started,
    "StartFailed": _start_failed,
    "Exited": _exited,
    "Lost": _lost,
    "TimedOut": _timed_out,
    "Cancelled": _cancelled,
    "Terminated": _terminated,
    "Preempted": _preempted,
}
