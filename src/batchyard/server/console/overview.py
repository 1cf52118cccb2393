"""The overview: how a yard is doing, at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from batchyard.batch.states import PLACED, WAITING, JobState
from batchyard.server.console import wording
from batchyard.server.console.board import Slots
from batchyard.server.console.chart import Point, chart

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from batchyard.batch.ids import Place
    from batchyard.batch.model import Job
    from batchyard.batch.resources import JobQueue
    from batchyard.engine.engine import Engine
    from batchyard.server.console.board import Failure
    from batchyard.server.console.kit import Kit
    from batchyard.server.console.seam import Fragments

FAILURES = 8
"""Failures that are shown."""

RECENT_MS = 3_600_000
"""What the headline calls recent: an hour."""


class QueueLine(NamedTuple):
    """A queue, as a row shows it; vCPUs in thousandths, ``oldest`` in epoch milliseconds."""

    queue: JobQueue
    region: str
    running: int
    runnable: int
    pending: int
    stuck: int
    used: int
    room: int
    oldest: int | None

    @property
    def live(self) -> int:
        """How many jobs of it have not ended."""
        return self.running + self.runnable + self.pending


class FailureLine(NamedTuple):
    """A failure, as a row shows it.

    Attributes:
        job: the job, or the last child of its array that failed.
        label: what it is called.
        number: how many children failed.
        reason: why, as the service says it.
        said: its last line.
        like: how many others failed before it with the same words.
    """

    job: Job
    label: str
    number: int
    reason: str
    said: str
    like: int = 0


class Headline(NamedTuple):
    """What a tired person reads first: one sentence, and whether it is bad news."""

    text: str
    tone: str


class Overview:
    """The live parts of the overview.

    Args:
        kit: the yard.
        region: only this one; empty: all.
    """

    about: str | None = None

    def __init__(self, kit: Kit, region: str) -> None:
        """Take the parts."""
        self._kit = kit
        self._region = region

    def note(self, job: Job) -> bool:
        """Every change of a job shows."""
        return self._region in ("", job.spec.region)

    def mark(self) -> Hashable:
        """Queues and environments come and go; their states are in their values."""
        shelves = self._kit.engine.places.values()
        return tuple(
            (*shelf.queues.values(), *(e.state for e in shelf.environments.values()), len(shelves))
            for shelf in shelves
        )

    async def fragments(self) -> Fragments:
        """Form what is shown now."""
        kit = self._kit
        lines = sorted(self._lines(), key=lambda line: (-line.live, line.queue.name, line.region))
        failures = _alike(self._failures())[:FAILURES]
        now = kit.engine.now()
        points = self._points(now)
        slots = points[-1].slots
        many = len(kit.regions()) > 1
        return {
            "headline": kit.draw("headline.html", headline=self._headline(lines, now)),
            "slots": kit.draw("slots.html", slots=slots, chart=chart(points, now)),
            "queues": kit.draw("queues.html", lines=lines, many=many, region=self._region),
            "failures": kit.draw("failures.html", failures=failures),
        }

    def _points(self, now: int) -> list[Point]:
        board = self._kit.board
        samples = [Point(each.at, self._sum(each.slots.items())) for each in board.samples]
        return [*samples, Point(now, self._sum(board.slots().items()))]

    def _sum(self, slots: Iterable[tuple[Place, Slots]]) -> Slots:
        return sum((s for p, s in slots if self._region in ("", p.region)), Slots())

    def _lines(self) -> Iterator[QueueLine]:
        engine, board = self._kit.engine, self._kit.board
        counts = board.counts
        for place, queue in self._kit.queues(self._region):
            rooms = [room for _, room in engine.placement.rooms.known(queue.environments)]
            held = engine.placement.queues.get(queue.arn)
            yield QueueLine(
                queue=queue,
                region=place.region,
                running=sum(counts[queue.arn, state] for state in PLACED),
                runnable=counts[queue.arn, JobState.RUNNABLE],
                pending=sum(counts[queue.arn, s] for s in WAITING - {JobState.RUNNABLE}),
                stuck=board.stuck[queue.arn],
                used=0 if held is None else held.used,
                room=sum(room.vcpus for room in rooms if room.enabled),
                oldest=_oldest(engine, queue),
            )

    def _failures(self) -> Iterator[FailureLine]:
        found: list[Failure] = list(self._kit.board.failures.values())
        for failure in found[::-1]:
            job = failure.job
            if self._region in ("", job.spec.region):
                said = self._kit.said(job)
                label = job.spec.name if failure.number > 1 else wording.label(job)
                yield FailureLine(job, label, failure.number, wording.reason(job), said)

    def _headline(self, lines: list[QueueLine], now: int) -> Headline:
        if not lines:
            return Headline("Nobody has asked this yard for anything yet.", "quiet")
        told = ", ".join(_told(lines))
        failed = self._kit.board.failures.values()
        recent = sum(f.number for f in failed if now - (f.job.stopped_at or 0) < RECENT_MS)
        if recent:
            return Headline(f"{told}; {wording.count(recent)} failed in the last hour.", "bad")
        return Headline(f"{told}. Nothing failed in the last hour.", "good")


def _told(lines: list[QueueLine]) -> Iterator[str]:
    """Tell how many jobs of all queues do what."""
    running, waiting = sum(line.running for line in lines), sum(line.runnable for line in lines)
    pending, stuck = sum(line.pending for line in lines), sum(line.stuck for line in lines)
    if not (running or waiting or pending):
        yield "Nothing runs and nothing waits"
        return
    yield f"{wording.counted(running, 'job')} {_s('run', running)}" if running else "No job runs"
    if waiting:
        never = " and can never start as things are" if stuck == waiting else ""
        yield f"{wording.count(waiting)} {_s('wait', waiting)} for room{never}"
    if 0 < stuck < waiting:
        yield f"{wording.count(stuck)} of them can never start as things are"
    if pending:
        yield f"{wording.count(pending)} {_s('wait', pending)} for others"


def _s(verb: str, number: int) -> str:
    return f"{verb}s" if number == 1 else verb


def _alike(failures: Iterable[FailureLine]) -> list[FailureLine]:
    """Show once what failed with the same words: fifty times one trouble would hide another."""
    found: dict[tuple[str, str], FailureLine] = {}
    for each in failures:
        words = each.reason, each.said
        first = found.get(words)
        found[words] = each if first is None else first._replace(like=first.like + 1)
    return list(found.values())


def _oldest(engine: Engine, queue: JobQueue) -> int | None:
    """Tell since when the oldest of those waits that wait for room; only heads of lines count."""
    held = engine.placement.queues.get(queue.arn)
    heads = () if held is None else (line.head().job_id for line in held.lines())
    jobs = (engine.jobs[name] for name in heads if name in engine.jobs)
    return min((job.runnable_since for job in jobs), default=None)
