"""Screens over the table: a text to be read, a log that is followed, a question to be answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Log, Static
from textual.worker import Worker, WorkerState

from batchyard.cli.top_screen.columns import short
from batchyard.cli.top_screen.rows import clean
from batchyard.client.aio_following import follow_logs
from batchyard.errors import BatchyardError

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from batchyard.cli.top_screen.fetching import Place
    from batchyard.cli.top_screen.rows import JobRow
    from batchyard.client.tailing import Line

KEPT = 20_000
"""Lines of a log that can be scrolled back to."""


WIDEST = 500
"""Columns that the first line of a screen fills at most."""


def title(words: str) -> Static:
    """Make the first line of a screen."""
    text = Text(f" {words}".ljust(WIDEST), no_wrap=True, overflow="crop")
    return Static(text, classes="title")


class Reading(Screen[None]):
    """A text that is there, or comes.

    Args:
        head: its first line.
        text: all of it, or what gives it, on a thread.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q,enter", "dismiss", "back"),
        ("down,j", "scroll(1)", ""),
        ("up,k", "scroll(-1)", ""),
        ("pagedown,space", "leaf(1)", ""),
        ("pageup", "leaf(-1)", ""),
    ]
    DEFAULT_CSS = """
    Reading .title { height: 1; text-style: bold reverse; }
    Reading #body { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    Reading Static { width: 1fr; height: auto; }
    """

    def __init__(self, head: str, text: str | Callable[[], str]) -> None:
        super().__init__()
        self._head = head
        self._text = text

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield title(self._head)
        with VerticalScroll(id="body"):
            waits = "asking …" if callable(self._text) else self._text
            yield Static(Text(waits), id="text")
        yield Static(Text("Esc back   ↑ ↓ scroll", style="dim"), id="foot")

    def on_mount(self) -> None:
        """Ask, if it has to be asked for."""
        if callable(self._text):
            self.run_worker(self._text, thread=True, exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show what came, or why nothing did."""
        if event.state is WorkerState.SUCCESS:
            self._write(str(event.worker.result))
        elif event.state is WorkerState.ERROR:
            if not isinstance(event.worker.error, BatchyardError):
                raise event.worker.error or RuntimeError("a worker failed without an error")
            self._write(str(event.worker.error), style="red")

    def _write(self, text: str, style: str = "") -> None:
        lines = "\n".join(clean(line) for line in text.splitlines())
        self.query_one("#text", Static).update(Text(lines, style=style))

    def action_scroll(self, by: int) -> None:
        """Move by lines."""
        self.query_one("#body").scroll_relative(y=by, animate=False)

    def action_leaf(self, by: int) -> None:
        """Move by screens."""
        body = self.query_one("#body")
        body.scroll_relative(y=by * max(1, body.size.height - 1), animate=False)


class Printed(Screen[None]):
    """What a job prints, as it prints it.

    Args:
        row: the job.
        place: where it is.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q", "dismiss", "back"),
        ("end,G", "end", "follow"),
        ("up,k", "back(1)", ""),
        ("pageup", "back(20)", ""),
        ("home,g", "back(1000000)", ""),
        ("down,j", "on(1)", ""),
        ("pagedown,space", "on(20)", ""),
    ]
    DEFAULT_CSS = """
    Printed .title { height: 1; text-style: bold reverse; }
    Printed Log { height: 1fr; overflow: auto auto; scrollbar-size: 1 1; }
    Printed #foot { height: 1; }
    """

    def __init__(self, row: JobRow, place: Place) -> None:
        super().__init__()
        self._row = row
        self._place = place
        self._count = 0
        self._at_end = True

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield title(f"log of {self._row.name}  {self._row.id}")
        yield Log(max_lines=KEPT, highlight=False)
        yield Static(id="foot")

    def on_mount(self) -> None:
        """Begin to follow."""
        self._say("waits for its first line")
        log = self.query_one(Log)
        log.can_focus, log.auto_scroll = False, False
        self.run_worker(self._follow(), exclusive=True)

    async def _follow(self) -> None:
        log = self.query_one(Log)
        try:
            async for line in follow_logs([self._row.id], **self._place.target.connection):
                log.write_line(self._form(line))
                self._count += 1
                if self._at_end:
                    log.scroll_end(animate=False)
                self._say("follows")
        except BatchyardError as error:
            self._say(str(error), style="red")
        else:
            self._say("the job has ended, and this is all")

    def _form(self, line: Line) -> str:
        text = clean(line.event.message)
        if line.job_id != self._row.id:
            return f"{short(line.job_id)} | {text}"
        return text if line.attempt == 1 else f"#{line.attempt} | {text}"

    def _say(self, words: str, style: str = "") -> None:
        told = f"{self._count:,} lines" + (f", the last {KEPT:,} kept" * (self._count > KEPT))
        text = Text.assemble(("Esc back   End follow   ", "dim"), (f"{told}: {words}", style))
        self.query_one("#foot", Static).update(text)

    def action_end(self) -> None:
        """Go to the last line, and stay at the end."""
        self._at_end = True
        self.query_one(Log).scroll_end(animate=False)

    def action_back(self, by: int) -> None:
        """Go back by lines, and stay there."""
        self._at_end = False
        self.query_one(Log).scroll_relative(y=-by, animate=False)

    def action_on(self, by: int) -> None:
        """Go on by lines."""
        self.query_one(Log).scroll_relative(y=by, animate=False)


class Asking(ModalScreen[bool]):
    """A question: only `y` is a yes.

    Args:
        question: its text.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("y,Y", "answer(True)", "yes"),
        ("n,N,escape,q,enter", "answer(False)", "no"),
    ]
    DEFAULT_CSS = """
    Asking { align: center middle; background: transparent; }
    Asking #asked { width: auto; max-width: 90%; height: auto; padding: 1 3; }
    Asking #asked { border: round ansi_yellow; }
    Asking Static { width: auto; height: auto; }
    """

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """Lay it out."""
        first, _, rest = self._question.partition("\n")
        answers = Text.assemble("\n\n", ("y", "bold"), " yes    ", ("n", "bold"), " no")
        with Vertical(id="asked"):
            yield Static(Text.assemble((first, "bold"), f"\n{rest}", answers))

    def action_answer(self, yes: bool) -> None:  # noqa: FBT001 - textual calls it by position
        """Give the answer."""
        _ = self.dismiss(yes)  # never awaited by its own screen
