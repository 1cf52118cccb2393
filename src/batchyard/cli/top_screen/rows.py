"""What lines are made of, from AWS's answers: jobs, queues, environments and task runners."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from batchyard.cli.shown import tail

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from batchyard.client.calls import Answer

ENDED = ("SUCCEEDED", "FAILED")

ESCAPES = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC: a title, a link
    r"|\x1b[PX^_][^\x1b]*(?:\x1b\\)?"  # DCS, SOS, PM, APC
    r"|\x1b\[[0-?]*[ -/]*[@-~]?"  # CSI: colours, and moving about
    r"|\x1b[ -/]*[0-~]?"
)
"""Escape sequences of ECMA-48 (https://ecma-international.org/publications-and-standards/standards/ecma-48/)
and of xterm; whatever a job prints must not steer the terminal that shows it."""

CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
TAB = 8


def clean(text: str) -> str:
    """Make a text one line without anything that would steer a terminal.

    Args:
        text: e.g. a line that a job printed. What it overwrote by carriage returns, as bars of
            progress do, is left out.
    """
    last = text.rstrip("\r\n").rpartition("\r")[2]
    return CONTROLS.sub("", ESCAPES.sub("", last.replace("\n", "⏎"))).expandtabs(TAB)


class JobRow(NamedTuple):
    """A job.

    Attributes:
        id: its id.
        name: its name.
        status: its status.
        queue: the name of its queue.
        created: epoch milliseconds, as the next two.
        started: None before.
        stopped: None before.
        exit_code: of its last attempt.
        array: of an array's parent how many children have ended, and of how many; else "".
        reason: why it is as it is.
    """

    id: str
    name: str
    status: str
    queue: str
    created: int = 0
    started: int | None = None
    stopped: int | None = None
    exit_code: int | None = None
    array: str = ""
    reason: str = ""

    def ran(self, now: int) -> int | None:
        """Tell for how many milliseconds it has run; None when it has not.

        Args:
            now: epoch milliseconds.
        """
        if self.started is None:
            return None
        return max(0, (now if self.stopped is None else self.stopped) - self.started)


def job_row(summary: Answer, queue: str) -> JobRow:
    """Form a job's row from AWS's JobSummary.

    Args:
        summary: of ListJobs.
        queue: the name of the queue that was asked about.
    """
    container: Mapping[str, Any] = summary.get("container") or {}
    return JobRow(
        id=summary["jobId"],
        name=clean(summary["jobName"]),
        status=summary.get("status", ""),
        queue=queue,
        created=summary.get("createdAt") or 0,
        started=summary.get("startedAt"),
        stopped=summary.get("stoppedAt"),
        exit_code=container.get("exitCode"),
        array=_array(summary.get("arrayProperties") or {}),
        reason=clean(container.get("reason") or summary.get("statusReason") or ""),
    )


def _array(properties: Mapping[str, Any]) -> str:
    size, tally = properties.get("size"), properties.get("statusSummary")
    if not size:
        return ""
    if not tally:
        return str(size)
    return f"{sum(tally.get(status, 0) for status in ENDED)}/{size}"


class QueueRow(NamedTuple):
    """A queue; ``vcpus`` that its jobs hold are None where they are not known."""

    name: str
    state: str
    status: str
    priority: int
    environments: tuple[str, ...]
    vcpus: float | None
    reason: str


def queue_row(detail: Answer, snapshot: Answer | None) -> QueueRow:
    """Form a queue's row from AWS's JobQueueDetail and GetJobQueueSnapshot's answer."""
    order = sorted(detail.get("computeEnvironmentOrder") or (), key=lambda one: int(one["order"]))
    return QueueRow(
        name=detail["jobQueueName"],
        state=detail.get("state", ""),
        status=detail.get("status", ""),
        priority=detail.get("priority", 0),
        environments=tuple(tail(one["computeEnvironment"]) for one in order),
        vcpus=held(snapshot),
        reason=clean(detail.get("statusReason") or ""),
    )


def held(snapshot: Answer | None) -> float | None:
    """Read how many vCPUs a queue's jobs hold; None where the service does not say."""
    usage = ((snapshot or {}).get("queueUtilization") or {}).get("totalCapacityUsage")
    if usage is None:
        return None
    return float(sum(one["quantity"] for one in usage if one.get("capacityUnit") == "VCPU"))


class RoomRow(NamedTuple):
    """A compute environment.

    Attributes:
        name: its name.
        kind: MANAGED or UNMANAGED.
        state: ENABLED or DISABLED.
        status: VALID, or what is wrong.
        most: vCPUs that it may have; None where the service does not say.
        used: vCPUs that jobs hold of them; None where that is not known.
        queues: whose jobs run there.
        reason: why it is as it is.
    """

    name: str
    kind: str
    state: str
    status: str
    most: int | None
    used: float | None
    queues: tuple[str, ...]
    reason: str


def room_row(detail: Answer, queues: Iterable[QueueRow]) -> RoomRow:
    """Form an environment's row from AWS's ComputeEnvironmentDetail and its queues.

    What its queues hold is what it gave only where none of them may use another environment.
    """
    name, resources = detail["computeEnvironmentName"], detail.get("computeResources") or {}
    mine = [queue for queue in queues if name in queue.environments]
    amounts = [queue.vcpus for queue in mine if queue.environments == (name,)]
    known = [amount for amount in amounts if amount is not None]
    return RoomRow(
        name=name,
        kind=detail.get("type", ""),
        state=detail.get("state", ""),
        status=detail.get("status", ""),
        most=resources.get("maxvCpus", detail.get("unmanagedvCpus")),
        used=sum(known) if len(known) == len(mine) else None,
        queues=tuple(queue.name for queue in mine),
        reason=clean(detail.get("statusReason") or ""),
    )


class RunnerRow(NamedTuple):
    """A task runner, or a worker group that nobody has polled lately."""

    group: str
    hostname: str
    polls: int
    tasks: tuple[str, ...]
    heard: int | None
    ready: int
    now: int


def runner_rows(answer: Answer) -> list[RunnerRow]:
    """Form the rows of task runners from what a yard tells of them."""
    ready = {one["workerGroup"]: one["ready"] for one in answer["workerGroups"]}
    now, runners = answer["now"], answer["runners"]
    there = {one["workerGroup"] for one in runners}
    rows = [
        RunnerRow(
            group=one["workerGroup"],
            hostname=clean(one["hostname"]) or "(unnamed)",
            polls=one["polls"],
            tasks=tuple(task["owner"] for task in one["tasks"]),
            heard=one["heardAt"],
            ready=ready.get(one["workerGroup"], 0),
            now=now,
        )
        for one in runners
    ]
    nobody = sorted((name, count) for name, count in ready.items() if name not in there and count)
    return rows + [RunnerRow(name, "(nobody)", 0, (), None, n, now) for name, n in nobody]
