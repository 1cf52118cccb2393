"""The one thread that writes: batches go in, and each is told when it is on disk.

Whatever waits while a commit is under way goes together in the next one, so that durability
costs next to nothing per batch when there are many (group commit).
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from batchyard.errors import YardError
from batchyard.store.seam import Batch, JobChange

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchyard.store.seam import Store

log = logging.getLogger(__name__)

Done = Callable[[BaseException | None], None]
"""Told on the writer's thread: None when the batch is on disk, or why it is not."""


class Writer:
    """Commits batches in the order they were submitted, on a thread of its own.

    Args:
        store: where they are kept.
    """

    def __init__(self, store: Store) -> None:
        """Take batches from now on; they wait until `start`."""
        self._store = store
        self._waiting: queue.SimpleQueue[tuple[Batch, Done] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._stopped = False

    def start(self) -> None:
        """Begin to write; a second start is fine."""
        with self._lock:
            if self._thread is None and not self._stopped:
                self._thread = threading.Thread(
                    target=self._run, name="batchyard-writer", daemon=True
                )
                self._thread.start()

    def stop(self) -> None:
        """Write what was submitted, then end; twice, or before the start, is fine.

        What was submitted to a writer that never started is refused.
        """
        with self._lock:
            first, self._stopped = not self._stopped, True
            if first:
                self._waiting.put(None)
        if self._thread is not None:
            self._thread.join()
        elif first:
            _tell(self._gather(), YardError("the writer was stopped before it was started"))

    def submit(self, batch: Batch, done: Done) -> None:
        """Write a batch.

        Args:
            batch: what to keep.
            done: told on the writer's thread what came of it; it must not block.

        Raises:
            YardError: the writer has been stopped.
        """
        with self._lock:
            if self._stopped:
                raise YardError("the writer has been stopped: nothing can be kept any more")
            self._waiting.put((batch, done))

    def _run(self) -> None:
        while group := self._gather():
            error = self._commit([batch for batch, _ in group])
            _tell(group, error)

    def _gather(self) -> list[tuple[Batch, Done]]:
        """Wait for a batch, and take all that wait behind it; none is the end."""
        group = []
        following = self._waiting.get()
        while following is not None:
            group.append(following)
            try:
                following = self._waiting.get_nowait()
            except queue.Empty:
                return group
        if group:
            self._waiting.put(None)
        return group

    def _commit(self, batches: Sequence[Batch]) -> BaseException | None:
        try:
            self._store.commit(merged(batches))
        except Exception as error:  # noqa: BLE001 - whoever waits for the batch is told
            return error
        return None


def merged(batches: Sequence[Batch]) -> Batch:
    """Make one batch of several: of each job, pipeline, instance and task only what is last."""
    if len(batches) == 1:
        return batches[0]
    jobs = _latest([change for batch in batches for change in batch.jobs])
    resources = [change for batch in batches for change in batch.resources]
    notes = {name: text for batch in batches for name, text in batch.notes.items()}
    logs = [change for batch in batches for change in batch.logs]
    pipelines = {each.id: each for batch in batches for each in batch.pipelines}
    instances = {(e.pipeline, e.instance.id): e for batch in batches for e in batch.instances}
    tasks = {each.id: each for batch in batches for each in batch.tasks}
    return Batch(
        jobs,
        resources,
        notes,
        logs,
        list(pipelines.values()),
        list(instances.values()),
        list(tasks.values()),
        [notice for batch in batches for notice in batch.notices],
        max(batch.delivered for batch in batches),
    )


def _latest(changes: Sequence[JobChange]) -> list[JobChange]:
    """Leave of several changes of a job only the last, where the first one stood.

    A detail that an earlier one brought is not lost.
    """
    last: dict[str, JobChange] = {}
    for change in changes:
        before = last.get(change.job.id)
        if before is not None and change.detail is None:
            last[change.job.id] = JobChange(change.job, before.detail)
        else:
            last[change.job.id] = change
    return list(last.values())


def _tell(group: Sequence[tuple[Batch, Done]], error: BaseException | None) -> None:
    for _, done in group:
        try:
            done(error)
        except Exception:
            log.exception("nobody could be told what came of a batch")
