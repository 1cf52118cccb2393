"""Health: how the last instance went that ended, of a component and of a pipeline.

What was canceled or skipped says nothing (inferred: AWS speaks of success and failure only).

Source: @healthStatus of every object's page, such as
https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-object-shellcommandactivity.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from batchyard.pipelines.states import Status

if TYPE_CHECKING:
    from collections.abc import Collection

    from batchyard.pipelines.instances import Instance

TELLING: Final = frozenset({Status.FINISHED, Status.FAILED, Status.CASCADE_FAILED, Status.TIMEDOUT})
"""Statuses that say something about health."""


class Health(NamedTuple):
    """How an instance ended.

    Attributes:
        healthy: whether it ended well.
        at: when, epoch milliseconds.
        instance: its id.
    """

    healthy: bool
    at: int
    instance: str


def after(before: Health | None, instance: Instance) -> Health | None:
    """Tell the health of a component when it is known how one of its instances stands.

    Args:
        before: its health by the other instances.
        instance: the instance.
    """
    if instance.status not in TELLING or instance.ended_at is None:
        return before
    if before is not None and before.at > instance.ended_at:
        return before
    return Health(instance.status is Status.FINISHED, instance.ended_at, instance.id)


def overall(components: Collection[Health]) -> Health | None:
    """Tell the health of a pipeline: that of its components, of which one in error is enough."""
    bad = [health for health in components if not health.healthy]
    return max(bad or components, key=lambda health: health.at, default=None)
