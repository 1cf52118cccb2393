"""A whole Airflow in processes of its own: scheduler, DAG processor, triggerer, API server."""

from __future__ import annotations

import json
import os
import secrets
import select
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

PATIENCE = 400.0
"""Seconds: Airflow takes its time, the more so on a machine that is busy."""

COMMANDS = {
    "api-server": ("api-server", "--host", "127.0.0.1", "--workers", "1"),
    "dag-processor": ("dag-processor",),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
HEALTHY = ("scheduler", "triggerer", "dag_processor", "metadatabase")


def until(happened: Callable[[], Any]) -> Any:
    """Ask every half second until the answer is true; give it.

    Raises:
        TimeoutError: it never was.
    """
    deadline = time.monotonic() + PATIENCE
    while not (found := happened()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"it never happened: {happened}")
        select.select([], [], [], 0.5)
    return found


class RunningAirflow:
    """An Airflow of its own folder and port; each of its processes is ended by its id.

    Args:
        airflow: the program.
        folder: its home; DAGs are below, in ``dags``.
        environment: what its processes see of this one's environment.
        connection: ``aws_default``, as Airflow writes connections in JSON.
        settings: further variables of its environment.
    """

    def __init__(
        self,
        airflow: Path,
        folder: Path,
        environment: Mapping[str, str],
        connection: Mapping[str, Any],
        settings: Mapping[str, str],
    ) -> None:
        self.folder = folder
        self._airflow = airflow
        self._port = _free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        said = {"AIRFLOW_CONN_AWS_DEFAULT": json.dumps(connection)}
        self.env = {**environment, **self._settings(), **said, **settings}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._token = ""

    def _settings(self) -> dict[str, str]:
        return {
            "AIRFLOW_HOME": str(self.folder),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.folder / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "8",
            "AIRFLOW__CORE__MAX_ACTIVE_TASKS_PER_DAG": "500",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "AIRFLOW__CORE__FERNET_KEY": "",
            # Its processes share one SQLite file: who finds it locked waits, instead of failing.
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{self.folder}/airflow.db?timeout=60",
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self._port),
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__API__BASE_URL": self.url,
            "AIRFLOW__API__SECRET_KEY": secrets.token_hex(32),
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(64),
            "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "PYTHONWARNINGS": "ignore",
        }

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Run it, from an empty database to healthy processes; leaving ends them all."""
        self.command("db", "migrate")
        try:
            for name in COMMANDS:
                self.start(name)
            until(self.is_healthy)
            yield self
        finally:
            for name in reversed(COMMANDS):
                self.stop(name)

    def command(self, *words: str) -> str:
        """Run a command of Airflow's to its end; give what it printed.

        Raises:
            RuntimeError: it failed.
        """
        done = subprocess.run(
            [self._airflow, *words],
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"airflow {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self, name: str) -> None:
        """Start one of the processes, in a group of its own, with its output in a file."""
        words = [str(self._airflow), *COMMANDS[name]]
        if name == "api-server":
            words += ["--port", str(self._port)]
        with (self.folder / f"{name}.out").open("ab") as out:
            self._processes[name] = subprocess.Popen(
                words,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def pid(self, name: str) -> int:
        """Tell the id of one of the processes; those that it started are its children."""
        return self._processes[name].pid

    def stop(self, name: str, number: int = signal.SIGTERM) -> None:
        """Send a signal to a process and all that it started, and wait until they have ended."""
        process = self._processes.pop(name, None)
        if process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def is_healthy(self) -> bool:
        """Tell whether every process says that it is well."""
        with suppress(OSError):
            health = self.ask("GET", "/api/v2/monitor/health", authorized=False)
            return all((health.get(one) or {}).get("status") == "healthy" for one in HEALTHY)
        return False

    def ask(
        self, method: str, path: str, body: object = None, *, authorized: bool = True
    ) -> dict[str, Any]:
        """Call Airflow's API; give its answer.

        Raises:
            OSError: it is not there, or refuses.
        """
        if authorized and not self._token:
            answer = self.ask("GET", "/auth/token", authorized=False)
            self._token = answer["access_token"]
        headers = {"Content-Type": "application/json"}
        if authorized:
            headers["Authorization"] = f"Bearer {self._token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - an address of ours
            self.url + path, data, headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - see above
                found: dict[str, Any] = json.loads(response.read() or b"{}")
        except urllib.error.HTTPError as error:
            raise OSError(f"{method} {path}: {error.code} {error.read()[:500]!r}") from error
        return found

    def trigger(self, dag_id: str) -> str:
        """Begin a run of a DAG; give its id."""
        until(lambda: self._knows(dag_id))
        self.ask("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})
        answer = self.ask("POST", f"/api/v2/dags/{dag_id}/dagRuns", {"logical_date": None})
        return str(answer["dag_run_id"])

    def _knows(self, dag_id: str) -> bool:
        with suppress(OSError):
            return bool(self.ask("GET", f"/api/v2/dags/{dag_id}"))
        return False

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """Give the task instances of a run."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=100"
        found: list[dict[str, Any]] = []
        while True:
            page = self.ask("GET", f"{path}&offset={len(found)}")
            found += page["task_instances"]
            if not page["task_instances"] or len(found) >= page["total_entries"]:
                return found

    def until(self, dag_id: str, run_id: str, *states: str) -> list[dict[str, Any]]:
        """Wait until every task of a run is in one of these states; give them."""

        def there() -> list[dict[str, Any]] | None:
            tasks = self.tasks(dag_id, run_id)
            return tasks if tasks and all(one["state"] in states for one in tasks) else None

        found: list[dict[str, Any]] = until(there)
        return found

    def xcom(self, dag_id: str, run_id: str, key: str, task_id: str = "job") -> Any:
        """Give an XCom of a task."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/{key}"
        return self.ask("GET", f"{path}?deserialize=true")["value"]

    def log(self, dag_id: str, run_id: str, attempt: int = 1, task_id: str = "job") -> str:
        """Give what is in a task's log, as the web interface shows it."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{attempt}"
        return json.dumps(self.ask("GET", f"{path}?full_content=true")["content"])


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
