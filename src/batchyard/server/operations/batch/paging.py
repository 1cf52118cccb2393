"""Pages of described resources, and the tokens that lead from one to the next."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from batchyard.server.operations.batch.refusals import check_range, given, refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchyard.server.operations.batch.echoes import Wire

PAGE = 100
"""Most results of one page, and most names of one request (maxResults in botocore's model)."""


class Key(NamedTuple):
    """Where a resource stands in its list: by name, then by rank within the name."""

    name: str
    rank: int = 0


class Page(NamedTuple):
    """Some of the resources that were asked for, as the wire shows them."""

    items: list[msgspec.Raw]
    next_token: str | None = None


def page(found: Mapping[Key, bytes], request: Wire) -> Page:
    """Take the page that a request asks for.

    A token names the last resource of the page before, so that nothing is left out or shown twice
    while resources come and go.

    Args:
        found: every resource asked for, in the service's JSON.
        request: has ``max_results`` and ``next_token``.

    Raises:
        Fault: maxResults is out of bounds, or nextToken did not come from this service.
    """
    check_range("maxResults", request.max_results, 1, PAGE)
    keys = sorted(found)
    start = bisect_right(keys, _key(request.next_token)) if request.next_token else 0
    chosen = keys[start : start + (request.max_results or PAGE)]
    more = start + len(chosen) < len(keys)
    items = [msgspec.Raw(found[key]) for key in chosen]
    return Page(items, _token(chosen[-1]) if more else None)


def check_names(field: str, names: list[str], request: Wire) -> None:
    """Check a request that lists the resources it wants.

    Args:
        field: AWS's name of the list.
        names: what it holds.
        request: has ``max_results``.

    Raises:
        Fault: there are too many names, or a page size beside them. The latter's text is AWS's:
            https://github.com/k1LoW/awspec/issues/563
    """
    if len(names) > PAGE:
        raise refused(f"{field}: at most {PAGE} are allowed, {len(names)} were given")
    if given(request.max_results):
        member = field[0].upper() + field[1:]
        raise refused(f"{member} and MaxResults cannot both be set")


def _token(last: Key) -> str:
    return urlsafe_b64encode(msgspec.json.encode(last)).decode()


def _key(token: str) -> Key:
    try:
        return msgspec.json.decode(urlsafe_b64decode(token.encode("ascii")), type=Key)
    except (ValueError, msgspec.DecodeError) as failure:
        raise refused(f"nextToken {token!r} is not valid: give back the one answered") from failure
