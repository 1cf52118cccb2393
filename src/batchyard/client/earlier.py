"""What an earlier call submitted under the same key; found by name, as ListJobs can look for it.

Source: filters of https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from batchyard.client.calls import Answer, every
from batchyard.client.names import attempt_name, attempt_of, item_name

if TYPE_CHECKING:
    from batchyard.client.orders import Order
    from batchyard.client.sessions import Client

FULL = 100
"""Most jobs of a page of ListJobs that is filtered."""


class Earlier:
    """The jobs of a batch that are there already, listed once for each queue.

    Args:
        client: a botocore client of Batch.
        key: the batch's.
        resubmit_failed: whether an item whose last job FAILED is submitted again.
    """

    def __init__(self, client: Client, key: str, *, resubmit_failed: bool) -> None:
        self._client = client
        self._key = key
        self._resubmit_failed = resubmit_failed
        self._queues: dict[str, dict[str, tuple[int, Answer]]] = {}
        self._seen: Counter[str] = Counter()

    def named(self, order: Order) -> tuple[Order, Answer | None]:
        """Name an order, and find the job that it has already.

        Returns:
            The order with its lasting name, and what ListJobs says of its job; None if it is to be
            submitted.

        Raises:
            BatchyardError: the queue's jobs cannot be listed.
        """
        said = {name: value for name, value in order.request.items() if name != "jobName"}
        definition = order.items[0].definition.name
        item = item_name(self._key, definition, said)
        self._seen[item] += 1
        if self._seen[item] > 1:
            item = item_name(self._key, definition, said, self._seen[item])
        attempt, found = self._jobs(order.queue).get(item, (0, None))
        if found is None or (self._resubmit_failed and found["status"] == "FAILED"):
            attempt, found = attempt + 1, None
        request = {**order.request, "jobName": attempt_name(item, attempt)}
        return replace(order, request=request, unique=True), found

    def _jobs(self, queue: str) -> dict[str, tuple[int, Answer]]:
        if queue not in self._queues:
            self._queues[queue] = self._listed(queue)
        return self._queues[queue]

    def _listed(self, queue: str) -> dict[str, tuple[int, Answer]]:
        """List the last attempt of each item; of two, which only a race can make, the newer one."""
        found: dict[str, tuple[int, Answer]] = {}
        filters = [{"name": "JOB_NAME", "values": [f"{self._key}-*"]}]
        wanted = {"jobQueue": queue, "filters": filters, "maxResults": FULL}
        for job in every(self._client, "list_jobs", "jobSummaryList", **wanted):
            item, attempt = attempt_of(job["jobName"]) or ("", 0)
            if item and attempt > found.get(item, (0, None))[0]:
                kept = ("jobArn", "jobName", "jobId", "status")
                found[item] = attempt, {name: job[name] for name in kept if name in job}
        return found
