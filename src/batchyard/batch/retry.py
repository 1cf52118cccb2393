"""Whether an ended attempt is worth another.

Sources: https://docs.aws.amazon.com/batch/latest/APIReference/API_EvaluateOnExit.html,
https://docs.aws.amazon.com/batch/latest/APIReference/API_RetryStrategy.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from batchyard.batch.model import Attempt, Retry, RetryRule


def again(retry: Retry, tried: int, ended: Attempt) -> bool:
    """Tell whether a job gets another attempt.

    Rules are read in order and the first that matches decides; with rules but no match the job
    is retried.

    Args:
        retry: the job's retry strategy.
        tried: how many attempts there have been.
        ended: the latest of them, as it ended.
    """
    if tried >= retry.attempts:
        return False
    found = next((rule for rule in retry.rules if matches(rule, ended)), None)
    return found is None or found.action == "RETRY"


def matches(rule: RetryRule, ended: Attempt) -> bool:
    """Tell whether every condition the rule gives holds of the ended attempt."""
    code = None if ended.exit_code is None else str(ended.exit_code)
    return (
        _globs(rule.on_status_reason, ended.status_reason)
        and _globs(rule.on_reason, ended.reason)
        and _globs(rule.on_exit_code, code)
    )


def _globs(pattern: str | None, text: str | None) -> bool:
    """Match a text against a pattern that may end in ``*``; no pattern matches anything."""
    if pattern is None:
        return True
    if text is None:
        return False
    if pattern.endswith("*"):
        return text.startswith(pattern[:-1])
    return text == pattern
