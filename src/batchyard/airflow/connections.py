"""Airflow connections as places of the client: one session for all who mean the same connection.

Whoever waits or asks through the same session shares its clients and its watcher. A connection is
read again once a minute, since people edit it; while it says the same, its session stays.

Source: https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/connections/aws.html
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import OrderedDict
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from asgiref.sync import sync_to_async

from batchyard.client.sessions import KEPT, kept

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook

    from batchyard.client.sessions import Client

LASTS = 60.0
"""Seconds for which what a connection said is taken to be true."""


class Place(NamedTuple):
    """Which connection, and what is to be otherwise than it says.

    Attributes:
        aws_conn_id: of the connection; None for what AWS's own tools find.
        region_name: instead of the connection's.
        verify: see ``verify`` of boto3's clients.
        botocore_config: keywords of botocore's Config, instead of the connection's.
    """

    aws_conn_id: str | None = "aws_default"
    region_name: str | None = None
    verify: bool | str | None = None
    botocore_config: dict[str, Any] | None = None

    @property
    def hook_parameters(self) -> dict[str, Any]:
        """What Airflow's own AWS hooks are made with."""
        return {
            "aws_conn_id": self.aws_conn_id,
            "region_name": self.region_name,
            "verify": self.verify,
            "config": self.botocore_config,
        }

    @property
    def key(self) -> str:
        """The same for equal places."""
        return json.dumps(self, sort_keys=True, default=str)


class ConnectionSession:
    """Makes clients as a connection says: credentials, roles, region, endpoint of each service.

    Args:
        hook: one of Airflow's AWS hooks; its connection is read here.
    """

    def __init__(self, hook: AwsBaseHook) -> None:
        self._said = hook.conn_config
        self._verify = hook.verify
        self._config = hook.config
        self._boto3 = hook.get_session(region_name=hook.region_name)

    @property
    def _session(self) -> Client:
        """Botocore's session below boto3's, named as boto3 names it."""
        return self._boto3._session  # noqa: SLF001 - no public way to it

    def client(
        self,
        service: str,
        *,
        region_name: str | None,
        endpoint_url: str | None,
        config: Client,
    ) -> Client:
        """Make a client; see boto3's ``Session.client``."""
        return self._boto3.client(
            service,
            region_name=region_name,
            endpoint_url=endpoint_url or self._said.get_service_endpoint_url(service),
            verify=self._verify,
            config=self._config.merge(config),
        )


class _Read(NamedTuple):
    """A connection as it was read last."""

    said: str
    session: ConnectionSession
    at: float


class Sessions:
    """The sessions of the connections that this process has used.

    Args:
        clock: gives seconds that only go forward.
        hook: makes a hook of a place's parameters; Airflow's own when not given.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        hook: Callable[..., AwsBaseHook] | None = None,
    ) -> None:
        self._clock = clock
        self._hook = hook or _hook
        self._lock = threading.RLock()
        self._read: OrderedDict[str, _Read] = OrderedDict()
        self._under_way: dict[str, asyncio.Task[ConnectionSession]] = {}

    def get(self, place: Place) -> ConnectionSession:
        """Give the session of a place; reading its connection, and taking on a role, take a moment.

        Raises:
            AirflowException: the connection says what cannot be.
            ClientError: the role of the connection cannot be taken on.
        """
        if (found := self.known(place)) is not None:
            return found
        with self._lock:
            return self.known(place) or self._get(place)

    def known(self, place: Place) -> ConnectionSession | None:
        """Give the session of a place whose connection was read lately; takes no time."""
        read = self._read.get(place.key)
        return read.session if read and self._clock() < read.at + LASTS else None

    def _get(self, place: Place) -> ConnectionSession:
        hook = self._hook(client_type="batch", **place.hook_parameters)
        said, before = _fingerprint(hook), self._read.get(place.key)
        same = before is not None and before.said == said
        session = before.session if before and same else ConnectionSession(hook)
        self._read[place.key] = _Read(said, session, self._clock())
        self._read.move_to_end(place.key)
        while len(self._read) > KEPT:
            self._read.popitem(last=False)
        return session

    async def get_on_loop(self, place: Place) -> ConnectionSession:
        """See `get`: never blocks the loop, and all who come at once share one reading."""
        if (found := self.known(place)) is not None:
            return found
        task = self._under_way.get(place.key)
        if task is None or task.get_loop() is not asyncio.get_running_loop():
            # Airflow answers `get_connection` in a triggerer only to threads of asgiref's.
            task = asyncio.create_task(sync_to_async(self.get)(place))
            self._under_way[place.key] = task
            task.add_done_callback(lambda _: self._under_way.pop(place.key, None))
        return await asyncio.shield(task)

    def forget(self, place: Place) -> None:
        """Read a place's connection anew when it is asked for next, and make its session anew."""
        self._read.pop(place.key, None)


def _hook(**parameters: Any) -> AwsBaseHook:  # noqa: ANN401 - the hook's
    """Make one of Airflow's AWS hooks; the import takes half a second, which no loop has."""
    from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook

    return AwsBaseHook(**parameters)


def _fingerprint(hook: AwsBaseHook) -> str:
    """Tell whether a connection says the same, without keeping its secrets."""
    said = hook.conn_config
    whole = [said.conn_id, said.login, said.password, said.region_name, said.extra_config]
    return sha256(json.dumps(whole, sort_keys=True, default=str).encode()).hexdigest()


def session_of(place: Place) -> ConnectionSession:
    """Give the session of a place, the same to all in this process; see `Sessions.get`."""
    return kept(Sessions).get(place)


async def session_on_loop(place: Place) -> ConnectionSession:
    """See `session_of`; does not block the loop."""
    return await kept(Sessions).get_on_loop(place)


def forget_session(place: Place) -> None:
    """Let the session of a place be made anew: its credentials are refused, say."""
    kept(Sessions).forget(place)
