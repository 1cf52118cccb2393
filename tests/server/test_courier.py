"""Couriers: whatever a target does, it gets each job's notices, all of them, in their order."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import pytest

from batchyard.batch.model import Job
from batchyard.batch.notices import Notice
from batchyard.engine.bulletin import Bulletin
from batchyard.engine.clock import LoopClock
from batchyard.engine.journal import Journal
from batchyard.errors import Unreachable
from batchyard.server.courier import Courier
from batchyard.store.memory import MemoryStore
from batchyard.store.seam import Batch
from batchyard.store.writer import Writer

NAME = "it"


class Scripted:
    """A target that does with each call what it is told to.

    Attributes:
        down: whether nobody answers.
        refuses: the jobs of which it takes nothing.
    """

    name = NAME
    most = 3
    lanes = 2
    in_order = False

    def __init__(self) -> None:
        self.down = False
        self.refuses: set[str] = set()
        self.has: list[Notice] = []
        self.calls = 0
        self.called: Callable[[], object] = int
        self._lock = threading.Lock()

    def send(self, notices: Sequence[Notice]) -> dict[int, str]:
        with self._lock:
            self.calls += 1
            self.called()
            if self.down:
                raise Unreachable("nobody answers")
            refused = [each for each in notices if each.job_id in self.refuses]
            self.has += [each for each in notices if each not in refused]
            return {each.number: "too large" for each in refused}

    def close(self) -> None:
        """Hold nothing."""


class Forms:
    """Shows nothing."""

    def detail(self, job: Job) -> bytes:
        return job.id.encode()

    form = detail


class Marked(Bulletin):
    """Says when a target has come further."""

    stirred: asyncio.Event

    def delivered(self, target: str, number: int) -> None:
        super().delivered(target, number)
        self.stirred.set()


class Place:
    """A store with notices, and what a courier needs of an engine."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.writer = Writer(self.store)
        self.writer.start()
        self.target = Scripted()
        self.known: list[Notice] = []
        self.counted: Counter[str] = Counter()

    def engine(self) -> Bulletin:
        """A new life of the engine's part."""
        clock = LoopClock()
        journal = Journal(self.writer, clock, lambda _: b"", lambda _: None, lambda _: None)
        self.stirred = asyncio.Event()
        loop = asyncio.get_running_loop()
        self.target.called = lambda: loop.call_soon_threadsafe(self.stirred.set)
        bulletin = Marked([NAME], journal, clock, journal.flush, Forms())
        bulletin.stirred = self.stirred
        bulletin.start(self.store)
        return bulletin

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something holds; it is looked at after each call and each delivery."""
        async with asyncio.timeout(30):
            while not true():
                await self.stirred.wait()
                self.stirred.clear()

    def tell(self, jobs: str, *bulletins: Bulletin) -> None:
        """Commit a notice of each of these jobs."""
        begin = max([bulletin.number for bulletin in bulletins] + [n.number for n in self.known])
        new = [Notice(begin + n, job, b"{}") for n, job in enumerate(jobs, 1)]
        self.known += new
        self.store.commit(Batch(notices=new))
        for bulletin in bulletins:
            bulletin._number = new[-1].number  # noqa: SLF001 - what noting them would have done
            for told in bulletin.published:
                told()

    def courier(self, bulletin: Bulletin) -> Courier:
        told = self.counted.update
        return Courier(
            self.target,
            bulletin,
            self.store,
            pause=lambda _: 0.001,
            told=lambda outcome, events: told({outcome: events}),
        )


@pytest.fixture
def place() -> Iterable[Place]:
    made = Place()
    yield made
    made.writer.stop()


def in_order(notices: Sequence[Notice]) -> bool:
    of = {each.job_id: [n.number for n in notices if n.job_id == each.job_id] for each in notices}
    return all(numbers == sorted(numbers) for numbers in of.values())


def test_a_target_that_is_down_delays_its_notices_and_loses_none(place: Place) -> None:
    async def life() -> None:
        bulletin = place.engine()
        courier = place.courier(bulletin)
        courier.start()
        courier.start()
        place.target.down = True
        place.tell("aabbc", bulletin)
        await place.until(lambda: place.target.calls > 3)
        assert place.target.has == []
        assert bulletin.mark(NAME) < place.known[0].number
        place.target.down = False
        place.tell("abc", bulletin)
        await place.until(lambda: bulletin.mark(NAME) == place.known[-1].number)
        await courier.stop()
        await courier.stop()

    asyncio.run(life())
    assert sorted(place.target.has, key=lambda each: each.number) == place.known
    assert in_order(place.target.has)
    assert place.counted["taken"] == len(place.known)
    assert place.counted["failed"] > 0


def test_a_notice_that_is_refused_holds_up_its_own_job_only(place: Place) -> None:
    async def life() -> None:
        bulletin = place.engine()
        courier = place.courier(bulletin)
        courier.start()
        place.target.refuses = {"a"}
        place.tell("abacbc", bulletin)
        await place.until(lambda: len(place.target.has) == 4)
        assert bulletin.mark(NAME) < place.known[0].number
        place.target.refuses = set()
        await place.until(lambda: bulletin.mark(NAME) == place.known[-1].number)
        await courier.stop()

    asyncio.run(life())
    assert len(place.target.has) == 6
    assert in_order(place.target.has)
    assert place.counted["taken"] == 6
    assert place.counted["refused"] > 0
    assert place.counted["failed"] == 0


def test_what_was_not_noted_as_delivered_is_delivered_again_after_a_crash(place: Place) -> None:
    async def life(jobs: str) -> None:
        bulletin = place.engine()
        courier = place.courier(bulletin)
        place.tell(jobs, bulletin)
        courier.start()
        await place.until(lambda: bulletin.mark(NAME) == place.known[-1].number)
        # The loop ends before the mark is on disk.

    asyncio.run(life("abc"))
    asyncio.run(life("abc"))
    counted = [place.target.has.count(notice) for notice in place.known]
    assert counted == [2, 2, 2, 1, 1, 1]


def test_a_target_comes_back_to_where_it_was(place: Place) -> None:
    async def life(jobs: str) -> None:
        bulletin = place.engine()
        courier = place.courier(bulletin)
        place.tell(jobs, bulletin)
        courier.start()
        await place.until(lambda: bulletin.mark(NAME) == place.known[-1].number)
        await courier.stop()
        bulletin.stop()
        await asyncio.to_thread(lambda: None)

    asyncio.run(life("abc"))
    place.writer.stop()
    assert place.store.notices(0, 10) == ()
    place.writer = Writer(place.store)
    place.writer.start()
    asyncio.run(life("abc"))
    assert place.target.has == place.known
