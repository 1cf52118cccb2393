"""One task from PollForTask to SetTaskStatus: acknowledged, reported on, run, and its end told.

A report is sent as soon as the task is here, and work begins when it has arrived: by then nobody
else has the task. From then on reports only tell that we live, and hear whether the task is still
wanted; a lost connection stops no work, and the status is told when it can be.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-using-task-runner.html
"""

from __future__ import annotations

import asyncio
import traceback
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from batchyard import errors
from batchyard.pipelines.model import Value
from batchyard.runner.tasks import Ending, Handed, failed, unsupported

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchyard.runner.kit import Activity, Kit
    from batchyard.runner.service import Service
    from batchyard.runner.stops import Stop

T = TypeVar("T")


class Reported(Value, frozen=True):
    """The answer of ReportTaskProgress."""

    canceled: bool = False


class Course(NamedTuple):
    """The course of a task.

    Attributes:
        task: the task.
        stop: its order to stop.
        service: Data Pipeline.
        kit: what activities work with.
        activities: who runs which type.
    """

    task: Handed
    stop: Stop
    service: Service
    kit: Kit
    activities: Mapping[str, Activity]

    async def run(self) -> Ending | None:
        """Take the task to its end.

        Returns:
            What it came to; None when nobody wanted to know.

        Raises:
            RefusedCredentials: the service does not let us report.
        """
        begun = asyncio.Event()
        if not self.task.is_batch:
            await self._report()
            begun.set()
        if self.stop.canceled:
            return None
        reporting = asyncio.ensure_future(self._report_on(begun))
        working = asyncio.ensure_future(self._work(begun))
        try:
            await asyncio.wait((reporting, working), return_when="FIRST_COMPLETED")
            if reporting.done():
                reporting.result()
            ending = await working
        finally:
            reporting.cancel()
            working.cancel()
            await asyncio.gather(reporting, working, return_exceptions=True)
        return ending if await self._settle(ending) else None

    async def _report_on(self, begun: asyncio.Event) -> None:
        """Report until the task is over, or not wanted any more."""
        await begun.wait()
        every = self.task.report_every(self.kit.pace.report)
        await asyncio.sleep(0 if self.task.is_batch else every)
        while await self._report():  # noqa: ASYNC110 - by the clock, not until something happens
            await asyncio.sleep(every)

    async def _report(self) -> bool:
        """Report once, however long it takes to get through; tell whether to report again.

        An attempt of a job is reported on until it has ended, since its exit code counts.
        """
        tries = 0
        while True:
            try:
                answer = await self._call("ReportTaskProgress", {}, Reported)
            except errors.ServiceError as error:
                tries += 1
                await self._bear("a report", tries, error)
            except errors.RefusedCredentials:
                raise
            except errors.BatchyardError as error:
                self.kit.say(f"{self.task.label} is not ours any more: {error}")
                self.stop.cancel()
                return False
            else:
                if answer.canceled and not self.stop.canceled:
                    self.kit.say(f"{self.task.label} is canceled")
                    self.stop.cancel()
                return self.task.is_batch or not answer.canceled

    async def _work(self, begun: asyncio.Event) -> Ending:
        """Run the activity; whatever goes wrong is an ending, too."""
        kind = self.task.work.type
        activity = self.activities.get(kind or "")
        if activity is None:
            return unsupported(kind)
        try:
            ending = await activity(self.task, self.kit, self.stop, begun)
        except errors.RefusedCredentials as error:
            ending = failed("AccessDenied", str(error))
        except errors.BatchyardError as error:
            ending = failed(type(error).__name__, str(error))
        except OSError as error:
            ending = failed("FileError", str(error))
        except Exception as error:  # noqa: BLE001 - a fault of ours must not hold the task for ever
            ending = failed(
                "RunnerFault", f"{type(error).__name__}: {error}", traceback.format_exc()
            )
        if self.stop.given and ending.task_status != "FINISHED" and not self.task.is_batch:
            return failed("RunnerStopped", "The task runner was stopped before the task had ended.")
        return ending

    async def _settle(self, ending: Ending) -> bool:
        """Tell the end, however long that takes; tell whether somebody wanted to know."""
        if self.stop.canceled and not self.task.is_batch:
            return False
        tries = 0
        while True:
            try:
                await self._call("SetTaskStatus", ending.members, dict)
                return True
            except errors.ServiceError as error:
                tries += 1
                await self._bear("the status", tries, error)
            except errors.RefusedCredentials:
                raise
            except errors.BatchyardError as error:
                self.kit.say(f"nobody wants the status of {self.task.label}: {error}")
                return False

    async def _bear(self, what: str, tries: int, error: errors.ServiceError) -> None:
        """Wait before the next try, no longer than between two reports, and say so once.

        Once the service is back, it waits no longer than that before it gives tasks to others.
        """
        if tries == 1:
            self.kit.say(f"{what} of {self.task.label} waits for the service: {error}")
        pause = self.kit.pace.patience.delay(tries, self.kit.chance())
        await asyncio.sleep(min(pause, self.task.report_every(self.kit.pace.report)))

    async def _call(self, operation: str, members: Mapping[str, object], answer: type[T]) -> T:
        members = {"taskId": self.task.task_id, **members}
        return await asyncio.to_thread(self.service.call, operation, members, answer)
