"""Which columns fit, and what stands in them.

A column has a least width in which it still says something. One in which nothing stands is left
out, and where there is not room for all, so are those that matter least; what is left over goes to
those whose content is wider, the first one first. Of many rows some are looked at for this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from rich.cells import cell_len, set_cell_size

from batchyard.cli.times import age

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from batchyard.cli.top_screen.rows import JobRow, QueueRow, RoomRow, RunnerRow

T = TypeVar("T")

GAP = 2
"""Columns between two cells."""

SHORT = 8
"""How many characters of an id tell jobs apart for a person: the last ones, since the first of
a yard's tell the time."""

UUID = 36


class Column(NamedTuple, Generic[T]):
    """A column.

    Attributes:
        head: what stands over it.
        least: its width, in which it still says something.
        most: the width that it may grow to.
        matters: columns with less of it are left out first.
        cell: what stands in a row.
        right: whether it is aligned to the right, as numbers are.
    """

    head: str
    least: int
    most: int
    matters: int
    cell: Callable[[T], str]
    right: bool = False


class Placed(NamedTuple, Generic[T]):
    """A column with the width that it got."""

    column: Column[T]
    width: int


SAMPLE = 100
"""Rows that are measured, of those that are not on the screen."""


def sample_of(rows: Sequence[T], first: int, height: int) -> list[T]:
    """Choose the rows that are measured: those on the screen, and some of all others.

    Args:
        rows: all of them.
        first: the number of the first one on the screen.
        height: how many are there.
    """
    step = max(1, len(rows) // SAMPLE)
    return [*rows[first : first + height], *rows[::step]]


def placed(columns: Sequence[Column[T]], room: int, sample: Sequence[T]) -> list[Placed[T]]:
    """Give columns their widths.

    Args:
        columns: in the order they stand in.
        room: the terminal's width.
        sample: rows that stand in them; wider than its content no column grows.
    """
    full = [one for one in columns if not sample or any(map(one.cell, sample))]
    left = full or list(columns[:1])
    while len(left) > 1 and _width(left) > room:
        left.remove(min(left, key=lambda one: one.matters))
    spare, found = room - _width(left), []
    for column in left:
        content = max((cell_len(column.cell(row)) for row in sample), default=0)
        wish = min(column.most, max(content, cell_len(column.head))) - column.least
        given = max(0, min(wish, spare))
        spare -= given
        found.append(Placed(column, column.least + given))
    return found


def _width(columns: Sequence[Column[T]]) -> int:
    return sum(one.least + GAP for one in columns) - GAP


def line(cells: Iterable[tuple[str, int, bool]]) -> list[str]:
    """Fit texts into widths.

    Args:
        cells: texts, each with its width and whether it is aligned to the right.
    """
    return [fit(text, width, right=right) for text, width, right in cells]


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Make a text exactly so wide; one that is cut ends with an ellipsis."""
    size = cell_len(text)
    if size > width:
        return set_cell_size(set_cell_size(text, max(0, width - 1)).rstrip() + "…", width)
    blanks = " " * (width - size)
    return blanks + text if right else text + blanks


def short(job_id: str) -> str:
    """Shorten a job's id to what tells it from others; a child keeps its index."""
    parent, colon, index = job_id.partition(":")
    return parent[-SHORT:] + colon + index


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def job_columns(now: int, room: int, *, queues: bool) -> list[Column[JobRow]]:
    """Form the columns of jobs.

    Args:
        now: epoch milliseconds.
        room: the terminal's width; a wide one has whole ids.
        queues: whether the rows are of several queues.
    """
    whole = room >= WIDE

    def ran(row: JobRow) -> str:
        time = row.ran(now)
        return "" if time is None else age(time)

    columns: list[Column[JobRow]] = [
        Column("JOB", UUID if whole else SHORT, UUID, 9, lambda r: r.id if whole else short(r.id)),
        Column("NAME", 12, 48, 10, lambda r: r.name),
        Column("STATUS", 9, 9, 9, lambda r: r.status),
        Column("AGE", 3, 5, 5, lambda r: age(now - r.created), right=True),
        Column("RAN", 3, 5, 4, ran, right=True),
        Column("EXIT", 4, 4, 3, lambda r: _number(r.exit_code), right=True),
        Column("ARRAY", 5, 11, 2, lambda r: r.array, right=True),
    ]
    if queues:
        columns.append(Column("QUEUE", 8, 32, 1, lambda r: r.queue))
    return [*columns, Column("REASON", 8, 200, 6, lambda r: r.reason)]


WIDE = 140
"""Columns of a terminal in which whole ids leave room for the rest."""


def queue_columns(tally: Callable[[str, str], str]) -> list[Column[QueueRow]]:
    """Form the columns of queues.

    Args:
        tally: tells how many jobs a queue has in a status, by the names of both.
    """

    def of(status: str) -> Callable[[QueueRow], str]:
        return lambda row: tally(row.name, status)

    heads = {"RUNNABLE": 6, "RUNNING": 7, "FAILED": 5, "SUCCEEDED": 4, "PENDING": 3, "STARTING": 2}
    numbers = [
        Column(head, len(head), 9, matters, of(head), right=True) for head, matters in heads.items()
    ]
    return [
        Column("QUEUE", 12, 40, 10, lambda r: r.name),
        Column("STATE", 8, 8, 8, lambda r: r.state),
        *numbers,
        Column("VCPUS", 5, 7, 5, lambda r: _number(r.vcpus), right=True),
        Column("PRIORITY", 8, 8, 1, lambda r: str(r.priority), right=True),
        Column("ENVIRONMENTS", 12, 60, 1, lambda r: " ".join(r.environments)),
        Column("REASON", 8, 120, 0, lambda r: r.reason),
    ]


def room_columns() -> list[Column[RoomRow]]:
    """Form the columns of compute environments."""
    return [
        Column("ENVIRONMENT", 12, 40, 10, lambda r: r.name),
        Column("TYPE", 9, 9, 2, lambda r: r.kind),
        Column("STATE", 8, 8, 8, lambda r: r.state),
        Column("STATUS", 7, 9, 7, lambda r: r.status),
        Column("USED", 5, 7, 9, lambda r: _number(r.used), right=True),
        Column("VCPUS", 5, 7, 9, lambda r: _number(r.most), right=True),
        Column("ROOM", BAR, BAR, 4, bar),
        Column("QUEUES", 8, 40, 3, lambda r: " ".join(r.queues)),
        Column("REASON", 8, 120, 1, lambda r: r.reason),
    ]


BAR = 12


def bar(row: RoomRow) -> str:
    """Draw how much of an environment's room is used; nothing where that is not known."""
    if row.used is None or not row.most:
        return ""
    full = min(BAR, round(BAR * row.used / row.most))
    return "█" * full + "░" * (BAR - full)


def runner_columns() -> list[Column[RunnerRow]]:
    """Form the columns of task runners."""

    def heard(row: RunnerRow) -> str:
        return "" if row.heard is None else age(row.now - row.heard)

    return [
        Column("WORKER GROUP", 12, 30, 9, lambda r: r.group),
        Column("RUNNER", 12, 40, 10, lambda r: r.hostname),
        Column("POLLS", 5, 5, 7, lambda r: str(r.polls), right=True),
        Column("HOLDS", 5, 5, 8, lambda r: str(len(r.tasks)), right=True),
        Column("READY", 5, 7, 5, lambda r: str(r.ready), right=True),
        Column("HEARD", 5, 5, 6, heard, right=True),
        Column("TASKS OF", 8, 120, 3, lambda r: " ".join(r.tasks)),
    ]
