"""Asks a yard without any SDK: what only a yard knows, and what has to be known quickly."""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

from batchyard.cli.env import DEFAULT_REGION, endpoint
from batchyard.errors import NotFound, Refused, Unreachable
from batchyard.server.keys import load_or_create
from batchyard.server.options import user_data_dir
from batchyard.wire.sigv4 import sign

if TYPE_CHECKING:
    from pathlib import Path

    from batchyard.client.sessions import Client

TIMEOUT = 30
"""Seconds to wait for an answer."""

MISSING = 404


class Target(NamedTuple):
    """A yard, and the keys it knows."""

    url: str
    access_key: str
    secret: str
    region: str


def target(data_dir: Path | None, region: str | None) -> Target:
    """Choose the yard: a data directory that was named, else AWS_ENDPOINT_URL, else the user's."""
    own = os.environ
    chosen = region or own.get("AWS_REGION") or own.get("AWS_DEFAULT_REGION") or DEFAULT_REGION
    url, key, secret = (own.get(name, "") for name in _SAID)
    if data_dir is None and url and key and secret:
        return Target(url.rstrip("/"), key, secret, chosen)
    directory = (data_dir or user_data_dir()).absolute()
    keys = load_or_create(directory)
    return Target(endpoint(directory, None), keys.access_key_id, keys.secret_access_key, chosen)


def beside(client: Client) -> Target:
    """Mean the yard that a botocore client speaks to, with its keys."""
    from batchyard.client.sessions import credentials_of

    credentials = credentials_of(client)
    keys = ("none", "none")  # a yard served with --no-auth takes any
    if credentials is not None:
        keys = credentials.get_frozen_credentials()[:2]
    meta = client.meta
    return Target(meta.endpoint_url.rstrip("/"), *keys, meta.region_name)


_SAID = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


def ask(
    yard: Target,
    path: str,
    request: dict[str, Any] | None = None,
    *,
    query: dict[str, Any] | None = None,
    timeout: float = TIMEOUT,
) -> dict[str, Any]:
    """Ask a yard.

    Args:
        yard: which.
        path: what.
        request: an operation's members, to be posted; None to get what is there.
        query: what follows the path, by name; None where nothing does.
        timeout: seconds to wait for an answer.

    Raises:
        NotFound: the yard does not know what was named.
        Refused: the yard does not let us in.
        Unreachable: nobody answers.
    """
    url = yard.url + quote(path) + (f"?{urlencode(query)}" if query else "")
    host = yard.url.partition("://")[2]
    method, body = ("GET", b"") if request is None else ("POST", json.dumps(request).encode())
    headers = sign(
        method,
        url,
        {"host": host, "content-type": "application/json"},
        body,
        access_key=yard.access_key,
        secret=yard.secret,
        region=yard.region,
        service="batch",
        now=time.time_ns() // 1_000_000,
    )
    asked = urllib.request.Request(  # noqa: S310 - the yard's own address
        url, data=body or None, headers=dict(headers), method=method
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(asked, timeout=timeout) as response:
            found: dict[str, Any] = json.load(response)
    except urllib.error.HTTPError as error:
        message = _message(error)
        raise (NotFound if error.code == MISSING else Refused)(message) from None
    except (OSError, ValueError) as error:
        advice = "start it with `batchyard serve`"
        raise Unreachable(f"no yard answers at {yard.url} ({error}): {advice}") from None
    return found


def _message(error: urllib.error.HTTPError) -> str:
    try:
        message: str = json.load(error)["message"]
    except (ValueError, KeyError):
        return f"the server answered {error.code}, and not as a yard does"
    return message
