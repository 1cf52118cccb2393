"""A service that exists only in time: jobs that appear, move and vanish, and how it answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field

from batchyard.errors import Refused, RefusedCredentials, Throttled, Unreachable
from batchyard.polling.budget import Budget, Rates
from batchyard.polling.cadence import Fixed
from batchyard.polling.news import (
    Describe,
    Idle,
    Kind,
    Limits,
    Moved,
    News,
    SleepUntil,
    Told,
    Trouble,
    Wish,
)
from batchyard.polling.seen import Seen, Test, test_of
from batchyard.polling.watch import Watch

FOREVER = 10**9


@dataclass(frozen=True)
class Life:
    """When a job is shown, runs, ends, and is not shown any more, in seconds."""

    appears: float = 0.0
    runs: float = 1.0
    ends: float = 2.0
    end: str = "SUCCEEDED"
    vanishes: float = FOREVER
    refused: bool = False

    def status(self, now: float) -> str | None:
        if not self.appears <= now < self.vanishes:
            return None
        return "RUNNABLE" if now < self.runs else "RUNNING" if now < self.ends else self.end


ERRORS = {
    Kind.THROTTLED: Throttled("slow down"),
    Kind.UNREACHABLE: Unreachable("nobody"),
    Kind.REFUSED: Refused("no such id"),
    Kind.HOPELESS: RefusedCredentials("who are you"),
}


@dataclass
class Service:
    """Answers a watch, question by question, each taking its time.

    Attributes:
        lives: every job that there ever is.
        trouble: what is wrong at a time, if anything.
        takes: seconds from a question to its answer.
        most: questions under way at once.
    """

    lives: dict[str, Life]
    trouble: Callable[[float], Kind | None] = lambda _: None
    takes: float = 0.05
    most: int = 4
    rates: Rates = field(default_factory=lambda: Rates(first=50, most=50))
    now: float = 0.0

    def __post_init__(self) -> None:
        self.watch = Watch(Budget(self.rates), lambda: 0.5)
        self.asked: list[Describe] = []
        self.told: defaultdict[Hashable, list[Told]] = defaultdict(list)
        self.told_at: dict[tuple[Hashable, str], float] = {}
        self.moved: defaultdict[Hashable, list[Seen]] = defaultdict(list)
        self._flying: list[tuple[float, Describe]] = []

    def wait(
        self,
        waiter: Hashable,
        ids: Iterable[str],
        *,
        until: str | Test = "complete",
        cadence: float = 1.0,
        limits: Limits = Limits(),  # noqa: B008 - a frozen value
        timeout: float | None = None,
        moves: bool = False,
    ) -> None:
        deadline = None if timeout is None else self.now + timeout
        wish = Wish(test_of(until), Fixed(cadence), limits, deadline, moves)
        self.watch.add(waiter, ids, wish, self.now)

    def run(self, until: float) -> None:
        """Let time pass up to a moment, as whoever drives a watch does."""
        while True:
            self._hear(self.watch.expire(self.now))
            wake = self._ask()
            events = [moment for moment, _ in self._flying] + ([] if wake is None else [wake])
            soonest = min(events, default=FOREVER)
            if soonest > until:
                self.now = until
                return
            self.now = max(self.now, soonest)
            self._answer()

    def _ask(self) -> float | None:
        while len(self._flying) < self.most:
            todo = self.watch.next(self.now)
            if isinstance(todo, Idle):
                return None
            if isinstance(todo, SleepUntil):
                assert todo.at > self.now
                return todo.at
            self.asked.append(todo)
            self._flying.append((self.now + self.takes, todo))
        return None

    def _answer(self) -> None:
        due = [each for each in self._flying if each[0] <= self.now]
        self._flying = [each for each in self._flying if each[0] > self.now]
        for _, question in due:
            self._hear(self._reply(question))

    def _reply(self, question: Describe) -> list[News]:
        kind = self.trouble(self.now)
        if any(self.lives[one].refused for one in question.ids):
            kind = kind or Kind.REFUSED
        if kind is not None:
            return self.watch.fail(question, Trouble(kind, ERRORS[kind]), self.now)
        shown = [(one, self.lives[one].status(self.now)) for one in question.ids]
        seen = [Seen(one, status) for one, status in shown if status is not None]
        return self.watch.receive(question, seen, self.now)

    def _hear(self, news: list[News]) -> None:
        for one in news:
            if isinstance(one, Moved):
                self.moved[one.waiter].append(one.seen)
            else:
                assert (one.waiter, one.job_id) not in self.told_at, "told twice"
                self.told[one.waiter].append(one)
                self.told_at[one.waiter, one.job_id] = self.now
