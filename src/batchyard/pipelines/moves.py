"""From which status which event leads where: the table that the lifecycle keeps to.

The documentation's diagram is drawn from it.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-interpret-status.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchyard.pipelines.states import BEGUN, ENDED, HELD, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

WAITING, PAUSED, OFFERED, ACTIVATING, RUNNING = (
    Status.WAITING_ON_DEPENDENCIES,
    Status.PAUSED,
    Status.WAITING_FOR_RUNNER,
    Status.ACTIVATING,
    Status.RUNNING,
)
FINISHED, FAILED, CANCELED = Status.FINISHED, Status.FAILED, Status.CANCELED
CASCADE_FAILED, TIMEDOUT = Status.CASCADE_FAILED, Status.TIMEDOUT
STAYS: Final = None
"""Among the statuses an event can lead to: the one that it found."""
OPEN: Final = HELD | BEGUN

_ROWS: Final[tuple[tuple[str, Iterable[Status], Iterable[Status | None]], ...]] = (
    ("Planned", (WAITING,), (WAITING, OFFERED, FINISHED, CASCADE_FAILED)),
    ("Arrived", (WAITING,), (WAITING, OFFERED, ACTIVATING, FINISHED)),
    ("Arrived", (PAUSED,), (STAYS,)),
    ("Met", (WAITING,), (WAITING, OFFERED, FINISHED)),
    ("Met", (PAUSED, *BEGUN), (STAYS,)),
    ("Missed", HELD, (CASCADE_FAILED,)),
    ("Missed", BEGUN, (STAYS,)),
    ("Reopened", OPEN, (STAYS,)),
    ("Admitted", (WAITING,), (WAITING, OFFERED)),
    ("Admitted", (PAUSED,), (STAYS,)),
    ("Wanted", (WAITING,), (WAITING, ACTIVATING)),
    ("Wanted", (PAUSED, ACTIVATING, RUNNING, *ENDED), (STAYS,)),
    ("Hosted", (WAITING,), (WAITING, OFFERED)),
    ("Hosted", (PAUSED,), (STAYS,)),
    ("HostLost", OPEN - {ACTIVATING}, (CANCELED,)),
    ("Left", OPEN - {OFFERED}, (STAYS, FINISHED)),
    ("Joined", OPEN - {OFFERED}, (STAYS,)),
    ("Taken", (OFFERED, ACTIVATING), (RUNNING,)),
    ("Succeeded", (OFFERED, RUNNING), (FINISHED,)),
    ("Failed", BEGUN, (WAITING, PAUSED, FAILED, CASCADE_FAILED)),
    ("NotMet", (OFFERED, RUNNING), (WAITING, PAUSED, FAILED, CASCADE_FAILED)),
    ("TimedOut", (RUNNING,), (WAITING, PAUSED, FAILED, CASCADE_FAILED, TIMEDOUT)),
    ("RetryDue", (WAITING,), (WAITING, OFFERED, ACTIVATING)),
    ("RetryDue", (PAUSED,), (STAYS,)),
    ("GrewLate", HELD, (STAYS, CANCELED)),
    ("GrewLate", BEGUN, (STAYS,)),
    ("Expired", OPEN - {ACTIVATING}, (FAILED,)),
    ("Canceled", OPEN, (CANCELED,)),
    ("MarkedFinished", frozenset(Status) - {FINISHED}, (FINISHED,)),
    ("Rerun", ENDED, (WAITING, OFFERED, FINISHED, CASCADE_FAILED)),
    ("Paused", (WAITING,), (PAUSED,)),
    ("Resumed", (PAUSED,), (WAITING, OFFERED, ACTIVATING, FINISHED)),
)


def _expanded() -> Iterator[tuple[tuple[Status, str], frozenset[Status]]]:
    for event, sources, targets in _ROWS:
        for source in sources:
            yield (source, event), frozenset(source if t is STAYS else t for t in targets)


TRANSITIONS: Final[Mapping[tuple[Status, str], frozenset[Status]]] = dict(_expanded())
"""From which status which event can lead where; what is not in it changes nothing."""
