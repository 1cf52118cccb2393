"""Laws of filter patterns, against Python's own ``in``, ``and`` and ``or``.

Sources: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html,
…/matching-terms-unstructured-log-events.html and …/regex-expressions.html
"""

import json
import operator
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.errors import Fault
from batchyard.logs.patterns import matching

WORDS = st.sampled_from(["ERROR", "error", "WARN", "a", "b_1", "400"])
TERMS = st.lists(WORDS, max_size=3)
MESSAGES = st.lists(WORDS, max_size=6).map(" ".join)
NUMBERS = st.integers(-3, 3) | st.sampled_from([0.5, -1.5, 1e3])
VALUES = NUMBERS | st.none() | st.booleans() | st.sampled_from(["x", "yy", "", "1"])
OBJECTS = st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUES)
SIGNS: dict[str, Callable[[Any, float], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@given(st.text())
def test_the_empty_pattern_matches_everything(message: str) -> None:
    assert matching("")(message)
    assert matching("  ")(message)


@given(included=TERMS, excluded=TERMS, message=MESSAGES)
def test_all_terms_must_be_there_and_no_excluded_one(
    included: list[str], excluded: list[str], message: str
) -> None:
    pattern = " ".join([*included, *(f"-{each}" for each in excluded)])
    expected = all(each in message for each in included)
    assert matching(pattern)(message) == (
        expected and not any(each in message for each in excluded)
    )


@given(term=WORDS, message=MESSAGES)
def test_an_exclusion_is_the_complement(term: str, message: str) -> None:
    assert matching(f"-{term}")(message) != matching(term)(message)


@given(optional=TERMS.filter(bool), message=MESSAGES)
def test_of_optional_terms_one_is_enough(optional: list[str], message: str) -> None:
    pattern = " ".join(f"?{each}" for each in optional)
    assert matching(pattern)(message) == any(each in message for each in optional)


@given(optional=TERMS, others=TERMS.filter(bool), message=MESSAGES)
def test_optional_terms_beside_others_are_ignored(
    optional: list[str], others: list[str], message: str
) -> None:
    marked = [f"?{each}" for each in optional]
    assert matching(" ".join(marked + others))(message) == matching(" ".join(others))(message)


@given(
    phrase=st.text(min_size=1, max_size=8).filter(str.strip),
    around=st.text(max_size=5),
    other=MESSAGES,
)
def test_a_quoted_phrase_is_taken_as_it_stands(phrase: str, around: str, other: str) -> None:
    quoted = '"' + phrase.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert matching(quoted)(around + phrase + around)
    assert matching(quoted)(other) == (phrase in other)


@given(st.text(), st.text(st.sampled_from(" \t")))
def test_a_blank_phrase_matches_everything(message: str, blank: str) -> None:
    assert matching(f'"{blank}"')(message)


@pytest.mark.parametrize(
    "pattern, yes, no",
    [
        ("%AUTHORIZED%", "[ERROR 401] UNAUTHORIZED REQUEST", "authorized"),
        ("%^[hc]at%", "hats", "the hat"),
        ("%[hc]at$%", "the hat", "hats"),
        ("%colou?r%", "color", "colr"),
        ("%^a{3,5}$%", "aaaa", "aa"),
        (r"%10\.10\.0\.1%", "10.10.0.1", "10a10a0a1"),
        ("%gray|grey%", "grey", "groy"),
        (r"%^\d+\s\w*$%", "12 ab", "ab 12"),
        ("%^shutting down% -now", "shutting down soon", "shutting down now"),
        ("-%^[hc]at%", "the hat", "hats"),
    ],
)
def test_expressions_match_as_documented(pattern: str, yes: str, no: str) -> None:
    assert matching(pattern)(yes)
    assert not matching(pattern)(no)


@given(OBJECTS, st.sampled_from([*SIGNS]), NUMBERS)
def test_numbers_are_compared_as_numbers_and_with_numbers_only(
    given_object: dict[str, object], sign: str, number: float
) -> None:
    value = given_object.get("a")
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    expected = SIGNS[sign](value, number) if numeric else sign == "!=" and "a" in given_object
    pattern = f"{{ $.a {sign} {number} }}"
    assert matching(pattern)(json.dumps(given_object)) == expected


@given(OBJECTS)
def test_words_ask_for_what_is_there(found: dict[str, object]) -> None:
    message = json.dumps(found)
    assert matching("{ $.a IS NULL }")(message) == ("a" in found and found["a"] is None)
    assert matching("{ $.a IS TRUE }")(message) == (found.get("a") is True)
    assert matching("{ $.a IS FALSE }")(message) == (found.get("a") is False)
    assert matching("{$.a NOT EXISTS}")(message) == ("a" not in found)
    assert matching('{$.a = "*"}')(message) == ("a" in found)


@given(OBJECTS)
def test_and_binds_more_tightly_than_or_and_parentheses_more_than_both(
    found: dict[str, object],
) -> None:
    a, b, c = ("a" in found, "b" in found, "c" in found)
    message = json.dumps(found)
    either = "$.a = * || $.b = * && $.c = *"
    assert matching(f"{{ {either} }}")(message) == (a or (b and c))
    grouped = "($.a = * || $.b = *) && $.c = *"
    assert matching(f"{{ {grouped} }}")(message) == ((a or b) and c)


EVENT = json.dumps(
    {"type": "UpdateTrail", "ip": "10.0.0.7", "x.y": 1, "list": [{"n": 1}, {"n": 2}], "f": True}
)


@pytest.mark.parametrize(
    "selector, expected",
    [
        ('$.type = "UpdateTrail"', True),
        ("$.type = UpdateTrail", True),
        ('$.type = "updatetrail"', False),
        ('$.type = "Update"', False),
        ('$.type = "*Trail"', True),
        ('$.type != "Update*"', False),
        ("$.ip = 10.0.*", True),
        ("$.ip = %^10\\.0% ", True),
        ("$.ip = %^11% ", False),
        ("$.list[1].n = 2", True),
        ("$.list[2].n NOT EXISTS", True),
        ("$.list[*].n > 1", True),
        ("$.list[*].n > 2", False),
        ("$.* = 10.0.0.7", True),
        ("$.['x.y'] = 1", True),
        ("$.f = 1", False),
        ('$.absent != "x"', False),
        ("$.list != 1", False),
        ('$.list = "*"', False),
        ('$.list[0] != "x"', False),
        ("$.list[*].n > 5 || $.list[*].n = 1 && $.* = %Trail%", True),
    ],
)
def test_properties_are_selected_and_compared(selector: str, *, expected: bool) -> None:
    assert matching(f"{{ {selector} }}")(EVENT) is expected


@pytest.mark.parametrize("message", ["", "text", "1", "{", "[" * 100_000, "null"])
def test_what_is_no_json_object_fits_no_selector(message: str) -> None:
    assert not matching("{ $.a NOT EXISTS }")(message)


@pytest.mark.parametrize(
    "pattern",
    [
        "a.b",
        '"open',
        "%open",
        "%a!%",
        "%(a)%",
        "%[a%",
        "%é%",
        "{",
        "{}",
        "{ $.a = }",
        "{ $.a < x }",
        "{ a = 1 }",
        "{ $.a = 1 } x",
        "{ $.a = 1 && }",
        "{ ($.a = 1 }",
        "{ $.a IS 1 }",
        "{ $.a = = }",
        "{ $.a EXISTS }",
        "{ $.a IS NOT NULL }",
        "{ $.*.* = 1 }",
        "{ $.* = 1 || $.* = 2 || $.* = 3 || $.* = 4 }",
        "{ $.a = %1% || $.a = %2% || $.a = %3% }",
        "[a = %1% || a = %2% || a = %3%]",
        "{" + "(" * 1000 + "}",
        "%a{9999999999999}%",
    ],
)
def test_what_is_no_pattern_is_refused_by_its_name(pattern: str) -> None:
    with pytest.raises(Fault, match="InvalidParameterException") as refused:
        matching(pattern)
    assert repr(pattern) in str(refused.value)
