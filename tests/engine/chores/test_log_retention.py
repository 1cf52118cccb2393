"""Log events stay as long as their group keeps them, and what attempts printed with them.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
"""

from pathlib import Path

from msgspec.structs import replace

from batchyard.batch.ids import Place
from batchyard.batch.model import DEFAULT_LOG_GROUP, Job
from batchyard.batch.states import JobState
from batchyard.engine.chores.log_retention import LogRetention
from batchyard.launchers.output import Output
from batchyard.logs.groups import DAY_MS, LogGroup
from batchyard.logs.putting import Given
from batchyard.store.asking import EventQuery
from batchyard.store.memory import MemoryStore
from batchyard.store.seam import (
    Batch,
    EventsPut,
    JobChange,
    LogChange,
    LogGroupChange,
    LogStreamCreation,
)
from batchyard.testing import FakeClock
from tests.engine.chores.test_retention import ended, files

NOW = 100 * DAY_MS


def left(store: MemoryStore, place: Place, group: str) -> list[str]:
    query = EventQuery(place=place, log_group=group, stream="s")
    return [event.message for event in store.put_events(query)]


def running(job: Job) -> Job:
    """The job as it was before its attempt ended."""
    attempts = (replace(job.attempts[0], stopped_at=None, exit_code=None),)
    return replace(job, state=JobState.RUNNING, attempts=attempts, stopped_at=None)


async def test_a_sweep_removes_what_is_older_than_the_retention_and_nothing_else(
    tmp_path: Path,
) -> None:
    store, printed = MemoryStore(), {"old": NOW - DAY_MS - 1, "young": NOW - DAY_MS}
    jobs = [ended(name, at) for name, at in printed.items()]
    jobs.append(running(ended("running", NOW - 9 * DAY_MS)))
    place = Place(jobs[0].spec.account, jobs[0].spec.region)
    groups = [LogGroup(name=DEFAULT_LOG_GROUP, created_at=0, retention=1)]
    groups += [LogGroup(name="g", created_at=0, retention=1), LogGroup(name="kept", created_at=0)]
    changes: list[LogChange] = [LogGroupChange(place, group) for group in groups]
    puts = [Given(NOW - DAY_MS - 1, "old"), Given(NOW - DAY_MS, "young")]
    for name in ("g", "kept"):
        changes += [LogStreamCreation(place, name, "s", 0), EventsPut(place, name, "s", 0, puts)]
    store.commit(Batch(jobs=[JobChange(job, b"{}") for job in jobs], logs=changes))
    for name in (*printed, "running"):
        (tmp_path / f"{name}-attempt.log").write_text("printed\n")
    await LogRetention(store, Output(tmp_path), FakeClock(NOW)).sweep()
    assert left(store, place, "g") == ["young"]
    assert left(store, place, "kept") == ["old", "young"]
    assert sorted(files(tmp_path)) == ["running-attempt.log", "young-attempt.log"]


async def test_stopping_twice_or_before_the_start_is_fine(tmp_path: Path) -> None:
    chore = LogRetention(MemoryStore(), Output(tmp_path), FakeClock(NOW))
    await chore.stop()
    chore.start()
    chore.start()
    await chore.stop()
    await chore.stop()
