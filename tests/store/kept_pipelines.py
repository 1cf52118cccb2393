"""Pipelines, instances and tasks as stores are given them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from batchyard.pipelines.instances import Attempt, Instance
from batchyard.pipelines.model import Definition, Field, PipelineObject
from batchyard.pipelines.pipeline import Pipeline
from batchyard.pipelines.rules import Rules
from batchyard.pipelines.states import ENDED, Status
from batchyard.pipelines.tasks import Taken, Task
from batchyard.store.asking import InstancePage, InstanceQuery
from batchyard.store.seam import InstanceChange, Store
from tests.store.kept import HERE

SAYS = Definition((PipelineObject("Say", "Say", (Field("command", "echo"),)),))


def pipeline(name: str, **members: Any) -> Pipeline:  # noqa: ANN401 - a pipeline's members, as needed
    given: dict[str, Any] = {
        "account": HERE.account,
        "region": HERE.region,
        "name": name,
        "unique_id": f"token of {name}",
        "user": "AKIA",
        "created_at": 1000,
        "latest": SAYS,
    }
    return Pipeline(id=name, **given | members)


def deleted(was: Pipeline, at: int = 9000) -> Pipeline:
    return replace(was, latest=None, active=None, deleted_at=at)


def instance(name: str, component: str = "Say", **members: Any) -> Instance:  # noqa: ANN401 - as above
    rules = Rules(2, 60_000, worker_group="g")
    return Instance(name, component, "activity", 1000, 2000, 1000, rules, **members)


def moved(was: Instance, status: Status = Status.RUNNING, at: int = 3000) -> Instance:
    """The instance in a status, with one more attempt."""
    attempt = Attempt(f"{was.id}_Attempt={len(was.attempts) + 1}", at, hostname="here")
    over = at if status in ENDED else None
    return replace(was, status=status, attempts=(*was.attempts, attempt), ended_at=over)


def changes(owner: str, *instances: Instance) -> list[InstanceChange]:
    return [InstanceChange(owner, each) for each in instances]


def taken(task_id: str, owner: str = "p", service: str = "pipelines", **members: Any) -> Taken:  # noqa: ANN401 - as above
    return Taken(
        id=task_id,
        task=Task(f"{owner}@{task_id}", "g", progress=60),
        service=service,
        owner=owner,
        account=HERE.account,
        region=HERE.region,
        **members,
    )


def pages(store: Store, query: InstanceQuery) -> Iterator[InstancePage]:
    """Ask for page after page."""
    more = True
    while more:
        page = store.instances(query)
        yield page
        more = page.next is not None
        query = replace(query, after=page.next)


def names(store: Store, owner: str, **conditions: Any) -> list[str]:  # noqa: ANN401 - a query's members
    query = InstanceQuery(pipeline=owner, **conditions)
    return [each.id for page in pages(store, query) for each in page.instances]


def held(store: Store) -> dict[str, Taken]:
    return {each.id: each for each in store.tasks()}
