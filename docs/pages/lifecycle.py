"""How jobs move, drawn from the tables that move them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from batchyard.batch import arrays, events, lifecycle
from batchyard.batch.states import ENDED, JobState
from pages.markdown import code, doc, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    Transitions = Mapping[tuple[JobState, str], frozenset[JobState]]


def page() -> str:
    """Form the page of the states."""
    parts = [INTRODUCTION, _events(), "## A job, or a child of an array", JOBS]
    parts += [_diagram(lifecycle.TRANSITIONS), _table(lifecycle.TRANSITIONS)]
    parts += ["## The parent of an array", PARENTS]
    parts += [_diagram(arrays.TRANSITIONS), _table(arrays.TRANSITIONS)]
    return "\n\n".join(parts)


INTRODUCTION = """# States

Every change of a job is an event that goes through one of the two tables below. An event that has
no row there, or that concerns an attempt other than the latest, changes nothing. Each event that
changes a job becomes a line of its story."""

JOBS = """A job waits for its dependencies (PENDING) and for room (RUNNABLE), holds room from
STARTING on, and goes back to RUNNABLE when its retry strategy grants another attempt. Where the
table gives several states, what the job waits for, how its attempt ended and its retry strategy
decide. Timeout and TerminateJob stop a running attempt: the job ends when the attempt has."""

PARENTS = """A parent holds no room: it counts its children. It is PENDING from its first RUNNABLE
child on, or while it waits for another job; it ends when all of its children have."""


def _events() -> str:
    kinds = [kind for kind in vars(events).values() if _is_event(kind)]
    return "## Events\n\n" + table(
        ("event", "what happened"), ((code(kind.__name__), doc(kind)) for kind in kinds)
    )


def _is_event(kind: object) -> bool:
    return (
        isinstance(kind, type) and issubclass(kind, events.Happened) and kind is not events.Happened
    )


def _diagram(transitions: Transitions) -> str:
    """Draw a table; what leads from one state to another for several reasons is one arrow."""
    arrows: dict[tuple[JobState, JobState], list[str]] = defaultdict(list)
    for (source, event), targets in transitions.items():
        for target in sorted(targets, key=list(JobState).index):
            if target is not source:
                arrows[source, target].append(event)
    reached = {state for arrow in arrows for state in arrow}
    lines = [f"    {a} --> {b}: {', '.join(names)}" for (a, b), names in arrows.items()]
    ends = [f"    {state} --> [*]" for state in JobState if state in ENDED & reached]
    first = f"    [*] --> {JobState.SUBMITTED}"
    return "\n".join(("```mermaid", "stateDiagram-v2", first, *lines, *ends, "```"))


def _table(transitions: Transitions) -> str:
    rows = (
        (source, code(event), ", ".join(sorted(targets, key=list(JobState).index)))
        for (source, event), targets in transitions.items()
    )
    return table(("state", "event", "leads to"), rows)
