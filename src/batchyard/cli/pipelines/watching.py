"""Looks at a pipeline until nothing moves any more, and says what moves."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from batchyard.cli.pipelines import asking
from batchyard.errors import Unfinished

if TYPE_CHECKING:
    from batchyard.cli.pipelines.asking import Fields
    from batchyard.client.sessions import Client

PAUSE = 0.2
"""Seconds between two looks at the instances."""
OVER = frozenset({"FINISHED", "FAILED", "CANCELED", "CASCADE_FAILED", "TIMEDOUT", "SKIPPED"})
BAD = OVER - {"FINISHED", "SKIPPED"}
WAITING = frozenset({"WAITING_ON_DEPENDENCIES", "PAUSED"})


class Watch:
    """Looks at a pipeline until it has ended, and says what moves."""

    def __init__(self, client: Client, pipeline: str, timeout: float | None) -> None:
        self._client = client
        self._pipeline = pipeline
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._known: dict[str, str] = {}

    def follow(self) -> dict[str, Fields]:
        """Give every instance once nothing moves any more."""
        while True:
            more = self._more()
            names = asking.instances(self._client, self._pipeline)
            found = dict(asking.objects(self._client, self._pipeline, names))
            self._tell(found)
            over = all(status_of(fields) in OVER for fields in found.values())
            if (over and not more) or (found and _stuck(found)):
                return found
            if self._deadline is not None and time.monotonic() > self._deadline:
                waiting = [n for n, fields in found.items() if status_of(fields) not in OVER]
                raise Unfinished(f"not ended in time: {', '.join(waiting)}")
            time.sleep(PAUSE)

    def _more(self) -> bool:
        """Tell whether more instances are to come."""
        _, fields = next(asking.described(self._client, [self._pipeline]))
        return bool(asking.one(fields, "@nextRunTime"))

    def _tell(self, found: dict[str, Fields]) -> None:
        for name, fields in found.items():
            status = status_of(fields)
            if self._known.get(name) == status:
                continue
            self._known[name] = status
            if status not in WAITING:
                moment = time.strftime("%H:%M:%S")
                click.echo(f"{moment}  {_styled(status)}  {name}", err=True)


def status_of(fields: Fields) -> str:
    """Give an instance's status."""
    return asking.one(fields, "@status")


def _styled(status: str) -> str:
    from batchyard.cli.shown import STYLES

    return click.style(f"{status:<18}", fg=STYLES.get(status))


def _stuck(found: dict[str, Fields]) -> bool:
    """Tell whether nothing can move: all that is left waits for what ended badly.

    Without failureAndRerunMode cascade that is where AWS leaves it.
    """
    ill = {name for name, fields in found.items() if status_of(fields) in BAD}
    left = {name for name, fields in found.items() if status_of(fields) not in OVER}
    if not left or any(status_of(found[name]) not in WAITING for name in left):
        return False
    grown = True
    while grown:
        behind = {n for n in left - ill if ill & set(found[n].get("@waitingOn") or ())}
        grown, ill = bool(behind), ill | behind
    unused = {name for name in left - ill if name in _resources(found, left & ill)}
    return left <= ill | unused


def _resources(found: dict[str, Fields], users: set[str]) -> set[str]:
    """Name what these would run on."""
    return {name for user in users for name in found[user].get("runsOn") or ()}
