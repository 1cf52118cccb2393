"""A board that leaves its process by all the ways that were asked for."""

from __future__ import annotations

from contextlib import ExitStack
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from batchyard.errors import Refused
from batchyard.metrics import prometheus, statsd
from batchyard.metrics.catalogue import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchyard.metrics.address import Address
    from batchyard.metrics.board import Board


class Ways(NamedTuple):
    """How a board leaves.

    Attributes:
        listen: where Prometheus finds ``/metrics``; None: nowhere.
        statsd: which StatsD server is sent it; None: none.
        prefix: what names begin with.
    """

    listen: Address | None = None
    statsd: Address | None = None
    prefix: str = PREFIX


def check_prefix(prefix: str) -> None:
    """Refuse what no name of a metric can begin with.

    Raises:
        Refused: with the prefix.
    """
    if not prefix.isidentifier() or not prefix.isascii():
        raise Refused(f"--metrics-prefix {prefix!r}: letters, digits and _, such as `airflow`")


def check_library(library: str, missing: str) -> None:
    """See to it that a library is there.

    Raises:
        Refused: it is not; ``missing`` says how to get it.
    """
    if find_spec(library) is None:
        raise Refused(missing)


def exported(board: Board, ways: Ways, say: Callable[[str], None]) -> ExitStack:
    """Let a board leave; it does until the stack that is given is closed.

    Args:
        board: the board; its gauges may be read on any thread.
        ways: how.
        say: tells people where it is shown.

    Raises:
        Refused: a library is missing, or an address cannot be had.
    """
    check_prefix(ways.prefix)
    with ExitStack() as stack:
        if ways.listen is not None:
            from batchyard.metrics.serving import Serving

            check_library(prometheus.LIBRARY, prometheus.MISSING)
            serving = Serving(prometheus.Prometheus(board, ways.prefix), ways.listen)
            stack.callback(serving.stop)
            serving.start()
            say(f"metrics are at {serving.url}")
        if ways.statsd is not None:
            from batchyard.metrics.pushing import Pusher

            check_library(statsd.LIBRARY, statsd.MISSING)
            pusher = Pusher(statsd.StatsD(board, ways.statsd, ways.prefix))
            stack.callback(pusher.stop)
            pusher.start()
        return stack.pop_all()
