"""``batchyard top`` in a real terminal, and what only a yard tells, from a real yard."""

import asyncio
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from batchyard.cli.target import at_yard
from batchyard.cli.top_screen.app import Top
from batchyard.cli.top_screen.fetching import place_of
from tests.acceptance.terminal import Terminal, typed
from tests.acceptance.test_offered import Queue
from tests.acceptance.yards import (
    BATCHYARD,
    PATIENCE,
    RunningYard,
    reached,
    submit,
)

ALTERNATE, BACK = b"\x1b[?1049h", b"\x1b[?1049l"
"""Into a screen of one's own, and out of it: xterm's private modes,
https://invisible-island.net/xterm/ctlseqs/ctlseqs.html"""

CURSOR = b"\x1b[?25h"
COLOUR = re.compile(rb"\x1b\[[0-9;]*m")


class Screen:
    """A command in a terminal of its own.

    Attributes:
        seen: all that it has written.
    """

    def __init__(self, env: dict[str, str], *words: str) -> None:
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.modes = termios.tcgetattr(theirs)
        self.theirs = theirs
        self.seen = b""
        self.process = subprocess.Popen(
            [BATCHYARD, "top", *words],
            env=env | {"TERM": "xterm-256color"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )

    def type(self, keys: bytes) -> None:
        os.write(self.ours, keys)

    def until(self, happened: Callable[[], object]) -> None:
        """Read on until something has happened."""
        deadline = time.monotonic() + PATIENCE
        while not happened():
            assert time.monotonic() < deadline, self.seen[-2000:]
            self.read(0.1)

    def read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self.ours], [], [], seconds)
        if ready:
            with suppress(OSError):  # EIO: nobody holds the other end
                self.seen += os.read(self.ours, 65536)
        return bool(ready)

    def shows(self, text: str) -> None:
        """Wait until a text stands on the screen."""
        self.until(lambda: text.encode() in COLOUR.sub(b"", self.seen))

    def leaves(self) -> int:
        """Wait until it has ended and the terminal is as it was; give its exit code."""
        self.until(lambda: self.process.poll() is not None)
        while self.read(0):
            pass
        assert self.seen.rindex(BACK) > self.seen.rindex(ALTERNATE)
        assert self.seen.rindex(CURSOR) > self.seen.rindex(ALTERNATE)
        assert termios.tcgetattr(self.theirs) == self.modes
        return self.process.returncode

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.ours)
        os.close(self.theirs)


@contextmanager
def screen(env: dict[str, str], *words: str) -> Iterator[Screen]:
    shown = Screen(env, *words)
    try:
        yield shown
    finally:
        shown.close()


@pytest.mark.parametrize("keys", [b"q", b"\x03"], ids=["q", "ctrl-c"])
def test_a_job_is_seen_and_the_terminal_left_as_it_was(shared: RunningYard, keys: bytes) -> None:
    job_id = submit(shared.client("batch"), "true")
    with screen(shared.env()) as shown:
        shown.shows(job_id[-8:])
        shown.shows("SUCCEEDED")
        assert f"yard 127.0.0.1:{shared.port}".encode() in COLOUR.sub(b"", shown.seen)
        shown.type(keys)
        assert shown.leaves() == 0
        assert any(b";3" in one or b"[3" in one for one in COLOUR.findall(shown.seen))


def test_a_terminal_that_wants_no_colour_gets_none(shared: RunningYard) -> None:
    job_id = submit(shared.client("batch"), "false")
    with screen(shared.env() | {"NO_COLOR": "1"}) as shown:
        shown.shows(job_id[-8:])
        shown.shows("FAILED")
        shown.type(b"q")
        assert shown.leaves() == 0
        codes = {code for one in COLOUR.findall(shown.seen) for code in one[2:-1].split(b";")}
        assert codes.isdisjoint(str(n).encode() for n in (*range(30, 39), *range(40, 49)))


def test_a_signal_leaves_the_terminal_as_it_was_too(shared: RunningYard) -> None:
    with screen(shared.env()) as shown:
        shown.shows("old")
        shown.process.send_signal(signal.SIGINT)
        shown.leaves()


def test_a_pipe_is_refused_and_sent_to_the_list(terminal: Terminal) -> None:
    assert "batchyard list" in terminal.refused("top")


def test_a_terminal_that_can_do_nothing_is_refused(shared: RunningYard) -> None:
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [BATCHYARD, "top"],
        env=shared.env() | {"TERM": "dumb"},
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        timeout=PATIENCE,
        check=False,
    )
    os.close(ours)
    os.close(theirs)
    assert (done.returncode, b"batchyard list" in done.stderr) == (2, True)


def test_help_does_not_load_what_draws(shared: RunningYard) -> None:
    code, out, _ = typed(shared.env() | {"PYTHONPROFILEIMPORTTIME": "1"}, "top", "--help")
    assert (code, "every key" in out) == (0, True)
    _, _, err = typed(shared.env() | {"PYTHONPROFILEIMPORTTIME": "1"}, "--help")
    assert "batchyard.cli" in err
    assert "textual" not in err


async def until(pilot: Pilot[None], happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, f"it never happened: {happened}"
        await pilot.pause()
        await asyncio.sleep(0.01)


def _has(body: Static, said: str) -> bool:
    return said in str(body.content)


async def test_a_yard_says_why_tells_the_story_and_names_its_runners(
    shared: RunningYard,
) -> None:
    queue = Queue(shared, "watched")
    first, second = queue.submit("sleep", "600"), queue.submit("sleep", "600")
    reached(queue.batch, second, "STARTING")
    third = queue.submit("sleep", "600")
    reached(queue.batch, third, "RUNNABLE")
    await asyncio.to_thread(queue.take)
    app = Top(place_of(at_yard(Path(shared.data_dir), None, shared.url)), only=("watched",))
    async with app.run_test(size=(160, 40)) as pilot:
        await until(pilot, lambda: third in [row.id for row in app.table.rows])
        await pilot.press("home")
        while app.table.pointed.id != third:
            await pilot.press("down")
        for key, said in (("w", "watched has 0 of 2 free"), ("y", "Accepted")):
            await pilot.press(key)
            body = app.screen.query_one("#text", Static)
            await until(pilot, partial(_has, body, said))
            await pilot.press("escape")
        await pilot.press("4")
        await until(pilot, lambda: ("watched", "far-away") in [row[:2] for row in app.table.rows])
        (row,) = (row for row in app.table.rows if row.group == "watched")
        assert (len(row.tasks), row.ready) == (1, 1)
        assert row.tasks[0] in {first, second}
        assert row.heard is not None
