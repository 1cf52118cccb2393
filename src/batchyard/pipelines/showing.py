"""Components, instances and attempts as the service shows them: objects with runtime fields.

DescribeObjects shows all three, QueryObjects selects among them, and PollForTask hands out an
attempt with every expression worked out, together with the objects it refers to.

Sources: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_DescribeObjects.html and
API_PollForTask.html beside it
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from batchyard.pipelines import periods
from batchyard.pipelines.expressions.evaluation import plain
from batchyard.pipelines.expressions.scopes import ObjectScope, rendered
from batchyard.pipelines.instances import component_of
from batchyard.pipelines.model import Field, PipelineObject
from batchyard.pipelines.states import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from batchyard.pipelines.instances import Attempt, Instance
    from batchyard.pipelines.pipeline import Pipeline


SECOND: Final = 1_000


def instance_object(
    instance: Instance, component: PipelineObject, pipeline: Pipeline
) -> PipelineObject:
    """Show an instance.

    Args:
        instance: the instance.
        component: its component, with what that inherits.
        pipeline: the pipeline.
    """
    own = (field for field in component.fields if field.key != "parent")
    shown = _in_instances(own, instance)
    return PipelineObject(
        instance.id,
        component.name,
        (*shown, *_runtime(instance, pipeline), Field("@sphere", "INSTANCE")),
    )


def attempt_object(
    attempt: Attempt, instance: Instance, component: PipelineObject, pipeline: Pipeline
) -> PipelineObject:
    """Show an attempt: its instance's fields, and how it went itself."""
    shown = instance_object(instance, component, pipeline)
    over = {"@status", "@sphere", "@actualStartTime", "@actualEndTime"}
    kept = (field for field in shown.fields if field.key not in over)
    return PipelineObject(
        attempt.id,
        component.name,
        (
            *kept,
            Field("@sphere", "ATTEMPT"),
            Field("@status", attempt.status.value),
            Field("@instanceParent", ref_value=instance.id),
            *_times(attempt.offered_at, attempt.ended_at),
            *_failure(attempt),
            *_runner(attempt),
        ),
    )


def _in_instances(fields: Iterator[Field], instance: Instance) -> Iterator[Field]:
    """Let references to components refer to their instances that this one is about."""
    others = (*instance.needs, *instance.consumers, *filter(None, (instance.resource,)))
    for field in fields:
        ref = field.ref_value
        found = [
            name for name in others if component_of(name) in {ref, f"{ref}_{instance.component}"}
        ]
        if not found:
            yield field
        for name in found:
            yield Field(field.key, ref_value=name)


def _runtime(instance: Instance, pipeline: Pipeline) -> Iterator[Field]:
    yield Field("parent", ref_value=instance.component)
    yield Field("@pipelineId", pipeline.id)
    yield Field("@version", str(pipeline.version))
    yield Field("@componentParent", ref_value=instance.component)
    yield Field("@status", instance.status.value)
    yield Field("@scheduledStartTime", _moment(instance.start))
    yield Field("@scheduledEndTime", _moment(instance.end))
    yield from _times(instance.arrived_at, instance.ended_at)
    if instance.begun:
        yield Field("@activeInstances", ref_value=instance.id)
    if instance.status is Status.WAITING_ON_DEPENDENCIES:
        yield from (Field("@waitingOn", ref_value=name) for name in sorted(instance.waits_for))
    if instance.cascade_failed_on is not None:
        yield Field("@cascadeFailedOn", ref_value=instance.cascade_failed_on)
    if instance.cancellation_reason is not None:
        yield Field("cancellationReason", instance.cancellation_reason)
    if instance.node is not None:
        yield Field("node", ref_value=instance.node)
    if instance.attempts:
        yield from _failure(instance.attempts[-1])


def _times(started: int | None, ended: int | None) -> Iterator[Field]:
    if started is not None:
        yield Field("@actualStartTime", _moment(started))
    if ended is not None:
        yield Field("@actualEndTime", _moment(ended))


def _failure(attempt: Attempt) -> Iterator[Field]:
    if attempt.failure is not None:
        told = attempt.failure
        pairs = (
            ("errorId", told.error_id),
            ("errorMessage", told.error_message),
            ("errorStackTrace", told.error_stack_trace),
        )
        yield from (Field(key, text) for key, text in pairs if text)


def _runner(attempt: Attempt) -> Iterator[Field]:
    """Show what its runner said of itself: AWS's field, and for the instance identity our own."""
    pairs = (
        ("hostname", attempt.hostname),
        ("instanceIdentityDocument", attempt.document),
        ("instanceIdentitySignature", attempt.signature),
    )
    yield from (Field(key, text) for key, text in pairs if text)


def _moment(millis: int) -> str:
    return _second(millis // SECOND)


@lru_cache(maxsize=1024)  # many instances begin and end with the same second
def _second(seconds: int) -> str:
    return periods.shown(periods.at(seconds * SECOND))


def task_objects(
    attempt: PipelineObject,
    find: Callable[[str], PipelineObject | None],
    parameters: Mapping[str, tuple[str, ...]],
) -> tuple[dict[str, PipelineObject], dict[str, str]]:
    """Work out what a task runner is given: the attempt, and all that it refers to.

    Args:
        attempt: the attempt, as shown.
        find: gives any component or instance, as shown, by its id.
        parameters: the parameters' values.

    Returns:
        The objects by id, without expressions; and what is wrong with those that cannot be worked
        out, by field: such an attempt fails before anybody runs it.
    """
    found: dict[str, PipelineObject] = {}
    wrong: dict[str, str] = {}
    ahead = [attempt]
    while ahead:
        item = ahead.pop()
        if item.id in found:
            continue
        if _is_plain(item):
            found[item.id] = item
        else:
            done, ill = rendered(item, ObjectScope(item, find, parameters))
            found[item.id] = worked_out(item, done)
            wrong |= {f"{item.id}.{key}": text for key, text in ill.items()}
        refs = (f.ref_value for f in item.fields if f.ref_value and f.key not in _APART)
        ahead += [other for other in map(find, refs) if other is not None]
    return found, wrong


def _is_plain(item: PipelineObject) -> bool:
    """Tell whether nothing in an object is to be worked out."""
    return all(field.string_value is None or plain(field.string_value) for field in item.fields)


_APART: Final = frozenset(
    {
        *("parent", "schedule", "@componentParent", "@instanceParent", "@activeInstances"),
        *("@waitingOn", "@cascadeFailedOn"),
        *("dependsOn", "onFail", "onSuccess", "onLateAction", "precondition", "runsOn"),
    }
)
"""References that do not belong to the task: to what comes before and after, and beside it."""


def worked_out(
    item: PipelineObject, done: Mapping[str, tuple[str, ...]], keeping: Collection[str] = ()
) -> PipelineObject:
    """Put values in the places of expressions.

    Args:
        item: the object.
        done: the values of its string fields, by field.
        keeping: fields that stay as they are written.
    """
    fields: list[Field] = []
    seen: set[str] = set()
    for field in item.fields:
        if field.string_value is None or field.key in keeping:
            fields.append(field)
        elif field.key not in seen:
            seen.add(field.key)
            fields += [Field(field.key, value) for value in done.get(field.key, ())]
    return PipelineObject(item.id, item.name, tuple(fields))
