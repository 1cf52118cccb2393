"""Which ended attempts are worth another.

The oracle: https://docs.aws.amazon.com/batch/latest/APIReference/API_EvaluateOnExit.html
"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.batch import retry
from batchyard.batch.model import Attempt, Retry, RetryRule

TEXTS = st.sampled_from([None, "", "a", "ab", "abc", "A", "b"])
PATTERNS = st.sampled_from([None, None, "a", "a*", "ab*", "*", "b", "A*"])
CODES = st.sampled_from([None, 0, 1, 13, 137])
CODE_PATTERNS = st.sampled_from([None, None, "1", "13", "13*", "*", "0"])
RULES = st.builds(
    RetryRule,
    action=st.sampled_from(["RETRY", "EXIT"]),
    on_status_reason=PATTERNS,
    on_reason=PATTERNS,
    on_exit_code=CODE_PATTERNS,
)
ENDED = st.builds(
    lambda code, reason, said: Attempt(
        "a", "env", 0, exit_code=code, reason=reason, status_reason=said
    ),
    CODES,
    TEXTS,
    TEXTS,
)


def holds(pattern: str | None, text: str | None) -> bool:
    if pattern is None or text is None:
        return pattern is None
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), text) is not None


def model(rule: RetryRule, ended: Attempt) -> bool:
    code = None if ended.exit_code is None else str(ended.exit_code)
    told = [
        (rule.on_status_reason, ended.status_reason),
        (rule.on_reason, ended.reason),
        (rule.on_exit_code, code),
    ]
    return all(holds(pattern, text) for pattern, text in told)


@given(RULES, ENDED)
def test_a_rule_matches_when_all_its_conditions_do(rule: RetryRule, ended: Attempt) -> None:
    assert retry.matches(rule, ended) == model(rule, ended)


@given(st.lists(RULES, max_size=5), ENDED, st.integers(1, 10), st.integers(1, 10))
def test_the_first_rule_that_matches_decides_while_attempts_are_left(
    rules: list[RetryRule], ended: Attempt, attempts: int, tried: int
) -> None:
    matching = [rule.action for rule in rules if model(rule, ended)]
    expected = tried < attempts and (not matching or matching[0] == "RETRY")
    assert retry.again(Retry(attempts, tuple(rules)), tried, ended) == expected


@pytest.mark.parametrize("tried,left", [(1, 2), (2, 1), (3, 0), (4, 0)])
def test_attempts_counts_the_first_one(tried: int, left: int) -> None:
    again = retry.again(Retry(3), tried, Attempt("a", "env", 0, exit_code=1))
    assert again is (left > 0)
