"""What an attempt has printed: its end, what follows, what came before, and what holds a text.

All of it is asked for as clients ask, by GetLogEvents, so that what a task runner put is shown
beside what a process of this machine printed.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from batchyard.errors import Fault
from batchyard.logs.lines import Lines
from batchyard.logs.pages import Query, page
from batchyard.server.operations.batch.presenting import stream_name
from batchyard.server.operations.logs.events import get_log_events

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from batchyard.batch.model import Attempt, Job
    from batchyard.launchers.output import Output
    from batchyard.server.console.kit import Kit

LINES: Final = 1_000
"""Lines that a page shows at first, and gets with each step back (ours)."""

LOOKS: Final = 32
"""Pages of up to 1 MiB that one search looks through (ours)."""

HITS: Final = 500
"""Lines that one search finds at most (ours)."""

PAUSE: Final = 0.5
"""Seconds between two looks at a log that is followed (ours)."""

BREATH: Final = 0.1
"""Seconds between two parts of a log that is followed (ours): ten thousand lines a second."""

FAR: Final = 512 * 1024
"""Bytes that a follower may lag behind; then it goes on at the end (ours)."""

LONGEST: Final = 200
"""Characters of a last line."""


class Part(NamedTuple):
    """A part of a log.

    Attributes:
        lines: times (epoch milliseconds) and texts.
        forward: the token of what follows.
        backward: the token of what came before; None: nothing did.
        skipped: whether some of what came before was left out: too much was printed at once.
    """

    lines: list[tuple[int, str]]
    forward: str | None
    backward: str | None
    skipped: bool = False


class Log:
    """The log of an attempt.

    Args:
        kit: the yard.
        job: whose attempt.
        attempt: which.
    """

    def __init__(self, kit: Kit, job: Job, attempt: Attempt) -> None:
        """Take the parts."""
        self._kit = kit
        self._job = job
        self._attempt = attempt
        self._context = kit.context(job, kit.services.logs)

    def latest(self) -> Part:
        """Give the last lines."""
        return self._part(None, ahead=False)

    def before(self, token: str) -> Part:
        """Give the lines before a place."""
        return self._part(token, ahead=False)

    def after(self, token: str | None) -> Part:
        """Give the lines after a place; without one, from the first on."""
        return self._part(token, ahead=True)

    def _part(self, token: str | None, *, ahead: bool) -> Part:
        types: Any = self._kit.services.logs.types
        asked = types.GetLogEventsRequest(
            log_group_name=self._job.spec.log_group,
            log_stream_name=stream_name(self._job, self._attempt),
            next_token=token,
            limit=LINES,
            start_from_head=ahead,
        )
        try:
            found = get_log_events(self._context, asked)
        except Fault as fault:
            if fault.code != "ResourceNotFoundException":
                raise
            return Part([], None, None)
        lines = [(event.timestamp, event.message) for event in found.events]
        back = found.next_backward_token
        return Part(lines, found.next_forward_token, back if lines else None)

    async def follow(self, token: str | None) -> AsyncIterator[Part]:
        """Give the last lines (with a token: those after it), then what follows, until the end.

        Nobody reads a thousand lines a second: where much is printed at once, some is left out.
        """
        seen: tuple[int, bool] | None = None
        caught_up = self._size()
        while True:
            state = size, ended = self._size(), self.ended
            if state == seen and self._is_printed:
                await asyncio.sleep(PAUSE)
                continue
            if ended and not self._kit.engine.settled:
                await self._kit.engine.durable()  # or the last line would not be whole
            skipped = size - caught_up > FAR
            part = self.latest() if token is None or skipped else self.after(token)
            token = part.forward or token
            if skipped or len(part.lines) < LINES:
                caught_up = size
            if part.lines:
                yield part._replace(skipped=skipped)
                await asyncio.sleep(BREATH)
            elif ended:
                return
            else:
                seen = state
                await asyncio.sleep(PAUSE)

    @property
    def ended(self) -> bool:
        """Whether the attempt prints no more."""
        stored = self._kit.engine.job(self._job.id)
        attempts = () if stored is None else stored.attempts
        found = next((each for each in attempts if each.id == self._attempt.id), None)
        return found is None or found.stopped_at is not None

    @property
    def _is_printed(self) -> bool:
        """Whether it is printed on this machine; else a task runner puts it."""
        return self._attempt.worker_group is None

    def _size(self) -> int:
        return self._kit.engine.output.size(self._attempt.id)

    def search(self, text: str, token: str | None) -> Part:
        """Find lines that hold a text in any case, the last ones; for a thread to do.

        Args:
            text: the text.
            token: before which place; None: from the end.

        Returns:
            The lines, and the place to go on before; None: all was looked through.
        """
        wanted, found = text.casefold(), list[tuple[int, str]]()
        for _ in range(LOOKS):
            part = self.latest() if token is None else self.before(token)
            found[:0] = [line for line in part.lines if wanted in line[1].casefold()]
            token = part.backward
            if token is None or len(found) >= HITS:
                break
        return Part(found, None, token)

    def whole(self) -> Iterator[bytes]:
        """Give all of it: as it was printed, or as it was put; for a thread to do."""
        offset = 0
        while part := self._kit.engine.output.read_bytes(self._attempt.id, offset):
            offset += len(part)
            yield part
        if offset:
            return
        token: str | None = None
        while lines := (step := self.after(token)).lines:
            token = step.forward
            yield "".join(f"{text}\n" for _, text in lines).encode()


def attempt_of(job: Job, number: int) -> Attempt:
    """Find an attempt of a job by its number, from 1.

    Raises:
        Fault: 404; there is none.
    """
    if not 1 <= number <= len(job.attempts):
        raise Fault("ClientException", f"The job has no attempt {number}", 404)
    return job.attempts[number - 1]


def last_line(output: Output, attempt: str) -> str:
    """Give the last line that an attempt printed on this machine; empty if it printed nothing."""
    with output.open(attempt) as source:
        found = page(Lines(source, ended=True), Query("b", limit=1)).events
    return found[-1].message[:LONGEST] if found else ""
