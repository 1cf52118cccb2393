"""Why a job does not run: the obstacles, and who goes first, from the scheduler's own state.

These are sentences for people; what AWS Batch itself says in ``statusReason`` is in ``reasons``.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from batchyard.batch.model import Value
from batchyard.batch.obstacles import Cause, Obstacle, named, obstacles
from batchyard.batch.states import JobState
from batchyard.batch.waiting import Head

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from batchyard.batch.model import Job
    from batchyard.batch.placement import Placement
    from batchyard.batch.waiting import Line, Queue

MOST_NAMED: Final = 10
"""How many jobs a sentence or a list names."""

MOST_LOOKED_AT: Final = 1000
"""How far into the order of a fair-share queue a job is looked for."""

SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING, SUCCEEDED, FAILED = JobState


class Why(Value, frozen=True):
    """Why a job does not run.

    Attributes:
        cause: the first thing that it waits for.
        sentences: all of them, and then who goes first.
        ahead: how many jobs of its queue go before it; None when it is not that which it waits
            for, or when they are too many to count.
        in_front: the first of these, in the order in which they would start.
        waits_for: the jobs that must end first.
    """

    cause: Cause
    sentences: tuple[str, ...]
    ahead: int | None = None
    in_front: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()


def why(job: Job, placement: Placement, states: Mapping[str, JobState], now: int) -> Why:
    """Say why a job does not run.

    Args:
        job: the job; of an array's parent, only what it waits for as a whole.
        placement: the scheduler's state.
        states: where the jobs stand that it waits for.
        now: epoch milliseconds.
    """
    line = placement.waits(job.id)
    if job.waits_for and not job.ended:
        return _dependent(job, states)
    if line is not None:
        return _runnable(job, line, placement, now)
    return Why(Cause.NOTHING, (_state(job),))


def _state(job: Job) -> str:
    if job.ended:
        said = f": {job.status_reason}" if job.status_reason else ""
        return f"It waits for nothing: it has ended, {job.state}{said}"
    if job.attempt is not None and job.state in {STARTING, RUNNING}:
        return f"It waits for nothing: it is {job.state} in {named(job.attempt.environment)}."
    return f"It is {job.state}, and about to be looked at."


def _dependent(job: Job, states: Mapping[str, JobState]) -> Why:
    names = sorted(job.waits_for)
    told = [f"{name} ({states[name]})" if name in states else name for name in names]
    what = "a job" if len(names) == 1 else f"{len(names)} jobs"
    return Why(
        Cause.DEPENDENCIES,
        (f"It waits for {what} to succeed: {_listed(told)}.",),
        waits_for=tuple(names),
    )


def offered(group: str, host: str | None, ready: int, pollers: int) -> Why:
    """Say what an attempt waits for that was offered to task runners, and that has not begun.

    Args:
        group: the worker group that it is offered to.
        host: the machine whose task runner has taken it; None while nobody has.
        ready: how many attempts are offered to the group and taken by nobody, this one included.
        pollers: how many task runners ask for one at this moment.
    """
    if host is not None:
        return Why(Cause.RUNNER, (f"The task runner on {host} has taken it, and is to begin it.",))
    waits = "1 attempt waits" if ready == 1 else f"{ready} attempts wait"
    asks = f"{pollers} ask for one" if pollers else "none asks for one now"
    return Why(Cause.RUNNER, (f"{waits} for a task runner of worker group {group}; {asks}.",))


def of_array(parent: Job, child: Why | None, child_id: str | None) -> Why:
    """Say why the children of an array do not run.

    Args:
        parent: an array with children.
        child: why the first of those that wait does not run; None if none waits.
        child_id: its id.
    """
    tally = (f"{n} {state}" for state, n in (parent.tally or {}).items() if n)
    counts = f"It runs nothing itself. Of its children, {', '.join(tally)}."
    if child is None or child_id is None:
        return Why(Cause.CHILDREN, (counts,))
    told = (counts, f"The first that waits is {child_id}:", *child.sentences)
    return Why(child.cause, told, child.ahead, child.in_front, child.waits_for)


def _runnable(job: Job, line: Line, placement: Placement, now: int) -> Why:
    queue, claim = placement.queues[line.claim.queue], line.claim
    unit = "vCPU" if job.spec.service is None else "instance"
    found = tuple(obstacles(placement, claim, now, unit))
    if not found:
        found = (Obstacle(Cause.NEXT, "There is room for it: it is about to start."),)
    head = Head(line.rank, line.jobs[job.id], job.id, claim)
    ahead, in_front = _ahead(queue, head, now)
    sentences = (
        *(each.sentence for each in found),
        *_standing(queue, head, ahead, now),
        *_rivals(placement, queue),
    )
    return Why(found[0].cause, sentences, ahead, in_front)


# -- who goes first --------------------------------------------------------------------------


def _ahead(queue: Queue, head: Head, now: int) -> tuple[int | None, tuple[str, ...]]:
    """Count who goes before a job, and name the first of them."""
    if queue.fair:
        first = [each.job_id for each in islice(queue.order(now), MOST_LOOKED_AT)]
        ahead = first.index(head.job_id) if head.job_id in first else None
        return ahead, tuple(first[:ahead][:MOST_NAMED])
    ahead = _before(queue.lines(), head)
    return ahead, tuple(each.job_id for each in islice(queue.order(now), min(ahead, MOST_NAMED)))


def _before(lines: Iterable[Line], head: Head) -> int:
    return sum(line.before(head.rank, head.number) for line in lines)


def _standing(queue: Queue, head: Head, ahead: int | None, now: int) -> Iterator[str]:
    yield _place(ahead, named(head.claim.queue))
    if queue.fair:
        yield _share(queue, head, now)


def _place(ahead: int | None, queue: str) -> str:
    if ahead is None:
        return f"More than {MOST_LOOKED_AT} jobs of queue {queue} go before it."
    if ahead:
        return f"{_jobs(ahead, 'goes', 'go')} before it in queue {queue}."
    return f"It is the next one of queue {queue}."


def _share(queue: Queue, head: Head, now: int) -> str:
    share, shares = head.claim.share, queue.shares
    ranks = {each: shares.rank(each, now) for each in queue.waiting}
    before = sorted((r, each) for each, r in ranks.items() if r < ranks[share])
    inside = _before(queue.lines(share), head)
    used = f"Its share {share} has used {shares.used(share, now):.0f} vCPU-seconds lately (weight "
    used += f"{shares.weight(share):g}), and {_jobs(inside, 'goes', 'go')} before it there"
    if not before:
        return f"{used}; no share has used less."
    return f"{used}; shares that have used less: {_listed([each for _, each in before])}."


def _rivals(placement: Placement, queue: Queue) -> Iterator[str]:
    """Name the queues of higher priority that send jobs to the same environments."""
    own = queue.resource
    if own is None:
        return
    for other in placement.queues.values():
        resource = other.resource
        if resource is None or resource.priority <= own.priority:
            continue
        waiting = sum(len(line.jobs) for line in other.lines())
        if waiting and set(resource.environments) & set(own.environments):
            yield (
                f"Queue {resource.name}, on the same compute environments, has a higher priority "
                f"and {_jobs(waiting, 'that waits', 'that wait')}."
            )


def _jobs(number: int, one: str, many: str) -> str:
    return f"1 job {one}" if number == 1 else f"{number or 'no'} jobs {many}"


def _listed(names: list[str]) -> str:
    rest = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")
