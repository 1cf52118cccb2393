"""Laws of tokens: they say what they were given, to the stream they were given for.

Source of the wording: https://github.com/boto/boto3/issues/1467
"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.errors import Fault
from batchyard.logs import tokens
from batchyard.logs.mixing import Position
from batchyard.logs.pages import Direction
from batchyard.logs.putting import Gap

OFFSETS = st.integers(min_value=0, max_value=2**50)
GAPS = st.builds(Gap, st.integers(0, 2**44 - 1), st.integers(0, 2**46 - 1))
POSITIONS = st.builds(Position, OFFSETS, GAPS)
DIRECTIONS: st.SearchStrategy[Direction] = st.sampled_from(["f", "b"])
STREAMS = st.text(alphabet="0123456789abcdef", min_size=1, max_size=32)


@given(direction=DIRECTIONS, position=POSITIONS, stream=STREAMS, more=OFFSETS)
def test_a_token_says_what_it_was_given_also_when_the_log_has_grown(
    direction: Direction, position: Position, stream: str, more: int
) -> None:
    place = tokens.Place(direction, position)
    assert tokens.read(tokens.written(place, stream), stream, position.offset + more) == place


@given(direction=DIRECTIONS, position=POSITIONS, stream=STREAMS)
def test_a_token_looks_like_one_of_aws(
    direction: Direction, position: Position, stream: str
) -> None:
    token = tokens.written(tokens.Place(direction, position), stream)
    assert re.fullmatch(rf"{direction}/\d{{56}}", token)


@given(direction=DIRECTIONS, position=POSITIONS, stream=STREAMS, other=STREAMS)
def test_a_token_of_another_stream_is_refused(
    direction: Direction, position: Position, stream: str, other: str
) -> None:
    if stream != other:
        token = tokens.written(tokens.Place(direction, position), stream)
        with pytest.raises(Fault, match="The specified nextToken is invalid"):
            tokens.read(token, other, position.offset)


@given(position=POSITIONS.filter(lambda position: position.offset > 0), stream=STREAMS)
def test_a_token_that_points_past_the_end_is_refused(position: Position, stream: str) -> None:
    token = tokens.written(tokens.Place("f", position), stream)
    with pytest.raises(Fault, match="The specified nextToken is invalid"):
        tokens.read(token, stream, position.offset - 1)


@pytest.mark.parametrize(
    "token", ["x", "f/", "f/12", f"x/{'0' * 56}", f"f/{'0' * 56}", "f/" + "٣" * 56]
)
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(Fault, match="InvalidParameterException") as refused:
        tokens.read(token, "stream", 0)
    assert refused.value.status == 400
