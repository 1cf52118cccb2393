"""The chart of slots over time: an SVG made of rectangles and paths, with no style of its own.

Above, the vCPUs that run against those there are; below, on a scale of its own, those that jobs
wait for: ten thousand waiting jobs would flatten three hundred running ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from batchyard.server.console.board import Slots
from batchyard.server.console.wording import MINUTE, SECOND, vcpus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

WIDTH: Final = 1200
UPPER: Final = 120
LOWER: Final = 56
GAP: Final = 22
LEFT: Final = 4
SHORTEST: Final = 2 * MINUTE * SECOND
"""What the chart shows at least of the past, milliseconds: a young yard's is not all one bar."""

LONGEST: Final = 60 * MINUTE * SECOND
"""What it shows at most."""

TICKS: Final = (1, 2, 5, 10, 15, 30)
"""Minutes between two marks of the axis."""

MOST_TICKS: Final = 8


class Point(NamedTuple):
    """How slots stood from a moment (epoch milliseconds) on."""

    at: int
    slots: Slots


class Tick(NamedTuple):
    """A mark of the time axis: where, and how long ago, in minutes."""

    x: float
    minutes: int


class Chart(NamedTuple):
    """What the template draws.

    Attributes:
        running: the path of what runs, closed.
        room: the path of what there is.
        waiting: the path of what is waited for, closed.
        most: what the upper scale ends at, as people read it.
        most_waiting: what the lower one ends at.
        ticks: the marks of the axis.
        minutes: how much of the past it shows.
    """

    running: str
    room: str
    waiting: str
    most: str
    most_waiting: str
    ticks: tuple[Tick, ...]
    minutes: int


def chart(points: Iterable[Point], now: int) -> Chart:
    """Draw a chart.

    Args:
        points: how slots stood, oldest first; the last is how they stand.
        now: epoch milliseconds.
    """
    all_points = list(points)
    first = all_points[0].at if all_points else now
    span = max(SHORTEST, min(LONGEST, now - first))
    shown = _within(all_points, now - span)
    most = max((max(p.slots.running, p.slots.room) for p in shown), default=0)
    waiting = max((p.slots.waiting for p in shown), default=0)

    def x(at: int) -> float:
        return round(LEFT + (WIDTH - LEFT) * (at - now + span) / span, 1)

    top = UPPER + GAP
    upper, lower = _scale(most, 0, UPPER), _scale(waiting, top, LOWER)
    return Chart(
        running=_area([(x(p.at), upper(p.slots.running)) for p in shown], UPPER),
        room=_line([(x(p.at), upper(p.slots.room)) for p in shown]),
        waiting=_area([(x(p.at), lower(p.slots.waiting)) for p in shown], top + LOWER),
        most=vcpus(most),
        most_waiting=vcpus(waiting),
        ticks=tuple(_ticks(span, lambda ago: x(now - ago))),
        minutes=round(span / SECOND / MINUTE),
    )


def _within(points: Sequence[Point], since: int) -> list[Point]:
    """Give the points from a moment on, and how things stood then."""
    later = [point for point in points if point.at > since]
    before = [point for point in points if point.at <= since]
    return [Point(since, before[-1].slots), *later] if before else later


def _scale(most: int, top: int, height: int) -> Callable[[int], float]:
    def y(value: int) -> float:
        return round(top + height - (height - 4) * value / max(most, 1), 1)

    return y


def _line(points: Sequence[tuple[float, float]]) -> str:
    """Draw steps: a value holds until the next one, and the last one to the right edge."""
    if not points:
        return ""
    x, y = points[0]
    steps = "".join(f"H{x}V{y}" for x, y in points[1:])
    return f"M{x} {y}{steps}H{WIDTH}"


def _area(points: Sequence[tuple[float, float]], bottom: int) -> str:
    return f"{_line(points)}V{bottom}H{points[0][0]}Z" if points else ""


def _ticks(span: int, x: Callable[[int], float]) -> Iterator[Tick]:
    minutes = span / SECOND / MINUTE
    every = next((each for each in TICKS if minutes / each <= MOST_TICKS), TICKS[-1])
    for ago in range(every, int(minutes) + 1, every):
        yield Tick(x(ago * MINUTE * SECOND), ago)
