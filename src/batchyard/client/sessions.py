"""The botocore clients of one place, made when first needed and shared by all who mean that place.

`connect` keeps the one registry of this project, bounded and forgotten by a forked child: whoever
names the same region, profile, endpoint and environment shares clients, and their connections.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict
from urllib.parse import urlsplit

from batchyard.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

Client: TypeAlias = Any
"""A botocore client or session, or boto3's: neither ships types."""

KEPT = 32
"""Places whose clients are kept; who means more of them at a time makes clients anew."""

CONNECTIONS = 32
"""Per client: as many as asyncio's default executor has threads at most."""

AWS_HOSTS = ("amazonaws.com", "amazonaws.com.cn", "api.aws", "api.amazonwebservices.com.cn")
"""dnsSuffix and dualStackDnsSuffix of botocore's partitions.json."""


class Connection(TypedDict, total=False):
    """Where the service is, and as whom to call it. Without any of it, as AWS's own tools do.

    Attributes:
        client: a botocore or boto3 client to call with. Another service that is needed (logs beside
            batch) is called with its region, credentials and, where it is not AWS's, endpoint.
        session: a botocore or boto3 session to make clients with.
        region: e.g. ``eu-west-1``.
        profile: of the shared configuration files.
        endpoint: a URL, e.g. a yard's.
    """

    client: Client | None
    session: Client | None
    region: str | None
    profile: str | None
    endpoint: str | None


class Clients:
    """The clients of one place.

    Args:
        connection: which place.

    Raises:
        Refused: parts of it contradict each other.
    """

    def __init__(self, connection: Connection) -> None:
        given = {name for name, value in connection.items() if value is not None}
        if "client" in given and (others := given - {"client"}):
            raise Refused(f"give a client or {', '.join(sorted(others))}, not both: it has its own")
        if {"session", "profile"} <= given:
            raise Refused("give a session or a profile, not both: a session has its own")
        self._connection = connection
        self._made: dict[tuple[int, str], Client] = {}

    def client(self, service: str) -> Client:
        """Give the client of a service; a forked child gets one of its own.

        Raises:
            Refused: there is no region, no such profile, or the endpoint is no URL.
        """
        key = os.getpid(), service
        if (found := self._made.get(key)) is not None:
            return found
        with REGISTRY.lock:
            if key not in self._made:
                self._made[key] = self._make(service)
            return self._made[key]

    def _make(self, service: str) -> Client:
        from botocore.exceptions import BotoCoreError

        from batchyard.client.calls import blamed

        own = self._connection.get("client")
        if own is not None and own.meta.service_model.service_name == service:
            return own
        try:
            return _beside(own, service) if own is not None else self._new(service)
        except (BotoCoreError, ValueError) as error:
            raise blamed(error, f"the client of {service}") from error

    def _new(self, service: str) -> Client:
        given, session = self._connection, self._session()
        make = getattr(session, "create_client", None) or session.client
        return make(
            service,
            region_name=given.get("region"),
            endpoint_url=given.get("endpoint"),
            config=_config(),
        )

    def _session(self) -> Client:
        session = self._connection.get("session")
        if session is None:
            import botocore.session

            session = botocore.session.Session(profile=self._connection.get("profile"))
        return session


def _config() -> Client:
    from botocore.config import Config

    return Config(max_pool_connections=CONNECTIONS)


class _Known:
    """Credentials that are there already, as botocore's session asks for them."""

    def __init__(self, credentials: object) -> None:
        self._credentials = credentials

    def load_credentials(self) -> object:
        return self._credentials


def _beside(client: Client, service: str) -> Client:
    """Make a client of another service that calls as this one does."""
    import botocore.session

    session = botocore.session.Session()
    credentials = client._request_signer._credentials  # noqa: SLF001 - no public way to them
    session.register_component("credential_provider", _Known(credentials))
    endpoint = client.meta.endpoint_url
    made: Client = session.create_client(
        service,
        region_name=client.meta.region_name,
        endpoint_url=None if is_of_aws(endpoint) else endpoint,
        config=_config(),
    )
    made.meta.events.register(f"before-send.{service}.*", _relay(client))
    return made


def _relay(client: Client) -> Callable[..., Client]:
    """Let a client answer what is sent beside it, as one of a yard in this process does."""

    def before_send(event_name: str, **sent: object) -> Client:
        answers = client.meta.events.emit(event_name, **sent)
        return next((answer for _, answer in answers if answer is not None), None)

    return before_send


def is_of_aws(endpoint: str) -> bool:
    """Tell AWS's own endpoints by their host."""
    host = urlsplit(endpoint).hostname or ""
    return host.endswith(tuple(f".{suffix}" for suffix in AWS_HOSTS))


class _Registry:
    """The clients of the places that were meant lately."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew, as a forked child must: the lock may be held by a thread it does not have."""
        self.lock = threading.Lock()
        self.kept: OrderedDict[object, Clients] = OrderedDict()

    def find(self, connection: Connection) -> Clients:
        key = _key(connection)
        with self.lock:
            found = self.kept.get(key) or Clients(connection)
            self.kept[key] = found
            self.kept.move_to_end(key)
            while len(self.kept) > KEPT:
                self.kept.popitem(last=False)
        return found


REGISTRY = _Registry()
os.register_at_fork(after_in_child=REGISTRY.forget)


def connect(**connection: Unpack[Connection]) -> Clients:
    """Give the clients of a place; the same to all who mean the same.

    Raises:
        Refused: parts of it contradict each other.
    """
    return REGISTRY.find(connection)


def _key(connection: Connection) -> object:
    """Tell places apart: a client and a session by identity, which the kept clients hold on to."""
    own = tuple(connection.get(name) for name in ("region", "profile", "endpoint"))
    given = id(connection.get("client")), id(connection.get("session"))
    said = tuple(item for item in os.environ.items() if item[0].startswith("AWS_"))
    return own, given, said
