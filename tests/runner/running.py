"""A runner in a test's own process, at a stand-in, driven from another thread than its loop."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from batchyard.client.sessions import Connection
from batchyard.metrics.exporting import Ways
from batchyard.polling.cadence import BackOff
from batchyard.runner.hosting import Settings, hosted
from batchyard.runner.kit import Pace
from tests.runner.stand_in import PATIENCE, Service


class Running:
    """A runner that runs.

    Attributes:
        said: its sentences.
        output: where it keeps logs.
        error: what it ended with.
    """

    def __init__(self, settings: Settings) -> None:
        self.said: list[str] = []
        self.output = settings.output
        self.error: BaseException | None = None
        self._settings = settings
        self._loop: Any = None
        self._runner: Any = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(PATIENCE), self.error

    def leave(self) -> None:
        self._tell("leave")

    def stop(self) -> None:
        self._tell("stop")

    def ended(self) -> bool:
        """Wait for its end; tell whether it came."""
        self._thread.join(PATIENCE)
        return not self._thread.is_alive()

    def _tell(self, what: str) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(getattr(self._runner, what), "the test")

    def _run(self) -> None:
        try:
            asyncio.run(self._host())
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.error = error
        finally:
            self._ready.set()

    async def _host(self) -> None:
        async with hosted(self._settings, self.said.append) as runner:
            self._loop, self._runner = asyncio.get_running_loop(), runner
            self._ready.set()
            await runner.run()


NOWHERE = Ways()
QUICK = Pace(
    report=0.05,
    heartbeat=0.1,
    look=0.02,
    grace=1.0,
    patience=BackOff(first=0.02, growth=1.5, longest=0.1),
)
"""So that nothing is waited for longer than it takes."""


@contextmanager
def running(
    service: Service,
    folder: Path,
    tasks: int = 2,
    storage: Connection | None = None,
    pace: Pace = QUICK,
    metrics: Ways = NOWHERE,
) -> Iterator[Running]:
    """Run a runner of the worker group ``wg``."""
    runner = Running(
        Settings(
            worker_group="wg",
            place=service.place(),
            storage=storage or {"region": "us-east-1"},
            output=folder / "logs",
            runner_id="the-runner",
            tasks=tasks,
            pace=pace,
            metrics=metrics,
        )
    )
    runner.start()
    try:
        yield runner
    finally:
        runner.stop()
        assert runner.ended()
