"""How what is counted leaves a yard: ``/metrics`` for Prometheus, and StatsD.

Whoever may come in need not sign for ``/metrics``. So a yard that listens beyond loopback does not
show it unless it was asked to: how much work there is, of which queues, is not for everybody.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from batchyard.metrics import prometheus, statsd
from batchyard.metrics.address import Address, address_of
from batchyard.metrics.exporting import check_library, check_prefix
from batchyard.metrics.pushing import Pusher
from batchyard.server.asgi import respond
from batchyard.server.metering import Metering
from batchyard.wire import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchyard.server.asgi import Application, Receive, Scope, Send
    from batchyard.server.options import Options

PATH = "/metrics"

HIDDEN = (
    "This yard listens beyond loopback, where anybody could read its metrics: "
    "start it with --metrics to show them all the same"
)
OFF = "This yard was started with --no-metrics"
METHOD = "Ask for metrics with GET"


def metering_of(options: Options, now: Callable[[], int]) -> Metering | None:
    """Make what counts, if anybody can ask for it.

    Args:
        options: how the yard is started.
        now: tells the time, epoch milliseconds.
    """
    asked = _closed(options) is None and find_spec(prometheus.LIBRARY) is not None
    return Metering(now) if asked or options.statsd is not None else None


def page(options: Options, metering: Metering | None) -> Application:
    """Form the page for Prometheus, or the one that says why there is none."""
    closed = _closed(options)
    if closed is not None:
        return _page(lambda: Response(403, _PLAIN, f"{closed}.\n".encode()))
    if metering is None or find_spec(prometheus.LIBRARY) is None:
        return _page(lambda: Response(501, _PLAIN, f"{prometheus.MISSING}\n".encode()))
    exporter = prometheus.Prometheus(metering.board, options.metrics_prefix)
    headers = (("Content-Type", prometheus.CONTENT_TYPE),)
    return _page(lambda: Response(200, headers, exporter.export()))


def pusher_of(
    options: Options, metering: Metering | None, call: Callable[[Callable[[], None]], object]
) -> Pusher | None:
    """Form what sends to StatsD, if that is asked for.

    Args:
        options: how the yard is started.
        metering: what counts.
        call: has something done on the engine's thread, soon.

    Raises:
        Refused: statsd is not installed, or its server cannot be found.
    """
    if options.statsd is None or metering is None:
        return None
    address = address_of(options.statsd)
    return Pusher(statsd.StatsD(metering.board, address, options.metrics_prefix), call)


def check(options: Options) -> None:
    """Refuse what cannot be exported.

    Raises:
        Refused: with a sentence that names the option and the value.
    """
    check_prefix(options.metrics_prefix)
    if options.statsd is not None:
        address_of(options.statsd)
        check_library(statsd.LIBRARY, statsd.MISSING)
    if options.metrics:
        check_library(prometheus.LIBRARY, prometheus.MISSING)


_PLAIN = (("Content-Type", "text/plain; charset=utf-8"),)


def _closed(options: Options) -> str | None:
    """Say why nobody may see the page; None if whoever comes in may."""
    if options.metrics is None:
        return None if Address(options.host, options.port).is_loopback else HIDDEN
    return None if options.metrics else OFF


def _page(form: Callable[[], Response]) -> Application:
    async def app(scope: Scope, _: Receive, send: Send) -> None:
        asked = scope["method"] in {"GET", "HEAD"}
        await respond(send, form() if asked else Response(405, _PLAIN, f"{METHOD}.\n".encode()))

    return app
