"""CloudWatch Logs' filter patterns: which events they match.

Unstructured patterns are words, ``"quoted phrases"`` and ``%expressions%``, all of which an event
must hold; ``-term`` excludes, and of ``?terms`` one is enough. Beside other terms AWS ignores
those with a question mark. A pattern in braces selects by JSON properties (`selectors`), one in
brackets by fields between blanks (`delimited`). Case matters throughout.

No pattern takes longer over an event than the event is long, a few times over.

Sources: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-unstructured-log-events.html
and https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from batchyard.errors import Fault
from batchyard.logs.delimited import delimited
from batchyard.logs.grammar import Malformed, Test, unquoted
from batchyard.logs.selectors import selecting
from batchyard.logs.ways import Expression

if TYPE_CHECKING:
    from collections.abc import Sequence

Matches = Callable[[str], bool]
"""Says of an event's message whether it matches."""

MOST_EXPRESSIONS = 2
"""The most expressions of a delimited or JSON pattern (regex-expressions.html, Quotas)."""

_TERM = re.compile(
    r"""(?P<sign>[-?]?)(?:(?P<phrase>"(?:[^"\\]|\\.)*")|%(?P<regex>[^%]+)%|(?P<word>\w+))(?:\s+|$)""",
    re.DOTALL,
)


def matching(pattern: str) -> Matches:
    """Read a filter pattern.

    Args:
        pattern: the pattern; an empty one matches every event.

    Returns:
        What tells matching messages.

    Raises:
        Fault: InvalidParameterException; it is no pattern.
    """
    text = pattern.strip()
    try:
        if text.startswith("{"):
            return selecting(text, _a_few())
        return delimited(text, _a_few()) if text.startswith("[") else _terms(text)
    except Malformed as error:
        raise _invalid(pattern, str(error)) from None


def _a_few() -> Callable[[str], Test]:
    """Read expressions, no more of them than a pattern may have."""
    read: list[str] = []

    def expression(text: str) -> Test:
        read.append(text)
        if len(read) > MOST_EXPRESSIONS:
            raise Malformed(f"it has more than {MOST_EXPRESSIONS} expressions")
        return Expression(text)

    return expression


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
        return Expression(term["regex"])
    phrase = term["word"] or unquoted(term["phrase"])
    return (lambda message: phrase in message) if phrase.strip() else lambda _: True


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
