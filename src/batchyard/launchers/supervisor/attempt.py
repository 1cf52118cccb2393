"""One attempt as the supervisor knows it, from its launch until its end is acknowledged."""

from __future__ import annotations

from batchyard.launchers.supervisor.loop import Timer
from batchyard.launchers.supervisor.output import Output
from batchyard.launchers.supervisor.protocol import Start

WAITING, RUNNING, DRAINING, OVER = "waiting", "running", "draining", "over"


class Attempt:
    """What is known of one attempt. Only the supervisor's core changes it.

    Attributes:
        launch: what to run.
        phase: WAITING for its turn to start; RUNNING; DRAINING, when its main process has ended
            and the rest of it is being ended; OVER.
        pid: its main process, which leads its session and its process group.
        ticks: the start time of that process.
        pipe: where its output is read; -1 once that ended.
        output: its files.
        place: its own working directory, to be removed; None when it was given one.
        status: the wait status of its main process.
        ended: when its main process ended, epoch milliseconds.
        reason: why it was ended, when it was the supervisor who did it.
        strays: processes of it that outlived its main process.
        kill: the timer after which it is killed, when it was asked to end.
        said: the lines that were said of it, to be said again.
    """

    __slots__ = (
        "ended",
        "kill",
        "launch",
        "output",
        "phase",
        "pid",
        "pipe",
        "place",
        "reason",
        "said",
        "status",
        "strays",
        "ticks",
    )

    def __init__(self, launch: Start, output: Output) -> None:
        self.launch = launch
        self.output = output
        self.phase = WAITING
        self.pid = self.pipe = -1
        self.ticks = 0
        self.place: str | None = None
        self.status = self.ended = 0
        self.reason: str | None = None
        self.strays: set[int] = set()
        self.kill: Timer | None = None
        self.said: list[bytes] = []
