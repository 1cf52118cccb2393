"""Jobs to draw, and lives for them: most events are those the job is waiting for."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from hypothesis import strategies as st

from batchyard.batch import events, lifecycle, reasons
from batchyard.batch.commands import Command
from batchyard.batch.events import Event
from batchyard.batch.model import Demand, Job, Retry, RetryRule, ServiceRequest, Spec
from batchyard.batch.states import JobState

SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING, SUCCEEDED, FAILED = JobState

ENVIRONMENTS = ("env/one", "env/two")
CODES = (0, 1, 1, 137)
NAMES = tuple(sorted({name for _, name in lifecycle.TRANSITIONS}))

EXPECTED = {
    SUBMITTED: ("Accepted",),
    PENDING: (*["DependencyEnded"] * 6, "Cancelled", "Terminated"),
    RUNNABLE: (*["Placed"] * 6, "Blocked", "Blocked", "Cancelled", "Terminated"),
    STARTING: (*["Started"] * 5, "StartFailed", "Lost", "Terminated", "Preempted"),
    RUNNING: (*["Exited"] * 4, "Lost", "TimedOut", "Terminated", "Preempted"),
}
"""What a job in each state is waiting for, what it waits for most named more often."""

ONWARD = {
    SUBMITTED: "Accepted",
    PENDING: "DependencyEnded",
    RUNNABLE: "Placed",
    STARTING: "Started",
    RUNNING: "Exited",
}
"""The event that brings a job nearer to its end."""


class Moved(NamedTuple):
    """One step of a life."""

    was: Job
    event: Event
    now: Job
    commands: tuple[Command, ...]

    def __repr__(self) -> str:
        return f"{self.was.state} -{self.event}-> {self.now.state} {self.commands}"

    @property
    def changed(self) -> bool:
        return self.now is not self.was

    def told(self, kind: type) -> list[Any]:
        """The commands of one kind."""
        return [command for command in self.commands if isinstance(command, kind)]


def spec(**members: Any) -> Spec:  # noqa: ANN401 - a spec's members, as the test needs them
    """A spec; members not given do not matter."""
    given: dict[str, Any] = {
        "account": "123456789012",
        "region": "eu-west-1",
        "name": "job",
        "queue": "arn:aws:batch:eu-west-1:123456789012:job-queue/q",
        "definition": "arn:aws:batch:eu-west-1:123456789012:job-definition/d:1",
        "command": ("true",),
        "environment": {},
        "demand": Demand(1000, 128),
    }
    return Spec(**given | members)


def service(preemption_retries: int | None) -> ServiceRequest:
    """What makes a job a service job that may be preempted so often and come back."""
    return ServiceRequest("SAGEMAKER_TRAINING", "ml.m5.large", 1, "share", preemption_retries)


RULES = st.lists(
    st.builds(
        RetryRule,
        action=st.sampled_from(["RETRY", "EXIT"]),
        on_status_reason=st.sampled_from([None, "Host EC2*", "Essential*"]),
        on_exit_code=st.sampled_from([None, "1", "13*"]),
    ),
    max_size=2,
).map(tuple)

SPECS = st.builds(
    lambda attempts, rules, timeout, vcpus, service: spec(
        retry=Retry(attempts, rules), timeout=timeout, demand=Demand(vcpus, 64), service=service
    ),
    st.integers(1, 4),
    RULES,
    st.sampled_from([None, 60, 90]),
    st.sampled_from([250, 1000]),
    st.sampled_from([None, None, *(service(most) for most in (0, 1, 2))]),
)


@st.composite
def newborns(draw: st.DrawFn) -> Job:
    """Single jobs and children of arrays, just submitted."""
    waits = draw(st.sampled_from([frozenset(), frozenset(), frozenset("x"), frozenset("xy")]))
    if draw(st.booleans()):
        return lifecycle.submitted("j", draw(SPECS), 0, waits)
    child = spec(array_size=3, retry=Retry(draw(st.integers(1, 3))), timeout=60)
    return lifecycle.submitted("p:1", child, 0, waits, 1)


@st.composite
def events_of(  # noqa: C901, PLR0911 - one case per event
    draw: st.DrawFn, job: Job, name: str, at: int, *, stray: bool = False
) -> Event:
    """An event of that name; for the latest attempt, unless it may be a stray one."""
    latest = job.attempt.id if job.attempt else "none"
    known = [attempt.id for attempt in job.attempts]
    attempt = draw(st.sampled_from([*known, "foreign"])) if stray else latest
    waits = sorted(job.waits_for) or ["x"]
    cause = draw(st.sampled_from(["", "because"]))
    match name:
        case "Accepted":
            return events.Accepted(at, cause)
        case "DependencyEnded":
            which = draw(st.sampled_from([*waits, "z"] if stray else waits))
            succeeded = draw(st.integers(0, 5)) > 0
            return events.DependencyEnded(at, cause, job_id=which, succeeded=succeeded)
        case "Blocked":
            return events.Blocked(at, cause, reason=draw(st.sampled_from(["large", "huge"])))
        case "Placed":
            environment = draw(st.sampled_from(ENVIRONMENTS))
            return events.Placed(at, cause, attempt=f"a{at}", environment=environment)
        case "Started":
            return events.Started(at, cause, attempt=attempt, pid=at + 7, ticks=at * 3)
        case "StartFailed":
            again = draw(st.integers(0, 3)) > 0
            return events.StartFailed(
                at, cause, attempt=attempt, reason="no such file", again=again
            )
        case "Exited":
            code = draw(st.sampled_from(CODES))
            return events.Exited(at, cause, attempt=attempt, exit_code=code)
        case "Lost":
            return events.Lost(at, cause, attempt=attempt)
        case "TimedOut":
            return events.TimedOut(at, cause, attempt=attempt)
        case "Cancelled":
            return events.Cancelled(at, cause, reason=f"cancel {at}")
        case "Terminated":
            return events.Terminated(at, cause, reason=f"terminate {at}")
        case "Preempted":
            return events.Preempted(at, cause, reason=reasons.RECLAIMED)
    return events.ChildMoved(at, cause, was=None, now=SUBMITTED)


@st.composite
def any_events(draw: st.DrawFn, job: Job, at: int) -> Event:
    """Any event at all, for any attempt."""
    name = draw(st.sampled_from((*NAMES, "ChildMoved")))
    return draw(events_of(job, name, at, stray=True))


@st.composite
def awaited(draw: st.DrawFn, job: Job, at: int) -> Event:
    """An event that the job is waiting for."""
    return draw(events_of(job, draw(st.sampled_from(EXPECTED[job.state])), at))


def moved(job: Job, event: Event) -> Moved:
    return Moved(job, event, *lifecycle.step(job, event))


@st.composite
def lives(draw: st.DrawFn, *, whole: bool = False) -> list[Moved]:
    """What happens to a job, mostly as it waits for it; to its very end if ``whole``."""
    job, lived = draw(newborns()), list[Moved]()
    for at in range(1000, 1000 * draw(st.integers(1, 14)) + 1, 1000):
        usual = draw(st.integers(0, 4)) > 0 and not job.ended
        lived.append(moved(job, draw(awaited(job, at) if usual else any_events(job, at))))
        job = lived[-1].now
    return [*lived, *draw(endings(job, len(lived) + 1))] if whole else lived


@st.composite
def endings(draw: st.DrawFn, job: Job, first: int) -> list[Moved]:
    """The shortest way to a job's end."""
    lived: list[Moved] = []
    while not job.ended:
        event = draw(events_of(job, ONWARD[job.state], 1000 * (first + len(lived))))
        lived.append(moved(job, event))
        job = lived[-1].now
    return lived


def variants(job: Job, at: int) -> Iterator[Event]:
    """One event of each kind that could make a difference to this job."""
    latest = job.attempt.id if job.attempt else "none"
    yield events.Accepted(at)
    for name in (*sorted(job.waits_for), "z"):
        yield events.DependencyEnded(at, job_id=name, succeeded=True)
        yield events.DependencyEnded(at, job_id=name, succeeded=False)
    yield events.Blocked(at, reason="large")
    yield events.Placed(at, attempt=f"a{len(job.attempts)}", environment="env/one")
    yield events.Cancelled(at, reason="why")
    yield events.Terminated(at, reason="why")
    yield events.Preempted(at, reason=reasons.RECLAIMED)
    for attempt in {latest, "foreign"}:
        yield events.Started(at, attempt=attempt, pid=7, ticks=8)
        yield events.StartFailed(at, attempt=attempt, reason="gone")
        yield events.Lost(at, attempt=attempt)
        yield events.TimedOut(at, attempt=attempt)
        yield events.Exited(at, attempt=attempt, exit_code=0)
        yield events.Exited(at, attempt=attempt, exit_code=1)
