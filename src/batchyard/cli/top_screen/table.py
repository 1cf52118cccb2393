"""A table of any number of rows, of which only those on the screen are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from batchyard.cli.shown import STYLES
from batchyard.cli.top_screen.columns import GAP, fit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events
    from textual.binding import BindingType

    from batchyard.cli.top_screen.columns import Placed

HEAD = Style(bold=True, underline=True)
CURSOR = Style(reverse=True)
BLANK = " " * GAP
EMPTY_LINE = 1
"""The line, from 0, on which is said that there is nothing."""


class Table(ScrollView, can_focus=True):
    """Rows below a head that stays, with a cursor that stays on its row when others come and go.

    Attributes:
        cursor: the number of the row that is pointed at.
    """

    DEFAULT_CSS = """
    Table { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup,ctrl+b", "leaf(-1)", show=False),
        Binding("pagedown,ctrl+f", "leaf(1)", show=False),
        Binding("home,g", "edge(0)", show=False),
        Binding("end,G", "edge(1)", show=False),
        Binding("enter", "choose", show=False),
        Binding("tab", "app.turn(1)", show=False),
        Binding("shift+tab", "app.turn(-1)", show=False),
    ]
    cursor = reactive(0, repaint=True)

    class Moved(Message):
        """Another row is pointed at, or the last one is near."""

    class Chosen(Message):
        """The row that is pointed at was chosen."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - textual's
        super().__init__(**options)
        self.rows: Sequence[Any] = ()
        self._columns: Sequence[Placed[Any]] = ()
        self._key: Callable[[Any], object] = lambda row: row
        self._at: object = None
        self._empty = ""

    def show(
        self,
        rows: Sequence[Any],
        columns: Sequence[Placed[Any]],
        key: Callable[[Any], object],
        empty: str = "",
    ) -> None:
        """Show other rows.

        Args:
            rows: all of them.
            columns: with their widths.
            key: what stays the same of a row; the cursor stays where that is.
            empty: what to say where there are no rows.
        """
        self.rows, self._columns, self._key, self._empty = rows, columns, key, empty
        self.virtual_size = Size(self.size.width, len(rows) + 1)
        self.cursor = self._found()
        self._at = self.pointed and key(self.pointed)
        self.refresh()

    def _found(self) -> int:
        last = max(0, len(self.rows) - 1)
        if self.cursor <= last and self.rows and self._key(self.rows[self.cursor]) == self._at:
            return self.cursor
        places = (n for n, row in enumerate(self.rows) if self._key(row) == self._at)
        return next(places, min(self.cursor, last))

    @property
    def pointed(self) -> Any:  # noqa: ANN401 - a row of whatever is shown
        """The row that is pointed at; None when there is none."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    @property
    def first(self) -> int:
        """The number of the first row on the screen."""
        return round(self.scroll_offset.y)

    def reset(self) -> None:
        """Point at the first row, and scroll there."""
        self._at, self.cursor = None, 0
        self.scroll_to(y=0, animate=False)

    def action_move(self, by: int) -> None:
        """Point at the next row, or the one before."""
        self.point(self.cursor + by)

    def action_leaf(self, by: int) -> None:
        """Go on by a screen."""
        self.point(self.cursor + by * max(1, self.size.height - 2))

    def action_edge(self, end: int) -> None:
        """Go to the first row, or to the last."""
        self.point(end * len(self.rows))

    def action_choose(self) -> None:
        """Choose the row that is pointed at."""
        if self.pointed is not None:
            self.post_message(self.Chosen())

    def point(self, number: int) -> None:
        """Point at a row, and see to it that it is on the screen."""
        self.cursor = max(0, min(number, len(self.rows) - 1))
        self._at = self.pointed and self._key(self.pointed)
        top, height = self.first, max(1, self.size.height - 1)
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False)
        self.post_message(self.Moved())

    def on_click(self, event: events.Click) -> None:
        """Point at the row under the mouse."""
        if event.y > 0:
            self.point(event.y - 1 + self.first)

    def render_line(self, y: int) -> Strip:
        """Draw a line of the screen; the first one is the head."""
        width = self.size.width
        if y == 0:
            heads = ((p.column.head, p.width, p.column.right) for p in self._columns)
            text = BLANK.join(fit(head, room, right=right) for head, room, right in heads)
            return Strip([Segment(fit(text, width), HEAD)], width)
        number = self.first + y - 1
        if number >= len(self.rows):
            said = self._empty if number == EMPTY_LINE and not self.rows else ""
            return Strip([Segment(fit(said, width))], width)
        return self._line(self.rows[number], width, pointed=number == self.cursor)

    def _line(self, row: object, width: int, *, pointed: bool) -> Strip:
        style = CURSOR if pointed else Style.null()
        segments: list[Segment] = []
        for place in self._columns:
            text = place.column.cell(row)
            colour = Style.null() if pointed else Style.parse(STYLES.get(text, ""))
            cell = fit(text, place.width, right=place.column.right)
            segments += [Segment(cell, style + colour), Segment(BLANK, style)]
        return Strip(segments).adjust_cell_length(width, style)
