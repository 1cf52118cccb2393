"""Where a command goes: a yard or AWS, chosen by the options that those commands share."""

from __future__ import annotations

import os
import sys
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import click

from batchyard.errors import Refused, ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from batchyard.client.sessions import Client, Clients, Connection

AWS = "aws"
"""The word that `--endpoint` takes for AWS itself."""

ENDPOINTS = ("AWS_ENDPOINT_URL_BATCH", "AWS_ENDPOINT_URL")
"""What botocore reads, the first one first:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html"""


ENDPOINTS_PIPELINES = ("AWS_ENDPOINT_URL_DATA_PIPELINE", "AWS_ENDPOINT_URL")
"""As `ENDPOINTS`, for Data Pipeline."""

ENDPOINTS_BEYOND = ("AWS_ENDPOINT_URL_EVENTBRIDGE", "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL")
"""As `ENDPOINTS`, for EventBridge and SQS."""


class Target(NamedTuple):
    """A place to send requests to.

    Attributes:
        connection: as the client takes it.
        chosen: whether the caller said so, rather than that there was nothing else.
    """

    connection: Connection
    chosen: bool

    @property
    def clients(self) -> Clients:
        """The botocore clients of this place."""
        from batchyard.client.sessions import connect

        return connect(**self.connection)

    @property
    def batch(self) -> Client:
        """The client of Batch."""
        return self.clients.client("batch")


def targeted(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that choose where it goes; it gets a `Target` as ``target``."""
    return _targeted(command, choose, _HELP)


def targeted_pipelines(command: Callable[..., Any]) -> Callable[..., Any]:
    """As `targeted`, for a command that speaks to Data Pipeline."""
    return _targeted(command, choose_pipelines, _HELP)


def targeted_beyond(command: Callable[..., Any]) -> Callable[..., Any]:
    """As `targeted`, for a command that speaks to services which no yard has."""
    return _targeted(command, choose_beyond, _HELP_BEYOND)


def _targeted(
    command: Callable[..., Any], choose: Callable[..., Target], endpoint_help: str
) -> Callable[..., Any]:
    @click.option("--endpoint", metavar="URL", help=endpoint_help)
    @click.option("--region", help="The region.  [default: yours, else on a yard us-east-1]")
    @click.option("--profile", help="Go to AWS with this profile of your AWS configuration.")
    @wraps(command)
    def wrapped(
        *, endpoint: str | None, region: str | None, profile: str | None, **options: object
    ) -> object:
        return command(target=choose(endpoint, region, profile), **options)

    return wrapped


_HELP_BEYOND = "A URL, or `aws`.  [default: `AWS_ENDPOINT_URL`, else AWS]"
_HELP = "A yard's URL, or `aws`.  [default: `AWS_ENDPOINT_URL`, else your running yard, else AWS]"


def choose(
    endpoint: str | None,
    region: str | None,
    profile: str | None,
    variables: tuple[str, ...] = ENDPOINTS,
    keys: tuple[str, str] | None = None,
) -> Target:
    """Choose a place from options, environment and the user's running yard, in this order.

    Args:
        endpoint: a URL, or the word for AWS.
        region: the region.
        profile: a profile of AWS's configuration.
        variables: those of the environment that may name a URL, the first one first.
        keys: the key to call with, which is not a yard's; None: as found.

    Raises:
        Refused: there is no such profile.
    """
    if endpoint == AWS:
        return Target(_connection(None, region, profile, to_aws=True, keys=keys), chosen=True)
    own = own_yard() if keys is None else None
    url = endpoint or next(filter(None, map(os.environ.get, variables)), None)
    if url is None and profile is None:
        url = own
    if own is not None and url is not None and url.rstrip("/") == own:
        keys = own_keys()
    connection = _connection(url, region, profile, keys=keys)
    return Target(connection, chosen=bool(url or profile))


def choose_pipelines(endpoint: str | None, region: str | None, profile: str | None) -> Target:
    """Choose a place for Data Pipeline; see `choose`."""
    return choose(endpoint, region, profile, ENDPOINTS_PIPELINES)


def at_yard(
    directory: Path,
    region: str | None,
    url: str | None = None,
    keys: tuple[str, str] | None = None,
) -> Target:
    """Choose the yard of a data directory: its key and its address, unless they are given."""
    from batchyard.cli.env import endpoint
    from batchyard.server.keys import load_or_create

    if keys is None:
        own = load_or_create(directory.absolute())
        keys = own.access_key_id, own.secret_access_key
    url = url or endpoint(directory.absolute(), None)
    return Target(_connection(url, region, None, keys=keys), chosen=True)


def choose_beyond(endpoint: str | None, region: str | None, profile: str | None) -> Target:
    """Choose a place for services that no yard has, as AWS's own tools do.

    Raises:
        Refused: there is no such profile.
    """
    if endpoint == AWS:
        return choose(endpoint, region, profile)
    elsewhere = endpoint or next(filter(None, map(os.environ.get, ENDPOINTS_BEYOND)), None)
    connection = _connection(endpoint, region, profile)
    if elsewhere and connection["region"] is None:
        from batchyard.cli.env import DEFAULT_REGION

        connection["region"] = DEFAULT_REGION
    return Target(connection, chosen=bool(elsewhere or profile))


def own_yard() -> str | None:
    """Name the address of the user's running yard; None while it does not run."""
    from batchyard.server.lock import holder
    from batchyard.server.options import user_data_dir

    running = holder(user_data_dir().absolute())
    return running.url or None if running else None


def own_keys() -> tuple[str, str]:
    """Give the keys of the user's yard."""
    from batchyard.server.keys import load_or_create
    from batchyard.server.options import user_data_dir

    keys = load_or_create(user_data_dir().absolute())
    return keys.access_key_id, keys.secret_access_key


def _connection(
    url: str | None,
    region: str | None,
    profile: str | None,
    *,
    to_aws: bool = False,
    keys: tuple[str, str] | None = None,
) -> Connection:
    from botocore.session import Session

    from batchyard.cli.env import DEFAULT_REGION

    session = Session(profile=profile)
    if to_aws:
        session.set_config_variable("ignore_configured_endpoint_urls", True)  # noqa: FBT003 - botocore's signature
    if keys is not None:
        session.set_credentials(*keys)
    where = region or os.environ.get("AWS_REGION") or _configured(session)
    if where is None and url is not None:
        where = DEFAULT_REGION
    return {"session": session, "region": where, "endpoint": url}


def _configured(session: Client) -> str | None:
    from botocore.exceptions import BotoCoreError

    try:
        region: str | None = session.get_config_variable("region")
    except BotoCoreError as error:
        raise Refused(str(error)) from error
    return region


def confirm(
    target: Target, *, yes: bool, question: str | None = None, service: str = "batch"
) -> None:
    """Say on stderr where a change goes, and ask before one on AWS that nobody named.

    Args:
        target: where it goes.
        yes: the caller has agreed already.
        question: what to ask before this change wherever it goes; None to ask only on AWS.
        service: which is changed.

    Raises:
        Refused: there is nobody to ask.
        RefusedCredentials: AWS does not know who asks.
        click.Abort: the answer was no.
    """
    from batchyard.client.sessions import is_of_aws

    client = target.clients.client(service)
    charged = is_of_aws(client.meta.endpoint_url)
    if charged:
        click.echo(f"→ AWS {client.meta.region_name}, account {_account(target)}", err=True)
    else:
        host = urlsplit(client.meta.endpoint_url).netloc
        click.echo(f"→ yard {host}" if service == "batch" else f"→ {host}", err=True)
    unchosen = charged and not target.chosen
    if yes or not (question or unchosen):
        return
    if not sys.stdin.isatty():
        raise Refused(_UNASKED if unchosen else f"{question} There is nobody to ask: add --yes")
    click.confirm(question or "Go on?", abort=True, err=True)


_UNASKED = "this is AWS, and nobody chose it: add --yes, --profile or --endpoint aws"


def _account(target: Target) -> str:
    """Ask AWS whose account this is, for a moment only: a private network may not reach STS."""
    from botocore.config import Config

    from batchyard.client.calls import call

    config = Config(connect_timeout=MOMENT, read_timeout=MOMENT, retries={"total_max_attempts": 1})
    session: Client = target.connection.get("session")
    region = target.batch.meta.region_name
    try:
        sts = session.create_client("sts", region_name=region, config=config)
        return str(call(sts, "get_caller_identity")["Account"])
    except ServiceError as error:
        return f"unknown ({error})"


MOMENT = 5
"""Seconds to wait for STS."""
