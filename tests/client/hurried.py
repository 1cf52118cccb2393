"""A watcher that writes down what a source tells it, and the messages that a queue would hold."""

import json
import threading
from collections.abc import Callable, Iterable

PATIENCE = 30.0
"""Seconds: how long to wait for what must happen; no test depends on it being long."""


def message(job_id: str, status: str = "SUCCEEDED") -> str:
    """A state change as EventBridge sends it, shortened.

    https://docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html
    """
    detail = {"jobId": job_id, "status": status}
    kind = {"source": "aws.batch", "detail-type": "Batch Job State Change"}
    return json.dumps(kind | {"detail": detail})


class Watched:
    """Waits for some jobs; tests wait for what it is told."""

    def __init__(self, *job_ids: str) -> None:
        self.job_ids = set(job_ids)
        self.hurried: list[str] = []
        self.relaxed: list[float | None] = []
        self.when_hurried: Callable[[], object] = lambda: None
        self._told = threading.Condition()

    def hurry(self, job_ids: Iterable[str]) -> None:
        with self._told:
            self.hurried += job_ids
            self.when_hurried()
            self._told.notify_all()

    def relax(self, longest: float | None) -> None:
        with self._told:
            self.relaxed.append(longest)
            self._told.notify_all()

    def watches(self, job_id: str) -> bool:
        return job_id in self.job_ids

    def until(self, told: Callable[[], bool]) -> None:
        """Wait until it has been told something."""
        with self._told:
            assert self._told.wait_for(told, PATIENCE), (self.hurried, self.relaxed)

    def until_relaxed(self, *history: float | None) -> None:
        """Wait until it has been relaxed like this, in this order."""
        self.until(lambda: self.relaxed == list(history))
