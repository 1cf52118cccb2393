"""Who is shown a yard's metrics, and what everybody else is told."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from batchyard.errors import Refused
from batchyard.metrics.exporting import check_library
from batchyard.metrics.pushing import Pusher
from batchyard.server import exporting
from batchyard.server.metering import Metering
from batchyard.server.options import Options

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from batchyard.server.asgi import Application

BEYOND = "0.0.0.0"  # noqa: S104 - what is tested


def options(**members: Any) -> Options:  # noqa: ANN401 - an option's value
    return Options(data_dir=Path("nowhere"), **members)


def answer(page: Application, method: str = "GET") -> tuple[int, str]:
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def ask() -> None:
        await page({"method": method}, receive, send)

    asyncio.run(ask())
    return sent[0]["status"], sent[1]["body"].decode()


def shown(**members: Any) -> tuple[int, str]:  # noqa: ANN401 - as above
    chosen = options(**members)
    return answer(exporting.page(chosen, exporting.metering_of(chosen, lambda: 0)))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_yard_of_this_machine_shows_its_metrics(host: str) -> None:
    status, text = shown(host=host)
    assert status == 200
    assert "# TYPE batchyard_executor_open_slots gauge" in text


@pytest.mark.parametrize("host", [BEYOND, "::", "192.0.2.1", "yard.example"])
def test_a_yard_that_listens_beyond_shows_them_only_when_told_to(host: str) -> None:
    assert shown(host=host) == (403, f"{exporting.HIDDEN}.\n")
    assert shown(host=host, statsd="127.0.0.1:8125") == (403, f"{exporting.HIDDEN}.\n")
    assert shown(host=host, metrics=True)[0] == 200


def test_a_yard_that_is_told_not_to_shows_nothing_and_counts_nothing() -> None:
    assert shown(metrics=False) == (403, f"{exporting.OFF}.\n")
    assert exporting.metering_of(options(metrics=False), lambda: 0) is None
    assert exporting.metering_of(options(host=BEYOND), lambda: 0) is None
    sent = options(metrics=False, statsd="127.0.0.1:8125")
    assert isinstance(exporting.metering_of(sent, lambda: 0), Metering)


def test_without_the_library_the_page_says_how_to_get_it() -> None:
    status, text = answer(exporting.page(options(), None))
    assert (status, "pip install 'batchyard[metrics]'" in text) == (501, True)
    with pytest.raises(Refused, match="get it so"):
        check_library("no_such_library_anywhere", "get it so")


def test_only_those_who_read_are_answered() -> None:
    chosen = options()
    page = exporting.page(chosen, exporting.metering_of(chosen, lambda: 0))
    assert answer(page, "DELETE") == (405, f"{exporting.METHOD}.\n")


@pytest.mark.parametrize("prefix", ["", "a b", "a.b", "1a", "ü"])
def test_a_prefix_that_no_name_can_have_is_refused(prefix: str) -> None:
    with pytest.raises(Refused, match="--metrics-prefix"):
        exporting.check(options(metrics_prefix=prefix))


def test_a_statsd_server_without_a_port_is_refused() -> None:
    with pytest.raises(Refused, match="'host' is no address"):
        exporting.check(options(statsd="host"))


class Counter:
    """An exporter that notes what is asked of it; the first time it fails."""

    def __init__(self) -> None:
        self.exported = 0
        self.closed = 0

    def export(self) -> bytes:
        self.exported += 1
        if self.exported == 1:
            raise OSError("the network is gone")
        return b""

    def close(self) -> None:
        self.closed += 1


def test_what_is_sent_by_the_clock_is_sent_again_after_a_failure_and_at_the_end() -> None:
    async def scenario() -> None:
        exporter, loop, twice = Counter(), asyncio.get_running_loop(), asyncio.Event()

        def soon(work: Any) -> None:  # noqa: ANN401 - a callback
            def do() -> None:
                work()
                if exporter.exported == 2:
                    twice.set()

            loop.call_soon_threadsafe(do)

        pusher = Pusher(exporter, soon, every=0.001)
        pusher.start()
        pusher.start()
        await asyncio.wait_for(twice.wait(), 30)
        pusher.stop()
        last = exporter.exported
        assert (last >= 3, exporter.closed) == (True, 1)
        pusher.stop()

    asyncio.run(scenario())
