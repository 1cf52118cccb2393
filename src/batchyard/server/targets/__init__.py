"""Whom a yard tells what EventBridge is told of jobs: one file for each kind of target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchyard.client.sessions import AWS_HOSTS
from batchyard.errors import Refused
from batchyard.server.targets.eventbridge import EventBridge
from batchyard.server.targets.files import File
from batchyard.server.targets.sqs import Queue
from batchyard.server.targets.webhooks import Webhook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchyard.server.targets.seam import Target

FORMS: Final = (
    "sqs:URL (a queue), eventbridge:BUS or eventbridge:BUS@ENDPOINT, file:PATH, "
    "or a webhook's http:// or https:// URL"
)


def targets_of(texts: Sequence[str]) -> tuple[Target, ...]:
    """Read targets as ``--events-to`` takes them.

    Raises:
        Refused: one is none of the forms, or is given twice.
    """
    targets = tuple(target_of(text) for text in texts)
    names = [target.name for target in targets]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Refused(f"--events-to: {', '.join(twice)} is given twice: each target once")
    return targets


def target_of(text: str) -> Target:
    """Read one target; see `targets_of`."""
    kind, _, rest = text.partition(":")
    if kind in {"http", "https"}:
        return Queue(text) if _is_queue_of_aws(rest) else Webhook(text)
    if kind == "sqs" and rest:
        return Queue(rest)
    if kind == "file" and rest:
        return File(rest)
    if kind == "eventbridge" and rest:
        bus, _, endpoint = rest.partition("@")
        return EventBridge(bus, endpoint or None)
    raise Refused(f"--events-to {text!r}: it is none of {FORMS}")


def _is_queue_of_aws(rest: str) -> bool:
    """Tell an SQS queue's URL from a webhook's: https://sqs.REGION.amazonaws.com/ACCOUNT/NAME."""
    host = rest.strip("/").partition("/")[0]
    return host.startswith("sqs.") and host.endswith(AWS_HOSTS)
