"""The screen itself: what keys do, and what is redrawn when."""

from __future__ import annotations

import os
import time
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from rich.text import Text
from textual.app import App
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState

from batchyard.cli.ending import CANCEL, TERMINATE
from batchyard.cli.top_screen import acting, columns, heading
from batchyard.cli.top_screen.choosing import GROUPS, ORDERS, Choice, chosen, counts
from batchyard.cli.top_screen.fetching import Fetcher
from batchyard.cli.top_screen.keys import help_text
from batchyard.cli.top_screen.plan import View
from batchyard.cli.top_screen.reading import Asking, Printed, Reading
from batchyard.cli.top_screen.rows import clean
from batchyard.cli.top_screen.table import Table
from batchyard.errors import BatchyardError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from batchyard.cli.ending import Ending
    from batchyard.cli.top_screen.fetching import Place
    from batchyard.cli.top_screen.rows import JobRow

T = TypeVar("T")

THEMES = ("ansi-dark", "textual-ansi")
"""Textual's themes of the terminal's own colours: since 8.2, and before."""

REDRAW = 0.2
"""Seconds between two looks at whether something has come."""

SAID = 8
"""Seconds for which is said what has happened."""

VIEWS = tuple(View)
"""The views, in the order of their keys."""


def _keys(*pairs: tuple[str, str]) -> list[BindingType]:
    return [Binding(keys, action, show=False) for keys, action in pairs]


class Top(App[None]):
    """A live table.

    Args:
        place: whose jobs.
        only: the queues to look at; none: all.
    """

    TITLE = "batchyard top"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { background: ansi_default; color: ansi_default; }
    #place, #views, #counts, #hints { height: 1; }
    #detail { height: 2; }
    #find { height: 1; display: none; }
    #find.open { display: block; }
    #find Static { width: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "quit", show=False, priority=True),
        *_keys(
            ("q", "quit"),
            ("question_mark,h,f1", "help"),
            ("1", "view(0)"),
            ("2", "view(1)"),
            ("3", "view(2)"),
            ("4", "view(3)"),
            ("slash", "find"),
            ("f", "group(1)"),
            ("F", "group(-1)"),
            ("s", "sort"),
            ("S", "reverse"),
            ("r", "again"),
            ("escape", "widen"),
            ("l", "log"),
            ("w", "ask('why')"),
            ("y", "ask('story')"),
            ("c", "end('cancel')"),
            ("t", "end('terminate')"),
        ),
    ]

    class Changed(Message):
        """Something has come."""

    def __init__(self, place: Place, only: Iterable[str] = ()) -> None:
        if not os.environ.get("NO_COLOR"):  # set and empty it means nothing: https://no-color.org
            os.environ.pop("NO_COLOR", None)
        super().__init__(ansi_color=True)
        self._place = place
        self.fetcher = Fetcher(place, lambda: self.post_message(self.Changed()), only)
        self.choice = Choice()
        self._stale = True
        self._said = (Text(), 0.0)
        self._rows: tuple[object, tuple[list[JobRow], bool]] = (None, ([], False))

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield Static(id="place")
        yield Static(id="views")
        yield Static(id="counts")
        yield Table(id="table")
        with Horizontal(id="find"):
            yield Static(Text("find: ", "bold"))
            yield Input(placeholder="words; !word leaves out", compact=True)
        yield Static(id="detail")
        yield Static(heading.hint_line(), id="hints")

    def on_mount(self) -> None:
        """Begin to ask, and to redraw."""
        self.theme = next(name for name in THEMES if name in self.available_themes)
        self.query_one(Table).focus()
        self.fetcher.start()
        self.set_interval(REDRAW, self._redraw_if_stale)
        self.set_interval(1, self._redraw)

    def on_unmount(self) -> None:
        """Ask nothing more."""
        self.fetcher.stop()

    def on_top_changed(self) -> None:
        """Note that something has come."""
        self._stale = True

    def on_resize(self) -> None:
        """Fit everything anew."""
        self._stale = True

    def _redraw_if_stale(self) -> None:
        if self._stale:
            self._redraw()

    # -- drawing -------------------------------------------------------------------------------

    def _redraw(self) -> None:
        self._stale = False
        if not self.screen_stack or not self.screen_stack[0].query(Table):
            return  # a timer's last call, on the way out
        with self.fetcher.lock:
            self._draw_heads()
            self._draw_table()
            self._draw_detail()

    def _draw_heads(self) -> None:
        plan, book, width = self.fetcher.plan, self.fetcher.book, self.size.width
        trouble = next(reversed(book.errors.values()), "")
        age = book.age(plan.focus, time.monotonic())
        self._put(
            "place",
            heading.place_line(self._place.name, age, trouble, width, slowed=plan.slowed),
        )
        self._put("views", heading.view_line(plan.view, self.choice, plan.focus))
        known = age is not None
        said, until = self._said
        self._put("hints", said if time.monotonic() < until else heading.hint_line())
        self._put("counts", heading.count_line(counts(book.of(plan.focus)), known=known))

    def _put(self, name: str, text: Text) -> None:
        self.screen_stack[0].query_one(f"#{name}", Static).update(text)

    @property
    def table(self) -> Table:
        """The table, whatever stands over it."""
        return self.screen_stack[0].query_one(Table)

    def _draw_table(self) -> None:
        book = self.fetcher.book
        match self.fetcher.plan.view:
            case View.JOBS:
                self._draw_jobs()
            case View.QUEUES:
                self._show(book.queues(), columns.queue_columns(self._tally()), lambda r: r.name)
            case View.ENVIRONMENTS:
                self._show(book.environments(), columns.room_columns(), lambda r: r.name)
            case View.RUNNERS:
                self._show(book.runners(), columns.runner_columns(), lambda r: r[:2])

    def _draw_jobs(self) -> None:
        now = time.time_ns() // 1_000_000
        rows, several = self._chosen(now)
        made = columns.job_columns(now, self.size.width, queues=several)
        self._show(rows, made, lambda row: row.id)

    def _chosen(self, now: int) -> tuple[list[JobRow], bool]:
        """Choose jobs, unless nothing has changed; tell whether they are of several queues."""
        book, focus = self.fetcher.book, self.fetcher.plan.focus
        given = (book.version, self.choice, focus)
        if self._rows[0] != given:
            rows = chosen((one for _, one in book.of(focus)), self.choice, now)
            several = focus is None and len({row.queue for row in rows}) > 1
            self._rows = (given, (rows, several))
        return self._rows[1]

    def _show(
        self, rows: Sequence[T], made: Sequence[columns.Column[T]], key: Callable[[T], object]
    ) -> None:
        room = self.size.width - 1  # beside the scroll bar
        sample = columns.sample_of(rows, self.table.first, self.size.height)
        self.table.show(rows, columns.placed(made, room, sample), key, self._absence())

    def _tally(self) -> Any:  # noqa: ANN401 - a function of two texts
        listings = self.fetcher.book.listings
        found = {(one.name, one.status): one_of for one, one_of in listings.items()}

        def tally(queue: str, status: str) -> str:
            listing = found.get((queue, status))
            if listing is None:
                return ""
            return f"{len(listing.rows):,}{'+' if listing.more else ''}"

        return tally

    def _draw_detail(self) -> None:
        row = self._job()
        if row is None:
            self._put("detail", Text())
            return
        job = self.fetcher.book.job
        known = job if job is not None and job["jobId"] == row.id else None
        if known is None or known["status"] != row.status:
            self.fetcher.plan.wish(row.id)
            self.fetcher.wake()
        self._put("detail", heading.job_lines(known, row.id))

    def _absence(self) -> str:
        """Say why there is nothing to see, should there be nothing."""
        plan, book = self.fetcher.plan, self.fetcher.book
        if plan.view is View.RUNNERS and not self._place.yard:
            return "Only a yard tells which task runners there are."
        if not book.knows_queues():
            return ""
        return heading.absence(plan.view, self.choice, plan.focus)

    def _job(self) -> JobRow | None:
        on_jobs = self.fetcher.plan.view is View.JOBS
        row: JobRow | None = self.table.pointed if on_jobs else None
        return row

    # -- what is shown -------------------------------------------------------------------------

    def action_view(self, number: int) -> None:
        """Look at something else."""
        with self.fetcher.lock:
            self.fetcher.plan.view = VIEWS[number % len(VIEWS)]
        self._anew()

    def action_turn(self, by: int) -> None:
        """Look at the next view."""
        self.action_view(VIEWS.index(self.fetcher.plan.view) + by)

    def _anew(self) -> None:
        self.table.reset()
        self.fetcher.wake()
        self._redraw()

    def action_find(self) -> None:
        """Ask for words."""
        if self.fetcher.plan.view is not View.JOBS:
            self.action_view(0)
        self.query_one("#find").add_class("open")
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Find what has been typed so far."""
        self.choice = self.choice._replace(words=event.value)
        self._anew()

    def on_input_submitted(self) -> None:
        """Keep what was typed."""
        self._close_find()

    def _close_find(self) -> None:
        self.query_one("#find").remove_class("open")
        self.table.focus()

    def action_widen(self) -> None:
        """Show all again."""
        self.query_one(Input).value = ""
        self._close_find()
        self.choice = Choice()
        with self.fetcher.lock:
            self.fetcher.plan.focus = None
        self._anew()

    def action_group(self, by: int) -> None:
        """Look at other states."""
        names = list(GROUPS)
        there = names.index(self.choice.group) + by
        self.choice = self.choice._replace(group=names[there % len(names)])
        self._anew()

    def action_sort(self) -> None:
        """Put jobs in another order."""
        there = ORDERS.index(self.choice.order) + 1
        self.choice = self.choice._replace(order=ORDERS[there % len(ORDERS)], reverse=False)
        self._anew()

    def action_reverse(self) -> None:
        """Turn the order round."""
        self.choice = self.choice._replace(reverse=not self.choice.reverse)
        self._anew()

    def action_again(self) -> None:
        """Ask anew now."""
        with self.fetcher.lock:
            self.fetcher.plan.hurry()
        self.fetcher.wake()

    def on_table_moved(self) -> None:
        """Tell of another job; at the end of the table, read on."""
        with self.fetcher.lock:
            plan, book = self.fetcher.plan, self.fetcher.book
            near = self.table.cursor >= len(self.table.rows) - self.size.height
            if near and plan.view is View.JOBS:
                wanted = GROUPS[self.choice.group]
                more = [q for q, one in book.of(plan.focus) if one.more and q.status in wanted]
                plan.want(more)
            self._draw_detail()
        self.fetcher.wake()

    def on_table_chosen(self) -> None:
        """Go into a queue, or tell all of a job."""
        view, row = self.fetcher.plan.view, self.table.pointed
        if view is View.QUEUES:
            with self.fetcher.lock:
                self.fetcher.plan.focus = row.name
            self.action_view(0)
        elif view is View.JOBS:
            self._read("details", row)

    # -- jobs ----------------------------------------------------------------------------------

    def action_help(self) -> None:
        """Show every key."""
        _ = self.push_screen(Reading("keys of batchyard top", help_text()))

    def action_ask(self, what: str) -> None:
        """Ask something about the job."""
        if (row := self._job()) is not None:
            self._read(what, row)

    def _read(self, what: str, row: JobRow) -> None:
        asked = {"why": acting.why, "story": acting.story, "details": acting.details}[what]
        _ = self.push_screen(Reading(f"{what} of {row.name}", partial(asked, row, self._place)))

    def action_log(self) -> None:
        """Follow what the job prints."""
        if (row := self._job()) is not None:
            _ = self.push_screen(Printed(row, self._place))

    def action_end(self, verb: str) -> None:
        """End the job, if the answer is yes."""
        row, how = self._job(), {"cancel": CANCEL, "terminate": TERMINATE}[verb]
        if row is None:
            return
        if (why_not := acting.left_alone(how, row)) is not None:
            self._say(why_not, "yellow")
            return
        asked = Asking(acting.question(how, row, self._place))
        _ = self.push_screen(asked, lambda yes: self._end(how, row) if yes else None)

    def _end(self, how: Ending, row: JobRow) -> None:
        work = partial(acting.end, how, row, self._place)
        self.run_worker(work, thread=True, exit_on_error=False, group="ending")

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say what became of a job that was to be ended."""
        if event.worker.group != "ending":
            return
        if event.state is WorkerState.SUCCESS:
            self._say(str(event.worker.result), "green")
            self.action_again()
        elif event.state is WorkerState.ERROR:
            if not isinstance(event.worker.error, BatchyardError):
                raise event.worker.error or RuntimeError("a worker failed without an error")
            self._say(str(event.worker.error), "red")

    def _say(self, words: str, colour: str) -> None:
        """Say what has happened, in place of the keys, for some seconds."""
        said = Text(clean(words), f"bold {colour}", no_wrap=True, overflow="ellipsis")
        self._said = (said, time.monotonic() + SAID)
        self._redraw()
