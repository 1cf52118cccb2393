"""What pipelines read, keep, and do things with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from batchyard.batch.ids import Place
    from batchyard.engine.clock import Clock
    from batchyard.engine.journal import Journal
    from batchyard.engine.parts import InstanceWatcher
    from batchyard.engine.tasks import Tasks
    from batchyard.errors import BatchyardError
    from batchyard.pipelines.alarms import Alarm
    from batchyard.pipelines.model import PipelineObject
    from batchyard.store.seam import Store


class Surroundings(Protocol):
    """The machines, and AWS's other services, as far as pipelines need them.

    Everything is called on the engine's thread once what led to it is on disk, and may be asked
    for twice.
    """

    def provide(
        self, place: Place, group: str, resource: PipelineObject, gone: Callable[[str], None]
    ) -> None:
        """Bring up what a resource stands for: a task runner of its worker group.

        Args:
            place: whose it is.
            group: the worker group.
            resource: the resource, as an instance, with every expression worked out.
            gone: told, in a sentence, when it cannot be had, or has ended.
        """

    def release(self, group: str) -> None:
        """Let a resource's runner go, and what it runs; one that is not there is fine."""

    def check(
        self,
        place: Place,
        precondition: PipelineObject,
        told: Callable[[bool | BatchyardError], None],
    ) -> None:
        """Find out whether a precondition holds that the service checks itself.

        Args:
            place: whose it is.
            precondition: the precondition, with every expression worked out.
            told: told whether it holds, or why that cannot be found out.
        """

    def alarm(self, place: Place, alarm: Alarm) -> None:
        """Publish a message."""


class Outside(NamedTuple):
    """All of it.

    Attributes:
        store: where pipelines and instances are read.
        journal: makes what becomes of them durable.
        clock: what time it is.
        tasks: hands out attempts.
        wake: has the turn end soon, and changes written.
        surroundings: machines, and other services.
        watchers: who sees every change of every instance.
    """

    store: Store
    journal: Journal
    clock: Clock
    tasks: Tasks
    wake: Callable[[], None]
    surroundings: Surroundings
    watchers: Sequence[InstanceWatcher] = ()
