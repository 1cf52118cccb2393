"""How many orders go out: at their pace, several at once, each result kept in its place.

Everything is decided on the caller's thread, which also takes the items: a generator may use what
belongs to that thread. Only requests are made elsewhere.
"""

from __future__ import annotations

import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, NoReturn, TypeVar

from batchyard.client.crew import Outcome
from batchyard.client.lacking import lacking
from batchyard.errors import BatchyardError, NotFound, Refused, Throttled, Unanswered, Unsubmitted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from batchyard.client.calls import Answer
    from batchyard.client.crew import Crew
    from batchyard.client.orders import Order
    from batchyard.client.sessions import Client
    from batchyard.polling.budget import Budget

OWN = (Refused, NotFound, Unanswered)
"""What befalls one item; the others go on."""

GRACE = 3.0
"""Seconds that requests under way are waited for when it ends early; AWS answers within 0.2."""

PATIENCE = 900.0
"""Seconds of nothing but 429s after which it ends."""

SHOWN = 5
"""Errors whose text is in the message; all of them are in the exception."""

T = TypeVar("T")


class Flow(Generic[T]):
    """One call of `submit_many`: what came of each item so far.

    Args:
        client: a botocore client of Batch.
        crew: sends the requests.
        budget: says when the next may leave.
        handle: makes a job of an order, an index in it, and the service's answer.
        report: is called with each job.
        clock: tells the time, in seconds.
    """

    def __init__(
        self,
        client: Client,
        crew: Crew,
        budget: Budget,
        handle: Callable[[Order, int, Answer], T],
        report: Callable[[T], object],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._crew = crew
        self._budget = budget
        self._handle = handle
        self._report = report
        self._clock = clock
        self._again: deque[Order] = deque()
        self._throttled_since: float | None = None
        self._asked: set[tuple[str, str]] = set()
        self.jobs: list[T | None] = []
        self.errors: dict[int, BatchyardError] = {}

    def run(self, orders: Iterable[tuple[Order, Answer | BatchyardError | None]]) -> list[T]:
        """Carry out orders, those that are neither done nor refused already.

        Returns:
            The jobs, one for each item, in their order.

        Raises:
            Unsubmitted: some items have none.
            BatchyardError: nothing could be submitted at all.
        """
        try:
            for order, known in orders:
                self._take_up(order, known)
            while self._crew.under_way:
                self._hear(None)
                self._send_again()
        except BaseException as error:  # noqa: BLE001 - what was submitted is told, whatever ends it
            self._give_up(error)
        finally:
            self._crew.stop()
        if self.errors:
            raise self._unsubmitted("")
        return [job for job in self.jobs if job is not None]

    def _take_up(self, order: Order, known: Answer | BatchyardError | None) -> None:
        self.jobs += [None] * len(order.items)
        if known is None:
            self._send(order)
        elif isinstance(known, BatchyardError):
            self._refuse(order, known)
        else:
            self._keep(order, known)
        self._send_again()

    def _send_again(self) -> None:
        while self._again:
            self._send(self._again.popleft())

    def _send(self, order: Order) -> None:
        """Send an order as soon as a thread and the budget allow it."""
        while self._crew.under_way and self._hear(0):
            pass
        while self._crew.full:
            self._hear(None)
        while (ready := self._budget.ready_at(now := self._clock())) > now:
            self._hear(ready - now)
        self._budget.take(now)
        self._crew.start(order)

    def _hear(self, seconds: float | None) -> bool:
        """Wait for an outcome, so many seconds at most; tell whether there was one."""
        outcome = self._crew.outcome(seconds)
        if outcome is None:
            return False
        if isinstance(outcome.error, Throttled):
            self._slow_down(outcome.order, outcome.error)
        else:
            self._throttled_since = None
            self._budget.answered()
            self._settle(outcome)
            self._check(outcome)
        return True

    def _slow_down(self, order: Order, error: Throttled) -> None:
        now = self._clock()
        self._budget.throttled(now)
        self._again.append(order)
        self._crew.done(order)
        if self._throttled_since is None:
            self._throttled_since = now
        if now - self._throttled_since > PATIENCE:
            raise error

    def _settle(self, outcome: Outcome) -> None:
        """Keep an outcome in its place.

        Raises:
            Exception: it is one that befalls all.
        """
        order, answer, error = outcome
        if answer is not None:
            self._keep(order, answer)
        elif isinstance(error, OWN):
            self._refuse(order, error)
        elif error is not None:
            self._crew.done(order)
            raise error

    def _keep(self, order: Order, answer: Answer) -> None:
        jobs = [self._handle(order, index, answer) for index in range(len(order.items))]
        first = order.items[0].position
        self.jobs[first : first + len(jobs)] = jobs
        self._crew.done(order)
        for job in jobs:
            self._report(job)

    def _refuse(self, order: Order, error: BatchyardError) -> None:
        self.errors |= dict.fromkeys((item.position for item in order.items), error)
        self._crew.done(order)

    def _check(self, outcome: Outcome) -> None:
        """Stop where a refusal would befall all other items as well."""
        order, _, error = outcome
        if not isinstance(error, Refused):
            return
        asked = order.queue, str(order.request["jobDefinition"])
        if asked in self._asked:
            return
        self._asked.add(asked)
        if sentence := lacking(self._client, order.request):
            raise Refused(f"{sentence} ({error})") from error

    def _give_up(self, error: BaseException) -> NoReturn:
        """Wait a moment for what is under way, then tell what was submitted."""
        self._crew.stop()
        self._wait_out(self._clock() + GRACE)
        told = self._unsubmitted(f"it ended early: {error!r}")
        if not any(self.jobs) and not any(_unsure(one) for one in self.errors.values()):
            raise error
        if isinstance(error, Exception):
            raise told from error
        raise error from told  # Ctrl-C stays what it is

    def _wait_out(self, ends: float) -> None:
        while self._crew.under_way and (left := ends - self._clock()) > 0:
            outcome = self._crew.outcome(left)
            with suppress(Exception):  # one error is enough; what it is about is kept before
                if outcome is not None:
                    self._settle(outcome)
        for order in list(self._crew.under_way.values()):
            if self.jobs[order.items[0].position] is None:
                late = Unanswered(f"the answer to submitting {order.name} was not waited for")
                self._refuse(order, late)

    def _unsubmitted(self, ended: str) -> Unsubmitted:
        """Tell how many were submitted, how many not, and why the first of them."""
        shown = [f"item {position}: {self.errors[position]}" for position in sorted(self.errors)]
        more = [f"and {len(shown) - SHOWN} more"] if len(shown) > SHOWN else []
        told = [f"{sum(job is not None for job in self.jobs)} of {len(self.jobs)} items submitted"]
        told += [ended] if ended else []
        return Unsubmitted(
            "; ".join([*told, *shown[:SHOWN], *more]), jobs=self.jobs, errors=self.errors
        )


def _unsure(error: BatchyardError) -> bool:
    return isinstance(error, Unanswered)
