"""Instances and attempts: what a component becomes for one interval. Frozen values only.

Times are milliseconds since the epoch.
"""

from __future__ import annotations

from typing import Literal

from batchyard.pipelines.model import Value
from batchyard.pipelines.rules import Rules
from batchyard.pipelines.states import BEGUN, ENDED, Status
from batchyard.pipelines.types import Kind


class Failure(Value, frozen=True):
    """What a runner, or the service, says of an attempt that failed."""

    error_id: str = ""
    error_message: str = ""
    error_stack_trace: str = ""


class Attempt(Value, frozen=True):
    """One try of an instance; ``failure`` and ``ended_at`` once it is over.

    ``hostname``, ``document`` and ``signature`` are what its runner said of itself.
    """

    id: str
    offered_at: int
    started_at: int | None = None
    ended_at: int | None = None
    status: Status = Status.WAITING_FOR_RUNNER
    failure: Failure | None = None
    hostname: str = ""
    document: str = ""
    signature: str = ""


class Instance(Value, frozen=True):
    """A component in one interval, at one moment.

    Attributes:
        due: when it may run at the earliest.
        needs: the instances that must be FINISHED first, its preconditions among them.
        preconditions: those of them that are checked for this instance alone.
        resource: the instance it runs on.
        consumers: the instances that need it.
        users: of a resource, the instances that run on it.
        node: of a precondition, the instance that it is checked for.
        missed: what of that ended badly while an attempt was under way.
        planned: whether it has begun to wait.
        waits_for: what of ``needs`` is not FINISHED yet; of a resource, who is not done with it.
        arrived: whether it is due.
        arrived_at: since when it is.
        asked: whether it has asked its component to let it be active.
        admitted: whether that has let it.
        wants: whether it has asked for its resource.
        hosted: whether the resource is there.
        wanted_by: of a resource, who has asked for it.
        retry_at: when the next attempt may begin, after one that failed.
        checked_since: of a precondition, when it was first tried.
        tries: attempts since it was planned or rerun; the others do not count as retries.
        again: whether it was rerun: then it does not count among the active ones.
        cascade_failed_on: the instance whose end it failed on.
    """

    id: str
    component: str
    kind: Kind
    start: int
    end: int
    due: int
    rules: Rules
    needs: tuple[str, ...] = ()
    preconditions: tuple[str, ...] = ()
    resource: str | None = None
    consumers: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    node: str | None = None
    status: Status = Status.WAITING_ON_DEPENDENCIES
    waits_for: frozenset[str] = frozenset()
    missed: str | None = None
    planned: bool = False
    arrived: bool = False
    arrived_at: int | None = None
    asked: bool = False
    admitted: bool = False
    wants: bool = False
    hosted: bool = False
    wanted_by: tuple[str, ...] = ()
    paused: bool = False
    late: bool = False
    retry_at: int | None = None
    checked_since: int | None = None
    tries: int = 0
    attempts: tuple[Attempt, ...] = ()
    ended_at: int | None = None
    again: bool = False
    cascade_failed_on: str | None = None
    cancellation_reason: str | None = None

    @property
    def ended(self) -> bool:
        """Whether it is over, unless it is rerun."""
        return self.status in ENDED

    @property
    def begun(self) -> bool:
        """Whether an attempt of it, or the resource it is, is there."""
        return self.status in BEGUN

    @property
    def attempt(self) -> Attempt | None:
        """The attempt that is not over."""
        latest = self.attempts[-1] if self.attempts else None
        return None if latest is None or latest.ended_at is not None else latest

    @property
    def limit(self) -> int | None:
        """How long an attempt may last, or the resource be there, in milliseconds."""
        rules = self.rules
        return rules.terminate_after if self.kind == "resource" else rules.attempt_timeout

    @property
    def by(self) -> Literal["runner", "service", "nobody"]:
        """Who does its work: a task runner, the service itself, or nobody, for it only waits."""
        if self.kind == "node":
            return "nobody"
        if self.kind == "resource" or self.rules.system_managed:
            return "service"
        return "runner"


def instance_id(component: str, stamp: str, node: str | None = None) -> str:
    """Form an instance's id, ``@SayHello_2012-12-12T00:00:00``.

    Args:
        component: its component.
        stamp: the beginning of its interval, as AWS writes moments.
        node: of a precondition, the component that it is checked for (inferred: AWS shows no id of
            a precondition that several objects have).
    """
    return f"@{component}_{stamp}" if node is None else f"@{component}_{node}_{stamp}"


def component_of(instance: str) -> str:
    """Take the component out of an instance's id; of a precondition's, with the node's after it."""
    return instance[1:].rpartition("_")[0]


def attempt_id(instance: str, number: int) -> str:
    """Form an attempt's id, ``@SayHello_2012-12-12T00:00:00_Attempt=1``."""
    return f"{instance}_Attempt={number}"
