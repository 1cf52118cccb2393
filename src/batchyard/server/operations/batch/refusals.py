"""What any Batch resource may be refused for: its name, its tags, members not served here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batchyard.batch import ids
from batchyard.batch.resources import WORKER_GROUP
from batchyard.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from batchyard.batch.ids import Place
    from batchyard.batch.resources import JobQueue, QuotaShare
    from batchyard.server.operations import Context
    from batchyard.server.operations.batch.echoes import Wire

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
"""Names of environments, queues, definitions and jobs.

Source: jobName of SubmitJob in botocore's model; the other names have the same letters and length.
"""

SHARE = re.compile(r"[A-Za-z0-9_-]{1,255}\*?")
"""Share identifiers (shareIdentifier in botocore's model)."""

TAG_PREFIX = "aws:"
"""https://docs.aws.amazon.com/batch/latest/userguide/using-tags.html#tag-restrictions"""


def refused(message: str) -> Fault:
    """Form the one error Batch answers to a request it does not accept.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/CommonErrors.html and the
    ``errors`` of every operation in botocore's model.
    """
    return Fault("ClientException", message)


def taken() -> Fault:
    """Say that a new resource's name is taken: in AWS's words alone, since clients compare them.

    Source: a training queue of AWS's own samples, which goes by this text
    (https://github.com/aws/amazon-sagemaker-examples, ``Object already exists``).
    """
    return refused("Object already exists")


def missing(place: Place, kind: str, reference: str) -> Fault:
    """Say that a resource does not exist: by its ARN, and in the words that clients look for.

    Source: what Terraform's AWS provider takes as gone (internal/service/batch, job_queue.go).
    """
    arn = reference if reference.startswith("arn:") else ids.arn(place, kind, reference)
    return refused(f"{arn} does not exist")


def queue_of(context: Context, reference: str) -> JobQueue:
    """Find a job queue by name or ARN.

    Raises:
        Fault: there is no such queue.
    """
    queue = context.engine.shelf(context.place).queue(reference)
    if queue is None:
        raise missing(context.place, ids.QUEUE, reference)
    return queue


def check_disabled(what: str, arn: str, state: str) -> None:
    """Check that a resource may be deleted, as far as its own state goes.

    Raises:
        Fault: it is ENABLED.
    """
    if state == "ENABLED":
        raise refused(f"Cannot delete, {what} {arn} is ENABLED: set state to DISABLED")


def check_kept(what: str, resource: JobQueue | QuotaShare) -> None:
    """Check that a resource that is to be changed is not on its way out.

    Raises:
        Fault: it is being deleted; the words are AWS's:
            https://github.com/astronomer/astronomer-providers/issues/413 (of a deletion)
    """
    if resource.deleting:
        raise refused(
            f"Cannot update, resource is being modified: {what} {resource.arn} is DELETING, and "
            "gone when its jobs have been told to end"
        )


def check_unused(queues: Iterable[JobQueue]) -> None:
    """Check that no queue uses an environment that is to be deleted.

    Raises:
        Fault: some do: with AWS's words, that Terraform waits for.
    """
    if names := sorted(queue.name for queue in queues):
        raise refused(f"Cannot delete, found existing JobQueue relationship: {names}")


def check_name(field: str, name: str) -> None:
    """Check the name of a new resource.

    Args:
        field: the request's member that holds the name.
        name: what it holds.

    Raises:
        Fault: it is too long, or has other letters than Batch allows.
    """
    if not NAME.fullmatch(name):
        raise refused(
            f"{field} {name!r} is not valid: up to 128 letters, numbers, hyphens and underscores, "
            "beginning with a letter or number"
        )


def check_tags(tags: Mapping[str, str] | None) -> None:
    """Check a resource's tags beyond their number and lengths, which the model limits.

    Raises:
        Fault: one takes a name that AWS keeps for itself, or names a worker group that nobody
            can poll.
    """
    if (tags or {}).get(WORKER_GROUP) == "":
        raise refused(
            f"tags: {WORKER_GROUP} is empty: name the worker group that task runners poll"
        )
    for key in tags or ():
        if key.lower().startswith(TAG_PREFIX):
            raise refused(f"tags: key {key!r} must not begin with {TAG_PREFIX}, which AWS reserves")


def given(value: object) -> bool:
    """Tell whether a member says anything; clients send empty lists, maps and strings at will."""
    return value is not None and value not in ("", [], {})


def check_served(request: Wire, unserved: Mapping[str, str]) -> None:
    """Refuse members that this yard does not serve, rather than keep and ignore them.

    Members that the installed botocore does not know yet cannot have been given.

    Args:
        request: the decoded request, or a struct inside it.
        unserved: what AWS calls each such member, by its attribute's name.

    Raises:
        Fault: one of them was given.
    """
    for attribute, member in unserved.items():
        value = getattr(request, attribute, None)
        if given(value):
            shown = f" {value!r}" if isinstance(value, str) else ""
            raise refused(f"{member}{shown} is not served by this yard: leave it out")


def check_share(field: str, share: str) -> None:
    """Check a share identifier, or a prefix of some with its asterisk.

    AWS's text says alphanumeric, and its own examples have hyphens (``team-a``): see
    https://docs.aws.amazon.com/batch/latest/userguide/track-capacity-utilization-service-jobs.html

    Raises:
        Fault: it is too long, or has other letters.
    """
    if not SHARE.fullmatch(share):
        raise refused(
            f"{field} {share!r} is not valid: up to 255 letters, numbers, hyphens and "
            "underscores, and perhaps an asterisk at the end"
        )


def check_size(what: str, document: bytes, largest: int) -> None:
    """Check how large something is that a client sent.

    Args:
        what: AWS's word for it.
        document: the request, in the service's JSON.
        largest: how many KiB it must stay below.

    Raises:
        Fault: it does not; in AWS's words, that miniwdl looks for:
            https://github.com/ASFHyP3/hyp3/issues/3041 (of a job)

    Source: https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
    """
    if len(document) >= largest * 1024:
        size = len(document) // 1024
        raise refused(f"{what} size must be less than {largest} KiB, got {size} KiB")


def check_one_of(field: str, value: str | None, allowed: Collection[str]) -> None:
    """Check a text that the model's words list the values of.

    Raises:
        Fault: it is none of them, or missing.
    """
    if value is None:
        raise refused(f"{field} is missing: give one of {', '.join(allowed)}")
    if value not in allowed:
        raise refused(f"{field} {value!r} is not valid: it must be one of {', '.join(allowed)}")


def check_range(field: str, value: float | None, low: float, high: float | None = None) -> None:
    """Check that a number, if given, lies between two bounds, both included.

    Raises:
        Fault: it does not.
    """
    if value is None:
        return
    if value < low or (high is not None and value > high):
        bounds = f"at least {low}" if high is None else f"between {low} and {high}"
        raise refused(f"{field} {value} is not valid: it must be {bounds}")
