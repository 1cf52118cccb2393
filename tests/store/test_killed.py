"""A process that is killed in the midst of committing loses nothing it has acknowledged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from batchyard.batch.model import Job
from batchyard.store.asking import InstanceQuery
from batchyard.store.memory import MemoryStore
from batchyard.store.seam import Store
from batchyard.store.sqlite import SQLiteStore
from tests.store.committer_to_kill import jobs, made
from tests.store.kept import HERE
from tests.store.kept_pipelines import held

ROOT = Path(__file__).parents[2]


def acknowledged(path: Path, enough: int) -> int:
    """Let a committer run until it has acknowledged enough, kill it; give its last word."""
    command = [sys.executable, "-m", "tests.store.committer_to_kill", str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            while int(process.stdout.readline()) < enough:
                pass
        finally:
            process.kill()
        said = process.stdout.read().splitlines()
    return max([enough, *(int(line) for line in said if line.isdigit())])


def everything(store: Store, known: list[str]) -> tuple[object, ...]:
    every: list[Job | None] = [store.job(each) for each in known]
    jobs = every, list(store.live_jobs()), store.details(HERE, known)
    queries = [InstanceQuery(pipeline=each.id) for each in store.pipelines()]
    pipelines = list(store.pipelines()), list(store.live_instances()), held(store)
    return jobs, pipelines, [store.instances(each) for each in queries], store.notes()


@pytest.mark.parametrize("enough", [0, 1, 7, 40, 200])
def test_nothing_acknowledged_is_lost_and_nothing_is_half_there(
    tmp_path: Path, enough: int
) -> None:
    path = tmp_path / "yard.db"
    last = acknowledged(path, enough)
    store, model = SQLiteStore(path), MemoryStore()
    kept = int(store.notes()["last"])
    assert kept >= last
    for number in range(kept + 1):
        model.commit(made(number))
    known = [each.id for number in range(kept + 10) for each in jobs(number)]
    assert everything(store, known) == everything(model, known)
    store.commit(made(kept + 1))
    model.commit(made(kept + 1))
    assert everything(store, known) == everything(model, known)
    store.close()
