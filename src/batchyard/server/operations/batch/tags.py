"""Tags of Batch resources: list, add, remove. Jobs have them too, also once they have ended.

Source: https://docs.aws.amazon.com/batch/latest/userguide/using-tags.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from msgspec.structs import replace

from batchyard.batch import ids, reasons
from batchyard.batch.model import Job
from batchyard.batch.resources import WORKER_GROUP, ComputeEnvironment
from batchyard.server.operations.batch.echoes import amended, members_of
from batchyard.server.operations.batch.refusals import check_tags, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchyard.batch.ids import Place
    from batchyard.batch.resources import Resource
    from batchyard.server.operations import Context
    from batchyard.server.operations.batch.echoes import Wire

KINDS = (
    ids.JOB,
    ids.SERVICE_JOB,
    ids.QUEUE,
    ids.QUOTA_SHARE,
    ids.ENVIRONMENT,
    ids.SERVICE_ENVIRONMENT,
    ids.DEFINITION,
    ids.POLICY,
    ids.CONSUMABLE,
)
JOBS = frozenset({ids.JOB, ids.SERVICE_JOB})


def list_tags_for_resource(context: Context, request: Wire) -> Wire:
    """List the tags of a resource.

    Raises:
        Fault: the ARN names nothing here, or a child of an array.
    """
    found = _found(context, request.resource_arn)
    return context.types.ListTagsForResourceResponse(tags=_tags(found))


def tag_resource(context: Context, request: Wire) -> Wire:
    """Add tags to a resource; those of other names stay.

    Raises:
        Fault: the ARN names nothing here, or a child of an array; a name is AWS's own; there
            would be more than 50.
    """
    found = _found(context, request.resource_arn)
    check_tags(request.tags)
    tags = {**_tags(found), **request.tags}
    if len(tags) > reasons.MOST_TAGS:
        raise refused(
            f"tags: {request.resource_arn} would have {len(tags)}, at most {reasons.MOST_TAGS} "
            "are allowed"
        )
    _put(context, found, tags)
    return context.types.TagResourceResponse()


def untag_resource(context: Context, request: Wire) -> Wire:
    """Remove tags of a resource by their names; those that it has not are passed over.

    Raises:
        Fault: the ARN names nothing here, or a child of an array.
    """
    found = _found(context, request.resource_arn)
    gone = set(request.tag_keys)
    _put(context, found, {key: value for key, value in _tags(found).items() if key not in gone})
    return context.types.UntagResourceResponse()


def _found(context: Context, arn: str) -> Job | Resource:
    """Find what an ARN of this place names."""
    kind = _kind(context.place, arn)
    if kind is None:
        raise refused(
            f"resourceArn {arn!r} is not valid: give the ARN of a resource in "
            f"{context.place.region}: {', '.join(KINDS)}"
        )
    found = _job(context, arn) if kind in JOBS else _resource(context, kind, arn)
    if found is None:
        raise refused(f"{arn} does not exist")
    return found


def _kind(place: Place, arn: str) -> str | None:
    """Tell what kind of resource an ARN is of; None if it is none of this place."""
    if arn.startswith(ids.arn(place, ids.QUEUE, "")) and f"/{ids.QUOTA_SHARE}/" in arn:
        return ids.QUOTA_SHARE
    return next((kind for kind in KINDS if arn.startswith(ids.arn(place, kind, ""))), None)


def _job(context: Context, arn: str) -> Job | None:
    job_id = arn.rpartition("/")[2]
    if ids.parent_id(job_id) is not None:
        raise refused(f"Job {job_id} is the child of an array: tag the array")
    job = context.engine.job(job_id)
    return job if job and job.arn == arn else None


def _resource(context: Context, kind: str, arn: str) -> Resource | None:
    shelf = context.engine.shelf(context.place)
    finders: dict[str, Callable[[str], Resource | None]] = {
        ids.QUEUE: shelf.queue,
        ids.QUOTA_SHARE: shelf.quota_shares.get,
        ids.ENVIRONMENT: shelf.environment,
        ids.SERVICE_ENVIRONMENT: shelf.service_environment,
        ids.DEFINITION: shelf.definition,
        ids.POLICY: shelf.policies.get,
        ids.CONSUMABLE: shelf.consumable,
    }
    found = finders[kind](arn)
    return found if found and found.arn == arn else None  # not the latest of a name


def _tags(found: Job | Resource) -> dict[str, str]:
    if isinstance(found, Job) and found.tags is not None:
        return found.tags
    shown = found.spec.detail if isinstance(found, Job) else found.detail
    return cast("dict[str, str]", members_of(shown).get("tags") or {})


def _put(context: Context, found: Job | Resource, tags: Mapping[str, str]) -> None:
    if isinstance(found, Job):
        context.engine.tag(found, dict(tags))
        return
    tagged = replace(found, detail=amended(found.detail, tags=tags))
    if isinstance(tagged, ComputeEnvironment):
        tagged = replace(tagged, worker_group=tags.get(WORKER_GROUP))
    context.engine.put(context.place, tagged)
