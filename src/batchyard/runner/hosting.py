"""A runner in this process: made, started, told of signals, and stopped. Its composition root."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import socket
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from batchyard.errors import Refused, Unreachable
from batchyard.metrics.exporting import Ways, exported
from batchyard.runner.counting import Checks, Counting
from batchyard.runner.kit import Kit, Pace
from batchyard.runner.processes import Processes
from batchyard.runner.runner import Identity, Runner, in_background
from batchyard.runner.service import AT_ONCE, HOLD, LOGS, PIPELINES, Service
from batchyard.runner.storage import Storage
from batchyard.runner.telling import Telling

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from batchyard.client.s3 import S3Uri
    from batchyard.client.sessions import Connection
    from batchyard.errors import BatchyardError
    from batchyard.runner.service import Place

CHECKS = 2
"""Preconditions that are checked at once: "Two precondition threads are allocated",
https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-taskrunner-threading.html"""

TASKS = 2
"""Activities that run at once, unless told otherwise: ibidem."""


class Settings(NamedTuple):
    """What whoever starts a runner may choose.

    Attributes:
        worker_group: whose tasks to take.
        place: where Data Pipeline is.
        storage: where S3 is.
        output: the folder in which logs of tasks are kept.
        runner_id: what the runner calls itself; empty: its machine, and a number of its own.
        tasks: activities that run at once.
        log_uri: where what the runner says is copied; None: nowhere, and it is only said.
        leave_with_parent: whether the end of standard input, as of a pipe from a process that
            has gone, stops the runner.
        pace: how often things are done.
        metrics: how what is counted leaves.
    """

    worker_group: str
    place: Place
    storage: Connection
    output: Path
    runner_id: str = ""
    tasks: int = TASKS
    log_uri: S3Uri | None = None
    leave_with_parent: bool = False
    pace: Pace = Pace()
    metrics: Ways = Ways()


FAREWELL = 2
"""Seconds to tell the service about stopped tasks, once whoever started the runner has gone."""
ORPHANED = "whoever started this task runner has gone"


@asynccontextmanager
async def hosted(settings: Settings, say: Callable[[str], None]) -> AsyncIterator[Runner]:
    """Make a runner that is ready to run; whatever it started ends with this context.

    Args:
        settings: what was chosen.
        say: tells people a sentence.

    Raises:
        Refused: the output folder cannot be made, or metrics cannot be shown.
        SupervisorGone: no commands can be run.
    """
    threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="runner")
    asyncio.get_running_loop().set_default_executor(threads)
    try:
        settings.output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"logs cannot be kept in {settings.output}: {error}") from error
    with _scratch() as scratch:

        def gone(error: BatchyardError) -> None:
            runner.fail(error)

        processes = Processes(scratch, gone, settings.pace.grace)
        checks = Checks(CHECKS)
        region, group = settings.place.region, settings.worker_group
        counting = Counting(region, group, settings.tasks, checks)
        kit = Kit(
            processes=processes,
            storage=Storage(settings.storage),
            logs=Service(settings.place, LOGS),
            checks=checks,
            output=settings.output,
            scratch=scratch,
            environment=dict(os.environ),
            say=say,
            chance=random.random,
            pace=settings.pace,
        )
        runner = Runner(
            _identity(settings),
            Service(settings.place, PIPELINES),
            Service(settings.place, PIPELINES, HOLD),
            kit,
            counting,
            tasks=settings.tasks,
        )
        with exported(counting.board, settings.metrics, say):
            await processes.start()
            try:
                yield runner
            finally:
                await processes.stop()


async def serve(settings: Settings, say: Callable[[str], None]) -> bool:
    """Run a runner until it is told to leave: by the service, by SIGTERM or SIGINT.

    Returns:
        Whether it was SIGINT.

    Raises:
        BatchyardError: as `hosted`, and as `Runner.run`.
    """
    async with _written_down(settings, say) as tell, hosted(settings, tell) as runner:
        with _signals(runner) as interrupts:
            if settings.leave_with_parent:
                in_background(_input_ends).add_done_callback(partial(_orphaned, runner))
            tell(f"polling {settings.place.url} for worker group {settings.worker_group!r}")
            await runner.run()
            return bool(interrupts)


def _orphaned(runner: Runner, _: object) -> None:
    """Stop the tasks, and leave: soon also when nobody takes their statuses any more."""
    runner.stop(ORPHANED)
    asyncio.get_running_loop().call_later(FAREWELL, runner.fail, Unreachable(ORPHANED))


@asynccontextmanager
async def _written_down(
    settings: Settings, say: Callable[[str], None]
) -> AsyncIterator[Callable[[str], None]]:
    """Write down and copy what is said, if that is asked for; give what says it."""
    if settings.log_uri is None:
        yield say
        return
    telling = Telling(settings.output, say, Storage(settings.storage), settings.log_uri)
    copying = asyncio.ensure_future(telling.copy_on())
    try:
        yield telling.tell
    finally:
        copying.cancel()
        await asyncio.to_thread(telling.copy)


@contextmanager
def _signals(runner: Runner) -> Iterator[list[int]]:
    """Leave at the first signal, stop the tasks at the second; collect those of Ctrl-C."""
    loop = asyncio.get_running_loop()
    interrupts: list[int] = []
    heard = 0

    def take(number: signal.Signals) -> None:
        nonlocal heard
        heard += 1
        if number == signal.SIGINT:
            interrupts.append(number)
        (runner.leave if heard == 1 else runner.stop)(number.name)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, take, number)
    try:
        yield interrupts
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def _input_ends() -> None:
    """Read standard input to its end; its file object would be locked when we leave."""
    with suppress(OSError):
        while os.read(0, 4096):
            pass


@contextmanager
def _scratch() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="batchyard-runner-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _identity(settings: Settings) -> Identity:
    hostname = socket.gethostname()
    runner = settings.runner_id or f"{hostname}-{uuid4().hex[:8]}"
    return Identity(settings.worker_group, runner, hostname)
