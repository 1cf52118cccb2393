"""The lines above and below the table: where this is, how old it is, how many jobs there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from batchyard.cli.shown import STYLES
from batchyard.cli.times import age
from batchyard.cli.top_screen.choosing import ORDERS
from batchyard.cli.top_screen.keys import HINTS
from batchyard.cli.top_screen.plan import View
from batchyard.cli.top_screen.rows import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchyard.cli.top_screen.choosing import Choice, Count
    from batchyard.client.calls import Answer

OLD = 60
"""Seconds from which on what is shown is marked as old."""


def place_line(name: str, seconds: float | None, trouble: str, width: int, *, slowed: bool) -> Text:
    """Say where this is and how old it is.

    Args:
        name: of the place.
        seconds: how old the oldest of what is shown is; None while nothing is known.
        trouble: what could not be asked last; "" when all could.
        width: the terminal's.
        slowed: whether the service asked for patience.
    """
    left = Text(name, style="bold")
    if trouble and not slowed:
        left.append(f"  {clean(trouble)}", "red")
    told = "asking …" if seconds is None else f"{age(int(seconds * 1000))} old"
    right = Text(told, "yellow" if seconds is not None and seconds >= OLD else "")
    if slowed:
        right = Text.assemble(("asked to slow down, ", "yellow"), right)
    left.truncate(max(0, width - len(right) - 2), overflow="ellipsis", pad=True)
    return Text.assemble(left, "  ", right, no_wrap=True)


def view_line(view: View, choice: Choice, focus: str | None) -> Text:
    """Name the views, and what is left out of this one."""
    line = Text(no_wrap=True, overflow="ellipsis")
    for number, one in enumerate(View, 1):
        style = "bold reverse" if one is view else ""
        line.append(f" {number} {one.value} ", style)
    if view is View.JOBS:
        line.append(f"  {said(choice, focus)}", "dim")
    return line


def said(choice: Choice, focus: str | None) -> str:
    """Say which jobs are shown, as far as some are left out."""
    parts = [f"queue {focus}"] if focus else []
    parts += [choice.group] if choice.group != "all" else []
    parts += [f"with {clean(choice.words)!r}"] if choice.words else []
    if choice.order != ORDERS[0] or choice.reverse:
        parts.append(f"by {choice.order}{' reversed' if choice.reverse else ''}")
    return ", ".join(parts)


def absence(view: View, choice: Choice, focus: str | None) -> str:
    """Say why a table has no rows, and what to do about it."""
    if view is View.JOBS and (left_out := said(choice, focus)):
        return f"No jobs here: {left_out}. Esc shows all."
    return ABSENCES[view]


ABSENCES = {
    View.JOBS: "No jobs yet. `batchyard submit --image busybox -- echo hello` submits one.",
    View.QUEUES: "No queues here.",
    View.ENVIRONMENTS: "No compute environments here.",
    View.RUNNERS: "No task runner has asked for work lately, and no task waits for one.",
}


def count_line(counts: Mapping[str, Count], *, known: bool) -> Text:
    """Count jobs by status; the ones that failed stand out."""
    if not counts:
        return Text("no jobs" if known else "asking …", "dim")
    line = Text(no_wrap=True, overflow="ellipsis")
    for status, count in counts.items():
        line.append(f"{status} ", "dim").append(f"{count}  ", f"bold {STYLES.get(status, '')}")
    return line


def job_lines(job: Answer | None, job_id: str) -> Text:
    """Tell of a job in two lines: what it is, and why it is as it is or what it runs."""
    import shlex

    from batchyard.cli.shown import tail

    line = Text(job_id, "bold", no_wrap=True, overflow="ellipsis")
    if job is None:
        return line
    container = job.get("container") or {}
    needs = {one["type"]: one["value"] for one in container.get("resourceRequirements") or ()}
    tries = len(job.get("attempts") or ())
    parts = [tail(job.get("jobDefinition") or "")]
    parts += [f"{needs['VCPU']} vCPU"] if "VCPU" in needs else []
    parts += [f"{needs['MEMORY']} MiB"] if "MEMORY" in needs else []
    parts += [f"{tries} attempts"] if tries > 1 else []
    line.append("  " + "  ".join(filter(None, parts)), "not bold")
    reason = container.get("reason") or job.get("statusReason")
    command = shlex.join(container.get("command") or ())
    style = STYLES.get(job["status"], "") if job["status"] == "FAILED" else ""
    second = Text(clean(str(reason or command)), f"not bold {style}")
    return line.append("\n").append_text(second)


def hint_line() -> Text:
    """Name the keys that are needed most."""
    line = Text(no_wrap=True, overflow="ellipsis")
    for key, words in HINTS:
        line.append(key, "bold").append(f" {words}  ", "dim")
    return line
