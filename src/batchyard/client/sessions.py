"""The botocore clients of one place, made when first needed and shared by all who mean that place.

`connect` keeps the one registry of this project, bounded and forgotten by a forked child: whoever
names the same region, profile, endpoint and environment shares clients, and their connections.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict, TypeVar
from urllib.parse import urlsplit

from batchyard.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Unpack

T = TypeVar("T")

Client: TypeAlias = Any
"""A botocore client or session, or boto3's: neither ships types."""

Parsers: TypeAlias = "Callable[[Client], Client]"
"""Makes a factory of response parsers from botocore's."""

PARSERS = "response_parser_factory"
"""The component of botocore's sessions that makes response parsers."""

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
        self._environment = _said()
        self._made: dict[tuple[int, str], Client] = {}
        self._own: Client = None

    @property
    def connection(self) -> Connection:
        """What these clients were made from."""
        return self._connection

    @property
    def provider(self) -> object:
        """What the credentials come from: a session, a client's, or what AWS's tools read.

        Equal where it is the same, whatever the keys are now: keys rotate.
        """
        own, session = self._connection.get("client"), self._connection.get("session")
        if own is not None:
            return credentials_of(own)
        return session or (self._connection.get("profile"), self._environment)

    def client(self, service: str) -> Client:
        """Give the client of a service; a forked child gets one of its own.

        Raises:
            Refused: there is no region, no such profile, or the endpoint is no URL.
        """
        key = os.getpid(), service
        if (found := self._made.get(key)) is not None:
            return found
        with REGISTRY.making:
            if key not in self._made:
                self._made[key] = self._make(service)
            return self._made[key]

    def has(self, service: str) -> bool:
        """Tell whether the client of a service is made already."""
        return (os.getpid(), service) in self._made

    def own_client(self, service: str, parsers: Parsers, **config: object) -> Client:
        """Make a client that nobody else uses, which reads answers in another way.

        Args:
            service: by botocore's name.
            parsers: makes the factory of its response parsers from botocore's.
            **config: of botocore's Config.

        Raises:
            Refused: there is no region, no such profile, or the endpoint is no URL.
        """
        with REGISTRY.making:
            return self._beside(service, parsers, **config)

    def apart(self, service: str, endpoint: str | None, **config: object) -> Client:
        """Make a client of a service that is found elsewhere, and that nobody else uses.

        Args:
            service: by botocore's name.
            endpoint: its URL; None for where botocore finds it.
            **config: of botocore's Config.

        Raises:
            Refused: there is no region, no such profile, or the endpoint is no URL.
        """
        with REGISTRY.making:
            return self._new(service, endpoint, None, **config)

    def _make(self, service: str) -> Client:
        own = self._connection.get("client")
        if own is not None and own.meta.service_model.service_name == service:
            return own
        return self._beside(service, None)

    def _beside(self, service: str, parsers: Parsers | None, **config: object) -> Client:
        """Make a client that calls as the one that was given does, if one was."""
        own = self._connection.get("client")
        if own is None:
            return self._new(service, self._connection.get("endpoint"), parsers, **config)
        endpoint = own.meta.endpoint_url
        same = own.meta.service_model.service_name == service
        there = endpoint if same or not is_of_aws(endpoint) else None
        made = self._new(service, there, parsers, **config)
        made.meta.events.register(f"before-send.{service}.*", _relay(own))
        return made

    def _new(
        self, service: str, endpoint: str | None, parsers: Parsers | None, **config: object
    ) -> Client:
        own = self._connection.get("client")
        region = self._connection.get("region") if own is None else own.meta.region_name
        with _blaming(service):
            session = self._session() if own is None else _session_of(own)
            make = getattr(session, "create_client", None) or session.client
            with _parsing(session, parsers):
                return make(
                    service, region_name=region, endpoint_url=endpoint, config=_config(**config)
                )

    def _session(self) -> Client:
        given = self._connection.get("session")
        if given is not None:
            return given
        if self._own is None:
            import botocore.session

            self._own = botocore.session.Session(profile=self._connection.get("profile"))
            self._environment = _said()
        return self._own


def _config(**config: object) -> Client:
    from botocore.config import Config

    options: dict[str, Any] = {"max_pool_connections": CONNECTIONS} | config
    return Config(**options)


@contextmanager
def _blaming(service: str) -> Iterator[None]:
    """Let what goes wrong in making a client be our error."""
    from botocore.exceptions import BotoCoreError

    from batchyard.client.calls import blamed

    try:
        yield
    except (BotoCoreError, ValueError) as error:
        raise blamed(error, f"the client of {service}") from error


@contextmanager
def _parsing(session: Client, parsers: Parsers | None) -> Iterator[None]:
    """Let the clients that are made meanwhile read answers in another way."""
    if parsers is None:
        yield
        return
    core: Client = getattr(session, "_session", session)  # boto3's session is one around botocore's
    theirs = core.get_component(PARSERS)
    core.register_component(PARSERS, parsers(theirs))
    try:
        yield
    finally:
        core.register_component(PARSERS, theirs)


class _Known:
    """Credentials that are there already, as botocore's session asks for them."""

    def __init__(self, credentials: object) -> None:
        self._credentials = credentials

    def load_credentials(self) -> object:
        return self._credentials


def credentials_of(client: Client) -> Client:
    """Give the credentials that a client signs with; None when it does not."""
    return client._request_signer._credentials  # noqa: SLF001 - no public way to them


def _session_of(client: Client) -> Client:
    """Make a session that calls as a client does."""
    import botocore.session

    session = botocore.session.Session()
    session.register_component("credential_provider", _Known(credentials_of(client)))
    return session


def _relay(client: Client) -> Callable[..., Client]:
    """Let a client answer what is sent beside it, as one of a yard in this process does."""

    def before_send(event_name: str, **sent: object) -> Client:
        answers = client.meta.events.emit(event_name, **sent)
        return next((answer for _, answer in answers if answer is not None), None)

    return before_send


def is_of_aws(endpoint: str) -> bool:
    """Tell AWS's own endpoints from others."""
    host = urlsplit(endpoint).hostname or ""
    return host.endswith(tuple(f".{suffix}" for suffix in AWS_HOSTS))


class _Registry:
    """The clients of the places that were meant lately, and the watchers at work.

    Attributes:
        lock: held while anything here changes, which takes no time.
        making: held, before the lock, while a client or a watcher is made, which may ask for
            credentials over the network.
        kept: clients by what was said of their place.
        shared: watchers by their endpoint, region and credentials.
        others: what `kept` was asked for.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew, as a forked child must: a lock may be held by a thread it does not have.

        A thread may hold either twice: the garbage collector may release a queue in its midst.
        """
        self.lock = threading.RLock()
        self.making = threading.RLock()
        self.kept: OrderedDict[object, Clients] = OrderedDict()
        self.shared: dict[object, Any] = {}
        self.others: dict[object, Any] = {}

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


def kept(kind: Callable[[], T]) -> T:
    """Give the one of its kind in this process, made by the first who asks; a forked child's own.

    Args:
        kind: a class, or anything else that makes it.
    """
    with REGISTRY.making:
        if kind not in REGISTRY.others:
            REGISTRY.others[kind] = kind()
        found: T = REGISTRY.others[kind]
    return found


def _key(connection: Connection) -> object:
    """Tell places apart: a client and a session by identity, which the kept clients hold on to."""
    own = tuple(connection.get(name) for name in ("region", "profile", "endpoint"))
    given = id(connection.get("client")), id(connection.get("session"))
    return own, given, _said()


def _said() -> tuple[tuple[str, str], ...]:
    """Give what the environment says to AWS's tools."""
    names = [name for name in os.environ if name.startswith("AWS_")]  # values cost as much again
    return tuple((name, os.environ.get(name, "")) for name in names)
