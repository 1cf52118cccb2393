"""Which task runners there are: who polls, who holds what, and when each was last heard.

A runner is known by its worker group and what it calls its machine; all that give no hostname are
one. What is noted here lives in memory: after a restart a runner is there again once it asks again.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batchyard.batch.ids import Place
    from batchyard.pipelines.tasks import Taken

KNOWN = 10_000
"""Runners that are remembered after their last sign of life (ours)."""

SILENT = 3_600_000
"""Milliseconds after which a runner that neither polls nor holds a task is no longer shown."""


class Known(NamedTuple):
    """A task runner.

    Attributes:
        group: its worker group.
        hostname: what it calls its machine.
        polls: how many of its polls wait for a task.
        tasks: what it holds, the oldest first.
        heard_at: its last poll or report, epoch milliseconds; None since before a restart.
    """

    group: str
    hostname: str
    polls: int
    tasks: tuple[Taken, ...]
    heard_at: int | None


class Roster:
    """Notes what runners do.

    Attributes:
        crowded: polls that came while the same host had one open in the group: AWS asks runners
            not to, and serves them.
    """

    def __init__(self) -> None:
        self._polls: Counter[tuple[Place, str, str]] = Counter()
        self._heard: OrderedDict[tuple[Place, str, str], int] = OrderedDict()
        self.crowded = 0

    def heard(self, place: Place, group: str, hostname: str, now: int) -> None:
        """A runner has polled or reported.

        Args:
            place: whose worker group.
            group: its name.
            hostname: the runner's machine, as it says itself.
            now: epoch milliseconds.
        """
        key = (place, group, hostname)
        self._heard[key] = now
        self._heard.move_to_end(key)
        if len(self._heard) > KNOWN:
            self._heard.popitem(last=False)

    def waits(self, place: Place, group: str, hostname: str) -> None:
        """A runner's poll begins to wait."""
        key = (place, group, hostname)
        self.crowded += bool(hostname and self._polls[key])
        self._polls[key] += 1

    def left(self, place: Place, group: str, hostname: str) -> None:
        """A poll that waited is over."""
        key = (place, group, hostname)
        self._polls[key] -= 1
        if not self._polls[key]:
            del self._polls[key]

    def places(self) -> set[Place]:
        """Tell where runners were heard."""
        return {place for place, _, _ in (*self._heard, *self._polls)}

    def shown(self, place: Place, taken: Iterable[Taken], now: int) -> list[Known]:
        """Give the runners of a place, by worker group and hostname.

        Args:
            place: whose.
            taken: the tasks that somebody took, the oldest first; those of other places, and
                those that were taken from their holders, are left out.
            now: epoch milliseconds.
        """
        held: dict[tuple[str, str], list[Taken]] = {}
        for each in taken:
            if each.stale or (each.account, each.region) != place:
                continue
            held.setdefault((each.task.group, each.hostname), []).append(each)
        polls = {(group, host): n for (at, group, host), n in self._polls.items() if at == place}
        heard = {(group, host): at for (of, group, host), at in self._heard.items() if of == place}
        lately = {key for key, at in heard.items() if now - at < SILENT}
        return [
            Known(*key, polls.get(key, 0), tuple(held.get(key, ())), heard.get(key))
            for key in sorted(lately | polls.keys() | held.keys())
        ]
