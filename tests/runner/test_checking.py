"""Preconditions are checked until they hold, or until their time is over."""

import asyncio
from collections.abc import Iterable

from batchyard.runner.checking import Waits, check_until
from batchyard.runner.stops import Stop
from batchyard.runner.tasks import FINISHED, NOT_MET, Ending


async def _checked(
    answers: Iterable[bool], limit: float | None, stop: Stop | None = None
) -> tuple[Ending, int]:
    left, checks = list(answers), 0

    async def holds() -> bool:
        nonlocal checks
        checks += 1
        await asyncio.sleep(0)
        return left.pop(0)

    waits = Waits(delay=0, timeout=limit)
    ending = await check_until(holds, waits, asyncio.Semaphore(1), stop or Stop())
    return ending, checks


async def test_it_is_checked_until_it_holds() -> None:
    assert await _checked([False, False, True, False], None) == (FINISHED, 3)


async def test_it_is_checked_once_when_its_time_is_over_at_once() -> None:
    assert await _checked([False, True], 0) == (NOT_MET, 1)


async def test_nothing_is_checked_after_an_order_to_stop() -> None:
    stop = Stop()
    stop.end()
    assert await _checked([True], None, stop) == (NOT_MET, 0)


async def test_an_order_to_stop_ends_the_time_between_two_checks() -> None:
    stop = Stop()
    checked = asyncio.Event()

    async def holds() -> bool:
        checked.set()
        return False

    waits = Waits(delay=1e6, timeout=None)
    checking = asyncio.create_task(check_until(holds, waits, asyncio.Semaphore(1), stop))
    await checked.wait()
    stop.cancel()
    assert await checking == NOT_MET


async def test_the_time_between_two_checks_takes_no_slot() -> None:
    stop, one = Stop(), asyncio.Semaphore(1)
    checked = asyncio.Event()

    async def never() -> bool:
        checked.set()
        return False

    async def at_once() -> bool:
        return True

    waits = Waits(delay=1e6, timeout=None)
    waiting = asyncio.create_task(check_until(never, waits, one, stop))
    await checked.wait()
    assert await check_until(at_once, waits, one, stop) == FINISHED
    stop.end()
    await waiting
