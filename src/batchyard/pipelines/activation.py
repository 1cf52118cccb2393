"""What forbids that a pipeline is activated, or given another definition.

Sources: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_ActivatePipeline.html,
API_PutPipelineDefinition.html beside it, and, for what is too long ago,
https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-object-schedule.html
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from batchyard.pipelines import edits, parameters, periods
from batchyard.pipelines.blueprint import blueprint
from batchyard.pipelines.findings import Findings
from batchyard.pipelines.pipeline import Pipeline, PipelineState, valued
from batchyard.pipelines.validation import LIMITS, validate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from batchyard.pipelines.limits import Limits
    from batchyard.pipelines.model import Definition, ParameterValue

LONG_AGO: Final = timedelta(days=1)
"""How far back a schedule may begin: "earlier than 1 day ago" blocks an activation."""

ENDS: Final = ("endDateTime", "occurrences")
"""Fields of a schedule that say when it is over."""

TOLD: Final = 10
"""How many errors a refusal tells of (ours); validating tells of all."""


def examined(
    pipeline: Pipeline, definition: Definition, now: datetime, allowed: Limits = LIMITS
) -> Findings:
    """Find what is wrong with a definition that a pipeline is to have.

    Args:
        pipeline: the pipeline; what it was activated with limits what may be edited.
        definition: the definition.
        now: the moment, UTC.
        allowed: the limits that hold.
    """
    found = validate(definition, now, allowed)
    if pipeline.active is None:
        return found
    return Findings((*found.found, *edits.forbidden(pipeline.active, definition)))


def unsaved(pipeline: Pipeline, definition: Definition) -> str | None:
    """Say why a pipeline takes no definition; None when it does.

    One that is FINISHED takes none, says PutPipelineDefinition; to activate it again "modify the
    end date", says ActivatePipeline. So it takes those that do this.
    """
    if pipeline.state is not PipelineState.FINISHED or pipeline.active is None:
        return None
    after = dict(_ends(definition))
    if any(after.get(name, end) != end for name, end in _ends(pipeline.active)):
        return None
    return (
        f"The pipeline {pipeline.id} is FINISHED: its definition cannot be changed, but for the "
        "end of its schedules (endDateTime, occurrences). Make another pipeline for other changes."
    )


def _ends(definition: Definition) -> Iterator[tuple[str, tuple[tuple[str, ...], ...]]]:
    for item in definition.pipeline_objects:
        yield item.id, tuple(item.strings(key) for key in ENDS)


def unactivated(
    pipeline: Pipeline,
    values: tuple[ParameterValue, ...],
    now: datetime,
    *,
    resumed: bool = False,
    allowed: Limits = LIMITS,
) -> str | None:
    """Say why a pipeline cannot be activated; None when it can.

    Args:
        pipeline: the pipeline.
        values: values of parameters that come with the activation.
        now: the moment, UTC.
        resumed: whether the activation says itself from when on intervals are run.
        allowed: the limits that hold.
    """
    if pipeline.state is PipelineState.DEACTIVATING:
        return f"The pipeline {pipeline.id} is DEACTIVATING: activate it once it is INACTIVE."
    if pipeline.latest is None or not pipeline.latest.pipeline_objects:
        return (
            f"The pipeline {pipeline.id} has no definition: call PutPipelineDefinition before it "
            "is activated."
        )
    definition = valued(pipeline.latest, values)
    found = examined(pipeline, definition, now, allowed)
    if found.errored:
        return _errors(found)
    unset = parameters.unset(definition)
    if unset:
        names = ", ".join(unset)
        return f"Parameters have no value: {names}. Give one with parameterValues, or a default."
    if pipeline.first_activated_at is not None or resumed:
        return None
    return _long_ago(definition, now)


def _errors(found: Findings) -> str:
    texts = [f"{name}: {text}" for name, errors in found.errors.items() for text in errors]
    more = f", and {len(texts) - TOLD} more" if len(texts) > TOLD else ""
    return (
        f"Pipeline definition has errors: [{', '.join(texts[:TOLD])}]{more}. Please call Validate "
        "to validate your pipeline"
    )


def _long_ago(definition: Definition, now: datetime) -> str | None:
    made = blueprint(definition, now)
    for name in sorted({component.schedule for component in made.components.values()}):
        schedule = made.schedules.get(name)
        if schedule is not None and schedule.start < now - LONG_AGO:
            return (
                f"The schedule {name!r} begins at {periods.shown(schedule.start)}, more than 1 day "
                "ago: activating the pipeline would create a backfill. Activate it with a "
                "startTimestamp to say from when it is to run, or change its startDateTime."
            )
    return None
