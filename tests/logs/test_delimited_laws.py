"""Laws of filter patterns for events that are words.

Source:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-space-delimited-log-events.html
"""

import operator
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.errors import Fault
from batchyard.logs.delimited import fields, valued
from batchyard.logs.patterns import matching

WORDS = st.sampled_from(["a", "bb", "404", "-1.5", "1e3", "x=y", "9/2", "a,b", "é"])
INNER = st.text(st.sampled_from("ab 1,]=\t"), max_size=5).map(lambda text: text.replace("]", "|"))
VALUES = st.one_of(
    WORDS.map(lambda word: (word, word)),
    INNER.map(lambda inner: (f"[{inner}]", inner)),
    INNER.map(lambda inner: (f'"{inner}"', inner)),
)
LINES = st.lists(VALUES, max_size=6)
BLANKS = st.sampled_from([" ", "  ", "\t"])
SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
ACCESS = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'
LOGGED = [
    "INFO 09/25/2014 12:00:00 GET /service/resource/67 1200",
    "INFO 09/25/2014 12:00:01 POST /service/resource/67/part/111 1310",
    "WARNING 09/25/2014 12:00:02 Invalid user request",
    "ERROR 09/25/2014 12:00:02 Failed to process request",
]


@given(LINES, BLANKS, st.sampled_from(["", " "]))
def test_a_message_is_cut_into_words_and_what_stands_in_marks(
    line: list[tuple[str, str]], blank: str, around: str
) -> None:
    message = around + blank.join(written for written, _ in line) + around
    assert [each.value for each in fields(message)] == [value for _, value in line]


@given(st.text(st.sampled_from('a ["]'), max_size=20))
def test_nothing_but_blanks_and_marks_is_lost(message: str) -> None:
    found = [*fields(message)]
    assert all(each.value in message[each.start : each.stop] for each in found)
    between = [0, *(place for each in found for place in (each.start, each.stop)), len(message)]
    assert not any(message[a:b].strip() for a, b in zip(between[::2], between[1::2], strict=True))


@given(LINES, st.integers(1, 7))
def test_names_take_fields_in_order_and_the_last_one_the_rest(
    line: list[tuple[str, str]], count: int
) -> None:
    message = " ".join(written for written, _ in line)
    values = valued(["n"] * count, message)
    if len(line) < count:
        assert values is None
        return
    assert values is not None
    assert values[:-1] == [value for _, value in line[: count - 1]]
    rest = line[count - 1 :]
    assert values[-1] == (rest[0][1] if len(rest) == 1 else " ".join(each for each, _ in rest))


@given(LINES, st.integers(0, 4), st.integers(0, 4))
def test_an_ellipsis_stands_for_any_number_of_fields(
    line: list[tuple[str, str]], before: int, after: int
) -> None:
    message = " ".join(written for written, _ in line)
    values = valued(["n"] * before + ["..."] + ["n"] * after, message)
    if before + after > len(line):
        assert values is None
        return
    inner = [value for _, value in line]
    assert values == [*inner[:before], "", *inner[len(inner) - after :]]


@given(WORDS, st.sampled_from([*SIGNS]), st.sampled_from(["404", "-1.5", "+2e2", "0"]))
def test_order_is_that_of_numbers(word: str, sign: str, limit: str) -> None:
    try:
        expected = SIGNS[sign](float(word), float(limit))
    except ValueError:
        expected = False
    assert matching(f"[..., n {sign} {limit}]")(f"x {word}") == expected


@given(WORDS, st.sampled_from(["a", "404", "404.0", "b*", "*", "*4", '"9/2"', "%^.[0b]%", "1000"]))
def test_not_equal_is_the_complement_of_equal(word: str, wanted: str) -> None:
    equal, unequal = (matching(f"[n {sign} {wanted}]") for sign in ("=", "!="))
    assert equal(word) != unequal(word)


@given(st.sampled_from("ab"), st.sampled_from("ab"), st.sampled_from("ab"))
def test_and_binds_more_tightly_than_or_and_parentheses_more_than_both(
    x: str, y: str, z: str
) -> None:
    a, b, c = x == "a", y == "a", z == "a"
    line = f"{x} {y} {z}"
    assert matching("[x=a || y=a && z=a, y, z]")(line) == (a or (b and c))
    assert matching("[(x=a || y=a) && z=a, y, z]")(line) == ((a or b) and c)
    assert matching("[x=a, y=a, z=a]")(line) == (a and b and c)


@pytest.mark.parametrize(
    "pattern",
    [
        r"[ip=%127\.0\.0\.[1-9]%, user, username, time, request =*.html*, status_code = 4*, bytes]",
        "[..., request =*.html*, status_code = 4*, bytes]",
        "[ip, user, username, time, request =*.html*, status = 404 || status = 410, bytes]",
        "[ip, user, username, timestamp, request, status_code, bytes > 1000]",
        '[..., request = "GET /index.html HTTP/1.0", status_code, bytes]',
        "[..., request=*.html*, status_code=4*,]",
        "[ip, user, ..., status_code = 404.0, bytes]",
        '[ip, user, username = "frank", ...]',
        "[ip, user, rest = frank*1534]",
        "[,,,t=10/Oct/2000*,...]",
        "[]",
        "[...]",
        "[line]",
        "  [ip,user,...]  ",
    ],
)
def test_aws_access_line_matches_as_documented(pattern: str) -> None:
    assert matching(pattern)(ACCESS)


@pytest.mark.parametrize(
    "pattern",
    [
        "[ip, user, username, timestamp, request, status_code, bytes, more]",
        "[a, b, c, d, e, f, g, h, ...]",
        "[..., status_code = 4*]",
        "[..., request =*.png*, status_code = 4*, bytes]",
        "[ip, user, username, timestamp, request, status_code, bytes > 1534]",
        "[ip=127]",
        "[..., username > 1, timestamp, request, status_code, bytes]",
    ],
)
def test_what_does_not_fit_aws_access_line_does_not_match(pattern: str) -> None:
    assert not matching(pattern)(ACCESS)


@pytest.mark.parametrize(
    "pattern, found",
    [
        ("[w1=ERROR, w2]", [3]),
        ("[w1=ERROR || w1=WARNING, w2]", [2, 3]),
        ("[w1 = ERROR||w1 = WARNING, w2]", [2, 3]),
        ("[w1!=ERROR && w1!=WARNING, w2]", [0, 1]),
        ("[w1!=ERROR&&w1!=WARNING, w2]", [0, 1]),
        ("[w1=ERROR || w1=%WARN%, w2]", [2, 3]),
        ("[logLevel, date, time, method, url=%/service/resource/[0-9]+$%, response_time]", [0]),
        (
            (
                "[logLevel, date, time, method, url=%/service/resource/[0-9]+/part/[0-9]+$%, "
                "response_time]"
            ),
            [1],
        ),
        ("[LogLevel, Date, Time, Method, Url, ResponseTime]", [0, 1, 2, 3]),
        ("[log_level = INFO]", []),
        ("[log_level = IN*]", [0, 1]),
    ],
)
def test_aws_examples_match_as_documented(pattern: str, found: list[int]) -> None:
    matches = matching(pattern)
    assert [number for number, line in enumerate(LOGGED) if matches(line)] == found


class Watched(str):
    """Counts how often it is searched in vain."""

    __slots__ = ("vain",)

    def find(self, *given: object) -> int:
        found = super().find(*given)  # type: ignore[arg-type] # whatever the caller gave
        self.vain = getattr(self, "vain", 0) + (found < 0)
        return found


def test_marks_that_nothing_closes_are_looked_for_once_only() -> None:
    message = Watched("[ a " * 1000)
    assert len([*fields(message)]) == 2000
    assert message.vain == 1


@pytest.mark.parametrize(
    "pattern",
    [
        "[a",
        "[a, b] c",
        "[a b]",
        "[a = ]",
        "[a = , b]",
        "[a = b c]",
        "[a == b]",
        "[a = = b]",
        "[a > b]",
        "[a > *]",
        "[= b]",
        "[a = b &&]",
        "[a = b && || a = c]",
        "[a = b AND a = c]",
        "[a && b]",
        "[a = b && c, d]",
        "[(a = b]",
        "[a = b)]",
        "[a = b, ..., c, ...]",
        "[... = b]",
        "[a, b = x && c = y]",
        "[a = x, a]",
        "[a = %(%]",
        "[" + "(" * 1000 + "]",
    ],
)
def test_what_is_no_pattern_is_refused_by_its_name(pattern: str) -> None:
    with pytest.raises(Fault, match="InvalidParameterException") as refused:
        matching(pattern)
    assert repr(pattern) in str(refused.value)
