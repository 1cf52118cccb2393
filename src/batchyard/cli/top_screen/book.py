"""What is known: the latest answers, each with when it came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from batchyard.cli.top_screen.plan import Kind, Question
from batchyard.cli.top_screen.rows import job_row, queue_row, room_row, runner_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from batchyard.cli.top_screen.rows import JobRow, QueueRow, RoomRow, RunnerRow
    from batchyard.client.calls import Answer


class Listing(NamedTuple):
    """Jobs of a queue in a status.

    Attributes:
        rows: those that were read.
        more: whether there are others.
        at: when the first page came, in the plan's seconds.
    """

    rows: tuple[JobRow, ...] = ()
    more: bool = False
    at: float = 0.0


class Book:
    """What is known of a place.

    Attributes:
        listings: jobs, by queue and status.
        job: AWS's JobDetail of the job that was asked about last.
        errors: what could not be asked, and why.
        version: another one whenever other jobs are known.
    """

    def __init__(self) -> None:
        self.listings: dict[Question, Listing] = {}
        self.job: Answer | None = None
        self.errors: dict[Question, str] = {}
        self.version = 0
        self._walks: dict[Question, Listing] = {}
        self._queues: list[Answer] = []
        self._environments: list[Answer] = []
        self._snapshots: dict[str, Answer] = {}
        self._runners: Answer | None = None

    def received(
        self, question: Question, answer: Answer, now: float, *, last: bool, more: bool
    ) -> None:
        """Note an answer.

        Args:
            question: what was asked.
            answer: all of it, or of a listing the page.
            now: when.
            last: whether no further page will be read now.
            more: whether there is a further page.
        """
        self.version += question.kind in {Kind.LISTING, Kind.QUEUES}
        self.errors.pop(question, None)
        match question.kind:
            case Kind.QUEUES:
                self._know(answer["jobQueues"])
            case Kind.ENVIRONMENTS:
                self._environments = _by_name(answer["computeEnvironments"], "computeEnvironment")
            case Kind.ROOM:
                self._snapshots[question.name] = answer
            case Kind.RUNNERS:
                self._runners = answer
            case Kind.JOB:
                self.job = next(iter(answer["jobs"]), None)
            case Kind.LISTING:
                self._listed(question, answer, now, last=last, more=more)

    def failed(self, question: Question, error: str) -> None:
        """Note why something could not be asked; what was known of it stays."""
        self.errors[question] = error
        self._walks.pop(question, None)

    def _know(self, queues: list[Answer]) -> None:
        self._queues = _by_name(queues, "jobQueue")
        names = {one["jobQueueName"] for one in queues}
        self.listings = {one: rows for one, rows in self.listings.items() if one.name in names}

    def _listed(
        self, question: Question, answer: Answer, now: float, *, last: bool, more: bool
    ) -> None:
        """Put a page to those before it; while they are fewer than what is shown, that stays."""
        walk = self._walks.pop(question, Listing(at=now))
        rows = (*walk.rows, *(job_row(one, question.name) for one in answer["jobSummaryList"]))
        walk = Listing(rows, more, walk.at)
        if last or len(rows) >= len(self.listings.get(question, walk).rows):
            self.listings[question] = walk
        if not last:
            self._walks[question] = walk

    def queues(self) -> list[QueueRow]:
        """Give the queues by name."""
        return [queue_row(one, self._snapshots.get(one["jobQueueName"])) for one in self._queues]

    def environments(self) -> list[RoomRow]:
        """Give the environments by name."""
        queues = self.queues()
        return [room_row(one, queues) for one in self._environments]

    def runners(self) -> list[RunnerRow]:
        """Give the task runners by worker group; none where nobody tells of them."""
        return [] if self._runners is None else runner_rows(self._runners)

    def of(self, queue: str | None) -> Iterator[tuple[Question, Listing]]:
        """Give the listings of a queue, or of all."""
        return (pair for pair in self.listings.items() if queue is None or pair[0].name == queue)

    def age(self, queue: str | None, now: float) -> float | None:
        """Tell how old the oldest of what is shown of a queue's jobs is, in seconds.

        Args:
            queue: which; None for all.
            now: in the plan's seconds.
        """
        moments = [listing.at for _, listing in self.of(queue)]
        return now - min(moments) if moments else None

    def knows_queues(self) -> bool:
        """Tell whether it is known which queues there are."""
        return bool(self._queues)


def _by_name(found: list[Answer], kind: str) -> list[Answer]:
    def name(one: Mapping[str, Any]) -> str:
        return str(one[f"{kind}Name"])

    return sorted(found, key=name)
