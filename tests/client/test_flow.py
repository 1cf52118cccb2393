"""The flow of many requests, in a time of its own: its pace, its patience, its end."""

from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from itertools import count
from typing import Any, TypeAlias

import pytest

from batchyard import JobDefinition, Throttled, Unanswered, Unsubmitted
from batchyard.client.crew import Interrupted, Outcome
from batchyard.client.flow import GRACE, PATIENCE, Flow
from batchyard.client.orders import Item, Order
from batchyard.polling.budget import Budget, Rates

Anything: TypeAlias = Any
"""A stand-in, or what it is handed."""

LATENCY = 0.1


class Plain(JobDefinition):
    name = "plain"


class Hands:
    """Stands in for a crew: it answers after a while of its own time, or never.

    Args:
        fate: what becomes of a request sent at some time; None for an answer.
        width: how many may be under way.
    """

    def __init__(self, fate: Callable[[float], Exception | None], width: int = 10) -> None:
        self.now = 0.0
        self.sent: list[float] = []
        self.under_way: dict[int, Order] = {}
        self.stopped = False
        self.widest = 0
        self._fate = fate
        self._width = width
        self._due: list[tuple[float, int, Outcome]] = []
        self._numbers = count()

    @property
    def full(self) -> bool:
        return len(self.under_way) >= self._width

    def start(self, order: Order) -> None:
        self.sent.append(self.now)
        self.under_way[order.items[0].position] = order
        self.widest = max(self.widest, len(self.under_way))
        error = self._fate(self.now)
        if not isinstance(error, TimeoutError):
            answer = {"jobId": str(order.items[0].position)} if error is None else None
            outcome = Outcome(order, answer, error)
            heappush(self._due, (self.now + LATENCY, next(self._numbers), outcome))

    def outcome(self, seconds: float | None) -> Outcome | None:
        ends = float("inf") if seconds is None else self.now + seconds
        if self._due and self._due[0][0] <= ends:
            self.now, _, outcome = heappop(self._due)
            return outcome
        assert ends < float("inf"), "waits for ever"
        self.now = ends
        return None

    def done(self, order: Order) -> None:
        self.under_way.pop(order.items[0].position, None)

    def stop(self) -> None:
        self.stopped = True


def orders(many: int) -> Iterator[tuple[Order, None]]:
    for position in range(many):
        request = {"jobName": str(position), "jobQueue": "q", "jobDefinition": "plain"}
        yield Order((Item(position, Plain(), {}),), request, unique=True), None


def at(rate: float) -> Budget:
    return Budget(Rates(rate, rate, min(0.5, rate), 1.0, rise=1.0))


def flowing(hands: Hands, budget: Budget) -> Flow[str]:
    crew: Anything = hands

    def handle(_: Order, __: int, answer: Anything) -> str:
        return str(answer["jobId"])

    return Flow(None, crew, budget, handle, lambda _: None, clock=lambda: hands.now)


def test_requests_leave_at_the_rate_and_their_answers_come_in_order() -> None:
    hands = Hands(lambda _: None)
    assert flowing(hands, at(50)).run(orders(500)) == [str(n) for n in range(500)]
    assert len(hands.sent) == 500
    assert hands.sent[-1] == pytest.approx(499 / 50)
    assert hands.stopped


def test_no_more_are_under_way_than_may_be() -> None:
    hands = Hands(lambda _: None, width=3)
    flowing(hands, at(1000)).run(orders(100))
    assert hands.widest == 3


def test_what_is_throttled_comes_out_and_slows_the_others_down() -> None:
    hands = Hands(lambda now: Throttled("x") if now < 1 else None)
    budget = at(50)
    assert len(flowing(hands, budget).run(orders(100))) == 100
    assert len(hands.sent) > 100
    assert budget.rate < 50


def test_nothing_but_429s_end_it_after_its_patience_and_no_sooner() -> None:
    hands = Hands(lambda _: Throttled("x"))
    with pytest.raises(Throttled):
        flowing(hands, at(50)).run(orders(5))
    assert PATIENCE < hands.now < PATIENCE + 10


def test_an_answer_among_429s_renews_its_patience() -> None:
    hands = Hands(lambda now: None if PATIENCE * 0.6 < now < PATIENCE * 0.7 else Throttled("x"))
    with pytest.raises(Unsubmitted) as caught:
        flowing(hands, at(1)).run(orders(1000))
    assert isinstance(caught.value.__cause__, Throttled)
    assert hands.now > PATIENCE * 1.6


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(2), Interrupted()])
def test_what_gets_no_answer_in_time_is_told_as_unknown(error: BaseException) -> None:
    hands = Hands(lambda now: None if now < 0.3 else TimeoutError())

    def items() -> Iterator[tuple[Order, None]]:
        yield from orders(22)
        raise error

    with pytest.raises((Unsubmitted, type(error))) as caught:
        flowing(hands, at(50)).run(items())
    told = (
        caught.value.__cause__
        if isinstance(error, KeyboardInterrupt | SystemExit)
        else caught.value
    )
    assert isinstance(told, Unsubmitted)
    lost = [position for position, job in enumerate(told.jobs) if job is None]
    assert lost
    assert {type(told.errors[position]) for position in lost} == {Unanswered}
    assert hands.now == pytest.approx(hands.sent[-1] + GRACE, abs=LATENCY)
