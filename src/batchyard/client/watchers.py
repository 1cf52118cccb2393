"""Which watcher a wait goes through: one for each endpoint, region and credentials in a process."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from batchyard.client.asking import ask, asker
from batchyard.client.metering import Waits, place_of
from batchyard.client.sessions import REGISTRY, is_of_aws, kept
from batchyard.client.watcher import Watcher
from batchyard.polling.cadence import BackOff

if TYPE_CHECKING:
    from batchyard.client.sessions import Client, Clients
    from batchyard.polling.cadence import Cadence

ON_AWS = BackOff(first=0.5, growth=1.25, longest=15.0)
"""Jobs on AWS take seconds to start and minutes to run; its requests are rationed."""

ON_A_YARD = BackOff(first=0.05, growth=1.25, longest=1.0)
"""A yard starts jobs within milliseconds, and answers for itself alone."""


def watcher_of(clients: Clients) -> Watcher:
    """Give the watcher of a place; the same to all who mean the same service as the same caller.

    A child that was forked gets one of its own.

    Raises:
        Refused: there is no region, no such profile, or the endpoint is no URL.
    """
    client, key = clients.client("batch"), _key(clients)
    with REGISTRY.making:  # one for all who come at once: each would cost a client
        found = known(clients)
        if found is not None:
            return found
        made = Watcher(
            partial(ask, asker(clients)),
            cadence=_cadence(client),
            retire=lambda gone: retire(key, gone),
            where=place_of(client),
            called=kept(Waits).called,
        )
        with REGISTRY.lock:
            REGISTRY.shared[key] = made
    return made


def known(clients: Clients) -> Watcher | None:
    """Give the watcher of a place if there is one and finding it takes no time; else None."""
    if not clients.has("batch"):
        return None
    with REGISTRY.lock:
        found: Watcher | None = REGISTRY.shared.get(_key(clients))
    return found


def _key(clients: Clients) -> object:
    client = clients.client("batch")
    return client.meta.endpoint_url, client.meta.region_name, clients.provider


def _cadence(client: Client) -> Cadence:
    return ON_AWS if is_of_aws(client.meta.endpoint_url) else ON_A_YARD


def retire(key: object, gone: Watcher) -> None:
    """Forget a watcher whose threads have ended, unless another has its place by now."""
    with REGISTRY.lock:
        if REGISTRY.shared.get(key) is gone:
            del REGISTRY.shared[key]
