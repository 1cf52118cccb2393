"""Diagrams of states, drawn from the tables that move them, as SVG without anything from outside.

States are columns; each line is an arrow from one state to another, with the events that take it.
So nothing crosses and nothing has to be placed by hand, however large a table grows.
"""

from __future__ import annotations

from collections import defaultdict
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from enum import StrEnum

    Transitions = Mapping[tuple[StrEnum, str], frozenset[StrEnum]]

COLUMN, LINE, TOP, MARGIN = 135, 34, 46, 100
LETTER = 7.4
"""Pixels: the width of a letter of the labels, at most."""

STYLE = """<style>
  .states .paper { fill: #ffffff; stroke: #d0d7de }
  .states .state { fill: #3f51b5 } .states .ended { fill: #5c6370 }
  .states .name { fill: #ffffff; font: 600 12px sans-serif; text-anchor: middle }
  .states .life { stroke: #b8c0cc; stroke-dasharray: 2 4 }
  .states .arrow { stroke: #3f51b5; stroke-width: 1.5; fill: none }
  .states .head { fill: #3f51b5 }
  .states .event { fill: #24292f; font: 12px sans-serif; text-anchor: middle }
</style>"""


def diagram(title: str, transitions: Transitions) -> str:
    """Draw a table.

    Args:
        title: what it shows, for who cannot see it.
        transitions: from which state which event leads where; what stays is not drawn.
    """
    arrows = _arrows(transitions)
    states = _columns(arrows)
    width = 2 * MARGIN + COLUMN * (len(states) - 1)
    height = TOP + LINE * (len(arrows) + 1)
    ended = {state for state in states if all(source != state for source, _ in arrows)}
    parts = [
        (
            f'<svg class="states" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
            f' style="min-width: {width * 4 // 5}px">'
        ),
        f"<title>{escape(title)}</title>",
        STYLE,
        f'<rect class="paper" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="6"/>',
        *(part for n, state in enumerate(states) for part in _column(n, state, height, ended)),
        *(part for n, arrow in enumerate(arrows.items()) for part in _arrow(n, arrow, states)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _arrows(transitions: Transitions) -> dict[tuple[str, str], list[str]]:
    """Gather the events that lead from one state to another."""
    kind = type(next(iter(transitions))[0])
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (source, event), targets in transitions.items():
        for target in targets - {source}:
            found[source, target].append(event)
    order = [str(state) for state in kind]
    return dict(sorted(found.items(), key=lambda item: tuple(map(order.index, item[0]))))


def _columns(arrows: Mapping[tuple[str, str], object]) -> list[str]:
    """Put the states into an order: as the arrows, which are in the code's order, name them."""
    sources = dict.fromkeys(source for source, _ in arrows)
    return list(sources | dict.fromkeys(target for _, target in arrows))


def _column(number: int, state: str, height: int, ended: set[str]) -> Iterator[str]:
    x = MARGIN + COLUMN * number
    kind = "ended" if state in ended else "state"
    half = max(44.0, len(state) * LETTER / 2 + 12)
    yield f'<line class="life" x1="{x}" y1="36" x2="{x}" y2="{height - 10}"/>'
    yield f'<rect class="{kind}" x="{x - half}" y="12" width="{2 * half}" height="24" rx="4"/>'
    yield f'<text class="name" x="{x}" y="28">{escape(state)}</text>'


def _arrow(
    number: int, arrow: tuple[tuple[str, str], list[str]], states: Sequence[str]
) -> Iterator[str]:
    (source, target), events = arrow
    start, end = (MARGIN + COLUMN * states.index(state) for state in (source, target))
    y = TOP + LINE * (number + 1) - 8
    side = 1 if end > start else -1
    yield f'<line class="arrow" x1="{start}" y1="{y}" x2="{end - 7 * side}" y2="{y}"/>'
    yield f'<path class="head" d="M {end} {y} l {-8 * side} -4 v 8 z"/>'
    text = escape(", ".join(events))
    yield f'<text class="event" x="{(start + end) / 2}" y="{y - 5}">{text}</text>'
