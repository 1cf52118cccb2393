"""BatchJobAttempt: an attempt of an AWS Batch job that a yard offers to task runners (ours).

It is acknowledged once its process runs, which makes the job RUNNING; what it prints goes into its
log stream; its exit code goes with its status, also when it was told to stop.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from batchyard.batch.launching import DEFAULT_PATH, MACHINES_OWN
from batchyard.batch.reasons import EXITED
from batchyard.errors import Refused
from batchyard.launchers.seam import Exited, StartFailed
from batchyard.runner.printing import Printing
from batchyard.runner.processes import Command
from batchyard.runner.tasks import FINISHED, failed

if TYPE_CHECKING:
    from batchyard.runner.kit import Kit
    from batchyard.runner.processes import End
    from batchyard.runner.stops import Stop
    from batchyard.runner.tasks import Ending, Handed


async def batch_job_attempt(task: Handed, kit: Kit, stop: Stop, begun: asyncio.Event) -> Ending:
    """Run the attempt, put what it prints; see `Activity`."""
    command, stream = _command(task, kit), _stream(task)
    if stop.given:
        return failed("NotStarted", "The attempt was told to stop before it was started.")
    running = kit.processes.launch(command)
    try:
        printing = Printing(running, stream, kit)
        following = asyncio.ensure_future(printing.follow())
        try:
            if await running.started():
                begun.set()
            end = await running.end(stop)
            await following
        finally:
            following.cancel()
    finally:
        kit.processes.forget(running)
    return ending(end)


def _stream(task: Handed) -> tuple[str, str]:
    """Name the log group and the log stream.

    Raises:
        Refused: the task does not say.
    """
    group, stream = task.work.string("logGroupName"), task.work.string("logStreamName")
    if group is None or stream is None:
        raise Refused("the attempt has no logGroupName and logStreamName")
    return group, stream


def ending(end: End) -> Ending:
    """Say what an attempt came to: an exit code, or why there is none."""
    if isinstance(end, StartFailed):
        return failed("NotStarted", end.reason)
    if not isinstance(end, Exited):
        return failed("ProcessLost", "The runner's supervisor was lost, and the attempt ended.")
    if end.exit_code == 0:
        return FINISHED
    return failed(f"ExitCode:{end.exit_code}", end.reason or EXITED)


def _command(task: Handed, kit: Kit) -> Command:
    """Form what is launched; what the job says of its environment wins over this machine's.

    Raises:
        Refused: the memory is no number.
    """
    work = task.work
    kept = {name: kit.environment[name] for name in MACHINES_OWN if name in kit.environment}
    given = (entry.partition("=") for entry in work.strings("environment"))
    own = {name: value for name, _, value in given}
    memory = work.string("memory")
    if memory is not None and not memory.isdecimal():
        raise Refused(f"memory is {memory!r}: give a number of MiB")
    return Command(
        work.strings("command"),
        {"PATH": DEFAULT_PATH, **kept, **own},
        work.string("workingDirectory"),
        None if memory is None else int(memory),
    )
