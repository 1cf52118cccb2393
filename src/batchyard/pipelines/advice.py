"""What AWS warns of when a definition is saved.

Sources: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-manage-cascade-failandrerun.html
for the backfill; answers that users published for the others, word for word
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchyard.pipelines import periods, types
from batchyard.pipelines.findings import Finding
from batchyard.pipelines.model import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from batchyard.pipelines.model import PipelineObject

NO_LOGS: Final = (
    "'pipelineLogUri'is missing. It is recommended to set this value on Default object for better "
    "troubleshooting."
)
NO_END: Final = (
    "'terminateAfter' is missing. It is recommended to set this to avoid leaving resource running "
    "for long duration."
)
ARGUMENTS: Final = "'scriptArgument' is documented for 'command' only; 'scriptUri' is given it too."
"""Ours: the guide calls this an error, AWS's own samples do it."""


def unwise(known: Mapping[str, PipelineObject], now: datetime | None) -> Iterator[Finding]:
    """Find what is allowed and yet regretted.

    Args:
        known: every object with what it inherits.
        now: the moment, UTC; without one, backfills are not looked for.
    """
    for name, item in known.items():
        if types.kind(item.type) == "resource" and "terminateAfter" not in item.keys:
            yield Finding(name, NO_END, warning=True)
        if {"scriptUri", "scriptArgument"} <= item.keys and (item.type or "").startswith("Shell"):
            yield Finding(name, ARGUMENTS, warning=True)
        if now is not None:
            yield from _backfills(item, known, now)
    runs = any(types.kind(item.type) in types.RUNNABLE for item in known.values())
    if runs and (DEFAULT not in known or "pipelineLogUri" not in known[DEFAULT].keys):
        yield Finding(DEFAULT, NO_LOGS, warning=True)


def _backfills(
    item: PipelineObject, known: Mapping[str, PipelineObject], now: datetime
) -> Iterator[Finding]:
    if types.kind(item.type) not in types.RUNNABLE:
        return
    if (item.string("failureAndRerunMode") or "").lower() != "cascade":
        return
    schedule = known.get(item.ref("schedule") or "")
    start = periods.moment((schedule and schedule.string("startDateTime")) or "")
    if start is not None and start < now:
        text = (
            f"{item.id} has 'failureAndRerunMode' field set to 'cascade' and you are about to "
            f"create a backfill with scheduleStartTime {periods.shown(start)}. This can result in "
            "rapid creation of pipeline objects in case of failures."
        )
        yield Finding(item.id, text, warning=True)
