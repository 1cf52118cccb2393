"""Ids and ARNs of AWS Batch.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbatch.html
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

JOB = "job"
QUEUE = "job-queue"
ENVIRONMENT = "compute-environment"
DEFINITION = "job-definition"
POLICY = "scheduling-policy"
CONSUMABLE = "consumable-resource"
SERVICE_ENVIRONMENT = "service-environment"
SERVICE_JOB = "service-job"
QUOTA_SHARE = "quota-share"


class Place(NamedTuple):
    """An account in a region: everything a yard keeps belongs to one."""

    account: str
    region: str


@lru_cache(maxsize=256)
def partition(region: str) -> str:
    """Name the AWS partition a region lies in."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


@lru_cache(maxsize=1024)
def _prefix(account: str, region: str, kind: str) -> str:
    return f"arn:{partition(region)}:batch:{region}:{account}:{kind}/"


def arn(place: Place, kind: str, name: str) -> str:
    """Form the ARN of a Batch resource, e.g. ``arn:aws:batch:eu-west-1:123456789012:job/…``."""
    return _prefix(place.account, place.region, kind) + name


def name_of(reference: str, kind: str) -> str:
    """Take the name out of a reference that may be a name or an ARN of that kind."""
    if not reference.startswith("arn:"):
        return reference
    head, _, name = reference.partition("/")
    return name if head.rpartition(":")[2] == kind else reference


def quota_share_arn(queue: str, name: str) -> str:
    """Form the ARN of a quota share: it is within its queue's."""
    return f"{queue}/{QUOTA_SHARE}/{name}"


def child_id(parent: str, index: int) -> str:
    """Form the id of an array's child."""
    return f"{parent}:{index}"


def parent_id(job: str) -> str | None:
    """Tell the array a child belongs to; None when the id is not a child's."""
    parent, colon, _ = job.partition(":")
    return parent if colon else None
