"""Clients of other AWS services, for targets: made when first needed, in each region one."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from batchyard.client.sessions import Clients, is_of_aws

if TYPE_CHECKING:
    from batchyard.client.sessions import Client

REGION = "us-east-1"
"""For an endpoint that is not AWS's, where nothing says which."""

NOBODY = ("batchyard", "batchyard")
"""Keys for an endpoint that is not AWS's, where there are none: such take any."""

TIMEOUT = 10
"""Seconds to wait for a connection, and for an answer: a target that hangs is tried again."""


class Connecting:
    """Makes the clients of a service.

    Args:
        service: by botocore's name.
        endpoint: its URL; None for where botocore finds it.
        region: None for that of the environment.
        keys: an access key and its secret; None for those of the environment.
    """

    def __init__(
        self,
        service: str,
        endpoint: str | None,
        region: str | None = None,
        keys: tuple[str, str] | None = None,
    ) -> None:
        """Note what it is for; nothing is made before `client`."""
        self._service, self._endpoint, self._region = service, endpoint, region
        self._keys = keys
        self._made: dict[str | None, Client] = {}
        self._lock = threading.Lock()

    def client(self, region: str | None = None) -> Client:
        """Give the client of a region; None for the one it was made for.

        Raises:
            Refused: there is no region, or the endpoint is no URL.
        """
        where = region or self._region
        with self._lock:
            if where not in self._made:
                self._made[where] = self._make(where)
            return self._made[where]

    def _make(self, region: str | None) -> Client:
        from botocore.session import Session

        session, elsewhere = Session(), self._endpoint and not is_of_aws(self._endpoint)
        if elsewhere:
            region = region or session.get_config_variable("region") or REGION
        if self._keys is not None:
            session.set_credentials(*self._keys)
        elif elsewhere and session.get_credentials() is None:
            session.set_credentials(*NOBODY)
        return Clients({"session": session, "region": region}).apart(
            self._service,
            self._endpoint,
            connect_timeout=TIMEOUT,
            read_timeout=TIMEOUT,
            retries={"total_max_attempts": 1},
        )

    def close(self) -> None:
        """Let go of connections."""
        with self._lock:
            made, self._made = self._made, {}
        for client in made.values():
            client.close()
