"""A yard on a socket: uvicorn around the gateway, and one line when it answers."""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import signal
import socket
import threading
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

import uvicorn

from batchyard.engine.clock import LoopClock
from batchyard.errors import BatchyardError, Refused
from batchyard.launchers.supervisor.open_files import raise_limit
from batchyard.server import exporting
from batchyard.server.app import Yard
from batchyard.server.joining import Protocol
from batchyard.server.keys import private_directory
from batchyard.server.lock import Holder, Lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batchyard.server.options import Options

KEEP_ALIVE = 75
"""Seconds an idle connection stays: clients pool them for up to a minute."""

PATIENCE = 5
"""Seconds that requests under way get when the yard stops."""


class Server(uvicorn.Server):
    """uvicorn, stopped by our own signal handler and silent but for one line."""

    announce: Callable[[], None]

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: `serve` handles them."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say so."""
        await super().startup(sockets)
        if self.started:
            self.announce()


def listen(host: str, port: int) -> socket.socket:
    """Bind a socket.

    Raises:
        Refused: the address cannot be had; the message says why.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        taken = "; try --port 0 for a free one" if error.errno == errno.EADDRINUSE else ""
        raise Refused(f"cannot listen on {host}:{port}: {error.strerror}{taken}") from None
    return bound


def url_of(host: str, port: int) -> str:
    """Form the address that clients use."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def serve(options: Options, say: Callable[[str], None], warn: Callable[[str], None]) -> None:
    """Run a yard until SIGINT or SIGTERM.

    Args:
        options: how it is started.
        say: prints the one line on stdout.
        warn: prints remarks on stderr.

    Raises:
        Refused: an option cannot work.
        YardError: the data directory is taken, or its state cannot be read.
    """
    options.check()
    raise_limit()  # each connection is one, and each waiting poll holds one
    exporting.check(options)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(options, say, warn))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Take uvloop where it is installed: it halves the cost of a request."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve(options: Options, say: Callable[[str], None], warn: Callable[[str], None]) -> None:
    private_directory(options.data_dir)
    lock = None if options.ephemeral else Lock(options.data_dir)
    bound = listen(options.host, options.port)
    url = url_of(options.host, bound.getsockname()[1])
    metering = exporting.metering_of(options, LoopClock().now)
    yard = Yard(options, metering)
    yard.answers_at(url)
    soon = asyncio.get_running_loop().call_soon_threadsafe
    pusher = exporting.pusher_of(options, metering, soon)
    try:
        await yard.start()
        if pusher is not None:
            pusher.start()
        _leave_in_peace()
        if lock is not None:
            lock.says(Holder(os.getpid(), url))
        if not options.auth:
            warn("--no-auth: any key is accepted, from this machine only")
        if options.with_moto:
            warn("--with-moto: what moto holds is in its memory, and gone when the yard stops")
        await _answer(yard, bound, partial(_announce, yard, url, say, warn))
    finally:
        running = len(yard.running())
        if pusher is not None:
            pusher.stop()
        await yard.stop(jobs=options.stop_jobs)
        if running and not (options.stop_jobs or options.ephemeral):
            jobs = "1 job keeps" if running == 1 else f"{running} jobs keep"
            warn(f"{jobs} running; the next `batchyard serve` finds them again")
        if lock is not None:
            lock.release()


def _announce(
    yard: Yard, url: str, say: Callable[[str], None], warn: Callable[[str], None]
) -> None:
    """Say that the yard answers, and how to look at it."""
    say(f"ready {url}")
    warn(f"look at it (this link works once): {yard.console.link()}")


def _leave_in_peace() -> None:
    """Let the collector of cycles look seldom: nearly everything here is frozen and in none.

    With Python's defaults it took a tenth of the time that tasks took.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


async def _answer(yard: Yard, bound: socket.socket, announce: Callable[[], None]) -> None:
    config = uvicorn.Config(
        yard.application(bound.getsockname()[1]),
        http=Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=PATIENCE,
    )
    server = Server(config)
    server.announce = announce
    lost: list[BatchyardError] = []

    def gone(error: BatchyardError) -> None:
        lost.append(error)
        server.should_exit = True

    yard.gone = gone
    loop = asyncio.get_running_loop()
    leaving = _Leaving(server, yard)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, leaving.begin)
    if yard.options.leave_with_parent:
        leave = partial(loop.call_soon_threadsafe, leaving.begin)
        threading.Thread(target=_when_input_ends, args=(leave,), daemon=True).start()
    await server.serve([bound])
    if lost:
        raise lost[0]


def _when_input_ends(leave: Callable[[], object]) -> None:
    """Read standard input to its end, and leave; a loop that has ended has left already."""
    with suppress(OSError):
        while os.read(0, 4096):
            pass
    with suppress(RuntimeError):
        leave()


class _Leaving:
    """Ends the server at a signal; with ``--stop-jobs`` once attempts have ended, or at another.

    Task runners that run some are told to stop when they report: it must answer until then.
    """

    def __init__(self, server: Server, yard: Yard) -> None:
        self._server = server
        self._yard = yard
        self._ending: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Leave."""
        engine = self._yard.current()
        engine.tasks.stop()  # else polls would be waited for
        self._yard.console.stop()  # and open pages
        if not self._yard.options.stop_jobs or self._ending is not None:
            self._server.should_exit = True
            return
        self._ending = asyncio.ensure_future(engine.end_attempts())
        self._ending.add_done_callback(lambda _: setattr(self._server, "should_exit", True))
