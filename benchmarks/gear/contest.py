"""One contender in one scenario: the service, the contender, and what is seen of both."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from array import array
from base64 import b64decode
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from benchmarks.contenders.scenario import Scenario, succeeds
from benchmarks.gear import processes
from benchmarks.gear.connections import Connection
from benchmarks.gear.endpoint import read
from benchmarks.gear.figures import percentile

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
AIRFLOW = ROOT / ".venv-airflow"
"""Made by ``make airflow``: its provider pins botocore, and ours is not to be pinned."""
MESSAGES = 10
"""Those of one receive: the last may be under way when everybody has been answered."""
_GRACE = 240.0
"""Seconds that a contender gets beside its scenario's limit, to begin and to end."""


class Contender(NamedTuple):
    """Who waits.

    Attributes:
        name: as the table calls it.
        module: below ``benchmarks.contenders``.
        python: of the environment that has what it needs.
    """

    name: str
    module: str
    python: Path = Path(sys.executable)

    def is_here(self) -> bool:
        """Tell whether its environment was made."""
        return self.python.exists()


class Memory(NamedTuple):
    """Bytes that were resident: at the start, and how many more at the peak."""

    start: float
    growth: float


class Run(NamedTuple):
    """What one contender came to in one scenario.

    Attributes:
        contender: who waited.
        scenario: for what.
        times: when each request came, in seconds after the start.
        widths: about how many jobs each asked.
        refused: requests that were answered 429.
        connections: how many it opened.
        received: how often it asked for events.
        cpu: seconds.
        wall: seconds until the last was answered, or until it gave up.
        memory: of the contender's process.
        latencies: seconds from a job's end to the answer, of those that were answered.
        lags: seconds by which ticks of its event loop came late; empty without one.
    """

    contender: Contender
    scenario: Scenario
    times: list[float]
    widths: list[int]
    refused: int
    connections: int
    received: int
    cpu: float
    wall: float
    memory: Memory
    latencies: list[float]
    lags: list[float]

    def peak(self) -> int:
        """Tell the most requests within any second."""
        most = first = 0
        for last, moment in enumerate(self.times):
            while moment - self.times[first] >= 1:
                first += 1
            most = max(most, last - first + 1)
        return most

    def latency(self, percent: float) -> float:
        """Give a percentile of the latencies, in seconds."""
        return percentile(self.latencies, percent)

    def calls_between(self, begin: float, end: float) -> int:
        """Count the requests of a time, in seconds after the start."""
        return sum(begin <= moment < end for moment in self.times)


class _Counts(msgspec.Struct):
    times: list[float]
    widths: list[int]
    refused: int
    connections: int
    received: int
    undeleted: int


class _Report(msgspec.Struct):
    cpu: float
    wall: float
    memory: float
    growth: float
    began: float
    lags: str
    moments: str
    outcomes: str


def run(contender: Contender, scenario: Scenario) -> Run:
    """Let a contender wait, and see that everybody was answered rightly."""
    with tempfile.TemporaryDirectory(prefix="batchyard-bench-") as name, service(scenario) as port:
        report = _waited(contender, scenario, port, Path(name))
        counts = msgspec.convert(read(Connection(port).ask(_get("/counts"))), _Counts)
    assert counts.undeleted <= MESSAGES, "events were received and left in the queue"
    return Run(
        contender,
        scenario,
        counts.times,
        counts.widths,
        counts.refused,
        counts.connections,
        counts.received,
        report.cpu,
        report.wall,
        Memory(report.memory, report.growth),
        _latencies(scenario, report),
        _floats(report.lags).tolist(),
    )


@contextmanager
def service(scenario: Scenario) -> Iterator[int]:
    """Run the service that knows the jobs; give its port."""
    command = [sys.executable, "-m", "benchmarks.programs.describe_jobs", scenario.dump()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as service:
        assert service.stdout is not None
        try:
            yield int(service.stdout.readline())
        finally:
            processes.end(service.pid)


def _waited(contender: Contender, scenario: Scenario, port: int, folder: Path) -> _Report:
    """Run the contender until it has told what it took."""
    report = folder / "report.json"
    module = f"benchmarks.contenders.{contender.module}"
    command = [str(contender.python), "-m", module, str(port), str(report), scenario.dump()]
    said = folder / "said"
    with said.open("wb") as output:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=_environment(port, folder),
            stdout=output,
            stderr=output,
            timeout=scenario.limit + _GRACE,
            check=False,
        )
    assert done.returncode == 0, said.read_text()[-3000:]
    return msgspec.json.decode(report.read_bytes(), type=_Report)


def _environment(port: int, folder: Path) -> dict[str, str]:
    """Form an environment in which nobody reads this user's configuration of AWS or Airflow."""
    connection = {
        "conn_type": "aws",
        "login": "benchmark",
        "password": "benchmark",
        "extra": {"region_name": "us-east-1", "endpoint_url": f"http://127.0.0.1:{port}"},
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {
        "AIRFLOW_CONN_AWS_DEFAULT": msgspec.json.encode(connection).decode(),
        "AIRFLOW_HOME": str(folder),
        "AWS_ACCESS_KEY_ID": "benchmark",
        "AWS_CONFIG_FILE": str(folder / "none"),
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_SECRET_ACCESS_KEY": "benchmark",
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "none"),
    }


def _latencies(scenario: Scenario, report: _Report) -> list[float]:
    outcomes = b64decode(report.outcomes)
    found = []
    answers = zip(scenario.ends(), _floats(report.moments), outcomes, strict=True)
    for number, (end, moment, outcome) in enumerate(answers):
        if outcome:
            assert outcome == ord("S" if succeeds(number) else "F"), f"job {number}: wrong answer"
            found.append(moment - report.began - end)
    assert found, "nobody was answered"
    assert min(found) >= 0, "a job was said to have ended before it did"
    return found


def _floats(text: str) -> array[float]:
    return array("d", b64decode(text))


def _get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
