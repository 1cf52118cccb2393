"""A shell command or a script of a task, run once: what an activity and a precondition share."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from batchyard.errors import BatchyardError, Refused
from batchyard.launchers.seam import Exited, StartFailed
from batchyard.runner.paths import joined, located
from batchyard.runner.processes import Command
from batchyard.runner.streams import NAMES, Streams, last_lines
from batchyard.runner.tasks import FINISHED, failed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchyard.client.s3 import S3Uri
    from batchyard.runner.kit import Kit
    from batchyard.runner.processes import End
    from batchyard.runner.stops import Stop
    from batchyard.runner.tasks import Ending, Handed


class Ran(NamedTuple):
    """What came of a command.

    Attributes:
        end: as the supervisor tells it.
        said: its last lines on standard error; without any, those on standard output.
    """

    end: End
    said: str

    @property
    def succeeded(self) -> bool:
        """Whether it exited with 0."""
        return isinstance(self.end, Exited) and self.end.exit_code == 0

    @property
    def ending(self) -> Ending:
        """What an activity comes to."""
        if self.succeeded:
            return FINISHED
        if isinstance(self.end, StartFailed):
            return failed("NotStarted", f"The command could not be started: {self.end.reason}.")
        if not isinstance(self.end, Exited):
            return failed("ProcessLost", "The runner's supervisor was lost, and the command ended.")
        code, reason = self.end.exit_code, self.end.reason
        message = f"The command exited with code {code}{f' ({reason})' if reason else ''}."
        last = f" It said last: {self.said.splitlines()[-1].strip()}" if self.said else ""
        return failed(f"ExitCode:{code}", message + last, self.said)


async def run(task: Handed, kit: Kit, stop: Stop, more: Mapping[str, str] | None = None) -> Ran:
    """Run a task's command or script, and keep what it prints.

    Args:
        task: the task.
        kit: what to work with.
        stop: its order to stop.
        more: variables on top of the runner's own.

    Raises:
        Refused: there is neither command nor script, or both, or a place that is none.
        BatchyardError: a script cannot be brought from S3, or a stream not be taken there.
        OSError: a file cannot be read or written.
    """
    logs = [kit.output / task.folder / name for name in NAMES]
    given = [_given(task, name) for name in NAMES]
    with ExitStack() as kept:
        words = await _words(task, kit, kept)
        streams = kept.enter_context(Streams(kit.scratch, list(map(_files, logs, given))))
        command = Command(streams.wrapped(words), {**kit.environment, **(more or {})})
        end = await _end(command, kit, stop)
    await _keep_logs(task, kit)
    for log, place in zip(logs, given, strict=True):
        if place is not None and not isinstance(place, Path):
            await asyncio.to_thread(kit.storage.put, log, place)
    return Ran(end, last_lines(*reversed(logs)))


def _files(log: Path, given: S3Uri | Path | None) -> list[Path]:
    return [log, given] if isinstance(given, Path) else [log]


async def _end(command: Command, kit: Kit, stop: Stop) -> End:
    if stop.given:
        return StartFailed("", "it was told to stop before", 0)
    running = kit.processes.launch(command)
    try:
        return await running.end(stop)
    finally:
        kit.processes.forget(running)


async def _keep_logs(task: Handed, kit: Kit) -> None:
    """Take a task's logs to its pipelineLogUri, if it has one; what fails is only told.

    Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-pipeline-status.html
    """
    uri = task.work.string("pipelineLogUri")
    if not uri:
        return
    try:
        place = located(uri)
        if isinstance(place, Path):
            raise Refused(f"pipelineLogUri {uri!r} is not in S3")
        for name in NAMES:
            target = joined(place, *task.folder.parts, name)
            await asyncio.to_thread(kit.storage.put, kit.output / task.folder / name, target)
    except (BatchyardError, OSError) as error:
        kit.say(f"the logs of {task.label} were not taken to {uri}: {error}")


async def _words(task: Handed, kit: Kit, kept: ExitStack) -> tuple[str, ...]:
    """Form the command: a shell with its positional parameters, or a script of its own."""
    command, uri = task.work.string("command"), task.work.string("scriptUri")
    arguments = task.work.strings("scriptArgument")
    if (command is None) == (uri is None):
        raise Refused("give a command or a scriptUri, one of the two")
    if command is not None:
        return ("/bin/sh", "-c", command, "sh", *arguments)
    # A copy, so that it can be run whatever its mode is.
    file = kept.enter_context(kit.folder()) / "script"
    await asyncio.to_thread(kit.storage.get, located(uri or ""), file)
    file.chmod(0o700)
    return (str(file), *arguments)


def _given(task: Handed, name: str) -> S3Uri | Path | None:
    """Read where a definition wants a stream to go, too."""
    text = task.work.string(name)
    return located(text) if text else None
