"""A pipeline as a whole, and its components, as the service shows them.

Sources: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_DescribePipelines.html and
API_DescribeObjects.html beside it, with their examples; fields that these lack are named as in
answers that users published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from batchyard.pipelines import periods
from batchyard.pipelines.model import DEFAULT, Field, PipelineObject
from batchyard.pipelines.pipeline import PipelineState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.pipelines.blueprint import Blueprint
    from batchyard.pipelines.health import Health
    from batchyard.pipelines.pipeline import Pipeline
    from batchyard.pipelines.schedules import Schedule


class Timetable(NamedTuple):
    """When a pipeline runs, epoch milliseconds; what does not apply is None.

    Attributes:
        start: when its first interval begins.
        end: when its last one ends.
        period: how long an interval lasts, as AWS writes it.
        latest: when the interval began that was planned last.
        following: when the next one will.
    """

    start: int | None = None
    end: int | None = None
    period: str | None = None
    latest: int | None = None
    following: int | None = None


def timetable(pipeline: Pipeline, made: Blueprint, following: int | None) -> Timetable:
    """Tell when a pipeline runs: from the earliest of its schedules to the latest.

    Args:
        pipeline: the pipeline, which has been activated.
        made: what its instances are made from.
        following: when instances are made next, epoch milliseconds.
    """
    used = [c for c in made.components.values() if c.schedule in made.schedules]
    schedules = {c.schedule: made.schedules[c.schedule] for c in used}
    if not schedules:
        return Timetable(following=following)
    until = (pipeline.planned_until or 0) - 1
    begun = [s.interval(_number(s, until)) for s in schedules.values()]
    first = min(schedules.values(), key=lambda schedule: schedule.start)
    ends = [_end(schedule) for schedule in schedules.values()]
    return Timetable(
        periods.millis(first.start),
        None if None in ends else max(filter(None, ends)),
        None if first.period is None else f"{first.period.count} {first.period.unit}",
        max((periods.millis(i.start) for i in begun if i is not None), default=None),
        following,
    )


def _number(schedule: Schedule, until: int) -> int:
    """Tell which interval a schedule has begun last."""
    number = schedule.number(periods.at(until))
    last = _last(schedule)
    return number if last is None else min(number, last)


def _last(schedule: Schedule) -> int | None:
    """Give the number of a schedule's last interval; None when it has no end."""
    if schedule.occurrences is not None:
        return schedule.occurrences - 1
    if schedule.end is None or schedule.period is None:
        return None if schedule.period is not None else 0
    number = schedule.number(schedule.end)
    return number if schedule.interval(number) is not None else number - 1


def _end(schedule: Schedule) -> int | None:
    last = _last(schedule)
    interval = None if last is None else schedule.interval(last)
    return None if interval is None else periods.millis(interval.end)


def pipeline_fields(
    pipeline: Pipeline, runs: Timetable, health: Health | None = None
) -> list[Field]:
    """Give the fields of a pipeline."""
    pairs = {
        "@pipelineState": pipeline.state.value,
        "name": pipeline.name,
        "description": pipeline.description or None,
        "@creationTime": _moment(pipeline.created_at),
        "@id": pipeline.id,
        "@sphere": "PIPELINE",
        "@version": str(pipeline.version) if pipeline.version else None,
        "@userId": pipeline.account,
        "@accountId": pipeline.account,
        "pipelineCreator": pipeline.user or pipeline.account,
        "uniqueId": pipeline.unique_id,
        "@firstActivationTime": _moment(pipeline.first_activated_at),
        "@lastActivationTime": _moment(pipeline.activated_at),
        "@lastDeactivatedTime": _moment(pipeline.deactivated_at),
        "@finishedTime": _finished(pipeline),
        "@scheduledStartTime": _moment(runs.start),
        "@scheduledEndTime": _moment(runs.end),
        "@scheduledPeriod": runs.period,
        "@latestRunTime": _moment(runs.latest),
        "@nextRunTime": _moment(runs.following),
        **_healthy(health),
        "*tags": _tags(pipeline) if pipeline.tags else None,
    }
    return [Field(key, value) for key, value in pairs.items() if value is not None]


def component_object(
    item: PipelineObject, pipeline: Pipeline, health: Health | None = None
) -> PipelineObject:
    """Show a component: its own fields as they were written, its parent, and how it stands.

    Args:
        item: the object of the definition.
        pipeline: its pipeline.
        health: how the last of its instances went that ended.
    """
    own = item.id == DEFAULT or item.refs("parent")
    parent = () if own else (Field("parent", ref_value=DEFAULT),)
    status = "PAUSED" if item.id in pipeline.paused else pipeline.state.value
    told = {key: value for key, value in _healthy(health).items() if value is not None}
    return PipelineObject(
        item.id,
        item.name,
        (
            *item.fields,
            *parent,
            Field("@sphere", "COMPONENT"),
            Field("@status", status),
            Field("@version", str(pipeline.version)),
            Field("@pipelineId", pipeline.id),
            *(Field(key, value) for key, value in told.items()),
            *_latest(health),
        ),
    )


def _latest(health: Health | None) -> Iterator[Field]:
    if health is not None:
        yield Field("@healthStatusFromInstanceId", health.instance)


def _healthy(health: Health | None) -> dict[str, str | None]:
    if health is None:
        return {}
    return {
        "@healthStatus": "HEALTHY" if health.healthy else "ERROR",
        "@healthStatusUpdatedTime": _moment(health.at),
    }


def _finished(pipeline: Pipeline) -> str | None:
    return _moment(pipeline.ended_at) if pipeline.state is PipelineState.FINISHED else None


def _tags(pipeline: Pipeline) -> str:
    pairs = [{"key": key, "value": value} for key, value in pipeline.tags.items()]
    return msgspec.json.encode(pairs).decode()


def _moment(millis: int | None) -> str | None:
    return None if millis is None else periods.shown(periods.at(millis - millis % 1000))
