"""ActivatePipeline, DeactivatePipeline and SetStatus.

Source: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_ActivatePipeline.html,
API_DeactivatePipeline.html and API_SetStatus.html beside it
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.pipelines import activation, periods
from batchyard.pipelines.pipeline import PipelineState
from batchyard.server.operations.pipelines.definitions import values
from batchyard.server.operations.pipelines.finding import ATTEMPT, found, invalid, objects_of

if TYPE_CHECKING:
    from batchyard.pipelines.pipeline import Pipeline
    from batchyard.server.operations import Context
    from batchyard.server.operations.pipelines.finding import Wire

OF_COMPONENTS = ("PAUSE", "RESUME")
OF_INSTANCES = ("TRY_CANCEL", "RERUN", "MARK_FINISHED")
_STOPPABLE = frozenset({PipelineState.SCHEDULED, PipelineState.DEACTIVATING})


def activate_pipeline(context: Context, request: Wire) -> Wire:
    """Activate a pipeline with the definition that was put last.

    Raises:
        Fault: InvalidRequestException; the definition is in error, a parameter has no value, or a
            schedule begins so long ago that the pipeline would do much by accident.
    """
    pipeline, given = found(context, request.pipeline_id), values(request.parameter_values)
    start = _millis(request.start_timestamp)
    now = periods.at(context.engine.now())
    refusal = activation.unactivated(pipeline, given, now, resumed=start is not None)
    if refusal is not None:
        raise invalid(refusal)
    context.engine.pipelines.activate(pipeline.id, given, start)
    return context.types.ActivatePipelineOutput()


def _millis(seconds: float | None) -> int | None:
    """Turn a timestamp into milliseconds.

    Raises:
        Fault: InvalidRequestException; no calendar has such a moment.
    """
    if seconds is None:
        return None
    try:
        moment = round(seconds * 1000)
        periods.at(moment)
    except (OverflowError, ValueError):
        message = f"startTimestamp {seconds} is no moment between the years 1 and 9999"
        raise invalid(message) from None
    return moment


def deactivate_pipeline(context: Context, request: Wire) -> Wire:
    """Stop a pipeline: by default what runs is canceled, else it is waited for.

    Raises:
        Fault: InvalidRequestException; it does not run.
    """
    pipeline = found(context, request.pipeline_id)
    if pipeline.state not in _STOPPABLE:
        message = f"The pipeline {pipeline.id} does not run: it is {pipeline.state}"
        raise invalid(message)
    cancel = True if request.cancel_active is None else request.cancel_active
    context.engine.pipelines.deactivate(pipeline.id, cancel=cancel)
    return context.types.DeactivatePipelineOutput()


def set_status(context: Context, request: Wire) -> None:
    """Pause or resume components; cancel instances, run them again, or say that they are done.

    Raises:
        Fault: InvalidRequestException; the pipeline is FINISHED, a status or an object is not
            known, they do not go together, or an instance that is not over is to be run again.
    """
    pipeline, status = found(context, request.pipeline_id), request.status.upper()
    if pipeline.state is PipelineState.FINISHED:
        raise invalid(f"The pipeline {pipeline.id} is FINISHED: no status of it can be set")
    ids = list(dict.fromkeys(request.object_ids))
    if status in OF_COMPONENTS:
        _check_components(context, pipeline, ids, status)
    elif status in OF_INSTANCES:
        _check_instances(context, pipeline, ids, status)
    else:
        known = ", ".join((*OF_COMPONENTS, *OF_INSTANCES))
        raise invalid(f"The status {request.status[:100]!r} cannot be set; these can: {known}")
    _set(context, pipeline.id, ids, status)


def _set(context: Context, pipeline_id: str, ids: list[str], status: str) -> None:
    engine = context.engine.pipelines
    match status:
        case "PAUSE":
            for name in ids:
                engine.pause(pipeline_id, name)
        case "RESUME":
            for name in ids:
                engine.resume(pipeline_id, name)
        case "TRY_CANCEL":
            engine.cancel(pipeline_id, ids)
        case "RERUN":
            engine.rerun(pipeline_id, ids)
        case "MARK_FINISHED":
            engine.finish(pipeline_id, ids)


def _check_components(context: Context, pipeline: Pipeline, ids: list[str], status: str) -> None:
    objects = objects_of(context, pipeline)
    for name in ids:
        if name.startswith("@"):
            raise invalid(f"{status} is for components, and {name[:200]!r} is none")
        if objects.component(name) is None:
            raise invalid(f"The pipeline {pipeline.id} has no component {name[:200]!r}")


STOPPING = frozenset({PipelineState.DEACTIVATING, PipelineState.INACTIVE})
"""In which nothing is run again (ours): an activation runs again what was canceled."""


def _check_instances(context: Context, pipeline: Pipeline, ids: list[str], status: str) -> None:
    if status == "RERUN" and pipeline.state in STOPPING:
        raise invalid(f"The pipeline {pipeline.id} is {pipeline.state}: activate it to run it")
    for name in ids:
        if not name.startswith("@") or ATTEMPT in name:
            raise invalid(f"{status} is for instances, and {name[:200]!r} is none")
        instance = context.engine.pipelines.instance(pipeline.id, name)
        if instance is None:
            raise invalid(f"The pipeline {pipeline.id} has no instance {name[:200]!r}")
        if status == "RERUN" and not instance.ended:
            raise invalid(f"{name[:200]!r} is {instance.status}: only what is over is run again")
