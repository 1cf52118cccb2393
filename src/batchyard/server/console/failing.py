"""Why an instance of a pipeline ended badly, or does not begin, in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.pipelines.states import BAD, HELD

if TYPE_CHECKING:
    from batchyard.pipelines.instances import Instance


def failure(instance: Instance) -> str:
    """Say in a line why an instance ended badly, or what it waits for."""
    latest = instance.attempts[-1] if instance.attempts else None
    told = latest.failure if latest is not None else None
    if instance.status in BAD and instance.cascade_failed_on:
        return f"because of {instance.cascade_failed_on}"
    if instance.cancellation_reason:
        return instance.cancellation_reason
    if told is not None:
        return " · ".join(filter(None, (told.error_id, told.error_message)))
    if instance.status in HELD and instance.waits_for:
        waits = sorted(instance.waits_for)
        return f"waits for {', '.join(waits[:3])}" + (" …" if len(waits) > 3 else "")  # noqa: PLR2004 - as many as a line holds
    return ""
