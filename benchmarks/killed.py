"""What is left of jobs whose tasks were killed: batchyard's operator beside the Amazon provider's.

One Airflow runs the same DAGs with both, on one yard: tasks that are marked failed, cleared, and
out of time while they are deferred; a worker that is killed between submit and deferral; a
triggerer that is killed while tasks wait; and a task that is marked while no triggerer runs.
Counted are jobs that nobody waits for any more and
that go on, and jobs that were submitted though there was one.
"""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.gear import airflows
from benchmarks.gear.contest import ROOT
from benchmarks.gear.figures import Figure
from benchmarks.gear.yards import Yard

if TYPE_CHECKING:
    from benchmarks.gear.endpoint import Endpoint

DAGS = ROOT / "benchmarks" / "programs" / "killed_dags.py"
WHO = ("batchyard", "amazon")
QUEUE = "wide"
ENDED = {"SUCCEEDED", "FAILED"}
BEGUN = "Starting the triggerer"
"""What a triggerer prints when it begins."""
LOOKS = 60
"""How often, half a second apart, it is looked whether a job ends with its task."""
SETTINGS = {
    "AIRFLOW__BATCHYARD__EARLIEST_EVENT": "15",  # the machine may be busy
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
    "AIRFLOW__TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": "15",
    "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
}
BEFORE = ("marked", "cleared", "timed_out", "dying", "outliving")
"""DAGs that begin together."""
NAMES = {
    "marked": "a deferred task is marked failed",
    "cleared": "a deferred task is cleared",
    "timed_out": "a deferred task has waited too long",
    "dying": "a worker is killed between submit and deferral",
    "outliving": "a triggerer is killed while a task is deferred",
    "early": "a deferred task is marked while no triggerer runs",
}
SUBMITTED = {"cleared": 2}
"""Jobs that are to be submitted; else one."""
KEPT = {"cleared": 1, "dying": 1}
"""Jobs that go on rightly when all is counted: their tasks wait for them."""


class Left(NamedTuple):
    """What was counted for one DAG: jobs left behind, and submitted once more."""

    behind: int
    twice: int


def measure() -> list[Figure]:
    """Run all of it, where Airflow is."""
    if not airflows.PROGRAM.exists():
        print(f"killed: {airflows.HOW}", file=sys.stderr)
        return []
    with tempfile.TemporaryDirectory(prefix="batchyard-bench-") as name:
        folder = Path(name)
        with Yard(folder / "yard") as yard:
            found = _run(folder, yard.endpoint)
    lines = [_figure(NAMES[one], *(found[who, one] for who in WHO)) for one in NAMES]
    sums = [_sum([found[who, one] for one in NAMES]) for who in WHO]
    return [*lines, _figure("all of these", *sums, promised=True)]


def _run(folder: Path, endpoint: Endpoint) -> dict[tuple[str, str], Left]:
    _define(endpoint)
    gate = folder / "gate"
    url, keys = f"http://127.0.0.1:{endpoint.port}", (endpoint.access_key, endpoint.secret)
    made = airflows.airflow(folder / "home", url, keys, BATCHYARD_BENCH_GATE=str(gate), **SETTINGS)
    shutil.copy(DAGS, folder / "home" / "dags" / "dags.py")
    with made.running() as airflow:
        stage = Stage(airflow, endpoint)
        stage.begin(BEFORE)
        stage.kill_tasks()
        left = stage.count(("marked", "cleared", "timed_out", "dying"))
        stage.kill_triggerer()
        gate.touch()
        left |= stage.count(("outliving",))
        stage.mark_early()
        return left | stage.count(("early",))


def _define(endpoint: Endpoint) -> None:
    """Make room for all jobs, and register what they are: a shell script that needs little."""
    wide = {"type": "FARGATE", "maxvCpus": 8, "subnets": [], "securityGroupIds": []}
    environment = {"computeEnvironmentName": QUEUE, "type": "MANAGED", "computeResources": wide}
    endpoint.call("CreateComputeEnvironment", environment)
    order = [{"order": 1, "computeEnvironment": QUEUE}]
    queue = {"jobQueueName": QUEUE, "priority": 1, "computeEnvironmentOrder": order}
    endpoint.call("CreateJobQueue", queue)
    needs = [{"type": "VCPU", "value": "0.25"}, {"type": "MEMORY", "value": "512"}]
    properties = {
        "image": "busybox",
        "command": ["sh", "-c", "Ref::script"],
        "executionRoleArn": "arn:aws:iam::123456789012:role/none",
        "resourceRequirements": needs,
    }
    definition = {
        "jobDefinitionName": "shell",
        "type": "container",
        "platformCapabilities": ["FARGATE"],
        "parameters": {"script": "true"},
        "containerProperties": properties,
    }
    endpoint.call("RegisterJobDefinition", definition)


class Stage:
    """An Airflow on a yard, and what is done to its tasks."""

    def __init__(self, airflow: Any, endpoint: Endpoint) -> None:  # noqa: ANN401 - the example's
        self._airflow = airflow
        self._endpoint = endpoint
        self._runs: dict[str, str] = {}

    def begin(self, names: tuple[str, ...]) -> None:
        """Begin runs of DAGs, of both sides."""
        for who in WHO:
            for name in names:
                self._runs[f"{who}_{name}"] = self._airflow.trigger(f"{who}_{name}")

    def kill_tasks(self) -> None:
        """Mark, clear, and see the others meet their fate."""
        for who in WHO:
            for name in ("marked", "cleared", "outliving"):
                self._waits(f"{who}_{name}", 1)
            self._mark(f"{who}_marked")
            self._clear(f"{who}_cleared")
        for who in WHO:
            self._until(f"{who}_timed_out", "failed")
            self._waits(f"{who}_cleared", 2)
            self._waits(f"{who}_dying", 2)

    def kill_triggerer(self) -> None:
        """Kill the triggerer, and let another begin."""
        self._airflow.stop("triggerer", signal.SIGKILL)
        self._start_triggerer()

    def mark_early(self) -> None:
        """Mark tasks while there is no triggerer."""
        self._airflow.stop("triggerer")
        self.begin(("early",))
        for who in WHO:
            self._until(f"{who}_early", "deferred")
            self._mark(f"{who}_early")
        self._start_triggerer()
        for who in WHO:
            self._waits(f"{who}_early", 1)

    def _start_triggerer(self) -> None:
        """Start a triggerer, and wait until it takes up triggers: the last one's beat lingers."""
        said = self._airflow.folder / "triggerer.out"
        before = said.read_text().count(BEGUN)
        self._airflow.start("triggerer")
        airflows.until(lambda: said.read_text().count(BEGUN) > before)

    def count(self, names: tuple[str, ...]) -> dict[tuple[str, str], Left]:
        """Count what is left when there has been time for it to end."""
        for who in WHO:
            if "outliving" in names:
                self._until(f"{who}_outliving", "success")
        with suppress(StopIteration):
            looks = iter(range(LOOKS))

            def settled() -> bool:
                next(looks)
                return not any(one.behind for one in self._left(names).values())

            airflows.until(settled)
        return self._left(names)

    def _left(self, names: tuple[str, ...]) -> dict[tuple[str, str], Left]:
        found = {}
        for who in WHO:
            for name in names:
                jobs = self._jobs(f"{who}_{name}")
                alive = sum(one["status"] not in ENDED for one in jobs)
                more = len(jobs) - SUBMITTED.get(name, 1)
                found[who, name] = Left(alive - KEPT.get(name, 0), more)
        return found

    def _jobs(self, name: str) -> list[dict[str, Any]]:
        filters = [{"name": "JOB_NAME", "values": [name]}]
        asked = {"jobQueue": QUEUE, "filters": filters}
        found: list[dict[str, Any]] = self._endpoint.call("ListJobs", asked)["jobSummaryList"]
        return found

    def _until(self, dag_id: str, state: str) -> None:
        self._airflow.until(dag_id, self._runs[dag_id], state)

    def _waits(self, dag_id: str, attempt: int) -> None:
        """Wait until a triggerer waits for a task in one of its tries."""
        path = f"logs/dag_id={dag_id}/**/attempt={attempt}.log.trigger.*"
        airflows.until(lambda: any(self._airflow.folder.glob(path)))

    def _mark(self, dag_id: str) -> None:
        path = f"/api/v2/dags/{dag_id}/dagRuns/{self._runs[dag_id]}/taskInstances/job"
        self._airflow.ask("PATCH", path, {"new_state": "failed"})

    def _clear(self, dag_id: str) -> None:
        run = self._runs[dag_id]
        body = {"dry_run": False, "dag_run_id": run, "task_ids": ["job"], "only_failed": False}
        self._airflow.ask("POST", f"/api/v2/dags/{dag_id}/clearTaskInstances", body)


def _sum(found: list[Left]) -> Left:
    return Left(sum(one.behind for one in found), sum(one.twice for one in found))


def _figure(name: str, ours: Left, theirs: Left, *, promised: bool = False) -> Figure:
    return Figure(
        f"jobs: {name}",
        _words(ours),
        f"{_words(theirs)} amazon",
        target="0 and 0" if promised else "",
        met=ours == Left(0, 0) if promised else None,
    )


def _words(left: Left) -> str:
    return f"{left.behind} left behind, {left.twice} submitted twice"
