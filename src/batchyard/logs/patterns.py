"""CloudWatch Logs' filter patterns: which events they match.

Unstructured patterns are words, ``"quoted phrases"`` and ``%expressions%``, all of which an event
must hold; ``-term`` excludes, and of ``?terms`` one is enough. Beside other terms AWS ignores
those with a question mark. A pattern in braces selects by JSON properties (`selectors`).
Case matters throughout. Space-delimited patterns, in brackets, are refused.

Sources: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-unstructured-log-events.html
and https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from batchyard.errors import Fault
from batchyard.logs.selectors import Malformed, Test, selecting

if TYPE_CHECKING:
    from collections.abc import Sequence

Matches = Callable[[str], bool]
"""Says of an event's message whether it matches."""

_TERM = re.compile(
    r"""(?P<sign>[-?]?)(?:"(?P<phrase>(?:[^"\\]|\\.)*)"|%(?P<regex>[^%]+)%|(?P<word>\w+))(?:\s+|$)"""
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ALLOWED = re.compile(r"[A-Za-z0-9:_#=@/;,^$?\[\]{}|\\*+.-]+")
"""What an expression may hold: no parentheses, no blanks, nothing of several bytes."""


def matching(pattern: str) -> Matches:
    """Read a filter pattern.

    Args:
        pattern: the pattern; an empty one matches every event.

    Returns:
        What tells matching messages.

    Raises:
        Fault: InvalidParameterException; it is no pattern, or a space-delimited one.
    """
    text = pattern.strip()
    if text.startswith("["):
        raise _invalid(pattern, "space-delimited patterns are not served here")
    try:
        return selecting(text, expression) if text.startswith("{") else _terms(text)
    except Malformed as error:
        raise _invalid(pattern, str(error)) from None


def expression(text: str) -> Test:
    """Read what stands between two percent signs.

    Raises:
        Malformed: it holds what AWS does not support, or is no expression.
    """
    if not _ALLOWED.fullmatch(text):
        raise Malformed(f"%{text}% holds a character that expressions do not support")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            compiled = re.compile(text, re.ASCII)
    except (re.error, OverflowError) as error:
        raise Malformed(f"%{text}% is no regular expression: {error}") from None
    return lambda message: compiled.search(message) is not None


def _terms(text: str) -> Matches:
    """Read an unstructured pattern."""
    tests: dict[str, list[Test]] = {"": [], "-": [], "?": []}
    at = 0
    while at < len(text):
        term = _TERM.match(text, at)
        if term is None:
            raise Malformed(f"{text[at:]!r} begins with no term; quote what is not alphanumeric")
        tests[term["sign"]].append(_term(term))
        at = term.end()
    return _all_of(tests)


def _term(term: re.Match[str]) -> Test:
    if term["regex"] is not None:
        return expression(term["regex"])
    phrase = term["word"] if term["phrase"] is None else _ESCAPED.sub(r"\1", term["phrase"])
    return lambda message: phrase in message


def _all_of(tests: Mapping[str, Sequence[Test]]) -> Matches:
    """Put terms together: question marks count only where nothing else stands."""
    included, excluded, optional = tests[""], tests["-"], tests["?"]
    if optional and not included and not excluded:
        return lambda message: any(test(message) for test in optional)
    return lambda message: (
        all(test(message) for test in included) and not any(test(message) for test in excluded)
    )


def _invalid(pattern: str, why: str) -> Fault:
    return Fault("InvalidParameterException", f"Invalid filter pattern {pattern!r}: {why}.")
