"""One run of a scheduled definition, now: every schedule cut down to the interval of a moment.

For whoever tries a definition out: what was scheduled for 2012, or goes on for ever, runs once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from batchyard.pipelines import periods
from batchyard.pipelines.blueprint import blueprint
from batchyard.pipelines.model import Field
from batchyard.pipelines.schedules import Interval, Schedule

if TYPE_CHECKING:
    from datetime import datetime

    from batchyard.pipelines.blueprint import Blueprint
    from batchyard.pipelines.model import Definition, PipelineObject

TIMES = frozenset({"startDateTime", "startAt", "endDateTime", "occurrences"})
"""Fields of a schedule that say when it begins and ends."""


def once(definition: Definition, moment: datetime) -> Definition:
    """Cut a definition's schedules down to one interval of the longest of them.

    Args:
        definition: a valid definition.
        moment: UTC. The interval that holds it is run, or the last one when the schedule was over
            by then; of timeseries style, which runs at an interval's end, the last that has ended.
            One that would begin later begins at this moment.

    Returns:
        The definition; one that runs on demand is left as it is.
    """
    plan = blueprint(definition, moment)
    used = {c.schedule for c in plan.components.values() if plan.schedules[c.schedule].period}
    if not used:
        return definition
    window = _window(plan, used, moment)
    cut = {name: _cut(plan.schedules[name], window) for name in used}
    objects = tuple(
        _scheduled(item, *cut[item.id]) if item.id in cut else item
        for item in definition.pipeline_objects
    )
    return replace(definition, pipeline_objects=objects)


def begins(definition: Definition, moment: datetime) -> datetime | None:
    """Tell when the earliest schedule of a definition begins; None of one on demand.

    Args:
        definition: a valid definition.
        moment: when it is activated.
    """
    plan = blueprint(definition, moment)
    return min((s.start for s in plan.schedules.values() if s.period is not None), default=None)


def _window(plan: Blueprint, used: set[str], moment: datetime) -> Interval:
    """Choose the interval of the longest schedule."""
    longest = max((plan.schedules[name] for name in sorted(used)), key=_length)
    ends = any(c.style == "timeseries" for c in plan.components.values())
    number = longest.number(moment) - ends
    last = _last(longest, number)
    found = longest.interval(max(0, last))
    assert found is not None and longest.period is not None  # noqa: S101, PT018 - it has a first
    start, length = found.start, found.end - found.start
    latest = moment - length if ends else moment
    return found if start <= latest else Interval(latest, latest + length)


def _last(schedule: Schedule, number: int) -> int:
    """Go back from an interval that a schedule does not have any more to its last."""
    if schedule.occurrences is not None:
        number = min(number, schedule.occurrences - 1)
    if schedule.end is not None:
        number = min(number, schedule.number(schedule.end - timedelta(seconds=1)))
    return number


def _length(schedule: Schedule) -> float:
    return 0 if schedule.period is None else schedule.period.seconds


def _cut(schedule: Schedule, window: Interval) -> tuple[datetime, int]:
    """Tell when a schedule begins in the window, and how many intervals it has in it."""
    assert schedule.period is not None  # noqa: S101 - those on demand are left alone
    open_ended = replace(schedule, end=None, occurrences=None)
    found = list(open_ended.starting(window.start, window.end))
    return (found[0].start, len(found)) if found else (window.start, 1)


def _scheduled(item: PipelineObject, start: datetime, count: int) -> PipelineObject:
    kept = tuple(field for field in item.fields if field.key not in TIMES)
    times = (Field("startDateTime", periods.shown(start)), Field("occurrences", str(count)))
    return replace(item, fields=(*kept, *times))
