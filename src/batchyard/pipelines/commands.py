"""What follows from an event: imperatives. Each may be delivered twice.

`Tell`, `Ask` and `Leave` stay within the pipeline, where `batchyard.pipelines.consequences` carries
them out; the others are for whoever keeps time, hands out tasks and provides resources.
"""

from __future__ import annotations

from typing import Literal

from batchyard.pipelines.events import Event
from batchyard.pipelines.model import Value


class Tell(Value, frozen=True):
    """Let the event happen to these instances; to those that do not exist yet, it will not."""

    to: tuple[str, ...]
    event: Event


class Ask(Value, frozen=True):
    """Ask the component to let this instance be active."""

    component: str
    id: str


class Leave(Value, frozen=True):
    """Tell the component that this instance is no longer active, nor wants to be."""

    component: str
    id: str


class Offer(Value, frozen=True):
    """Put the attempt's task into a worker group's queue."""

    attempt: str
    group: str


class Check(Value, frozen=True):
    """Find out whether a precondition holds that the service checks itself."""

    attempt: str


class Provide(Value, frozen=True):
    """Bring up the resource, and see to its worker group."""

    attempt: str


class Stop(Value, frozen=True):
    """Withdraw the attempt's task, or tell its runner to stop; or bring the resource down."""

    attempt: str


class Wake(Value, frozen=True):
    """Let the event happen to the instance when the event's time has come."""

    event: Event


class Trigger(Value, frozen=True):
    """Carry out an action for the instance."""

    action: str
    on: Literal["onFail", "onSuccess", "onLateAction"]


Command = Tell | Ask | Leave | Offer | Check | Provide | Stop | Wake | Trigger
