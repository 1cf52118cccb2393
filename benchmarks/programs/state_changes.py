"""An SQS queue into which EventBridge puts the state changes of jobs that exist on paper only.

Beside DescribeJobs, in the same process. An event is in the queue at the moment of the change.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING, Any

import msgspec

from benchmarks.contenders.scenario import RUNNING_AT, succeeds

if TYPE_CHECKING:
    from benchmarks.contenders.scenario import Scenario

FULL = 10
"""Messages of one receive, at most."""
PREFIX = "AmazonSQS."


class Changes:
    """The queue of one scenario, from a moment on.

    Attributes:
        received: how many times messages were asked for.
        left: how many messages were received and not deleted.
    """

    def __init__(self, scenario: Scenario, began: float) -> None:
        ids, ends = scenario.ids(), scenario.ends()
        changes = [(began + RUNNING_AT * end, ids[at], "RUNNING") for at, end in enumerate(ends)]
        changes += [
            (began + end, ids[at], "SUCCEEDED" if succeeds(at) else "FAILED")
            for at, end in enumerate(ends)
        ]
        self._coming = deque(sorted(changes))
        self.received = 0
        self.left = 0

    async def answer(self, action: str, asked: dict[str, Any]) -> bytes:
        """Answer ReceiveMessage or DeleteMessageBatch."""
        if action == PREFIX + "DeleteMessageBatch":
            names = [{"Id": entry["Id"]} for entry in asked["Entries"]]
            self.left -= len(names)
            return msgspec.json.encode({"Successful": names, "Failed": []})
        assert action == PREFIX + "ReceiveMessage", action
        return await self._receive(asked.get("WaitTimeSeconds", 0))

    async def _receive(self, seconds: float) -> bytes:
        """Wait for the first message, then take those that are there."""
        self.received += 1
        first = self._coming[0][0] if self._coming else float("inf")
        await asyncio.sleep(max(0.0, min(first - time.time(), seconds)))
        taken: list[dict[str, str]] = []
        while len(taken) < FULL and self._coming and self._coming[0][0] <= time.time():
            taken.append(_message(*self._coming.popleft()[1:]))
        self.left += len(taken)
        return msgspec.json.encode({"Messages": taken} if taken else {})


def _message(job_id: str, status: str) -> dict[str, str]:
    """Form a message; see docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html."""
    event = {
        "version": "0",
        "id": job_id,
        "detail-type": "Batch Job State Change",
        "source": "aws.batch",
        "account": "123456789012",
        "region": "us-east-1",
        "detail": {"jobId": job_id, "jobName": "benchmark", "status": status},
    }
    name = f"{job_id}-{status}"
    return {
        "MessageId": name,
        "ReceiptHandle": name,
        "Body": msgspec.json.encode(event).decode(),
    }
