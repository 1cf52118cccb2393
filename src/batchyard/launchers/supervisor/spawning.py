"""Starting an attempt's main process.

os.posix_spawn rather than subprocess.Popen: both stay on the vfork path, but the former takes
70 us of our own CPU for a start and the latter 100 us (measured in one run, 2,000 times
``/bin/true`` with a pipe, a directory and ten variables; the child's own 500 us come on top).
It has no ``cwd``: this process has one thread, so it changes its own directory first.

Every file this process opens is close-on-exec, as Python does by itself, so an attempt inherits
three files: /dev/null, and twice the pipe that its output goes to.
"""

from __future__ import annotations

import errno
import os
import signal
import time
from typing import NamedTuple

from batchyard.launchers.supervisor import proc
from batchyard.launchers.supervisor.open_files import SOFT, lower_limit, raise_limit
from batchyard.launchers.supervisor.protocol import Start

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where a program is looked up when the attempt has no PATH: what container engines set."""

_RESTORED = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE, signal.SIGXFSZ)
"""Signals that Python, or nohup, may have set to be ignored: a program expects the default."""

_NULL = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
_LOW = os.dup(_NULL)
"""A file of a low number, to be replaced by one whose number is too high to hand on."""
_NANOSECONDS_PER_TICK = 1_000_000_000 // proc.TICKS


class CannotStart(Exception):
    """The attempt cannot be started; the message says why in plain words."""


class Process(NamedTuple):
    """A started main process: its pid, its start time, and the pipe with its output."""

    pid: int
    ticks: int
    pipe: int


def spawn(launch: Start, directory: str) -> Process:
    """Start an attempt in a directory.

    Raises:
        CannotStart: the directory, the program or room for another process is missing.
    """
    environment = launch.environment | {"PWD": directory, proc.MARKER: launch.attempt}
    _enter(directory)
    program = resolve(launch.command, environment)
    try:
        ours, theirs = os.pipe()
    except OSError as error:
        raise CannotStart(f"no pipe for the attempt's output: {error.strerror}") from error
    try:
        return Process(*_run(program, launch.command, environment, theirs), ours)
    except CannotStart:
        os.close(ours)
        raise
    finally:
        os.close(theirs)
        if theirs >= SOFT:
            os.dup2(_NULL, _LOW, inheritable=False)


def resolve(command: list[str], environment: dict[str, str]) -> str:
    """Find the program of a command as execvp(3) does, in the attempt's own PATH.

    Raises:
        CannotStart: there is no such program, or no command at all.
    """
    if not command or not command[0]:
        raise CannotStart("the command is empty")
    name = command[0]
    if "/" in name or "\0" in name:
        return name  # the system refuses the latter in words of its own
    path = environment.get("PATH", DEFAULT_PATH).replace("\0", "")
    for folder in path.split(os.pathsep):
        candidate = os.path.join(folder or ".", name)  # noqa: PTH118 - pathlib costs its import
        if os.access(candidate, os.X_OK) and not os.path.isdir(candidate):  # noqa: PTH112 - as above
            return candidate
    raise CannotStart(f"no program {name!r} in PATH ({path})")


def _enter(directory: str) -> None:
    try:
        os.chdir(directory)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise CannotStart(f"cannot use the working directory {directory!r}: {why}") from error


def _run(
    program: str, command: list[str], environment: dict[str, str], output: int
) -> tuple[int, int]:
    """Start the program; return its pid and its start time."""
    if output >= SOFT:  # as the limit below would have it, there is no such file
        output = os.dup2(output, _LOW, inheritable=False)
    before = _now_in_ticks()
    # The attempt inherits the limit on open files that this process was started with.
    lower_limit()
    try:
        pid = os.posix_spawn(
            program,
            command,
            environment,
            file_actions=(
                (os.POSIX_SPAWN_DUP2, _NULL, 0),
                (os.POSIX_SPAWN_DUP2, output, 1),
                (os.POSIX_SPAWN_DUP2, output, 2),
            ),
            setsid=True,
            setsigmask=(),
            setsigdef=_RESTORED,
        )
    except (OSError, ValueError) as error:
        raise CannotStart(_explain(error, program)) from error
    finally:
        raise_limit()
    return pid, _ticks(pid, before)


def _ticks(pid: int, before: int) -> int:
    """Tell the start time; /proc need not be asked when the clock did not tick meanwhile."""
    if before == _now_in_ticks():
        return before
    found = proc.stat(pid)
    return found.ticks if found else before


def _now_in_ticks() -> int:
    return time.clock_gettime_ns(_CLOCK) // _NANOSECONDS_PER_TICK


# The clock of /proc/PID/stat; where there is none the start time is of no use either.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def _explain(error: OSError | ValueError, program: str) -> str:
    code = error.errno if isinstance(error, OSError) else None
    if code in (errno.ENOENT, errno.ENOTDIR) and os.path.exists(program):  # noqa: PTH110 - pathlib costs its import
        return f"the interpreter named in the first line of {program!r} does not exist"
    if code in _WORDS:
        return _WORDS[code].format(program=program)
    return f"cannot run {program!r}: {getattr(error, 'strerror', None) or error}"


_WORDS = {
    errno.ENOENT: "{program!r} does not exist",
    errno.ENOTDIR: "{program!r} does not exist",
    errno.EACCES: "{program!r} is not executable",
    errno.ENOEXEC: "{program!r} is no program this system can run (has it a #! line?)",
    errno.E2BIG: "the command and environment of {program!r} are too long for this system",
    errno.EAGAIN: "this machine has no room for another process, to run {program!r}",
    errno.ENOMEM: "this machine has no memory for another process, to run {program!r}",
}
