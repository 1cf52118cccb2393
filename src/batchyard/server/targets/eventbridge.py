"""An EventBridge event bus, by PutEvents.

Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import msgspec

from batchyard.client.calls import call
from batchyard.client.sessions import is_of_aws
from batchyard.server.targets.connecting import Connecting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchyard.batch.notices import Notice

AT_ONCE: Final = 10
"""Entries of a PutEvents (see above)."""

OWN_SOURCE: Final = "batchyard.batch"
"""On AWS itself: it takes no event whose source begins with ``aws.`` (see above)."""


class _Event(msgspec.Struct, frozen=True):
    kind: str = msgspec.field(name="detail-type")
    source: str
    time: str
    region: str
    resources: list[str]
    detail: msgspec.Raw


_DECODER = msgspec.json.Decoder(_Event)


class EventBridge:
    """Puts events on a bus, each in the region of its job.

    EventBridge gives each an id of its own. On AWS itself the source is `OWN_SOURCE`.

    Args:
        bus: its name or ARN, e.g. ``default``.
        endpoint: a URL; None for AWS, or what ``AWS_ENDPOINT_URL_EVENTBRIDGE`` says.
        keys: an access key and its secret; None for those of the environment.
        name: by which the yard remembers how far it has come; None for one of bus and endpoint.
    """

    most = AT_ONCE
    lanes = 4
    in_order = False

    def __init__(
        self,
        bus: str = "default",
        endpoint: str | None = None,
        *,
        keys: tuple[str, str] | None = None,
        name: str | None = None,
    ) -> None:
        """Note where it is; nothing is sent before `send`."""
        self._bus = bus
        self._events = Connecting("events", endpoint, keys=keys)
        self.name = name or f"eventbridge:{bus}" + (f"@{endpoint}" if endpoint else "")

    def send(self, notices: Sequence[Notice]) -> Mapping[int, str]:
        """Put notices on the bus; see `Target.send`."""
        by_region: dict[str, dict[int, _Event]] = defaultdict(dict)
        for notice in notices:
            event = _DECODER.decode(notice.body)
            by_region[event.region][notice.number] = event
        refused: dict[int, str] = {}
        for region, events in by_region.items():
            refused |= self._put(region, events)
        return refused

    def _put(self, region: str, events: Mapping[int, _Event]) -> dict[int, str]:
        client = self._events.client(region)
        own = OWN_SOURCE if is_of_aws(client.meta.endpoint_url) else None
        entries = [self._entry(event, own or event.source) for event in events.values()]
        answer = call(client, "put_events", Entries=entries)
        return {
            number: f"{said['ErrorCode']}: {said.get('ErrorMessage', '')}"
            for number, said in zip(events, answer["Entries"], strict=True)
            if said.get("ErrorCode")
        }

    def _entry(self, event: _Event, source: str) -> dict[str, Any]:
        return {
            "Time": event.time,
            "Source": source,
            "Resources": event.resources,
            "DetailType": event.kind,
            "Detail": bytes(event.detail).decode(),
            "EventBusName": self._bus,
        }

    def close(self) -> None:
        """Let go of connections; see `Target.close`."""
        self._events.close()
