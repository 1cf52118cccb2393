"""Counters that follow every change say what counting anew would say, whatever happens."""

from collections import Counter

from hypothesis.stateful import invariant

from batchyard.batch.reasons import MISFITS
from batchyard.batch.states import PLACED, JobState
from batchyard.server.console.board import Board
from tests.engine.engine_laws import History
from tests.engine.yard import PLACE, VCPUS


class Counted(History):
    """A yard with a board that watches it; a crash makes another engine, which it adopts."""

    def __init__(self) -> None:
        super().__init__()
        self.board = Board(lambda: {PLACE: VCPUS})
        self.heard: list[str] = []
        self.board.listener = lambda job: self.heard.append(job.id)
        self.watched: object = None

    @invariant()
    def counters_say_what_counting_would(self) -> None:
        engine = self.yard.engine
        if self.watched is not engine:
            self.watched = engine
            self.board.adopt(engine.now(), list(engine.jobs.values()))
            engine.watchers.append(self.board.watch)
        jobs = [job for job in engine.jobs.values() if not job.is_array and not job.ended]
        counts = Counter((job.spec.queue, job.state) for job in jobs)
        assert {key: n for key, n in self.board.counts.items() if n} == dict(counts)
        slots = self.board.slots()[PLACE]
        assert slots.running == sum(j.spec.demand.vcpus for j in jobs if j.state in PLACED)
        runnable = [job for job in jobs if job.state is JobState.RUNNABLE]
        assert slots.waiting == sum(job.spec.demand.vcpus for job in runnable)
        assert slots.room == VCPUS
        assert self.board.stuck.total() == sum(j.status_reason in MISFITS for j in runnable)


TestCounted = Counted.TestCase
