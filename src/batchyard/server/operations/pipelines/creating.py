"""CreatePipeline and DeletePipeline, AddTags and RemoveTags.

Source: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_CreatePipeline.html,
API_DeletePipeline.html, API_AddTags.html and API_RemoveTags.html beside it
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.pipelines import quotas
from batchyard.pipelines.ids import pipeline_id
from batchyard.pipelines.pipeline import Pipeline, Tagged
from batchyard.server.operations.pipelines.finding import found, invalid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batchyard.server.operations import Context
    from batchyard.server.operations.pipelines.finding import Wire

MOST_TAGS = 10
"""How many tags a pipeline can have (tagList in botocore's model)."""


def create_pipeline(context: Context, request: Wire) -> Wire:
    """Make a pipeline, without a definition.

    The same name and uniqueId from the same access key give the pipeline that is there already.

    Raises:
        Fault: InvalidRequestException; a tag's key comes twice, or AWS's quotas hold (`serve
            --aws-quotas`) and there are as many pipelines as may be.
    """
    known = next(
        (
            pipeline.id
            for pipeline in context.engine.pipelines.of(context.place)
            if (pipeline.name, pipeline.unique_id, pipeline.user)
            == (request.name, request.unique_id, context.user)
        ),
        None,
    )
    return context.types.CreatePipelineOutput(pipeline_id=known or _create(context, request))


def _create(context: Context, request: Wire) -> str:
    count = len(context.engine.pipelines.of(context.place))
    if context.engine.settings.aws_quotas and count >= quotas.PIPELINES:
        raise invalid(f"An account can have {count} pipelines: delete one before you make another")
    new = Pipeline(
        id=pipeline_id(context.engine.new_id()),
        account=context.place.account,
        region=context.place.region,
        name=request.name,
        unique_id=request.unique_id,
        user=context.user,
        created_at=context.engine.now(),
        description=request.description or "",
        tags=_tags({}, request.tags or ()),
    )
    context.engine.pipelines.create(new)
    return new.id


def delete_pipeline(context: Context, request: Wire) -> None:
    """Delete a pipeline with its definition and its instances; what runs is told to stop.

    One that is deleted already is fine: the model has no PipelineDeletedException for this.

    Raises:
        Fault: PipelineNotFoundException; it never was.
    """
    pipeline = context.engine.pipelines.find(context.place, request.pipeline_id)
    if pipeline is None or pipeline.deleted_at is None:
        context.engine.pipelines.delete(found(context, request.pipeline_id).id)


def add_tags(context: Context, request: Wire) -> Wire:
    """Add tags to a pipeline; one whose key it has already gets the new value.

    Raises:
        Fault: InvalidRequestException; there would be too many, or a key comes twice.
    """
    pipeline = found(context, request.pipeline_id)
    _tag(context, pipeline, _tags(pipeline.tags, request.tags))
    return context.types.AddTagsOutput()


def remove_tags(context: Context, request: Wire) -> Wire:
    """Remove tags from a pipeline; keys that it does not have are fine."""
    pipeline = found(context, request.pipeline_id)
    gone = set(request.tag_keys)
    _tag(context, pipeline, {k: v for k, v in pipeline.tags.items() if k not in gone})
    return context.types.RemoveTagsOutput()


def _tag(context: Context, pipeline: Pipeline, tags: dict[str, str]) -> None:
    if tags != pipeline.tags:
        context.engine.pipelines.change(pipeline.id, Tagged(tags))


def _tags(before: dict[str, str], added: Iterable[Wire]) -> dict[str, str]:
    new: dict[str, str] = {}
    for tag in added:
        if tag.key in new:
            raise invalid(f"The tag key {tag.key!r} comes more than once")
        new[tag.key] = tag.value
    tags = before | new
    if len(tags) > MOST_TAGS:
        raise invalid(f"A pipeline can have {MOST_TAGS} tags, and this would have {len(tags)}")
    return tags
