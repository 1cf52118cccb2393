"""Waits for jobs before a person's eyes, or a program's."""

from __future__ import annotations

import json
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import click

from batchyard.cli.shown import STYLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from batchyard.client.feeds import Terms
    from batchyard.client.gathering import Outcome, Outcomes, Progress
    from batchyard.client.waits import OnFailure

INTERRUPTED = 130
"""What a shell reports of a program that Ctrl-C ended."""

INTERRUPT = "Terminated by Ctrl-C of batchyard wait"


class Display(Protocol):
    """How a wait is shown."""

    def ended(self, outcome: Outcome) -> None:
        """Show how the wait for a job ended."""

    def moved(self, progress: Progress) -> None:
        """Show how far all of it has come."""

    def over(self, progress: Progress) -> None:
        """Show that the wait is over."""


def display(*, as_json: bool) -> Display:
    """Choose how a wait is shown: for programs, on a terminal, or anywhere else."""
    if as_json:
        return Events()
    return Live() if sys.stderr.isatty() else Lines()


class Lines:
    """A line for each job as its wait ends."""

    def ended(self, outcome: Outcome) -> None:
        """Print the job's line."""
        click.echo(outcome)

    def moved(self, progress: Progress) -> None:
        """Say nothing: the lines are progress enough."""

    def over(self, progress: Progress) -> None:
        """Say nothing more."""


class Events:
    """JSON objects, one a line: ``ended`` for each job, ``progress`` at times, ``over``."""

    PAUSE = 1.0
    """Seconds between two of ``progress``, at least."""

    def __init__(self) -> None:
        self._said = 0.0

    def ended(self, outcome: Outcome) -> None:
        """Print the job's outcome, by AWS's names where it has them."""
        self._print(
            "ended",
            jobId=outcome.job_id,
            jobName=outcome.job_name,
            status=outcome.status,
            succeeded=outcome.succeeded,
            statusReason=outcome.reason or None,
            exitCode=outcome.exit_code,
            statusSummary=dict(outcome.children) or None,
            error=None if outcome.error is None else str(outcome.error),
        )

    def moved(self, progress: Progress) -> None:
        """Print the counts, once a second at most."""
        now = time.monotonic()
        if now - self._said >= self.PAUSE:
            self._said = now
            self._print("progress", **_counted(progress))

    def over(self, progress: Progress) -> None:
        """Print the counts of the end."""
        self._print("over", **_counted(progress))

    def _print(self, event: str, **members: object) -> None:
        said = {name: value for name, value in members.items() if value is not None}
        click.echo(json.dumps({"event": event, **said}, ensure_ascii=False))


def _counted(progress: Progress) -> dict[str, Any]:
    return {
        "total": progress.total,
        "over": progress.over,
        "failed": progress.failed,
        "counts": dict(progress.counts),
        "children": dict(progress.children) or None,
    }


class Live:
    """A bar with counts on standard error, and those that did not succeed above it.

    Where standard output is no terminal, every job has its line there.
    """

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        self._all = not sys.stdout.isatty()
        self._begun = time.monotonic()
        self._console = Console(stderr=True, highlight=False)
        self._bar = Bar(
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[told]}"),
            console=self._console,
            transient=True,
            expand=True,
            refresh_per_second=4,
        )
        self._task = self._bar.add_task("", total=None, told="")

    def ended(self, outcome: Outcome) -> None:
        """Print the job's line if it did not succeed, or if lines are wanted."""
        if self._all:
            click.echo(outcome)
        if not outcome.succeeded and not self._all:
            from rich.text import Text

            self._bar.console.print(Text(str(outcome), style="red"))

    def moved(self, progress: Progress) -> None:
        """Move the bar."""
        self._bar.start()
        told: Any = told_of(progress.children or progress.counts)
        self._bar.update(self._task, total=progress.total, completed=progress.over, told=told)

    def over(self, progress: Progress) -> None:
        """Take the bar away, and sum up."""
        self._bar.stop()
        seconds = time.monotonic() - self._begun
        good, left = progress.over - progress.failed, progress.total - progress.over
        parts = [(good, "succeeded", "green"), (progress.failed, "failed", "red")]
        parts.append((left, "not waited for any more", "yellow"))
        told = ", ".join(f"[{colour}]{n:,} {word}[/]" for n, word, colour in parts if n)
        self._console.print(f"{told or 'nothing'} after {lasted(seconds)}")


def told_of(counts: Mapping[str, int]) -> str:
    """Write counts by state in rich's markup, each in its state's colour, in order of life."""
    order = [one for one in ORDER if counts.get(one)]
    parts = (f"[{STYLES.get(one, 'default')}]{counts[one]:,} {one}[/]" for one in order)
    return "  ".join(parts)


ORDER = (
    "not seen",
    "SUBMITTED",
    "PENDING",
    "RUNNABLE",
    "STARTING",
    "RUNNING",
    "SUCCEEDED",
    "FAILED",
)


def lasted(seconds: float) -> str:
    """Write how long something took."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


class Waiting:
    """A wait for jobs, shown, that Ctrl-C stops in two stages.

    Args:
        ids: of the jobs.
        terms: where they are and how to wait.
        display: how it is shown.
        on_failure: what a job that fails means for the others.
    """

    def __init__(
        self, ids: Sequence[str], terms: Terms, display: Display, *, on_failure: OnFailure
    ) -> None:
        from batchyard.client.gathering import Progress

        self._ids = list(dict.fromkeys(ids))
        self._terms = terms
        self._display = display
        self._on_failure = on_failure
        self._progress = Progress(len(self._ids), 0, 0, {}, {})
        self._over: set[str] = set()

    def run(self, *, terminate: bool) -> int:
        """Wait, and give the command's exit code.

        Args:
            terminate: whether Ctrl-C terminates the jobs rather than only stopping the wait.
        """
        try:
            with self._shown():
                outcomes = self._wait(self._ids, self._on_failure)
        except KeyboardInterrupt:
            return self._interrupted(terminate=terminate)
        return 1 if outcomes.failed else 0

    @contextmanager
    def _shown(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._display.over(self._progress)

    def _wait(self, ids: Sequence[str], on_failure: OnFailure, **more: object) -> Outcomes:
        from batchyard.client.waits import wait

        told: Any = {**self._terms, "progress": self._moved, "on_end": self._ended, **more}
        return wait(ids, check=False, on_failure=on_failure, **told)

    def _ended(self, outcome: Outcome) -> None:
        self._over.add(outcome.job_id)
        self._display.ended(outcome)

    def _moved(self, progress: Progress) -> None:
        self._progress = progress
        self._display.moved(progress)

    def _interrupted(self, *, terminate: bool) -> int:
        """Stop waiting; or terminate what is left and wait for that, unless told to leave it."""
        left = [one for one in self._ids if one not in self._over]
        if not terminate:
            _say(f"stopped waiting; jobs that go on: {len(left)}")
            return INTERRUPTED
        from batchyard.client.waits import terminate as end

        _say(f"terminating jobs: {len(left)}; Ctrl-C again leaves them")
        try:
            end(dict.fromkeys(left, ""), INTERRUPT, self._terms)
            with self._shown():
                self._wait(left, "wait", until="complete")
        except KeyboardInterrupt:
            _say("left them")
        return INTERRUPTED


def _say(message: str) -> None:
    click.echo(f"batchyard: {message}", err=True)
