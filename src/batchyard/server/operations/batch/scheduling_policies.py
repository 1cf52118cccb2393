"""Scheduling policies: create, describe, list, update, delete.

Sources: https://docs.aws.amazon.com/batch/latest/userguide/scheduling-policies.html and
CreateSchedulingPolicy in botocore's model.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from batchyard.batch import ids
from batchyard.batch.resources import FairShare, SchedulingPolicy, Weight
from batchyard.server.operations.batch.echoes import amended, echo
from batchyard.server.operations.batch.paging import PAGE, Key, page
from batchyard.server.operations.batch.refusals import (
    check_name,
    check_range,
    check_share,
    check_tags,
    missing,
    refused,
    taken,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batchyard.batch.ids import Place
    from batchyard.server.operations import Context
    from batchyard.server.operations.batch.echoes import Wire

LONGEST_DECAY = 604_800
"""Seconds: a week (shareDecaySeconds)."""

MOST_RESERVED = 99
"""Percent (computeReservation)."""

MOST_SHARES = 500
"""Entries of a shareDistribution."""

LIGHTEST, HEAVIEST = 0.0001, 999.9999
"""Bounds of a weightFactor."""

POLICIES = ("fairsharePolicy", "quotaSharePolicy")


def create_scheduling_policy(context: Context, request: Wire) -> Wire:
    """Create a policy that queues may be given.

    Raises:
        Fault: the name is taken or not valid, or something else is not valid.
    """
    check_name("name", request.name)
    check_tags(request.tags)
    arn = ids.arn(context.place, ids.POLICY, request.name)
    if arn in context.engine.shelf(context.place).policies:
        raise taken()
    fair_share = _fair_share(request)
    detail = echo(request, context.types.SchedulingPolicyDetail, arn=arn, tags=request.tags or {})
    made = SchedulingPolicy(request.name, arn, fair_share, detail)
    context.engine.put(context.place, made)
    return context.types.CreateSchedulingPolicyResponse(name=made.name, arn=arn)


def describe_scheduling_policies(context: Context, request: Wire) -> Wire:
    """Show policies by their ARNs; unknown ones are left out.

    Raises:
        Fault: there are more than 100, or one is no ARN.
    """
    if len(request.arns) > PAGE:
        raise refused(f"arns: at most {PAGE} are allowed, {len(request.arns)} were given")
    for arn in request.arns:
        _check_arn(context.place, arn)
    policies = context.engine.shelf(context.place).policies
    found = [policies[arn] for arn in dict.fromkeys(request.arns) if arn in policies]
    return context.types.DescribeSchedulingPoliciesResponse(
        scheduling_policies=[msgspec.Raw(policy.detail) for policy in found]
    )


def list_scheduling_policies(context: Context, request: Wire) -> Wire:
    """List the ARNs of all policies, a page at a time."""
    policies = context.engine.shelf(context.place).policies.values()
    listed = {Key(one.name): msgspec.json.encode({"arn": one.arn}) for one in policies}
    shown = page(listed, request)
    return context.types.ListSchedulingPoliciesResponse(
        scheduling_policies=shown.items, next_token=shown.next_token
    )


def update_scheduling_policy(context: Context, request: Wire) -> Wire:
    """Change a policy; the jobs of its queues feel it at once.

    Raises:
        Fault: there is no such policy, it is of the other kind, or something is not valid.
    """
    _check_arn(context.place, request.arn)
    old = context.engine.shelf(context.place).policies.get(request.arn)
    if old is None:
        raise missing(context.place, ids.POLICY, request.arn)
    context.engine.put(context.place, _updated(old, request))
    return context.types.UpdateSchedulingPolicyResponse()


def _updated(old: SchedulingPolicy, request: Wire) -> SchedulingPolicy:
    quota = getattr(request, "quota_share_policy", None)
    if quota is None and request.fairshare_policy is None:
        return old
    fair_share = _fair_share(request)
    if (old.fair_share is None) is not (fair_share is None):
        was, given = POLICIES if old.fair_share else POLICIES[::-1]
        raise refused(f"{given}: {old.arn} has a {was}, and keeps to that kind once created")
    changes = {"fairsharePolicy": request.fairshare_policy, "quotaSharePolicy": quota}
    return replace(old, fair_share=fair_share, detail=amended(old.detail, **changes))


def delete_scheduling_policy(context: Context, request: Wire) -> Wire:
    """Delete a policy that no queue has; one that is not there is deleted already.

    Raises:
        Fault: a queue has it, or this is no ARN of a policy.
    """
    _check_arn(context.place, request.arn)
    shelf = context.engine.shelf(context.place)
    found = shelf.policies.get(request.arn)
    if found:
        if queues := sorted(queue.arn for queue in shelf.queues_of(found)):
            raise refused(f"Cannot delete, scheduling policy {found.arn} is used by {queues}")
        context.engine.remove(context.place, found)
    return context.types.DeleteSchedulingPolicyResponse()


def _check_arn(place: Place, arn: str) -> None:
    expected = ids.arn(place, ids.POLICY, "")
    if not arn.startswith(expected):
        raise refused(f"arn {arn!r} is not valid: give the ARN of a policy, as in {expected}NAME")


def _fair_share(request: Wire) -> FairShare | None:
    """Read a request's fairsharePolicy; with neither kind given, one that says nothing."""
    given = request.fairshare_policy
    if getattr(request, "quota_share_policy", None) is not None:
        if given is not None:
            raise refused(f"give one of {' and '.join(POLICIES)}; both were given")
        return None
    if given is None:
        return FairShare()
    decay, reservation = given.share_decay_seconds, given.compute_reservation
    check_range("shareDecaySeconds", decay, 0, LONGEST_DECAY)
    check_range("computeReservation", reservation, 0, MOST_RESERVED)
    return FairShare(decay or 0, reservation or 0, _weights(given.share_distribution or []))


def _weights(entries: list[Wire]) -> tuple[Weight, ...]:
    if len(entries) > MOST_SHARES:
        raise refused(f"shareDistribution: at most {MOST_SHARES} are allowed, not {len(entries)}")
    for entry in entries:
        check_share("shareDistribution: shareIdentifier", entry.share_identifier)
        check_range("weightFactor", entry.weight_factor, LIGHTEST, HEAVIEST)
    _check_overlaps(entry.share_identifier for entry in entries)
    return tuple(
        Weight(one.share_identifier, 1.0 if one.weight_factor is None else one.weight_factor)
        for one in entries
    )


def _check_overlaps(shares: Iterable[str]) -> None:
    """Refuse a share that is another's prefix or the same; sorted, such a pair stands together."""
    ordered = sorted(shares, key=lambda share: share.removesuffix("*"))
    for one, next_one in pairwise(ordered):
        same = one.removesuffix("*") == next_one.removesuffix("*")
        if same or (one.endswith("*") and next_one.startswith(one[:-1])):
            raise refused(f"shareDistribution: {one!r} and {next_one!r} overlap")
