"""A yard in this process, a connection that leads to it, and what Airflow gives to tasks."""

import asyncio
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from itertools import count
from typing import Any, Self

from airflow.triggers.base import BaseTrigger

from batchyard.airflow.connections import Place, session_of
from batchyard.airflow.operators.batch import BatchOperator
from batchyard.client.sessions import Client, connect
from batchyard.testing import EphemeralYard, yard
from tests.acceptance.yards import until

NUMBERS = count()


@dataclass
class TaskInstance:
    """What an operator sees of its task instance, with XComs that stay here."""

    task_id: str = "align"
    dag_id: str = "night"
    run_id: str = "manual__2026-11-25"
    map_index: int = -1
    try_number: int = 1
    max_tries: int = 1
    xcoms: dict[str, Any] = field(default_factory=dict)

    def xcom_push(self, key: str, value: Any, **_: object) -> None:
        self.xcoms[key] = json.loads(json.dumps(value))

    def xcom_pull(self, key: str, **_: object) -> Any:
        return self.xcoms.get(key)


@dataclass
class DagRun:
    start_date: datetime = field(default_factory=lambda: datetime.now(UTC))
    run_after: datetime = field(default_factory=lambda: datetime.now(UTC))
    clear_number: int = 0


class World:
    """A yard, and the connection ``yard`` that leads to it; operations are counted on the way."""

    def __init__(self, here: EphemeralYard) -> None:
        self.here = here
        self.calls: Counter[str] = Counter()
        self.lose: Callable[[str], bool] = lambda _: False
        self.conn_id = f"yard_{next(NUMBERS)}"
        extra = {"region_name": here.region, "endpoint_url": here.connection["endpoint"]}
        said = {"conn_type": "aws", "login": "key", "password": "secret", "extra": extra}
        os.environ[f"AIRFLOW_CONN_{self.conn_id.upper()}"] = json.dumps(said)
        self.session = session_of(Place(self.conn_id))
        self._deliver: Callable[..., Client] = lambda **_: None
        self.session._session.register("before-send.*.*", self._pass)  # noqa: SLF001 - as boto3
        here.attach(self)
        self.batch = connect(session=self.session).client("batch")
        self.batch.register_job_definition(
            jobDefinitionName="shell",
            type="container",
            parameters={"script": "true"},
            containerProperties={
                "image": "busybox",
                "command": ["sh", "-c", "Ref::script"],
                "resourceRequirements": [
                    {"type": "VCPU", "value": "1"},
                    {"type": "MEMORY", "value": "64"},
                ],
            },
        )

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Self]:
        with yard() as here:
            yield cls(here)

    def register(self, _: str, handler: Callable[..., Client]) -> None:
        """Take the yard's answers, as a session does that is attached to it."""
        self._deliver = handler

    def _pass(self, event_name: str, request: Client, **_: object) -> Client:
        operation = event_name.rpartition(".")[2]
        self.calls[operation] += 1
        answer = self._deliver(request=request)
        if self.lose(operation):
            from botocore.exceptions import ConnectionClosedError

            raise ConnectionClosedError(endpoint_url="http://batchyard.invalid")
        return answer

    def operator(self, script: str = "true", **more: Any) -> BatchOperator:
        """An operator that runs a shell script."""
        given: dict[str, Any] = {
            "task_id": "align",
            "job_name": f"job-{next(NUMBERS)}",
            "job_definition": "shell",
            "job_queue": "default",
            "parameters": {"script": script},
            "aws_conn_id": self.conn_id,
        }
        return BatchOperator(**given | more)

    def submitted(self, script: str = "true", **more: Any) -> str:
        """Submit a job beside Airflow; give its id."""
        given = {
            "jobName": "other",
            "jobQueue": "default",
            "jobDefinition": "shell",
            "parameters": {"script": script},
        }
        return str(self.batch.submit_job(**given | more)["jobId"])

    def job(self, job_id: str) -> dict[str, Any]:
        (job,) = self.batch.describe_jobs(jobs=[job_id])["jobs"]
        return dict(job)

    def reached(self, job_id: str, *states: str) -> dict[str, Any]:
        """Wait until a job is in one of these states."""

        def there() -> dict[str, Any] | None:
            job = self.job(job_id)
            return job if job["status"] in states else None

        found: dict[str, Any] = until(there)
        return found

    def named(self, name: str) -> list[str]:
        """The ids of all jobs of a name."""
        filters = [{"name": "JOB_NAME", "values": [name]}]
        found = self.batch.list_jobs(jobQueue="default", filters=filters)["jobSummaryList"]
        return [one["jobId"] for one in found]


def context_of(ti: TaskInstance, run: DagRun | None = None) -> dict[str, Any]:
    return {"ti": ti, "dag_run": run or DagRun()}


def again(trigger: BaseTrigger) -> BaseTrigger:
    """The trigger as another triggerer makes it."""
    path, given = trigger.serialize()
    module, _, name = path.rpartition(".")
    made: BaseTrigger = getattr(import_module(module), name)(**json.loads(json.dumps(given)))
    return made


async def first(trigger: BaseTrigger) -> dict[str, Any]:
    """Run a trigger to its event."""
    async for event in trigger.run():
        return dict(event.payload)
    raise AssertionError("the trigger ended without an event")


def run(operator: Any, context: dict[str, Any]) -> Any:
    """Run an operator to its end, deferrals included, each in another triggerer."""
    from batchyard.airflow.versions import TaskDeferred

    try:
        return operator.execute(context)
    except TaskDeferred as deferred:
        event = asyncio.run(first(again(deferred.trigger)))
        return operator.resume_execution(deferred.method_name, {"event": event}, context)
