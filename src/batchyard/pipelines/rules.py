"""How instances are treated: what a definition says, and what holds where it says nothing."""

from __future__ import annotations

from batchyard.pipelines.model import Value


class Policy(Value, frozen=True):
    """What holds where a definition says nothing; AWS documents none of these.

    Attributes:
        maximum_retries: how often a failed attempt is followed by another.
        retry_delay: how long that takes at least, in seconds.
        max_active: how many instances of a component may be active at once.
    """

    maximum_retries: int = 2
    retry_delay: int = 120
    max_active: int = 5


class Rules(Value, frozen=True):
    """How a component's instances are treated; durations in milliseconds."""

    maximum_retries: int = 0
    retry_delay: int = 0
    attempt_timeout: int | None = None
    report_progress_timeout: int | None = None
    late_after: int | None = None
    precondition_timeout: int | None = None
    terminate_after: int | None = None
    cascade: bool = False
    max_active: int = 5
    worker_group: str | None = None
    system_managed: bool = False
    on_fail: tuple[str, ...] = ()
    on_success: tuple[str, ...] = ()
    on_late: tuple[str, ...] = ()
    terminate_late: bool = False
