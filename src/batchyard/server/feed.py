"""The yard's latest events, for whoever looks: ``/_batchyard/events``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

import msgspec

from batchyard.batch import ids
from batchyard.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchyard.batch.model import Job
    from batchyard.engine.bulletin import Posted
    from batchyard.engine.engine import Engine

MOST: Final = 1_000
"""Events of an answer, at most."""

LONGEST: Final = 20
"""Seconds that a question waits for an event, at most."""


class Asked(msgspec.Struct, frozen=True):
    """What is asked for.

    Attributes:
        after: only events with higher numbers, and wait for one; None for the latest there are.
        wait: for so many seconds at most.
        last: how many at most.
        queue: only those of jobs of this queue, by its name.
    """

    after: int | None = None
    wait: float = 0
    last: int = MOST
    queue: str | None = None


def asked(query: str) -> Asked:
    """Read a query.

    Raises:
        Fault: a value is none.
    """
    try:
        given = {name: values[-1] for name, values in parse_qs(query).items()}
        found = msgspec.convert(given, Asked, strict=False)
    except (ValueError, msgspec.ValidationError) as error:
        raise Fault(
            "ClientException", f"{query!r} asks for nothing that there is: {error}"
        ) from None
    if found.last < 1 or not 0 <= found.wait <= LONGEST:
        message = f"last={found.last}, wait={found.wait:g}: 1 or more, and 0 to {LONGEST} seconds"
        raise Fault("ClientException", message)
    return found


async def recent(engine: Engine, region: str, said: Asked) -> Mapping[str, Any]:
    """Give events of a region once they are on disk, and where to go on.

    Returns:
        ``events``, as EventBridge would deliver them, and ``after``, to be asked with next.
    """
    found = _found(engine, region, said)
    if said.after is not None and not found and said.wait:
        end = engine.now() + said.wait * 1000
        while not found and (left := end - engine.now()) > 0:
            await engine.bulletin.change(left / 1000)
            found = _found(engine, region, said)
    full = len(found) == min(said.last, MOST)
    after = found[-1].number if found and full else engine.bulletin.number
    await engine.durable()
    return {"events": [msgspec.Raw(engine.bulletin.event(each)) for each in found], "after": after}


def _found(engine: Engine, region: str, said: Asked) -> Sequence[Posted]:
    def meant(job: Job) -> bool:
        queue = said.queue
        wanted = queue is None or ids.name_of(job.spec.queue, ids.QUEUE) == queue
        return wanted and job.spec.region == region

    count = min(said.last, MOST)
    if said.after is None:
        return engine.bulletin.latest(meant, count)
    return engine.bulletin.after(said.after, meant, count)
