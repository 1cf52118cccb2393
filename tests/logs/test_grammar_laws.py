"""Laws of what the structured filter patterns have in common.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

import re
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from batchyard.logs.grammar import fitting, number, unquoted


def every(characters: str, longest: int) -> list[str]:
    """All texts of these characters that are no longer."""
    lengths = range(longest + 1)
    return ["".join(each) for length in lengths for each in product(characters, repeat=length)]


def test_a_star_stands_for_anything() -> None:
    texts = every("ab", 5)
    for pattern in every("ab*", 5):
        expected = re.compile(".*".join(map(re.escape, pattern.split("*"))))
        fits = fitting(pattern)
        found = [text for text in texts if fits(text)]
        assert found == [text for text in texts if expected.fullmatch(text)], pattern


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_read_as_it_is_written(value: float) -> None:
    assert number(str(value)) == float(value)


@given(st.sampled_from(["", "a", "1a", "0x1", "1_0", "nan", "inf", "-", ".", "1e", "٣", " 1"]))
def test_what_is_no_number_is_none(text: str) -> None:
    assert number(text) is None


@given(st.text())
def test_quotation_marks_keep_any_text(text: str) -> None:
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert unquoted(quoted) == text
