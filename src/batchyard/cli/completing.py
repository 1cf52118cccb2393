"""Completes names of queues and definitions and ids of jobs, from the yard that runs here.

AWS is never asked: whoever presses a key does not want to wait, and waits for no answer longer than
a moment. What goes wrong completes nothing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from batchyard.errors import BatchyardError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click
    from click.shell_completion import CompletionItem

MOMENT = 0.5
"""Seconds to wait for the yard."""

KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")

MANY = 50
"""Jobs of each queue that are offered, the newest."""


def queues(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the names of queues."""
    del param
    return _fitting(_queues(ctx), incomplete)


def definitions(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the names of active definitions."""
    del param
    answer = _asked(ctx, "/v1/describejobdefinitions", {"status": "ACTIVE"})
    names = {one["jobDefinitionName"] for one in answer.get("jobDefinitions", ())}
    return _fitting(((name, "") for name in sorted(names)), incomplete)


def jobs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the ids of the newest jobs, with name and status where a shell shows them."""
    del param
    return _fitting(_jobs(ctx), incomplete)


def _queues(ctx: click.Context) -> Iterator[tuple[str, str]]:
    for one in _asked(ctx, "/v1/describejobqueues", {}).get("jobQueues", ()):
        yield one["jobQueueName"], one.get("state", "")


def _jobs(ctx: click.Context) -> Iterator[tuple[str, str]]:
    ever = [{"name": "AFTER_CREATED_AT", "values": ["0"]}]
    for queue, _ in _queues(ctx):
        request = {"jobQueue": queue, "filters": ever, "maxResults": MANY}
        for one in _asked(ctx, "/v1/listjobs", request).get("jobSummaryList", ()):
            yield one["jobId"], f"{one['jobName']} {one['status']}"


def _fitting(found: Iterator[tuple[str, str]], incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(one, help=told) for one, told in found if one.startswith(incomplete)]


def _asked(ctx: click.Context, path: str, request: dict[str, Any]) -> dict[str, Any]:
    from batchyard.cli.asking import Target, ask

    found = _yard(ctx.params.get("endpoint"))
    if found is None or ctx.params.get("profile"):
        return {}
    own = os.environ
    said = ctx.params.get("region") or own.get("AWS_REGION") or own.get("AWS_DEFAULT_REGION")
    try:
        return ask(Target(*found, said or "us-east-1"), path, request, timeout=MOMENT)
    except BatchyardError:
        return {}


def _yard(endpoint: str | None) -> tuple[str, str, str] | None:
    """Find a yard and keys for it: this user's that runs, or one that the environment names."""
    from batchyard.cli.target import AWS, ENDPOINTS, own_keys, own_yard

    own = own_yard()
    said = endpoint or next(filter(None, map(os.environ.get, ENDPOINTS)), None)
    if own is not None and (said or own).rstrip("/") == own:
        return own, *own_keys()
    key, secret = (os.environ.get(name, "") for name in KEYS)
    if not said or said == AWS or not (key and secret):
        return None
    return said.rstrip("/"), key, secret
