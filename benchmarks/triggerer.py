"""A real triggerer with a thousand deferred tasks: ours beside the Amazon provider's.

A triggerer of Airflow's own, with its database, is given tasks that are deferred already (see
`programs.deferred`), whose jobs exist on paper only (see `waiting`); both are asked for at the same
cadence. One task comes first, so that all is imported when the others are counted. A minute
is for the start: Airflow takes up fifty triggers a second at most. An idle trigger of
Airflow's own shows what a triggerer takes for any.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from benchmarks.contenders.scenario import Scenario
from benchmarks.gear import airflows, processes
from benchmarks.gear.connections import Connection
from benchmarks.gear.contest import ROOT, service
from benchmarks.gear.endpoint import read
from benchmarks.gear.figures import Figure, percentile, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

TASKS = 1_000
SCENARIO = Scenario(count=TASKS + 1, first=60.0, last=90.0)
IDLE = "idle"
OURS = "batchyard"
THEIRS = "amazon"
THRESHOLD = "0.12"
"""Seconds after which the triggerer's probe says that the loop was blocked."""
SLEEP = 0.1
"""Seconds that the probe sleeps: TriggerRunner.block_watchdog."""
_KEYS = ("benchmark", "benchmark")


class Run(NamedTuple):
    """What a triggerer came to.

    Attributes:
        starting: CPU seconds until all jobs were asked for.
        cpu: CPU seconds until all tasks were resumed.
        memory: bytes by which the process that runs triggers grew while it started them.
        seconds: until all jobs were asked for.
        calls: DescribeJobs.
        latencies: seconds from a job's end until its task was scheduled.
        lags: seconds by which the loop's probe came late, each time that it was noted.
    """

    starting: float
    cpu: float
    memory: float
    seconds: float
    calls: int
    latencies: list[float]
    lags: list[float]


def measure() -> list[Figure]:
    """Run one after the other, where Airflow is."""
    if not airflows.PROGRAM.exists():
        print(f"triggerer: {airflows.HOW}", file=sys.stderr)
        return []
    idle, ours, theirs = (_run(kind) for kind in (IDLE, OURS, THEIRS))
    nothing = f", {shown(_each(idle.starting, 1e3))} ms an idle one"
    late = f", {shown(_most(idle))} ms with idle ones"
    bare = f", {shown(_each(idle.memory, 1e-3))} KB an idle one"
    return [
        _figure("CPU of starting one", *_both(ours, theirs, "starting", 1e3), " ms", nothing),
        _figure("CPU of one, to its event", *_both(ours, theirs, "cpu", 1e3), " ms"),
        _figure("memory of one", *_both(ours, theirs, "memory", 1e-3), " KB", bare),
        _figure("all have begun after", ours.seconds, theirs.seconds, " s"),
        _figure("DescribeJobs", ours.calls, theirs.calls, ""),
        _figure("end of job to task scheduled, p50", _p(ours, 50), _p(theirs, 50), " s"),
        _figure("the same, p99", _p(ours, 99), _p(theirs, 99), " s"),
        _figure("the loop is late, most", _most(ours), _most(theirs), " ms", late),
        _figure("the same, all together", sum(ours.lags), sum(theirs.lags), " s"),
    ]


def _run(kind: str) -> Run:
    """Let a triggerer of its own wait for all jobs."""
    with (
        tempfile.TemporaryDirectory(prefix="batchyard-bench-") as name,
        service(SCENARIO) as port,
    ):
        home = Path(name) / "home"
        triggerer = airflows.airflow(
            home,
            f"http://127.0.0.1:{port}",
            _KEYS,
            AIRFLOW__TRIGGERER__BLOCKED_MAIN_THREAD_WARNING_THRESHOLD=THRESHOLD,
            AIRFLOW__TRIGGERER__CAPACITY=str(SCENARIO.count),
        )
        triggerer.command("db", "migrate")
        try:
            with _deferring(kind, triggerer) as defer:
                return _measured(kind, triggerer, Stub(port), defer)
        finally:
            triggerer.stop("triggerer")


class Stub:
    """The service that knows the jobs."""

    def __init__(self, port: int) -> None:
        self._port = port

    def start(self) -> float:
        """Begin the jobs' lives; give the moment."""
        return float(self._ask("POST", "/start"))

    def counts(self) -> Any:  # noqa: ANN401 - JSON
        """Tell what was asked since."""
        return self._ask("GET", "/counts")

    def _ask(self, method: str, path: str) -> Any:  # noqa: ANN401 - JSON
        lines = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"
        connection = Connection(self._port)
        try:
            return read(connection.ask(lines.encode()))
        finally:
            connection.close()


class Deferring(NamedTuple):
    """The program that defers tasks, when told to."""

    process: subprocess.Popen[str]

    def wait(self, word: str) -> None:
        """Wait until it says so; Airflow says other things beside it."""
        assert any(line.strip() == word for line in _pipe(self.process.stdout)), "it did not"

    def all(self) -> None:
        """Let it defer all other tasks."""
        _pipe(self.process.stdin).write("\n")
        _pipe(self.process.stdin).flush()
        self.wait("all")


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


@contextmanager
def _deferring(kind: str, triggerer: Any) -> Iterator[Deferring]:  # noqa: ANN401 - the example's
    command = [airflows.PYTHON, "-m", "benchmarks.programs.deferred", kind, SCENARIO.dump()]
    both = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with (
        (triggerer.folder / "deferred.err").open("w") as errors,
        subprocess.Popen(command, cwd=ROOT, env=triggerer.env, stderr=errors, **both) as process,
    ):
        try:
            made = Deferring(process)
            made.wait("one")
            yield made
        finally:
            processes.end(process.pid)


def _measured(kind: str, triggerer: Any, stub: Stub, defer: Deferring) -> Run:  # noqa: ANN401 - the example's
    def begun() -> int:
        return _printing(triggerer.folder) if kind == IDLE else int(stub.counts()["known"])

    stub.start()
    triggerer.start("triggerer")
    pid = triggerer.pid("triggerer")
    airflows.until(lambda: begun() == 1)
    runner = airflows.tree(pid)[-1]
    began = stub.start()  # the first is counted from here, too, as it is asked for again
    cpu, memory = airflows.cpu(pid), processes.memory(runner)
    imported = len(airflows.lags(triggerer.folder))
    defer.all()
    airflows.until(lambda: begun() == SCENARIO.count)
    seconds, starting = time.time() - began, airflows.cpu(pid) - cpu
    growth = processes.memory(runner) - memory
    if kind == IDLE:
        lags = _lags(triggerer.folder, imported)
        return Run(starting, starting, growth, seconds, 0, [], lags)
    tasks = airflows.Tasks(triggerer.folder)
    airflows.until(lambda: not tasks.deferred())
    return Run(
        starting,
        airflows.cpu(pid) - cpu,
        growth,
        seconds,
        len(stub.counts()["times"]),
        _latencies(began, tasks.resumed()),
        _lags(triggerer.folder, imported),
    )


def _lags(folder: Path, imported: int) -> list[float]:
    """Tell by how much the loop's probe came late since all was imported."""
    return [lag - SLEEP for lag in airflows.lags(folder)[imported:]]


def _printing(folder: Path) -> int:
    """Count the triggers that have begun: each has said so in a log of its own."""
    return sum(1 for _ in (folder / "logs").glob("dag_id=*/**/*.log.trigger.*"))


def _latencies(began: float, resumed: dict[int, float]) -> list[float]:
    ends = SCENARIO.ends()
    assert len(resumed) == SCENARIO.count, f"{len(resumed)} tasks were resumed"
    found = [moment - began - ends[number] for number, moment in resumed.items()]
    assert min(found) >= 0, "a task was resumed before its job had ended"
    return found


def _each(value: float, factor: float) -> float:
    return value * factor / TASKS


def _both(ours: Run, theirs: Run, name: str, factor: float) -> tuple[float, float]:
    return _each(getattr(ours, name), factor), _each(getattr(theirs, name), factor)


def _p(one: Run, percent: float) -> float:
    return percentile(one.latencies, percent)


def _most(one: Run) -> float:
    return 1000 * max(one.lags, default=0.0)


def _figure(name: str, ours: float, theirs: float, unit: str, beside: str = "") -> Figure:
    return Figure(
        f"{TASKS:,} in a triggerer: {name}",
        f"{shown(ours)}{unit}",
        f"{shown(theirs)}{unit} amazon{beside}",
        shown(theirs / ours) if ours else "",
    )
