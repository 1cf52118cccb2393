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
    longest = max((plan.schedules[name] for name in sorted(used)), key=_length)
    window = _window(longest, moment, ends=_at_ends(plan))
    cut = {name: _cut(plan.schedules[name], longest, window) for name in used}
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


def _at_ends(plan: Blueprint) -> bool:
    """Tell whether anything runs at the end of its interval."""
    return any(component.style == "timeseries" for component in plan.components.values())


def _window(longest: Schedule, moment: datetime, *, ends: bool) -> Interval:
    """Choose the interval of the longest schedule."""
    number = longest.number(moment) - ends
    last = _last(longest, number)
    found = longest.interval(max(0, last))
    assert found is not None and longest.period is not None  # noqa: S101, PT018 - it has a first
    latest = longest.period.after(moment, -1) if ends else moment
    return found if found.start <= latest else Interval(latest, longest.period.after(latest))


def _last(schedule: Schedule, number: int) -> int:
    """Go back from an interval that a schedule does not have any more to its last."""
    if schedule.occurrences is not None:
        number = min(number, schedule.occurrences - 1)
    if schedule.end is not None:
        number = min(number, schedule.number(schedule.end - timedelta(seconds=1)))
    return number


def _length(schedule: Schedule) -> float:
    return 0 if schedule.period is None else schedule.period.seconds


def _cut(schedule: Schedule, longest: Schedule, window: Interval) -> tuple[datetime, int]:
    """Tell when a schedule begins in the window, and how many intervals it has in it."""
    if schedule == longest:
        return window.start, 1
    within = replace(schedule, end=None, occurrences=None).starting(window.start, window.end)
    found = [interval for interval in within if interval.end <= window.end]
    return (found[0].start, len(found)) if found else (window.start, 1)


def _scheduled(item: PipelineObject, start: datetime, count: int) -> PipelineObject:
    kept = tuple(field for field in item.fields if field.key not in TIMES)
    times = (Field("startDateTime", periods.shown(start)), Field("occurrences", str(count)))
    return replace(item, fields=(*kept, *times))
