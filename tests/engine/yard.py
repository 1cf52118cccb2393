"""An engine on stand-ins: no loop, no thread, no clock; a crash is to let go of it."""

from collections.abc import Callable, Coroutine, Sequence
from itertools import count
from typing import Any, cast

from batchyard.batch import ids
from batchyard.batch.ids import Place
from batchyard.batch.images import Image
from batchyard.batch.model import Demand, Dependency, Job, Retry, Spec
from batchyard.batch.resources import ComputeEnvironment, JobQueue
from batchyard.batch.states import PLACED
from batchyard.engine.engine import Engine
from batchyard.engine.parts import Parts, Settings
from batchyard.errors import YardError
from batchyard.launchers import seam
from batchyard.pipelines.pipeline import Pipeline
from batchyard.server.metering import Metering
from batchyard.store.memory import MemoryStore
from batchyard.store.seam import Batch
from batchyard.testing import FakeClock, FakeLauncher
from tests.engine.surroundings import Scripted

Done = Callable[[BaseException | None], None]

PLACE = Place("123456789012", "eu-west-1")
VCPUS, MEMORY = 2000, 1000


class FailingStore(MemoryStore):
    """A store whose next commits fail as often as a test says."""

    failures = 0

    def commit(self, batch: Batch) -> None:
        if self.failures:
            self.failures -= 1
            raise YardError("the disk is full")
        super().commit(batch)


class DirectWriter:
    """Commits at once, or (``held``) when a test says so.

    Attributes:
        held: whether batches wait for `write`.
        batches: how many were submitted.
    """

    def __init__(self, store: MemoryStore) -> None:
        self.held = False
        self.batches = 0
        self._store = store
        self._waiting: list[tuple[Batch, Done]] = []

    def submit(self, batch: Batch, done: Done) -> None:
        self.batches += 1
        self._waiting.append((batch, done))
        if not self.held:
            self.write()

    def write(self) -> None:
        """Commit what waits."""
        waiting, self._waiting = self._waiting, []
        for batch, done in waiting:
            try:
                self._store.commit(batch)
            except YardError as error:
                done(error)
            else:
                done(None)


class WatchfulLauncher(FakeLauncher):
    """Refuses to start what a crash could forget, and to forget what is not on disk."""

    def __init__(self, store: MemoryStore, now: Callable[[], int]) -> None:
        super().__init__(now)
        self._store = store

    def _kept(self, attempt: str) -> list[Any]:
        jobs = list(self._store._jobs.values())  # noqa: SLF001 - every job there is, ended ones too
        return [a for job in jobs for a in job.attempts if a.id == attempt]

    def launch(self, launches: Sequence[seam.Launch]) -> None:
        for each in launches:
            assert self._kept(each.attempt), "launched before it was on disk"
        super().launch(launches)

    def acknowledge(self, attempts: Sequence[str]) -> None:
        for attempt in attempts:
            kept = self._kept(attempt)
            assert all(a.stopped_at is not None for a in kept), "forgotten before it was on disk"
        super().acknowledge(attempts)


class Presenter:
    """Shows a job as its state (and ``more``), and gives a place what it is told to."""

    more = b""
    given: Callable[[], Sequence[ComputeEnvironment | JobQueue]] = tuple

    def detail(self, job: Job) -> bytes:
        return job.state.encode() + self.more

    def defaults(self, place: Place) -> Sequence[ComputeEnvironment | JobQueue]:
        assert place
        return self.given()


def drive(work: Coroutine[Any, Any, Any]) -> None:
    """Run a coroutine that never has to wait."""
    try:
        work.send(None)
    except StopIteration:
        return
    raise AssertionError("it waits for something")


class Yard:
    """One engine after the other, over the same store and launcher, with what they do counted."""

    def __init__(self, targets: Sequence[str] = ()) -> None:
        self.targets = tuple(targets)
        self.store = FailingStore()
        self.presenter = Presenter()
        self.surroundings = Scripted()
        self.images: dict[str, Image] = {}
        self._ids = count(1)
        self.clock = FakeClock(1000)
        self.launcher = WatchfulLauncher(self.store, self.now)
        self.metering = Metering(self.now)
        self._begin()
        self.environment()
        self.queue()
        self.settle()

    def _begin(self) -> None:
        self.clock = FakeClock(self.clock.now())
        self.writer = DirectWriter(self.store)
        self.metering.begin()
        parts = Parts(
            store=self.store,
            writer=self.metering.written(self.writer),
            launcher=self.launcher,
            output=cast("Any", None),
            clock=self.clock,
            new_id=lambda: f"id-{next(self._ids)}",
            presenter=self.presenter,
            surroundings=self.surroundings,
            watchers=(self.metering.changed,),
            instance_watchers=(self.metering.moved,),
        )
        settings = Settings(
            account=PLACE.account,
            vcpus=2,
            memory=MEMORY,
            images=self.images,
            targets=self.targets,
        )
        self.engine = Engine(settings, parts)
        drive(self.engine.start())
        self.metering.follow(self.engine)

    def crash(self, *, with_launcher: bool = False) -> None:
        """Lose the engine, with whatever is not on disk, and start another."""
        drive(self.launcher.stop())
        if with_launcher:
            self.launcher.dies()
        self.store.failures = 0
        self._begin()

    def now(self) -> int:
        return self.clock.now()

    def settle(self) -> None:
        """Let everything happen that can happen by itself, without the time going on."""
        self.clock.run()

    def environment(self, name: str = "env", vcpus: int = VCPUS, *, enabled: bool = True) -> str:
        arn = ids.arn(PLACE, ids.ENVIRONMENT, name)
        state = "ENABLED" if enabled else "DISABLED"
        self.engine.put(PLACE, ComputeEnvironment(name, arn, cast("Any", state), vcpus))
        return arn

    def queue(self, name: str = "q", priority: int = 1) -> JobQueue:
        arn = ids.arn(PLACE, ids.QUEUE, name)
        environments = (ids.arn(PLACE, ids.ENVIRONMENT, "env"),)
        queue = JobQueue(name, arn, "ENABLED", priority, environments)
        self.engine.put(PLACE, queue)
        return queue

    def submit(self, **members: Any) -> str:  # noqa: ANN401 - a spec's members
        """Submit a job; its id."""
        return self.engine.submit(spec(**members)).id

    def job(self, job_id: str) -> Job:
        found = self.engine.job(job_id)
        assert found is not None
        return found

    def state(self, job_id: str) -> str:
        return str(self.job(job_id).state)

    def attempt(self, job_id: str) -> str:
        """The id of a job's latest attempt."""
        return self.job(job_id).attempts[-1].id

    def runs(self, job_id: str, exit_code: int = 0) -> None:
        """Let a job's latest attempt start and end."""
        attempt = self.attempt(job_id)
        self.launcher.starts(attempt)
        self.launcher.exits(attempt, exit_code)
        self.settle()

    def placed(self) -> list[Job]:
        return [job for job in self.engine.jobs.values() if job.state in PLACED]


def pipeline_of(name: str, now: int) -> Pipeline:
    """A new pipeline of the place."""
    return Pipeline(
        id=name,
        account=PLACE.account,
        region=PLACE.region,
        name="p",
        unique_id="u",
        user="me",
        created_at=now,
    )


def spec(**members: Any) -> Spec:  # noqa: ANN401 - a spec's members
    """A spec; members not given do not matter."""
    given: dict[str, Any] = {
        "account": PLACE.account,
        "region": PLACE.region,
        "name": "job",
        "queue": ids.arn(PLACE, ids.QUEUE, "q"),
        "definition": ids.arn(PLACE, ids.DEFINITION, "d:1"),
        "command": ("true",),
        "environment": {},
        "demand": Demand(1000, 100),
        "retry": Retry(),
    }
    return Spec(**given | members)


def after(*job_ids: str, kind: str | None = None) -> tuple[Dependency, ...]:
    """What dependsOn says of these jobs."""
    return tuple(Dependency(job_id, cast("Any", kind)) for job_id in job_ids)


SEQUENTIAL = (Dependency(kind="SEQUENTIAL"),)
