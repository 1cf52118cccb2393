"""Why a wait ends without what was waited for, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.errors import NotFound, Refused, Unfinished

if TYPE_CHECKING:
    from batchyard.polling.news import Trouble
    from batchyard.polling.seen import Seen


def missing(job_id: str, seen: Seen | None, seconds: float) -> NotFound:
    """Say that a job is not there.

    Args:
        job_id: which.
        seen: it as it last was; None if it never was seen.
        seconds: how long it has not been shown.
    """
    shown = round(seconds, 1)
    if seen is None:
        return NotFound(
            f"there is no job {job_id}: it was not shown in {shown:g} s; "
            "is it another region's or account's, or did it end days ago?"
        )
    return NotFound(
        f"job {job_id} is gone: it was {seen.status}, and has not been shown for {shown:g} s"
    )


def unfinished(job_id: str, seen: Seen | None, seconds: float, trouble: str = "") -> Unfinished:
    """Say that the time for a wait is up.

    Args:
        job_id: which job was waited for.
        seen: it as it last was; None if it never was seen.
        seconds: how long the wait was to be.
        trouble: why nothing is known of it.
    """
    known = f"is {seen.status}" if seen else "has not been seen"
    why = f" ({trouble})" if trouble else ""
    return Unfinished(f"job {job_id} {known} after {seconds:g} s of waiting{why}; it goes on")


def never(job_id: str, seen: Seen) -> Unfinished:
    """Say that a job has ended, and that what was waited for will not come any more."""
    return Unfinished(
        f"job {job_id} is {seen.status} and will not change any more: "
        "what was waited for has not come"
    )


def raised(error: BaseException) -> Exception:
    """Say that a waiter's own test has failed: with its error, unless that would end a thread."""
    if isinstance(error, Exception):
        return error
    return Refused(f"until raised {error!r}: give a function that returns whether the wait is over")


def silent(trouble: Trouble, seconds: float) -> Exception:
    """Say that a service has not answered for too long.

    Args:
        trouble: what was wrong with the last question.
        seconds: since when.
    """
    return type(trouble.error)(f"no answer for {seconds:.0f} s: {trouble.error}")
