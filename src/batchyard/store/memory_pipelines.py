"""The pipelines, instances and tasks of the store that forgets with the process."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from batchyard.errors import YardError
from batchyard.store import cursor
from batchyard.store.asking import InstancePage
from batchyard.store.rows import pipeline_of
from batchyard.store.seam import TaskRemoval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.pipelines.instances import Instance
    from batchyard.pipelines.pipeline import Pipeline
    from batchyard.pipelines.tasks import Taken
    from batchyard.store.asking import InstanceQuery
    from batchyard.store.seam import Batch, InstanceChange

    Kept = tuple[int, Instance]


class MemoryPipelines:
    """Keeps pipelines, their instances and tasks; whoever calls has the lock."""

    def __init__(self) -> None:
        """Start empty."""
        self.pipelines: dict[str, Pipeline] = {}
        self.tasks: dict[str, Taken] = {}
        self._instances: dict[str, dict[str, Kept]] = {}
        self._number = 0

    def keep(self, batch: Batch) -> None:
        """Keep what became of pipelines, instances and tasks; see `Store.commit`.

        Raises:
            YardError: a pipeline is missing; then nothing is kept.
        """
        self._check(batch)
        for pipeline in batch.pipelines:
            self._pipeline(pipeline)
        for change in batch.instances:
            self._instance(change)
        for task in batch.tasks:
            self._task(task)

    def _check(self, batch: Batch) -> None:
        known = self.pipelines.keys() | {each.id for each in batch.pipelines}
        kept = [(each.pipeline, f"instance {each.instance.id}") for each in batch.instances]
        taken = [each for each in batch.tasks if not isinstance(each, TaskRemoval)]
        kept += [(owner, f"task {each.id}") for each in taken if (owner := pipeline_of(each))]
        for owner, what in kept:
            if owner not in known:
                raise YardError(f"{what} cannot be kept before its pipeline, {owner!r}")

    def _pipeline(self, pipeline: Pipeline) -> None:
        self.pipelines[pipeline.id] = pipeline
        self._instances.setdefault(pipeline.id, {})
        if pipeline.deleted_at is not None:
            self._instances[pipeline.id].clear()
            theirs = [each.id for each in self.tasks.values() if pipeline_of(each) == pipeline.id]
            for task_id in theirs:
                del self.tasks[task_id]

    def _instance(self, change: InstanceChange) -> None:
        if self._keeps(change.pipeline):
            instances, name = self._instances[change.pipeline], change.instance.id
            self._number += 1
            number, _ = instances.get(name, (self._number, None))
            instances[name] = number, change.instance

    def _task(self, change: Taken | TaskRemoval) -> None:
        if isinstance(change, TaskRemoval):
            self.tasks.pop(change.id, None)
        elif self._keeps(pipeline_of(change)):
            self.tasks[change.id] = change

    def _keeps(self, owner: str | None) -> bool:
        """Tell whether anything is kept of a pipeline: of one that was deleted, nothing is."""
        return owner is None or self.pipelines[owner].deleted_at is None

    def live(self) -> list[tuple[str, Instance]]:
        """Give every instance that has not ended; see `Store.live_instances`."""
        every = [
            (number, pipeline, instance)
            for pipeline, instances in self._instances.items()
            for number, instance in instances.values()
            if not instance.ended
        ]
        return [(pipeline, instance) for _, pipeline, instance in sorted(every, key=_came)]

    def instance(self, pipeline: str, name: str) -> Instance | None:
        """Find an instance; see `Store.instance`."""
        found = self._instances.get(pipeline, {}).get(name)
        return found[1] if found is not None else None

    def page(self, query: InstanceQuery) -> InstancePage:
        """List a pipeline's instances a page at a time; see `Store.instances`."""
        after = cursor.read(query.after, 1)[0] if query.after is not None else None
        found = list(islice(self._asked(query, after), query.limit + 1))
        page = tuple(instance for _, instance in found[: query.limit])
        more = len(found) > query.limit
        return InstancePage(page, cursor.written(found[query.limit - 1][0]) if more else None)

    def _asked(self, query: InstanceQuery, after: int | None) -> Iterator[Kept]:
        kept = self._instances.get(query.pipeline, {}).values()
        for number, instance in reversed(kept) if query.newest else kept:
            named = query.component in {None, instance.component}
            told = query.statuses is None or instance.status in query.statuses
            beyond = after is None or (number < after if query.newest else number > after)
            if named and told and beyond:
                yield number, instance


def _came(row: tuple[int, str, Instance]) -> int:
    return row[0]
