"""The time axis of a pipeline: a bar for each attempt, in the lanes of its component.

What only waits has no bar: a day of waiting would hide the minute in which something failed. What
ended without an attempt is a mark where it ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from batchyard.server.console.wording import SECOND, lapse, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from batchyard.pipelines.instances import Instance

LABELS: Final = 230
WIDTH: Final = 1200
LANE: Final = 18
BAR: Final = 12
GAP: Final = 8
TOP: Final = 22

LANES: Final = 6
"""Lanes of a component (ours); where more of it runs at once, bars overlap."""

NARROWEST: Final = 3
SHORTEST: Final = 10 * SECOND
"""What the axis shows at least, milliseconds."""

TICKS: Final = 5


class Bar(NamedTuple):
    """A bar, and the instance that it is of."""

    id: str
    status: str
    x: float
    y: int
    width: float
    title: str


class Label(NamedTuple):
    """The name of a component, beside its lanes."""

    text: str
    y: int
    line: int


class Tick(NamedTuple):
    """A mark of the time axis."""

    x: float
    at: int
    text: str


class Scale(NamedTuple):
    """From moments (epoch milliseconds) to places: the first, and the width of each millisecond."""

    first: int
    each: float

    def x(self, at: int) -> float:
        """Give the place of a moment."""
        return round(LABELS + (at - self.first) * self.each, 1)


class Axis(NamedTuple):
    """What the template draws."""

    height: int
    labels: tuple[Label, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]


class Span(NamedTuple):
    """When an attempt was under way, epoch milliseconds."""

    instance: Instance
    status: str
    began: int
    ended: int


def axis(instances: Iterable[Instance], now: int) -> Axis:
    """Lay out attempts.

    Args:
        instances: in any order.
        now: epoch milliseconds; what has not ended lasts until now.
    """
    spans = sorted((s for each in instances for s in _spans(each, now)), key=_began)
    first = min((span.began for span in spans), default=now)
    last = max(max((span.ended for span in spans), default=now), first + SHORTEST)
    scale = Scale(first, (WIDTH - LABELS) / (last - first))
    labels: list[Label] = []
    bars: list[Bar] = []
    y = TOP
    for component, theirs in _by_component(spans).items():
        placed = _placed(theirs)
        bars += [_bar(each, scale, y + lane * LANE) for each, lane in placed]
        bottom = y + LANE * (1 + max(lane for _, lane in placed))
        labels.append(Label(component, y + BAR - 2, bottom + GAP // 2 - 2))
        y = bottom + GAP
    moments = [first + (last - first) * number // TICKS for number in range(TICKS)]
    ticks = tuple(Tick(scale.x(at), at, moment(at)[5:]) for at in moments) if spans else ()
    return Axis(y, tuple(labels), tuple(bars), ticks)


def _spans(instance: Instance, now: int) -> Iterator[Span]:
    for each in instance.attempts:
        began = each.started_at or each.offered_at
        ended = now if each.ended_at is None else each.ended_at
        yield Span(instance, each.status.value, began, max(began, ended))
    if not instance.attempts and instance.ended_at is not None:
        yield Span(instance, instance.status.value, instance.ended_at, instance.ended_at)


def _bar(span: Span, scale: Scale, y: int) -> Bar:
    took = span.ended - span.began
    x = min(scale.x(span.began), WIDTH - NARROWEST)
    width = round(max(took * scale.each, NARROWEST), 1)
    name = span.instance.id
    return Bar(name, span.status, x, y, width, f"{name} {span.status}, {lapse(took)}")


def _by_component(spans: Iterable[Span]) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    for each in spans:
        found.setdefault(each.instance.component, []).append(each)
    return found


def _placed(spans: Sequence[Span]) -> list[tuple[Span, int]]:
    """Give each the first lane that is free when it begins."""
    free: list[int] = []
    placed: list[tuple[Span, int]] = []
    for each in spans:
        lane = next((n for n, until in enumerate(free) if until <= each.began), len(free))
        if lane == LANES:
            lane = free.index(min(free))
        free[lane : lane + 1] = [each.ended]
        placed.append((each, lane))
    return placed


def _began(span: Span) -> int:
    return span.began
