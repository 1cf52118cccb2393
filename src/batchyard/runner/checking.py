"""Checking a precondition again and again, until it holds or its time is over.

"Pipeline retry logic for preconditions happens in Task Runner. […] Task Runner honors the
precondition object retryDelay and preconditionTimeout fields", says
https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-taskrunner-threading.html
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from batchyard.pipelines.rules import Policy
from batchyard.runner.tasks import FINISHED, NOT_MET

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from batchyard.runner.stops import Stop
    from batchyard.runner.tasks import Ending, Handed


class Waits(NamedTuple):
    """How long is waited for a precondition, in seconds.

    Attributes:
        delay: between two checks.
        timeout: for it to hold; None: for as long as the service bears it.
    """

    delay: float
    timeout: float | None

    @classmethod
    def of(cls, task: Handed) -> Waits:
        """Read what a task says; without retryDelay, what a yard holds to."""
        delay = task.seconds("retryDelay")
        return cls(
            Policy().retry_delay if delay is None else delay, task.seconds("preconditionTimeout")
        )


async def check_until(
    holds: Callable[[], Awaitable[bool]], waits: Waits, checks: asyncio.Semaphore, stop: Stop
) -> Ending:
    """Check until it holds; give FALSE when preconditionTimeout is over, counted from here.

    Only a check takes a slot, not the time between two: preconditions that wait for what an
    activity of this runner is to make would otherwise keep one another from being checked.

    Args:
        holds: checks once.
        waits: how long is waited.
        checks: lets so many preconditions be checked at once.
        stop: its order to stop.
    """
    loop = asyncio.get_running_loop()
    until = None if waits.timeout is None else loop.time() + waits.timeout
    while not stop.given:
        async with checks:
            if await holds():
                return FINISHED
        pause = pause_before(loop.time(), until, waits.delay)
        if pause is None:
            break
        await stop.wait(pause)
    return NOT_MET


def pause_before(now: float, until: float | None, delay: float) -> float | None:
    """Say how long to wait for the next check; None when there is none.

    Args:
        now: when the last one was over.
        until: when the precondition's time is over; None: never.
        delay: seconds between two checks.
    """
    if until is None:
        return delay
    return None if now >= until else min(delay, until - now)
