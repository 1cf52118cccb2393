"""What EventBridge is told of jobs: noted with the change, kept until every target has it.

The latest notices are kept in memory for whoever looks; they are formed when somebody does. Only
where there are targets is each formed at once, and written in the commit that holds its change.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from batchyard.batch.notices import Notice, kinds, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from batchyard.batch.model import Job
    from batchyard.batch.notices import Kind
    from batchyard.engine.clock import Clock
    from batchyard.engine.journal import Journal
    from batchyard.store.seam import Store

KEPT: Final = 5_000
"""How many notices can be looked at: of a thousand jobs, all that is told of them."""

MARK_MS: Final = 200
"""How long it may take until what a target has is on disk: as much may be delivered twice."""

NOTE: Final = "notices delivered to "
"""What the names of the notes begin with that say how far a target has come."""


class Forms(Protocol):
    """Forms jobs as they are shown."""

    def detail(self, job: Job) -> bytes:
        """Form a live job's JobDetail JSON as it is now."""

    def form(self, job: Job) -> bytes:
        """Form a job's JobDetail JSON as it was once."""


class Posted(NamedTuple):
    """A notice as it is kept for whoever looks."""

    number: int
    kind: Kind
    job: Job


class Bulletin:
    """Notes what is to be told, for targets and for whoever looks.

    Args:
        targets: the names of those to tell.
        journal: keeps notices with the changes that they tell.
        clock: tells the time and calls back.
        wake: lets the turn be written.
        shown: forms jobs as they are shown.

    Attributes:
        published: called when there are notices on disk that were not there before.
    """

    def __init__(
        self,
        targets: Sequence[str],
        journal: Journal,
        clock: Clock,
        wake: Callable[[], None],
        shown: Forms,
    ) -> None:
        """Begin with nothing told."""
        self._journal, self._clock, self._wake, self._shown = journal, clock, wake, shown
        self._marks = dict.fromkeys(targets, 0)
        self._moved: set[str] = set()
        self._number = 0
        self._recent: deque[Posted] = deque(maxlen=KEPT)
        self._looking: list[asyncio.Future[None]] = []
        self.published: list[Callable[[], None]] = []

    def start(self, store: Store) -> None:
        """Learn how far every target has come; a new one begins here."""
        notes: Mapping[str, str] = store.notes()
        known = {name: int(notes.get(NOTE + name, 0)) for name in self._marks}
        # Numbers rise with time, so that they go on where nothing was written down.
        self._number = max(self._clock.now() * 1000, store.last_notice(), *known.values(), 0)
        for name, mark in known.items():
            self._marks[name] = mark or self._number
            self._moved.add(name)
        self._keep_marks()

    @property
    def number(self) -> int:
        """The number of the latest notice."""
        return self._number

    def mark(self, target: str) -> int:
        """Tell up to which number a target has every notice."""
        return self._marks[target]

    def changed(self, was: Job | None, now: Job) -> None:
        """Note what is to be told of a change."""
        for kind in kinds(was, now):
            self._number += 1
            self._recent.append(Posted(self._number, kind, now))
            if self._marks:
                self._tell(kind, now)
            if self._looking:
                self._look_up()

    def _tell(self, kind: Kind, job: Job) -> None:
        body = written(kind, job, self._number, self._shown.detail(job))
        if self._journal.notice(Notice(self._number, job.id, body)):
            self._journal.after(self._publish)

    def _publish(self) -> None:
        for told in self.published:
            told()

    def delivered(self, target: str, number: int) -> None:
        """Note that a target has every notice up to a number; it is on disk soon."""
        if not self._moved:
            self._clock.call_at(self._clock.now() + MARK_MS, self._keep_marks)
        self._marks[target] = number
        self._moved.add(target)

    def _keep_marks(self) -> None:
        for name in sorted(self._moved):
            self._journal.note(NOTE + name, str(self._marks[name]))
        if self._moved:
            self._journal.delivered(min(self._marks.values()))
            self._moved.clear()
            self._wake()

    def stop(self) -> None:
        """Note how far every target has come, and keep nobody waiting."""
        self._keep_marks()
        self._look_up()

    # -- for whoever looks -------------------------------------------------------------------

    def latest(self, meant: Callable[[Job], bool], count: int) -> list[Posted]:
        """Give the latest notices about such jobs, in their order."""
        found = (each for each in reversed(self._recent) if meant(each.job))
        return list(islice(found, count))[::-1]

    def after(self, number: int, meant: Callable[[Job], bool], count: int) -> list[Posted]:
        """Give the first notices with higher numbers about such jobs."""
        return list(islice((each for each in self._since(number) if meant(each.job)), count))

    def _since(self, number: int) -> Iterator[Posted]:
        newer = 0
        for each in reversed(self._recent):
            if each.number <= number:
                break
            newer += 1
        return islice(self._recent, len(self._recent) - newer, None)

    def event(self, posted: Posted) -> bytes:
        """Form a notice's JSON, the same that targets are told."""
        return written(posted.kind, posted.job, posted.number, self._shown.form(posted.job))

    async def change(self, seconds: float) -> None:
        """Wait until something is told, or so many seconds."""
        looking = asyncio.get_running_loop().create_future()
        self._looking.append(looking)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await looking
        if looking in self._looking:
            self._looking.remove(looking)

    def _look_up(self) -> None:
        looking, self._looking = self._looking, []
        for each in looking:
            if not each.done():
                each.set_result(None)
