"""What a wait for many jobs makes of the news: outcomes, counts, and when it is over.

Nothing here waits: the synchronous and the asynchronous `wait` feed it alike.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from batchyard.errors import Unfinished
from batchyard.polling.news import Told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from batchyard.polling.news import News
    from batchyard.polling.seen import Seen

NOT_SEEN = "not seen"
"""What a job counts as before it is first seen."""


class Outcome(NamedTuple):
    """How the wait for a job ended.

    Attributes:
        job_id: the service's id.
        job_name: the name that it was submitted under; None if it was never seen.
        status: the job's, as last seen; None if it never was.
        reason: its statusReason, and its container's reason if there is one.
        exit_code: of its latest attempt.
        children: how many children of an array are in each state; empty for any other job.
        error: why what was waited for did not come; None when it did.
    """

    job_id: str
    job_name: str | None
    status: str | None
    reason: str
    exit_code: int | None
    children: Mapping[str, int]
    error: Exception | None

    @property
    def succeeded(self) -> bool:
        """Whether what was waited for came, and the job has not FAILED."""
        return self.error is None and self.status != "FAILED"

    def __str__(self) -> str:
        """Tell in a line what became of the job."""
        name = f" {self.job_name}" if self.job_name else ""
        code = f"exit code {self.exit_code}" if self.exit_code else ""
        told = "; ".join(text for text in (code, self.reason) if text)
        if self.error is not None:
            return f"{self.job_id}{name}: {self.error}"
        why = f": {told}" if told and not self.succeeded else ""
        return f"{self.job_id}{name} {self.status}{why}"


def outcome_of(job_id: str, seen: Seen | None, error: Exception | None) -> Outcome:
    """Form the outcome of a wait from what was last seen of the job."""
    if seen is None:
        return Outcome(job_id, None, None, "", None, {}, error)
    container = seen.container
    said = (seen.status_reason, container.reason if container else None)
    reason = ": ".join(text for text in said if text)
    code = container.exit_code if container else None
    return Outcome(job_id, seen.job_name, seen.status, reason, code, seen.children, error)


class Progress(NamedTuple):
    """How far a wait has come.

    Attributes:
        total: how many jobs are waited for.
        over: for how many the wait is over.
        failed: how many of those have not succeeded.
        counts: how many jobs are in each state; one that was not seen yet is ``not seen``.
        children: of all arrays together, how many children are in each state.
    """

    total: int
    over: int
    failed: int
    counts: Mapping[str, int]
    children: Mapping[str, int]


@dataclass
class Gathering:
    """Everything that is known of a wait for many jobs.

    Args:
        ids: which, each once.
    """

    ids: tuple[str, ...]
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    _seen: dict[str, Seen] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)
    _children: Counter[str] = field(default_factory=Counter)
    _failed: int = 0

    def __post_init__(self) -> None:
        """Count every job as not seen."""
        self._counts[NOT_SEEN] = len(self.ids)

    @property
    def is_over(self) -> bool:
        """Whether every job has its outcome."""
        return len(self.outcomes) == len(self.ids)

    def feed(self, news: Iterable[News]) -> Iterator[Outcome]:
        """Take news, and give the outcomes in it."""
        for one in news:
            seen = one.seen
            if seen is not None:
                self._count(seen)
            if isinstance(one, Told):
                yield self._keep(outcome_of(one.job_id, seen, one.error))

    def _keep(self, outcome: Outcome) -> Outcome:
        self.outcomes[outcome.job_id] = outcome
        self._failed += not outcome.succeeded
        self._seen.pop(outcome.job_id, None)
        return outcome

    def _count(self, seen: Seen) -> None:
        before = self._seen.get(seen.job_id)
        self._counts[before.status if before else NOT_SEEN] -= 1
        self._counts[seen.status] += 1
        if before:
            self._children.subtract(before.children)
        self._children.update(seen.children)
        self._seen[seen.job_id] = seen

    def progress(self) -> Progress:
        """Tell how far the wait has come."""
        return Progress(
            len(self.ids), len(self.outcomes), self._failed, +self._counts, +self._children
        )

    def rest(self, why: str) -> Iterator[Outcome]:
        """Give an outcome to everybody who has none, because the wait stops."""
        for one in self.ids:
            if one not in self.outcomes:
                yield self._keep(outcome_of(one, self._seen.get(one), Unfinished(why)))

    def in_order(self) -> Outcomes:
        """Give all outcomes in the order in which the jobs were given."""
        return Outcomes(self.outcomes[one] for one in self.ids)


class Outcomes(tuple[Outcome, ...]):
    """How the waits for jobs ended, in the order in which the jobs were given."""

    __slots__ = ()

    @property
    def succeeded(self) -> list[Outcome]:
        """Those for which what was waited for came, and that have not FAILED."""
        return [one for one in self if one.succeeded]

    @property
    def failed(self) -> list[Outcome]:
        """All others."""
        return [one for one in self if not one.succeeded]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many jobs are in each state."""
        return Counter(one.status or NOT_SEEN for one in self)


def ids_of(jobs: Iterable[Any]) -> dict[str, Any]:
    """Tell the id of each job that was given, and what was given for it; each id once.

    Args:
        jobs: jobs, synchronous or not, or their ids.

    Raises:
        Refused: one text was given and not several, or a job is not submitted.
    """
    from batchyard.errors import Refused

    if isinstance(jobs, str):
        raise Refused(f"jobs: give a list, e.g. [{jobs!r}]")
    found: dict[str, Any] = {}
    for job in jobs:
        one = job if isinstance(job, str) else getattr(job, "job_id", None)
        if not isinstance(one, str) or not one:
            raise Refused(f"{job!r} has no id: give ids, or jobs that are submitted")
        found.setdefault(one, job)
    return found
