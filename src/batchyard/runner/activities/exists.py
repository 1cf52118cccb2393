"""Exists: it holds once the data of its node are there.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-object-exists.html
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from batchyard.errors import Refused
from batchyard.runner.checking import Waits, check_until
from batchyard.runner.paths import located, place_of

if TYPE_CHECKING:
    from batchyard.runner.kit import Kit
    from batchyard.runner.stops import Stop
    from batchyard.runner.tasks import Ending, Handed


async def exists(
    task: Handed,
    kit: Kit,
    stop: Stop,
    begun: asyncio.Event,  # noqa: ARG001 - it was acknowledged before; see `Activity`
) -> Ending:
    """Look for the node's data until they are there; see `Activity`."""
    node = next(task.nodes("node"), None)
    if node is None:
        raise Refused("the task does not say which data node it is about (field 'node')")
    place = located(place_of(node))

    async def holds() -> bool:
        return await asyncio.to_thread(kit.storage.exists, place)

    return await check_until(holds, Waits.of(task), kit.checks, stop)
