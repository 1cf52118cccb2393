"""Threads that send requests of SubmitJob, so that several are under way at once.

They are daemons and decide nothing: whoever gives them orders takes what came of each.
"""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, NamedTuple

from batchyard.client import once
from batchyard.errors import Unanswered

if TYPE_CHECKING:
    from batchyard.client.calls import Answer
    from batchyard.client.orders import Order
    from batchyard.client.sessions import Client


class Outcome(NamedTuple):
    """What came of an order: an answer, or what went wrong instead."""

    order: Order
    answer: Answer | None = None
    error: Exception | None = None


class Interrupted(Exception):
    """It is to end, says another thread."""


class Crew:
    """Some threads, begun as they are needed.

    Args:
        client: a botocore client of Batch.
        width: how many requests may be under way.
    """

    def __init__(self, client: Client, width: int) -> None:
        once.guard(client)
        self._client = client
        self._width = width
        self._orders: SimpleQueue[Order | None] = SimpleQueue()
        self._outcomes: SimpleQueue[Outcome | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._stopped = threading.Event()
        self.under_way: dict[int, Order] = {}

    @property
    def full(self) -> bool:
        """Whether as many are under way as may be."""
        return len(self.under_way) >= self._width

    def start(self, order: Order) -> None:
        """Have an order carried out."""
        self.under_way[order.items[0].position] = order
        if len(self._threads) < len(self.under_way):
            thread = threading.Thread(target=self._work, name="batchyard-submit", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._orders.put(order)

    def outcome(self, seconds: float | None = None) -> Outcome | None:
        """Wait for what came of an order; it counts as under way until it is `done`.

        Args:
            seconds: how long; None for as long as it takes.

        Returns:
            None if the time is up.

        Raises:
            Interrupted: `interrupt` was called, before `stop`.
        """
        try:
            outcome = self._outcomes.get(timeout=seconds)
        except Empty:
            return None
        if outcome is None and not self._stopped.is_set():
            raise Interrupted
        return outcome

    def done(self, order: Order) -> None:
        """Have an order's place for another one: what came of it is kept."""
        self.under_way.pop(order.items[0].position, None)

    def interrupt(self) -> None:
        """Make whoever waits for an outcome, now or next, stop; from any thread."""
        self._outcomes.put(None)

    def stop(self) -> None:
        """Let the threads end, each after the request that it has under way."""
        self._stopped.set()
        for _ in self._threads:
            self._orders.put(None)

    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            self._outcomes.put(self._carried_out(order))

    def _carried_out(self, order: Order) -> Outcome:
        try:
            for item in order.items:
                item.definition.validate()
            answer = once.submit(
                self._client, order.request, unique=order.unique, paced=True, pause=self._pause
            )
        except Exception as error:  # noqa: BLE001 - a definition's own validate may raise anything
            return Outcome(order, error=error)
        return Outcome(order, answer)

    def _pause(self, seconds: float) -> None:
        """Wait for a while, unless everything ends: then it cannot be known what came of it."""
        if self._stopped.wait(seconds):
            raise Unanswered(
                "it was stopped before the job, whose answer was lost, had been looked for long "
                "enough"
            )
