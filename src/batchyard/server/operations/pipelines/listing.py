"""ListPipelines and DescribePipelines.

Source: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_ListPipelines.html and
API_DescribePipelines.html beside it
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.pipelines.describing import Timetable, pipeline_fields, timetable
from batchyard.pipelines.health import overall
from batchyard.server.operations.pipelines.finding import found, invalid

if TYPE_CHECKING:
    from batchyard.pipelines.pipeline import Pipeline
    from batchyard.server.operations import Context
    from batchyard.server.operations.pipelines.finding import Wire

PAGE = 100
"""Pipelines on one page (ours: AWS says nothing, and lets an account have 100 of them)."""

MOST_IDS = 100
"""Ids of one request. AWS's pages say 25, but the AWS CLI sends 100 to DescribeObjects."""


def list_pipelines(context: Context, request: Wire) -> Wire:
    """List pipelines that are not deleted, in the order they were made.

    Raises:
        Fault: InvalidRequestException; the marker is none that a page gave.
    """
    pipelines = sorted(context.engine.pipelines.of(context.place), key=_place)
    if request.marker:
        last = context.engine.pipelines.find(context.place, request.marker)
        if last is None:
            raise bad_marker(request.marker)
        pipelines = [each for each in pipelines if _place(each) > _place(last)]
    types, page = context.types, pipelines[:PAGE]
    more = len(pipelines) > PAGE
    return types.ListPipelinesOutput(
        pipeline_id_list=[types.PipelineIdName(id=each.id, name=each.name) for each in page],
        marker=page[-1].id if more else None,
        has_more_results=more,
    )


def _place(pipeline: Pipeline) -> tuple[int, str]:
    return pipeline.created_at, pipeline.id


def bad_marker(marker: str) -> Exception:
    """Say that a marker was not given by the list that it came back to."""
    return invalid(
        f"The marker {marker[:100]!r} was not given by this list: ask without one to begin anew"
    )


def describe_pipelines(context: Context, request: Wire) -> Wire:
    """Describe pipelines, in the order they are asked for.

    Raises:
        Fault: PipelineNotFoundException, PipelineDeletedException; of the first that is not there.
            InvalidRequestException; there are too many ids.
    """
    ids = request.pipeline_ids
    check_count("pipelineIds", ids)
    shown = [_shown(context, found(context, each)) for each in dict.fromkeys(ids)]
    return context.types.DescribePipelinesOutput(pipeline_description_list=shown)


def check_count(member: str, ids: list[str]) -> None:
    """Refuse a list of ids that is too long.

    Raises:
        Fault: InvalidRequestException.
    """
    if len(ids) > MOST_IDS:
        message = f"{member} can hold {MOST_IDS} ids, and holds {len(ids)}: ask in several goes"
        raise invalid(message)


def _shown(context: Context, pipeline: Pipeline) -> Wire:
    types = context.types
    health = overall(context.engine.pipelines.health(pipeline.id).values())
    fields = [
        types.Field(key=field.key, string_value=field.string_value)
        for field in pipeline_fields(pipeline, _runs(context, pipeline), health)
    ]
    return types.PipelineDescription(
        pipeline_id=pipeline.id,
        name=pipeline.name,
        fields=fields,
        description=pipeline.description or None,
        tags=[types.Tag(key=key, value=value) for key, value in pipeline.tags.items()],
    )


def _runs(context: Context, pipeline: Pipeline) -> Timetable:
    engine = context.engine.pipelines
    made = engine.blueprint(pipeline.id)
    if made is None:
        return Timetable()
    return timetable(pipeline, made, engine.next_run(pipeline.id))
