"""How jobs move, drawn from the tables that move them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchyard.batch import arrays, events, lifecycle
from batchyard.batch.states import JobState
from batchyard.pipelines import events as pipeline_events
from batchyard.pipelines import moves
from batchyard.pipelines.states import Status
from pages.drawing import diagram
from pages.markdown import code, doc, table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum
    from types import ModuleType

    from pages.drawing import Transitions


def page() -> str:
    """Form the page of the states."""
    parts = [INTRODUCTION, _events(events, events.Happened)]
    parts += ["## A job, or a child of an array", JOBS]
    parts += [_shown("job"), _table(lifecycle.TRANSITIONS, JobState)]
    parts += ["## The parent of an array", PARENTS]
    parts += [_shown("array"), _table(arrays.TRANSITIONS, JobState)]
    return "\n\n".join(parts)


def pipelines_page() -> str:
    """Form the page of the statuses of a pipeline's instances."""
    parts = [INSTANCES, _events(pipeline_events, pipeline_events.Happened)]
    parts += ["## An instance", _shown("instance"), _table(moves.TRANSITIONS, Status)]
    return "\n\n".join(parts)


def drawings() -> dict[str, str]:
    """Draw the tables; each drawing by the name of its file."""
    return {f"{name}.svg": diagram(title, table) for name, (title, table) in DRAWN.items()}


def _shown(name: str) -> str:
    return f"![{DRAWN[name][0]}]({name}.svg)"


INTRODUCTION = """# States

Every change of a job is an event that goes through one of the two tables below. An event that has
no row there, or that concerns an attempt other than the latest, changes nothing. Each event that
changes a job becomes a line of its story. A diagram's columns are states; each line is an arrow,
with the events that take it."""

JOBS = """A job waits for its dependencies (PENDING) and for room (RUNNABLE), holds room from
STARTING on, and goes back to RUNNABLE when its retry strategy grants another attempt. Where the
table gives several states, what the job waits for, how its attempt ended and its retry strategy
decide. Timeout and TerminateJob stop a running attempt: the job ends when the attempt has."""

PARENTS = """A parent holds no room: it counts its children. It is PENDING from its first RUNNABLE
child on, or while it waits for another job; it ends when all of its children have."""


INSTANCES = """# Statuses of a pipeline's instances

What becomes of an instance of an activity, a resource, a data node or a precondition of AWS Data
Pipeline. Every change is an event that goes through the table below; an event that has no row
there, or that concerns an attempt that is over, changes nothing. A diagram's columns are statuses;
each line is an arrow, with the events that take it."""

DRAWN: dict[str, tuple[str, Mapping[Any, frozenset[Any]]]] = {
    "job": ("How a job moves", lifecycle.TRANSITIONS),
    "array": ("How the parent of an array moves", arrays.TRANSITIONS),
    "instance": ("How an instance of a pipeline moves", moves.TRANSITIONS),
}


def _events(module: ModuleType, happened: type) -> str:
    kinds = [
        kind
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, happened) and kind is not happened
    ]
    return "## Events\n\n" + table(
        ("event", "what happened"), ((code(kind.__name__), doc(kind)) for kind in kinds)
    )


def _table(transitions: Transitions, states: type[StrEnum]) -> str:
    rows = (
        (source, code(event), ", ".join(sorted(targets, key=list(states).index)))
        for (source, event), targets in sorted(
            transitions.items(), key=lambda row: list(states).index(row[0][0])
        )
    )
    return table(("state", "event", "leads to"), rows)
