"""What moto's services write to log groups, written to those of the yard.

A rule's target, a function of Lambda, a state machine and a flow log write within moto's process to
its own Logs, which nobody can reach. Here they write to the yard's.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.events.models import Rule
from moto.logs.models import LogsBackend, logs_backends

from batchyard.server.neighbours import yard

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)


class LogsAtYard(LogsBackend):
    """As much of Logs as moto's other services use."""

    @property
    def _client(self) -> Any:  # noqa: ANN401 - boto3 ships no types
        return yard.client("logs", self.region_name)

    def ensure_log_group(self, log_group_name: str) -> None:
        """Make a log group, unless it is there."""
        client = self._client
        with suppress(client.exceptions.ResourceAlreadyExistsException):
            client.create_log_group(logGroupName=log_group_name)

    def create_log_stream(self, log_group_name: str, log_stream_name: str) -> None:
        """Make a log stream."""
        self._client.create_log_stream(logGroupName=log_group_name, logStreamName=log_stream_name)

    def put_log_events(
        self, log_group_name: str, log_stream_name: str, log_events: list[dict[str, Any]]
    ) -> tuple[str, dict[str, Any]]:
        """Write events; as moto does, give the next token and what was rejected."""
        events = [{**each, "timestamp": int(each["timestamp"])} for each in log_events]
        if events:
            self._client.put_log_events(
                logGroupName=log_group_name, logStreamName=log_stream_name, logEvents=events
            )
        return "", {}


def install() -> None:
    """Let moto's services write to the yard's log groups; twice is fine."""
    if logs_backends.backend is LogsAtYard:
        return
    vars(logs_backends)["backend"] = LogsAtYard
    rule: Any = Rule
    rule._send_to_cw_log_group = _told(rule._send_to_cw_log_group)  # noqa: SLF001 - moto has no other seam


def _told(send: Callable[..., None]) -> Callable[..., None]:
    """Only tell of a target that cannot be written to: EventBridge tells nobody either."""

    def send_to_log_group(self: Any, name: str, event: Any) -> None:  # noqa: ANN401 - one of moto's
        try:
            send(self, name, event)
        except (ClientError, BotoCoreError) as error:
            log.warning("a rule's event was not written to the log group %s: %s", name, error)

    return send_to_log_group
