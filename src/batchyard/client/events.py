"""State changes of jobs, read from an SQS queue: they hurry questions, and answer none.

A message goes to one reader only, so each process that waits has a queue of its own; `batchyard
events install` makes one. While the queue can be read, the watcher asks of its own accord but
rarely; while it cannot, as often as without events. No event can therefore be missed for good.
"""

from __future__ import annotations

import logging
import os
import random
import threading
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from batchyard.client.calls import call
from batchyard.client.sessions import connect, is_of_aws
from batchyard.errors import BatchyardError, CallerError, Refused, RefusedCredentials
from batchyard.polling.messages import changed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Self, Unpack

    from batchyard.client.calls import Answer
    from batchyard.client.sessions import Client, Connection

log = logging.getLogger(__name__)

LONGEST = 300.0
"""Seconds between two questions about a job of which no event comes."""

FULL = 10
LONG_POLL = 20
"""Messages of a receive, and seconds that it waits for one: the most that SQS allows,
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html"""

GATHER = 0.1
"""Seconds to let messages gather when there were fewer than a receive can bring: each receive, and
each delete after it, costs as much for one message as for ten."""

READ_TIMEOUT = 30
"""Seconds without an answer after which SQS is unreachable; longer than the long poll, as AWS
asks for."""

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
"""Seconds before a queue that cannot be read is tried again."""

ENDPOINT = "AWS_ENDPOINT_URL_SQS"
"""https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html"""


class Hurried(Protocol):
    """Whom events hurry: the watcher. Called from the source's thread."""

    def hurry(self, job_ids: Iterable[str]) -> None:
        """Ask about these jobs soon."""

    def relax(self, longest: float | None) -> None:
        """Ask of its own accord after so many seconds at most; None for as often as usual."""

    def watches(self, job_id: str) -> bool:
        """Tell whether anybody waits for a job."""


def backoff(failures: int) -> float:
    """Give the seconds before the next try, from half to all of a time that doubles.

    Args:
        failures: in a row, from 1.
    """
    longest = min(FIRST_PAUSE * 2.0 ** min(failures - 1, 10), LONGEST_PAUSE)
    return random.uniform(longest / 2, longest)  # noqa: S311 - spreads load, guards nothing


class EventSource:
    """Reads a queue on a thread of its own. Start and stop it, or use it in a with statement.

    Args:
        queue_url: of the SQS queue; whatever is read from it is deleted.
        watcher: whom the events hurry; it has one source.
        longest: seconds after which it asks about a job of which no event has come.
        queue_endpoint: where SQS is; without it ``AWS_ENDPOINT_URL_SQS``, else AWS for a queue of
            AWS, and the host of the queue's URL for any other.
        pause: seconds before the next try, after so many failures in a row.
        **connection: as whom to call, in which region; its endpoint is that of Batch.

    Raises:
        Refused: the queue's URL is none, or parts of the connection contradict each other.
    """

    def __init__(
        self,
        queue_url: str,
        watcher: Hurried,
        *,
        longest: float = LONGEST,
        queue_endpoint: str | None = None,
        pause: Callable[[int], float] = backoff,
        **connection: Unpack[Connection],
    ) -> None:
        self._clients = connect(**connection)
        self._queue_url = queue_url
        self._endpoint = queue_endpoint or endpoint_of(queue_url)
        self._watcher, self._longest, self._pause = watcher, longest, pause
        self._reading: _Reading | None = None

    def start(self) -> None:
        """Begin to read; again, or in a forked child, is fine.

        Raises:
            Refused: there is no region, no such profile, or an endpoint is no URL.
        """
        if self._reading is not None and self._reading.is_alive():
            return
        client = self._clients.apart(
            "sqs", self._endpoint, read_timeout=READ_TIMEOUT, retries={"total_max_attempts": 1}
        )
        self._reading = _Reading(
            _Queue(client, self._queue_url), self._watcher, self._longest, self._pause
        )
        self._reading.start()

    def stop(self) -> None:
        """End reading, and let the watcher ask as usual; twice, or before the start, is fine.

        It returns at once. What a receive under way still brings is left in the queue.
        """
        if self._reading is not None and self._reading.is_alive():
            self._reading.stop()
        self._reading = None

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.stop()


def endpoint_of(queue_url: str) -> str | None:
    """Tell where the SQS of a queue is; None for where botocore finds it.

    Raises:
        Refused: it is no queue's URL.
    """
    url = urlsplit(queue_url)
    if url.scheme not in {"http", "https"} or not url.netloc or url.path in {"", "/"}:
        raise Refused(
            f"{queue_url!r} is not the URL of a queue: `batchyard events status` prints it"
        )
    if os.environ.get(ENDPOINT) or is_of_aws(queue_url):
        return None
    return f"{url.scheme}://{url.netloc}"


class _Queue:
    """An SQS queue, as its reader sees it."""

    def __init__(self, client: Client, url: str) -> None:
        self._client = client
        self.url = url

    def receive(self, seconds: int) -> list[Answer]:
        """Take messages, waiting for the first of them; they come back unless deleted."""
        answer = call(
            self._client,
            "receive_message",
            QueueUrl=self.url,
            MaxNumberOfMessages=FULL,
            WaitTimeSeconds=seconds,
        )
        messages: list[Answer] = answer.get("Messages") or []
        return messages

    def delete(self, messages: list[Answer]) -> list[Answer]:
        """Delete messages; give those worth another try, which is not those SQS blames us for."""
        if not messages:
            return []
        entries = [
            {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
            for number, message in enumerate(messages)
        ]
        answer = call(self._client, "delete_message_batch", QueueUrl=self.url, Entries=entries)
        failed = [one for one in answer.get("Failed") or [] if not one.get("SenderFault")]
        return [messages[int(one["Id"])] for one in failed]


class _Reading:
    """One life of the thread that reads.

    Once stopped it no longer speaks to the watcher, so that it never speaks over its successor.
    """

    def __init__(
        self, queue: _Queue, watcher: Hurried, longest: float, pause: Callable[[int], float]
    ) -> None:
        self._queue, self._watcher = queue, watcher
        self._longest, self._pause = longest, pause
        self._stopped = threading.Event()
        self._speaking = threading.Lock()
        self._held: list[Answer] = []
        self._failures = 0
        self._works = self._told = False
        self._thread = threading.Thread(target=self._run, name="batchyard-events", daemon=True)
        self.start, self.is_alive = self._thread.start, self._thread.is_alive

    def stop(self) -> None:
        self._relax(None, last=True)

    def _relax(self, longest: float | None, *, last: bool = False) -> None:
        with self._speaking:
            if not self._stopped.is_set():
                self._watcher.relax(longest)
            if last:
                self._stopped.set()

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                self._stopped.wait(self._turn())
        finally:
            self._relax(None, last=True)

    def _turn(self) -> float:
        """Read once; give the seconds until the next time."""
        try:
            more = self._read()
        except BatchyardError as error:
            return self._failed(error)
        self._succeeded()
        return 0.0 if more else GATHER

    def _read(self) -> bool:
        """Receive, tell the watcher, then delete: whatever breaks in between comes again.

        Returns:
            Whether to read again at once: there is more, or nothing came and none is missed.
        """
        self._queue.delete(self._held)
        self._held = []
        messages = self._queue.receive(LONG_POLL if self._works else 0)
        if self._stopped.is_set():
            return False
        self._held = messages
        ids = changed(message.get("Body", "") for message in messages)
        if wanted := list(filter(self._watcher.watches, ids)):
            self._watcher.hurry(wanted)
        self._held = self._queue.delete(messages)
        return len(messages) in {0, FULL}

    def _succeeded(self) -> None:
        if self._told:
            log.info("events come again from %s", self._queue.url)
        if not self._works:
            self._relax(self._longest)
        self._failures, self._works, self._told = 0, True, False

    def _failed(self, error: BatchyardError) -> float:
        """Let the watcher ask as usual; tell the user once, but not of a single mishap."""
        self._failures, self._works = self._failures + 1, False
        if self._stopped.is_set():
            return 0.0
        self._relax(None)
        if not isinstance(error, RefusedCredentials):
            self._held = []
        if not self._told and (self._failures > 1 or isinstance(error, CallerError)):
            self._told = True
            log.warning(_WITHOUT, self._queue.url, error)
        return self._pause(self._failures)


_WITHOUT = (
    "no events from %s (%s): until it can be read, jobs are asked about as often as without events"
)
