"""What to ask next, so that a screen is fresh and the service is asked seldom.

One question is under way at a time, never more of them a second than the pace allows; the service's
own wish for patience (HTTP 429) stretches the pace (`batchyard.polling.budget`). What is not looked
at is not asked for. Nothing here knows a clock: times are seconds of one that only goes forward.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from batchyard.polling.budget import Budget, Rates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STATUSES = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")
LIVE = STATUSES[:5]

PAGE = 1000
"""Jobs that ListJobs gives at once (maxResults in botocore's model)."""

PAGES = 10
"""Pages of a listing that are read at most; beyond, a screen says that there are more."""

PATIENCE = 60.0
"""Seconds between two tries of what keeps failing, at most."""


class Kind(Enum):
    """What is asked."""

    QUEUES = "queues"
    ENVIRONMENTS = "environments"
    ROOM = "room"
    RUNNERS = "runners"
    LISTING = "listing"
    JOB = "job"


class View(Enum):
    """What is looked at."""

    JOBS = "jobs"
    QUEUES = "queues"
    ENVIRONMENTS = "environments"
    RUNNERS = "runners"


LOOKS = {
    Kind.QUEUES: frozenset(View),
    Kind.LISTING: frozenset({View.JOBS, View.QUEUES}),
    Kind.ENVIRONMENTS: frozenset({View.ENVIRONMENTS}),
    Kind.ROOM: frozenset({View.QUEUES, View.ENVIRONMENTS}),
    Kind.RUNNERS: frozenset({View.RUNNERS}),
}
"""In which views an answer is seen."""


class Question(NamedTuple):
    """A question; ``name`` is a queue's or a job's."""

    kind: Kind
    name: str = ""
    status: str = ""


class Pace(NamedTuple):
    """How often a place is asked.

    Attributes:
        rates: questions a second.
        live: seconds between two looks at jobs that wait or run.
        ended: the same, at jobs that have ended.
        slow: the same, at queues, environments, rooms and runners.
        pages: of a listing that are read before anybody scrolls there.
    """

    rates: Rates
    live: float
    ended: float
    slow: float
    pages: int


ON_AWS = Pace(Rates(first=2.0, most=3.0, least=0.1, burst=3.0), 5.0, 20.0, 30.0, 1)
"""AWS publishes no rates for these operations, and others of the account ask as well."""

ON_A_YARD = Pace(Rates(first=20.0, most=50.0, least=0.5, burst=10.0), 1.0, 2.0, 2.0, PAGES)


class Walk(NamedTuple):
    """How far a listing is read: by which token to go on, and after how many pages."""

    token: str | None = None
    pages: int = 0


class Plan:
    """Decides what to ask next.

    Args:
        pace: how often.
        yard: whether the place tells of task runners.
        only: the queues to look at; none: all.

    Attributes:
        view: what is looked at.
        focus: the one queue whose jobs are looked at; None: all queues'.
        slowed: whether the service asked for patience last.
    """

    def __init__(self, pace: Pace, *, yard: bool, only: Iterable[str] = ()) -> None:
        self.view = View.JOBS
        self.focus: str | None = None
        self.slowed = False
        self.only = tuple(only)
        self._pace = pace
        self._budget = Budget(pace.rates)
        self._due = {Question(Kind.QUEUES): 0.0, Question(Kind.ENVIRONMENTS): 0.0}
        if yard:
            self._due[Question(Kind.RUNNERS)] = 0.0
        self._walks: dict[Question, Walk] = {}
        self._wanted: dict[Question, int] = {}
        self._failures: dict[Question, int] = {}
        self._wish: Question | None = None

    def know(self, queues: Iterable[str]) -> None:
        """Learn which queues there are; of others nothing is asked any more."""
        asked = [one for name in queues for one in _of_queue(name)]
        kept = {one: due for one, due in self._due.items() if one.kind not in BY_QUEUE}
        self._due = kept | {one: self._due.get(one, 0.0) for one in asked}
        self._walks = {one: walk for one, walk in self._walks.items() if one in self._due}

    def wish(self, job_id: str | None) -> None:
        """Ask about a job before all else; the latest wish counts."""
        self._wish = None if job_id is None else Question(Kind.JOB, job_id)

    def want(self, questions: Iterable[Question]) -> None:
        """Read one page more of listings, as somebody scrolls to their end."""
        for one in questions:
            self._wanted[one] = min(PAGES, self._wanted.get(one, self._pace.pages) + 1)
            self._due[one] = 0.0

    def hurry(self) -> None:
        """Ask anew for all that is looked at, as soon as the pace allows."""
        self._due = dict.fromkeys(self._due, 0.0)

    def next(self, now: float) -> tuple[Question, str | None] | float:
        """Decide.

        Args:
            now: when.

        Returns:
            The question and the token of its page; or how many seconds there is nothing to ask.
        """
        due = [(at, number, one) for number, (at, one) in enumerate(self._seen())]
        if self._wish is not None:
            due.append((float("-inf"), -1, self._wish))
        at, _, question = min(due)
        ready = max(at, self._budget.ready_at(now))
        if ready > now:
            return ready - now
        self._budget.take(now)
        if question is self._wish:
            self._wish = None
        return question, self._walks.get(question, Walk()).token

    def _seen(self) -> Iterator[tuple[float, Question]]:
        """Name what is looked at; a queue in focus goes alone, except where all are listed."""
        for question, at in self._due.items():
            narrowed = self.view is View.JOBS and self.focus is not None
            beside = question.kind is Kind.LISTING and question.name != self.focus
            if self.view in LOOKS[question.kind] and not (narrowed and beside):
                yield at, question

    def received(self, question: Question, token: str | None, now: float) -> bool:
        """Learn of an answer.

        Args:
            question: what was asked.
            token: of the page that follows, if there is one.
            now: when.

        Returns:
            Whether it was the last page to be read.
        """
        self._budget.answered()
        self.slowed = False
        self._failures.pop(question, None)
        if question not in self._due:
            return True
        pages = self._walks.pop(question, Walk()).pages + 1
        if token is not None and pages < self._wanted.get(question, self._pace.pages):
            self._walks[question] = Walk(token, pages)
            self._due[question] = now
            return False
        self._due[question] = now + pages * self._interval(question)
        return True

    def failed(self, question: Question, now: float, *, throttled: bool) -> None:
        """Learn that there is no answer; a listing is read anew from its beginning.

        Args:
            question: what was asked.
            now: when.
            throttled: whether the service asked for patience.
        """
        self.slowed = throttled
        if throttled:
            self._budget.throttled(now)
        self._walks.pop(question, None)
        count = self._failures[question] = self._failures.get(question, 0) + 1
        if question in self._due:
            pause = min(PATIENCE, self._interval(question) * 2 ** min(count, 10))
            self._due[question] = now + pause

    def _interval(self, question: Question) -> float:
        if question.kind is not Kind.LISTING:
            return self._pace.slow
        return self._pace.live if question.status in LIVE else self._pace.ended


BY_QUEUE = frozenset({Kind.LISTING, Kind.ROOM})


def _of_queue(name: str) -> Iterator[Question]:
    for status in STATUSES:
        yield Question(Kind.LISTING, name, status)
    yield Question(Kind.ROOM, name)
