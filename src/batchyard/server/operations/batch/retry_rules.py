"""Retry strategies and timeouts, checked and taken off the wire."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from batchyard.batch.model import Retry, RetryRule
from batchyard.server.operations.batch.refusals import check_range, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchyard.server.operations.batch.echoes import Wire

ATTEMPTS = 10
"""https://docs.aws.amazon.com/batch/latest/APIReference/API_RetryStrategy.html"""

RULES = 5
PATTERN_LENGTH = 512
TEXT_PATTERN = re.compile(r"[A-Za-z0-9.:\s]*\*?")
CODE_PATTERN = re.compile(r"[0-9]*\*?")
"""https://docs.aws.amazon.com/batch/latest/APIReference/API_EvaluateOnExit.html"""


def retry_of(strategy: Wire | None) -> Retry:
    """Read a retry strategy, of a definition or of a job.

    Args:
        strategy: the wire's RetryStrategy, if one was given.

    Raises:
        Fault: attempts are missing or not 1 to 10, or a rule of evaluateOnExit is not valid.
    """
    if strategy is None:
        return Retry()
    if strategy.attempts is None:  # AWS's text, see terraform-provider-aws' job definition tests
        raise refused(
            "RetryAttempts must be provided with retry strategy: "
            f"give retryStrategy.attempts, 1 to {ATTEMPTS}"
        )
    check_range("retryStrategy.attempts", strategy.attempts, 1, ATTEMPTS)
    rules = strategy.evaluate_on_exit or []
    if len(rules) > RULES:
        raise refused(f"evaluateOnExit: at most {RULES} entries are allowed, not {len(rules)}")
    return Retry(strategy.attempts, tuple(map(_rule, rules)))


def timeout_of(timeout: Wire | None, minimum: int) -> int | None:
    """Read a timeout, in seconds; None if there is none.

    Args:
        timeout: the wire's JobTimeout, if one was given.
        minimum: the shortest this yard accepts, in seconds; on AWS it is 60.

    Raises:
        Fault: it is shorter.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/job_timeouts.html
    """
    if timeout is None or timeout.attempt_duration_seconds is None:
        return None
    seconds: int = timeout.attempt_duration_seconds
    check_range("timeout.attemptDurationSeconds", seconds, minimum)
    return seconds


def _rule(entry: Wire) -> RetryRule:
    conditions = {
        "onStatusReason": (entry.on_status_reason, TEXT_PATTERN),
        "onReason": (entry.on_reason, TEXT_PATTERN),
        "onExitCode": (entry.on_exit_code, CODE_PATTERN),
    }
    if all(pattern is None for pattern, _ in conditions.values()):
        raise refused(
            f"evaluateOnExit: the entry with action {entry.action!r} has no condition; "
            f"give at least one of {', '.join(conditions)}"
        )
    for field, (pattern, allowed) in conditions.items():
        _check_pattern(field, pattern, allowed.fullmatch)
    return RetryRule(_action(entry), entry.on_status_reason, entry.on_reason, entry.on_exit_code)


def _action(entry: Wire) -> Literal["RETRY", "EXIT"]:
    """Read an action; the model knows both, and their case does not matter."""
    return "RETRY" if entry.action.upper() == "RETRY" else "EXIT"


def _check_pattern(field: str, pattern: str | None, matches: Callable[[str], object]) -> None:
    if pattern is None:
        return
    if not 1 <= len(pattern) <= PATTERN_LENGTH:
        raise refused(
            f"evaluateOnExit.{field} has {len(pattern)} characters, not 1 to {PATTERN_LENGTH}"
        )
    if not matches(pattern):
        letters = "numbers" if field == "onExitCode" else "letters, numbers, '.', ':', white space"
        raise refused(
            f"evaluateOnExit.{field} {pattern!r} is not valid: {letters} and one trailing '*'"
        )
