"""The seam between the engine and the places where attempts run.

The engine hands over launches and learns by reports what became of them. Three promises hold for
every launcher (tests/launchers/test_conformance.py runs on each of them):

* A launch is idempotent: an attempt is started at most once until its exit is acknowledged. A
  launch of an attempt that is already known only repeats what was reported of it.
* A report may come twice, never not at all: `Exited`, `StartFailed` and `Lost` are kept, over
  restarts of the engine's process as well, until they are acknowledged.
* Each attempt is reported in order: `Started` before `Exited`, and nothing after
  `StartFailed`, `Exited` or `Lost` but a repetition of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from batchyard.batch.ids import Place


class Offer(msgspec.Struct, frozen=True):
    """To whom an attempt is offered, where it does not run on this machine.

    Args:
        place: the account and region whose task runners may take it.
        group: their worker group.
        job: the job's id.
        name: the job's name.
        log_group: the log group that it prints to.
        log_stream: the stream in it.
    """

    place: Place
    group: str
    job: str
    name: str
    log_group: str
    log_stream: str


class Launch(msgspec.Struct, frozen=True):
    """One attempt to start.

    Args:
        attempt: the attempt's id, unique for good; letters, digits, ``.``, ``_``, ``-`` and ``:``.
        command: the program and its arguments. A program without a slash is looked up in the
            attempt's own ``PATH``.
        environment: the whole environment; the launcher adds ``PWD`` and its marker,
            ``BATCHYARD_ATTEMPT``, and takes nothing from its own.
        directory: the working directory; None is a fresh one, removed when the attempt ends.
        memory: the hard limit in MiB for the attempt's processes together; None is no limit.
        offer: the task runners that run it; None is this machine.
    """

    attempt: str
    command: tuple[str, ...]
    environment: dict[str, str]
    directory: str | None = None
    memory: int | None = None
    offer: Offer | None = None


class Held(msgspec.Struct, frozen=True):
    """An attempt that the engine believes to be placed, after a restart.

    Args:
        attempt: the attempt's id.
        pid: the process id of its `Started` report; None when none was recorded.
        ticks: the start time that goes with it, in clock ticks since boot.
        at: the time of its `Started` report, epoch milliseconds; None when none was recorded.
        launch: how it was launched, if task runners run it: they may need it again.
    """

    attempt: str
    pid: int | None = None
    ticks: int | None = None
    at: int | None = None
    launch: Launch | None = None


class Started(msgspec.Struct, frozen=True):
    """The attempt's main process runs.

    Args:
        attempt: the attempt's id.
        pid: its process id; None where it is no process of this machine.
        ticks: its start time in clock ticks since boot: with the pid it names a process for good.
        at: when it was started, epoch milliseconds.
        host: what the machine calls itself, if it is another one and that is known.
    """

    attempt: str
    pid: int | None
    ticks: int | None
    at: int
    host: str = ""


class StartFailed(msgspec.Struct, frozen=True):
    """The attempt could not be started: its program or directory is missing, say.

    Args:
        attempt: the attempt's id.
        reason: why, in plain words that name the program or the directory.
        at: when it was tried, epoch milliseconds.
    """

    attempt: str
    reason: str
    at: int


class Exited(msgspec.Struct, frozen=True):
    """The attempt ended; nothing of it runs any more and its log is complete.

    Args:
        attempt: the attempt's id.
        exit_code: as containers report it: 128 + N for a main process ended by signal N.
        reason: what a container's ``reason`` would say, such as out of memory; None for an
            ordinary end.
        at: when its main process ended, epoch milliseconds.
        dropped: bytes of output that could not be written, because the disk was full for one.
    """

    attempt: str
    exit_code: int
    reason: str | None
    at: int
    dropped: int = 0


class Lost(msgspec.Struct, frozen=True):
    """The attempt's place was lost with its exit code; what was left of it has been ended.

    Args:
        attempt: the attempt's id.
        at: when the loss was noticed, epoch milliseconds.
    """

    attempt: str
    at: int


Report = Started | StartFailed | Exited | Lost
"""What a launcher tells of an attempt."""

Receive = Callable[[Sequence[Report]], None]
"""Takes reports, in order, on the event loop; it must not block."""


class Launcher(Protocol):
    """A place where attempts run. Its methods are called on one event loop."""

    async def start(self, held: Sequence[Held], report: Receive) -> Sequence[str]:
        """Begin, and take up again what ran before.

        Every held attempt that is known is reported anew (`Started`, and its end if it ended);
        every held attempt whose place was lost is ended and reported `Lost`.

        Args:
            held: what the engine believes to be placed.
            report: takes every report, from now on until `stop`.

        Returns:
            The held attempts nobody ever heard of: their launch did not arrive. They are not
            reported, and are to be launched again.

        Raises:
            SupervisorGone: the place cannot be reached or started.
            Occupied: another process holds it.
        """

    def launch(self, launches: Sequence[Launch]) -> None:
        """Start attempts; what becomes of them is reported. Never blocks, never raises."""

    def end(self, attempt: str, grace: float) -> None:
        """Ask an attempt to stop, and kill what is left of it later; its exit is reported.

        Args:
            attempt: the attempt; one that is not known, or has ended, is passed over.
            grace: seconds between SIGTERM and SIGKILL; 0 kills at once. Asking again can only
                shorten it. Task runners have a grace of their own.
        """

    def acknowledge(self, attempts: Sequence[str]) -> None:
        """Say that the ends of these attempts are durable: they are forgotten."""

    async def stop(self, *, jobs: bool = False) -> None:
        """Let go: nothing is reported any more. A second stop is fine.

        Args:
            jobs: also end every attempt first, and wait until they have ended. Without it
                attempts keep running where the place outlives this process.
        """
