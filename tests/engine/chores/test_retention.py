"""Ended jobs stay as long as was asked for, and their logs with them."""

from pathlib import Path

from msgspec.structs import replace

from batchyard.batch import events, lifecycle
from batchyard.batch.model import Job
from batchyard.engine.chores.retention import Retention
from batchyard.launchers.output import Output
from batchyard.store.memory import MemoryStore
from batchyard.store.seam import Batch, JobChange
from batchyard.testing import FakeClock
from tests.batch.jobs_given import spec

KEEP = 7 * 86_400_000


def ended(name: str, at: int) -> Job:
    """A job with one attempt that ended at a moment."""
    job = lifecycle.submitted(name, spec(), at)
    for event in (
        events.Accepted(at),
        events.Placed(at, attempt=f"{name}-attempt", environment="e"),
        events.Started(at, attempt=f"{name}-attempt", pid=1, ticks=1),
        events.Exited(at, attempt=f"{name}-attempt", exit_code=0),
    ):
        job, _ = lifecycle.step(job, event)
    return job


def kept(store: MemoryStore, names: list[str]) -> list[str]:
    return [name for name in names if store.job(name) is not None]


def files(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_sweep_forgets_what_is_old_enough_with_its_logs_and_nothing_else(
    tmp_path: Path,
) -> None:
    clock, store, told = FakeClock(), MemoryStore(), []
    now = clock.now()
    jobs = [ended("old", now - KEEP - 1), ended("young", now - KEEP)]
    live = replace(lifecycle.submitted("live", spec(), now - 2 * KEEP), waits_for=frozenset("x"))
    store.commit(Batch(jobs=[JobChange(job, b"{}") for job in jobs] + [JobChange(live)]))
    for name in ("old", "young"):
        (tmp_path / f"{name}-attempt.log").write_text("printed\n")
    retention = Retention(store, Output(tmp_path), clock, KEEP, lambda: told.append("forgot"))
    assert await retention.sweep() == 1
    assert kept(store, ["old", "young", "live"]) == ["young", "live"]
    assert files(tmp_path) == ["young-attempt.log"]
    assert told == ["forgot"]
    assert await retention.sweep() == 0


async def test_stopping_twice_or_before_the_start_is_fine(tmp_path: Path) -> None:
    clock = FakeClock()
    retention = Retention(MemoryStore(), Output(tmp_path), clock, KEEP, lambda: None)
    await retention.stop()
    retention.start()
    retention.start()
    await retention.stop()
    await retention.stop()
