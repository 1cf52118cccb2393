"""Where the news of a wait comes from: the watchers of the places that its jobs are in."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypedDict

from batchyard.client.gathering import Progress
from batchyard.client.sessions import Connection, connect
from batchyard.client.watchers import watcher_of
from batchyard.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchyard.client.gathering import Outcome
    from batchyard.client.sessions import Clients
    from batchyard.client.watcher import Listener, Watcher
    from batchyard.polling.cadence import Cadence
    from batchyard.polling.news import Limits
    from batchyard.polling.seen import Test


class Patience(TypedDict, total=False):
    """What is waited for and how; all of it may be left out.

    Attributes:
        until: ``complete`` (the default), ``running``, ``exists``, or a function of what is seen
            of a job (`batchyard.polling.seen.Seen`), true when its wait is over.
        cadence: how often a job is asked about: `BackOff`, `Fixed` or `Classic`. Without it, on AWS
            after half a second at first and every 15 s in the end; on a yard every second.
        limits: when a wait gives up by itself, because a job is not there or nobody answers.
    """

    until: str | Test
    cadence: Cadence | None
    limits: Limits | None


class Terms(Patience, Connection, total=False):
    """What is waited for, for how long, and where; all of it may be left out.

    Besides those of `Patience` and `Connection`:

    Attributes:
        timeout: seconds; None, the default, for as long as the jobs answer.
        progress: called with a `Progress` whenever something has changed.
        on_end: called with each `Outcome`.
    """

    timeout: float | None
    progress: Callable[[Progress], object] | None
    on_end: Callable[[Outcome], object] | None


PLACE = frozenset(Connection.__annotations__)
TERMS = frozenset(Terms.__annotations__)


class Feed:
    """A wait, registered with every watcher that it needs.

    Args:
        jobs: what was given for each id: a job, which knows where it is, or its id.
        terms: see `Terms`.

    Raises:
        Refused: a term is unknown.
    """

    def __init__(self, jobs: Mapping[str, Any], terms: Terms) -> None:
        if unknown := set(terms) - TERMS:
            raise Refused(f"wait has no option {', '.join(sorted(unknown))}")
        self._jobs = jobs
        self._terms = terms
        self._watchers: defaultdict[Watcher, list[str]] = defaultdict(list)
        self._waits: list[tuple[Watcher, object]] = []

    def prepare(self) -> None:
        """Find the watchers, and make those that are not there; that can take a tenth of a second.

        Raises:
            Refused: there is no region, no such profile, or the endpoint is no URL.
        """
        found: dict[Clients, Watcher] = {}
        place: Clients | None = None
        for one, job in self._jobs.items():
            if isinstance(job, str):
                clients = place = place or clients_named(self._terms)
            else:
                clients = clients_of(job, self._terms)
            if clients not in found:
                found[clients] = watcher_of(clients)
            self._watchers[found[clients]].append(one)

    def open(self, listener: Listener, *, moves: bool = False) -> None:
        """Begin to wait, once it is prepared; takes no time.

        Args:
            listener: hears the news; see `Listener`.
            moves: whether it hears of changes in between, though nobody asked for progress.

        Raises:
            Refused: a term is not what it must be.
        """
        terms = self._terms
        for watcher, ids in self._watchers.items():
            waiter = watcher.wait_for(
                ids,
                listener,
                until=terms.get("until") or "complete",
                timeout=terms.get("timeout"),
                cadence=terms.get("cadence"),
                limits=terms.get("limits"),
                moves=moves or terms.get("progress") is not None,
            )
            self._waits.append((watcher, waiter))

    def close(self) -> None:
        """Stop waiting; twice, or before the beginning, is fine."""
        while self._waits:
            watcher, waiter = self._waits.pop()
            watcher.cancel(waiter)


def clients_named(terms: Terms) -> Clients:
    """Give the clients of the place that the terms name."""
    connection: Any = {name: value for name, value in terms.items() if name in PLACE}
    return connect(**connection)


def clients_of(job: Any, terms: Terms) -> Clients:  # noqa: ANN401 - a job, synchronous or not, or an id
    """Give the clients of the place that a job is in; for an id alone, of the one terms name."""
    found: Clients | None = getattr(getattr(job, "_job", job), "_clients", None)
    return found or clients_named(terms)
