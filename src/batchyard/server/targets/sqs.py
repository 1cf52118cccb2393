"""An SQS queue: each event is a message, as a rule of EventBridge's puts it there.

Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from batchyard.client.calls import call
from batchyard.client.events import endpoint_of
from batchyard.server.targets.connecting import Connecting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from batchyard.batch.notices import Notice

AT_ONCE: Final = 10
LARGEST: Final = 262_144
"""Messages of a batch, and bytes of all of them: what every SQS takes, the older ones included."""

FIFO: Final = ".fifo"

_REGION: Final = re.compile(r"sqs\.([a-z]{2}[a-z0-9-]*-\d)\.")


class Queue:
    """Sends messages to a queue. In a FIFO queue a job's are a group, and none is there twice.

    Args:
        url: of the queue.
        keys: an access key and its secret; None for those of the environment.
    """

    most = 4 * AT_ONCE
    lanes = 4
    in_order = False

    def __init__(self, url: str, *, keys: tuple[str, str] | None = None) -> None:
        """Look at the URL; nothing is sent before `send`.

        Raises:
            Refused: it is no queue's.
        """
        self._url = url
        region = _REGION.match(urlsplit(url).hostname or "")
        self._sqs = Connecting("sqs", endpoint_of(url), region[1] if region else None, keys)
        self.name = f"sqs:{url}"

    def send(self, notices: Sequence[Notice]) -> Mapping[int, str]:
        """Send notices; see `Target.send`."""
        refused: dict[int, str] = {}
        for part in _parts(notices):
            refused |= self._send(part)
        return refused

    def _send(self, part: Sequence[Notice]) -> dict[int, str]:
        entries = [self._entry(str(place), each) for place, each in enumerate(part)]
        client = self._sqs.client()
        answer = call(client, "send_message_batch", QueueUrl=self._url, Entries=entries)
        return {
            part[int(one["Id"])].number: f"{one.get('Code')}: {one.get('Message', '')}"
            for one in answer.get("Failed") or []
        }

    def _entry(self, name: str, notice: Notice) -> dict[str, Any]:
        entry = {"Id": name, "MessageBody": notice.body.decode()}
        if self._url.endswith(FIFO):
            group = {"MessageGroupId": notice.job_id}
            entry |= group | {"MessageDeduplicationId": f"{notice.job_id}/{notice.number}"}
        return entry

    def close(self) -> None:
        """Let go of connections; see `Target.close`."""
        self._sqs.close()


def _parts(notices: Sequence[Notice]) -> Iterator[Sequence[Notice]]:
    """Cut notices into what one call takes; one that is too large by itself goes alone."""
    part: list[Notice] = []
    size = 0
    for notice in notices:
        if part and (len(part) == AT_ONCE or size + len(notice.body) > LARGEST):
            yield part
            part, size = [], 0
        part.append(notice)
        size += len(notice.body)
    yield part
