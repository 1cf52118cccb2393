"""Pipelines, their instances, and who holds which task: writing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchyard.errors import YardError
from batchyard.store import codec
from batchyard.store.rows import pipeline_of
from batchyard.store.seam import TaskRemoval
from batchyard.store.sqlite import sql
from batchyard.store.sqlite.states import STATUS_NUMBERS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from batchyard.pipelines.pipeline import Pipeline
    from batchyard.pipelines.tasks import Taken
    from batchyard.store.seam import Batch, InstanceChange

    Row = tuple[object, ...]

SQL: Final = sql.statements("pipelines")

DELETED: Final = 0
"""What stands for the number of a deleted pipeline: nothing of it is kept any more."""


class PipelineKeeper:
    """Writes what became of pipelines, in the transaction under way.

    Args:
        connection: the one that writes.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take the connection; `learn` comes first."""
        self._connection = connection
        self._numbers: dict[str, int] = {}

    def learn(self) -> None:
        """Know nothing but what is on disk: after a transaction that was undone, or a clearing."""
        known = self._connection.execute(SQL["known_pipelines"])
        self._numbers = {name: DELETED if deleted else n for name, n, deleted in known}

    def keep(self, batch: Batch) -> None:
        """Write a batch's pipelines, then its instances and tasks, each kind at once."""
        for pipeline in batch.pipelines:
            self._pipeline(pipeline)
        write = self._connection.executemany
        if batch.instances:
            write(SQL["put_instance"], self._instances(batch.instances))
        if batch.tasks:
            last = {each.id: each for each in batch.tasks}
            gone = [(task_id,) for task_id, each in last.items() if isinstance(each, TaskRemoval)]
            write(SQL["put_task"], self._tasks(batch.tasks))
            write(SQL["drop_task"], gone)

    def _pipeline(self, pipeline: Pipeline) -> None:
        gone = pipeline.deleted_at is not None
        row = (pipeline.id, gone, codec.encode_pipeline(pipeline))
        (number,) = self._connection.execute(SQL["put_pipeline"], row).fetchone()
        self._numbers[pipeline.id] = DELETED if gone else number
        if gone:
            self._connection.execute(SQL["drop_instances"], (number,))
            self._connection.execute(SQL["drop_tasks"], (number,))

    def _instances(self, changes: Sequence[InstanceChange]) -> Iterator[Row]:
        for change in changes:
            instance = change.instance
            number = self._number(change.pipeline, f"instance {instance.id}")
            if number != DELETED:
                status, body = STATUS_NUMBERS[instance.status], codec.encode_instance(instance)
                yield number, instance.id, instance.component, status, body

    def _tasks(self, changes: Sequence[Taken | TaskRemoval]) -> Iterator[Row]:
        for change in changes:
            if not isinstance(change, TaskRemoval):
                owner = pipeline_of(change)
                number = None if owner is None else self._number(owner, f"task {change.id}")
                if number != DELETED:
                    yield change.id, number, codec.encode_taken(change)

    def _number(self, pipeline: str, what: str) -> int:
        """Find the number of a pipeline for what is kept of it."""
        number = self._numbers.get(pipeline)
        if number is None:
            raise YardError(f"{what} cannot be kept before its pipeline, {pipeline!r}")
        return number
