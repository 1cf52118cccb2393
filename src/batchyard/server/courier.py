"""Brings a target what it is to be told, for as long as it takes."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from batchyard.batch.deliveries import Deliveries
from batchyard.client.events import backoff
from batchyard.errors import BatchyardError, YardError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from batchyard.batch.notices import Notice
    from batchyard.engine.bulletin import Bulletin
    from batchyard.server.metering import Delivered
    from batchyard.server.targets.seam import Target
    from batchyard.store.seam import Store

log = logging.getLogger(__name__)

AHEAD: Final = 1_000
"""Notices that are read ahead: enough to find other jobs' behind one that is refused."""

LAST: Final = 2.0
"""Seconds that what is under way may take to arrive once the yard stops."""


class Courier:
    """Brings one target its notices; none is passed over, however often it fails.

    While nobody answers, one call is tried now and then. A notice that is refused by itself holds
    up its own job's only.

    Args:
        target: whom to tell.
        bulletin: keeps the place of the target, and says when there is more.
        store: where notices are read.
        pause: seconds before the next try, after so many failures in a row.
        told: counts events that were taken, refused, or failed with a call.
    """

    def __init__(
        self,
        target: Target,
        bulletin: Bulletin,
        store: Store,
        pause: Callable[[int], float] = backoff,
        told: Callable[[Delivered, int], None] | None = None,
    ) -> None:
        """Take the parts; nothing happens before `start`."""
        self._target, self._bulletin, self._store, self._pause = target, bulletin, store, pause
        self._told = told or _uncounted
        self._deliveries = Deliveries(bulletin.mark(target.name))
        self._threads = ThreadPoolExecutor(target.lanes, thread_name_prefix="batchyard-courier")
        self._news = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._failures = 0
        self._tries: Counter[int] = Counter()
        self._work: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin where the target was left; a second start is fine."""
        if self._work is None:
            self._bulletin.published.append(self._news.set)
            self._work = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Bring no more, and let what is under way arrive, for a moment; twice is fine."""
        work, self._work = self._work, None
        if work is None:
            return
        self._bulletin.published.remove(self._news.set)
        work.cancel()
        if self._sending:
            _, late = await asyncio.wait(self._sending, timeout=LAST)
            for task in late:  # whether it arrives or not: it is brought again
                task.cancel()
        await asyncio.gather(work, *self._sending, return_exceptions=True)
        self._threads.shutdown(wait=False)
        self._target.close()

    async def _run(self) -> None:
        while True:
            self._news.clear()
            if self._failures and not self._sending:  # no news is worth an earlier try
                await asyncio.sleep(self._pause(self._failures))
            try:
                await self._read()
            except YardError as error:
                self._ended([f"what it is to be told cannot be read: {error}"])
                self._news.set()
            self._bring()
            await self._news.wait()

    async def _read(self) -> None:
        """Take in what is new, as far as there is room."""
        room = AHEAD - len(self._deliveries)
        if room > 0 and self._deliveries.last < self._bulletin.number:
            last = self._deliveries.last
            self._deliveries.take_in(await asyncio.to_thread(self._store.notices, last, room))

    def _bring(self) -> None:
        """Send as much at a time as the target has lanes; after a failure, one call as a trial."""
        lanes = 1 if self._failures else self._target.lanes
        while len(self._sending) < lanes:
            target = self._target
            notices = self._deliveries.next(target.most, in_order=target.in_order)
            if not notices:
                return
            task = asyncio.get_running_loop().create_task(self._send(notices))
            self._sending.add(task)
            task.add_done_callback(self._sent)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._news.set()

    async def _send(self, notices: Sequence[Notice]) -> None:
        numbers = [notice.number for notice in notices]
        try:
            loop = asyncio.get_running_loop()
            refused = await loop.run_in_executor(self._threads, self._target.send, notices)
        except BatchyardError as error:
            self._failed(numbers, str(error))
            return
        except Exception as error:
            log.exception("what %s is to be told cannot be sent", self._target.name)
            self._failed(numbers, repr(error))
            return
        taken = [number for number in numbers if number not in refused]
        self._deliveries.arrived(taken)
        self._told("taken", len(taken))
        self._told("refused", len(refused))
        for number in self._tries.keys() & taken:
            del self._tries[number]
        self._bulletin.delivered(self._target.name, self._deliveries.mark)
        self._ended([])
        for number, reason in refused.items():
            self._refused(number, reason)

    def _failed(self, numbers: Sequence[int], reason: str) -> None:
        """Nobody answered, or not as they should: all of it is brought again."""
        self._deliveries.failed(numbers)
        self._told("failed", len(numbers))
        self._ended([reason])

    def _refused(self, number: int, reason: str) -> None:
        """Bring a notice again after a while; meanwhile those of other jobs go on."""
        self._tries[number] += 1
        if self._tries[number] == 1:
            log.warning("%s refuses an event, trying on: %s", self._target.name, reason)

        def again() -> None:
            self._deliveries.failed([number])
            self._news.set()

        asyncio.get_running_loop().call_later(self._pause(self._tries[number]), again)

    def _ended(self, troubles: Sequence[str]) -> None:
        """Tell of trouble once, and of its end."""
        name = self._target.name
        if not troubles:
            if self._failures:
                log.warning("%s takes events again", name)
            self._failures = 0
            return
        if not self._failures:
            log.warning("%s takes no events, trying on: %s", name, next(iter(troubles)))
        self._failures += 1


def _uncounted(_: Delivered, __: int) -> None:
    """Count nothing: nobody could see it."""
