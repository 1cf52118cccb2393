"""Surroundings that do what a test says, and note what they were asked for."""

from collections.abc import Callable

from batchyard.batch.ids import Place
from batchyard.pipelines.alarms import Alarm
from batchyard.pipelines.model import PipelineObject


class Scripted:
    """No machine, and no other service.

    Attributes:
        provided: the resources that are there, by worker group, and what tells that they are gone.
        answers: what checks find out, by the type of the precondition.
        alarms: what was published.
    """

    def __init__(self) -> None:
        self.provided: dict[str, Callable[[str], None]] = {}
        self.answers: dict[str | None, bool] = {}
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

    async def check(self, place: Place, precondition: PipelineObject) -> bool:  # noqa: ARG002 - the seam's signature
        return self.answers[precondition.type]

    def alarm(self, place: Place, alarm: Alarm) -> None:  # noqa: ARG002 - the seam's signature
        self.alarms.append(alarm)
