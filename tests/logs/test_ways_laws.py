"""Laws of regular expressions in filter patterns: Python's ``re`` finds the same, if slower.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html
"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.logs.grammar import Malformed
from batchyard.logs.ways import Expression

CHARACTERS = st.sampled_from(
    [
        *("a", "a", "b", "c", ".", "-", " ", "[ab]", "[^a]", "[a-b1]", "[]a]", "[a-]", r"[\d-]"),
        *(r"[\w.]", r"\d", r"\D", r"\s", r"\w", r"\W", r"\S", r"\.", r"\x61", r"\x28", r"\t"),
    ]
)
TIMES = st.sampled_from(
    ["", "", "", "", "?", "*", "+", "{2}", "{1,3}", "{0,2}", "{2,}", "{0}", "{,2}"]
)
ROWS = st.lists(st.tuples(CHARACTERS, TIMES).map("".join), max_size=6).map("".join)
PARTS = st.tuples(st.sampled_from(["", "", "^"]), ROWS, st.sampled_from(["", "", "$"]))
EXPRESSIONS = st.lists(PARTS.map("".join), min_size=1, max_size=3).map("|".join).filter(bool)
TEXTS = st.text(st.sampled_from("aaabbc1.-( \t\né𝄞"), max_size=12)


def found_by_python(expression: str, text: str) -> bool:
    theirs = re.sub(r"\$(?=\||\Z)", r"\\Z", expression).replace("[]a]", r"[\]a]")
    theirs = theirs.replace("{,2}", "{0,2}")
    return re.search(theirs, text, re.ASCII | re.DOTALL) is not None


@given(EXPRESSIONS, st.lists(TEXTS, min_size=1, max_size=5))
def test_an_expression_finds_what_python_finds(expression: str, texts: list[str]) -> None:
    search = Expression(expression)
    for text in texts:
        assert search(text) == found_by_python(expression, text), text


@given(EXPRESSIONS, st.lists(TEXTS, min_size=1, max_size=5), st.integers(1, 6))
def test_it_finds_the_same_when_it_can_remember_little(
    expression: str, texts: list[str], most: int
) -> None:
    search = Expression(expression, most_sets=most)
    for text in texts:
        assert search(text) == found_by_python(expression, text), text


@pytest.mark.parametrize(
    "expression, yes, no",
    [
        ("^[hc]at", "hat", "the hat"),
        ("[hc]at$", "the hat", "hats"),
        ("colou?r", "color", "colr"),
        ("[abcx-z]", "y", "d"),
        ("^a{3,5}$", "aaaa", "aaaaaa"),
        ("^a{,2}$", "aa", "aaa"),
        ("gra|ey", "grey", "gry"),
        ("^starting|^initializing|^shutting down", "shutting down", "skipping initializing"),
        ("abcc|ab[^c]$", "aba", "aac"),
        (r"\[.\]", "[]]", "[ab]"),
        ("ab*c", "abbbc", "abb"),
        ("ab[0-9]*", "ab129", "a1"),
        ("ab+c", "abbc", "ac"),
        (".at", " at", "at"),
        ("10.10.0.1", "10010,051", "10.10.0"),
        (r"10\.10\.0\.1", "10.10.0.1", "10010,051"),
        (r"\x28", "(", "x28"),
        (r"\W", "é", "e"),
    ],
)
def test_aws_examples_match_as_documented(expression: str, yes: str, no: str) -> None:
    assert Expression(expression)(yes)
    assert not Expression(expression)(no)


@pytest.mark.parametrize(
    "expression",
    [
        *("(a)", "a!", "é", "*a", "a**", "a*?", "a+?", "{2}", "a{", "a{x}", "a{}", "a{,}"),
        *("a{3,2}", "[", "[a", "[]", "[^]", "[b-a]", r"[\d-z]", r"\b", r"\1", r"\x8f", r"\xg0"),
        *("\\", "a^b", "a$b", "^*", "^^a", "a{9999}", ".{600}.{600}"),
    ],
)
def test_what_aws_does_not_list_is_refused_by_its_name(expression: str) -> None:
    with pytest.raises(Malformed) as refused:
        Expression(expression)
    assert f"%{expression}%" in str(refused.value)


class Counting(Expression):
    """Counts what it does."""

    steps = 0

    def step(self, bits: int, code: int) -> int:
        self.steps += 1
        return super().step(bits, code)


@pytest.mark.parametrize(
    "expression",
    ["a*a*a*a*a*a*b", "a+a+a+a+a+$", ".*.*.*.*.*.*x", "[ab]*a.{50}c", "a?" * 300 + "a{300}b"],
)
def test_no_expression_takes_more_than_a_step_for_a_character(expression: str) -> None:
    for text in ("a" * 5_000, "ab" * 2_500, "aab" * 1_500):
        search = Counting(expression)
        search(text)
        assert search.steps <= len(text)


def test_what_is_remembered_has_an_end() -> None:
    search = Expression("[ab]*a.{12}c", most_sets=20)
    for number in range(4096):
        search(f"{number:012b}".replace("0", "a").replace("1", "b"))
    assert search.remembers() == 20
