"""Surroundings that do what a test says, and note what they were asked for."""

from collections.abc import Callable

from batchyard.batch.ids import Place
from batchyard.errors import BatchyardError
from batchyard.pipelines.alarms import Alarm
from batchyard.pipelines.model import PipelineObject


class Scripted:
    """No machine, and no other service.

    Attributes:
        provided: the resources that are there, by worker group, and what tells that they are gone.
        checks: what tells the outcome of a check, by the attempt's id.
        alarms: what was published.
    """

    def __init__(self) -> None:
        self.provided: dict[str, Callable[[str], None]] = {}
        self.checks: dict[str, Callable[[bool | BatchyardError], None]] = {}
        self.alarms: list[Alarm] = []

    def provide(
        self,
        place: Place,  # noqa: ARG002 - the seam's signature
        group: str,
        resource: PipelineObject,  # noqa: ARG002 - the seam's signature
        gone: Callable[[str], None],
    ) -> None:
        self.provided[group] = gone

    def release(self, group: str) -> None:
        self.provided.pop(group, None)

    def check(
        self,
        place: Place,  # noqa: ARG002 - the seam's signature
        precondition: PipelineObject,
        told: Callable[[bool | BatchyardError], None],
    ) -> None:
        self.checks[precondition.id] = told

    def alarm(self, place: Place, alarm: Alarm) -> None:  # noqa: ARG002 - the seam's signature
        self.alarms.append(alarm)
