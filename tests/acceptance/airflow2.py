"""A real Airflow 2 in real processes, scheduler and triggerer, whose connection leads to a yard."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.acceptance.airflows import ROOT, RunningAirflow, until
from tests.acceptance.yards import RunningYard, clean_environment
from tests.requires import require

BIN = ROOT / ".venv-airflow-oldest" / "bin"
DESK = Path(__file__).with_name("airflow2_desk.py")
DAGS = Path(__file__).with_name("airflow2_dags.py")
PROCESSES = ("scheduler", "triggerer")
HURRIED = {
    "AIRFLOW__BATCHYARD__EARLIEST_EVENT": "2",
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
    "AIRFLOW__CORE__PARALLELISM": "4",
    "AIRFLOW__SCHEDULER__MIN_FILE_PROCESS_INTERVAL": "300",
    "AIRFLOW__SCHEDULER__PARSING_PROCESSES": "1",
    "AIRFLOW__TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": "15",
    # Airflow's own tests say so: its LocalExecutor, which forks, is else not for SQLite.
    "_AIRFLOW__SKIP_DATABASE_EXECUTOR_COMPATIBILITY_CHECK": "1",
}


class Airflow2:
    """A running Airflow 2, as people see it.

    Args:
        running: its processes.
        desk: the program that answers for it.
    """

    def __init__(self, running: Any, desk: subprocess.Popen[str]) -> None:
        self.running = running
        self._desk = desk

    def ask(self, name: str, *given: str) -> Any:
        """Call a function of the desk."""
        assert self._desk.stdin is not None
        assert self._desk.stdout is not None
        print(json.dumps([name, *given]), file=self._desk.stdin, flush=True)
        line = self._desk.stdout.readline()
        assert line, (self.running.folder / "desk.out").read_text()[-5000:]
        return json.loads(line)

    def trigger(self, dag_id: str) -> str:
        """Begin a run of a DAG; give its id."""
        return str(until(lambda: self.ask("trigger", dag_id)))

    def until(self, dag_id: str, run_id: str, *states: str) -> str:
        """Wait until the task of a run is in one of these states; tell which."""

        def there() -> str | None:
            state = self.ask("state", dag_id, run_id)
            return state if state in states else None

        return str(until(there))

    def begun(self, dag_id: str) -> int:
        """Tell how often triggerers have begun to wait for the task of a DAG."""
        said = (self.running.folder / "triggerer.out").read_text().splitlines()
        return sum(f" trigger {dag_id}/" in line and line.endswith(" starting") for line in said)

    def log(self, dag_id: str) -> str:
        """Give all that is in the logs of a DAG's task, the triggerer's part, too."""
        logs = (self.running.folder / "logs").glob(f"dag_id={dag_id}/**/attempt=*")
        return "\n".join(log.read_text() for log in sorted(logs))


@contextmanager
def airflow2_on(folder: Path, yard: RunningYard) -> Iterator[Airflow2]:
    """Run an Airflow 2 with the tests' DAGs, whose connection ``aws_default`` leads to a yard.

    Args:
        folder: its home.
        yard: which.
    """
    require("Airflow in .venv-airflow-oldest", "make airflow", present=(BIN / "airflow").exists())
    (folder / "dags").mkdir(parents=True)
    shutil.copy(DAGS, folder / "dags" / "dags.py")
    keys = yard.env()
    connection = {
        "conn_type": "aws",
        "login": keys["AWS_ACCESS_KEY_ID"],
        "password": keys["AWS_SECRET_ACCESS_KEY"],
        "extra": {"region_name": "us-east-1", "endpoint_url": yard.url},
    }
    environment = clean_environment()
    environment["PATH"] = f"{BIN}:{environment['PATH']}"  # its executor starts `airflow` by name
    made = RunningAirflow(BIN / "airflow", folder, environment, connection, HURRIED)
    made.command("db", "migrate")
    try:
        for name in PROCESSES:
            made.start(name)
        with _desk(made) as desk:
            airflow = Airflow2(made, desk)
            until(lambda: airflow.ask("healthy"))
            yield airflow
    finally:
        for name in PROCESSES:
            made.stop(name)


@contextmanager
def _desk(made: Any) -> Iterator[subprocess.Popen[str]]:
    with (
        (made.folder / "desk.out").open("w") as said,
        subprocess.Popen(
            [BIN / "python", DESK],
            env=made.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        ) as desk,
    ):
        try:
            yield desk
        finally:
            desk.kill()
