"""What a driver knows of the attempts it was given: a value with no I/O.

It decides what is passed on to the engine, what a new connection must be told again, and which
attempts cannot be accounted for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from batchyard.launchers.seam import Held, Launch, Report, Started


@dataclass
class Entry:
    """One attempt, from its launch until its end is acknowledged.

    Attributes:
        held: what identifies its main process, as far as it is known.
        launch: what to run; None when it was held from before and not launched again.
        end: the report of its end.
        grace: seconds of grace it was asked to end with; None when it was not asked.
    """

    held: Held
    launch: Launch | None = None
    end: Report | None = None
    grace: float | None = None


class Ledger:
    """All attempts that are not yet acknowledged.

    Args:
        held: those from before.
    """

    def __init__(self, held: Iterable[Held] = ()) -> None:
        self._entries = {each.attempt: Entry(each) for each in held}

    def launch(self, launch: Launch) -> Report | None:
        """Take a launch in.

        Returns:
            How it ended, when it has ended already: all there is left to say.
        """
        entry = self._entries.setdefault(launch.attempt, Entry(Held(launch.attempt)))
        entry.launch = launch
        return entry.end

    def end(self, attempt: str, grace: float) -> bool:
        """Take note that an attempt shall end; tell whether there is anything to end."""
        entry = self._entries.get(attempt)
        if entry is None or entry.end is not None:
            return False
        entry.grace = grace if entry.grace is None else min(grace, entry.grace)
        return True

    def acknowledge(self, attempts: Iterable[str]) -> list[str]:
        """Forget attempts that ended; return them."""
        ended = []
        for attempt in attempts:
            entry = self._entries.get(attempt)
            if entry is not None and entry.end is not None:
                del self._entries[attempt]
                ended.append(attempt)
        return ended

    def knows(self, attempt: str) -> bool:
        """Tell whether an attempt is one of these."""
        return attempt in self._entries

    def hear(self, report: Report) -> None:
        """Take a report in."""
        entry = self._entries.get(report.attempt)
        if entry is None:
            return
        if isinstance(report, Started):
            entry.held = Held(report.attempt, report.pid, report.ticks)
        else:
            entry.end = report

    def living(self) -> list[str]:
        """Name the attempts that have not ended, as far as is known."""
        return [attempt for attempt, entry in self._entries.items() if entry.end is None]

    def missing(self, listed: Iterable[str]) -> list[Held]:
        """Return the living attempts that a supervisor does not know."""
        known = frozenset(listed)
        return [
            entry.held
            for attempt, entry in self._entries.items()
            if entry.end is None and attempt not in known
        ]

    def forget(self, attempts: Iterable[str]) -> list[str]:
        """Forget, and return, those of the attempts that were held and never launched here."""
        names = [a for a in attempts if a in self._entries and self._entries[a].launch is None]
        for attempt in names:
            del self._entries[attempt]
        return names

    def unsaid(self, listed: Iterable[str]) -> list[Launch | tuple[str, float]]:
        """Return what a new connection must be told, in order.

        That is every launch the supervisor did not list, and for each attempt that was asked to
        end, its name and its grace.
        """
        known = frozenset(listed)
        unsaid: list[Launch | tuple[str, float]] = []
        for attempt, entry in self._entries.items():
            if entry.end is None:
                if attempt not in known and entry.launch is not None:
                    unsaid.append(entry.launch)
                if entry.grace is not None:
                    unsaid.append((attempt, entry.grace))
        return unsaid
