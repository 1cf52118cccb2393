"""Definitions are values, and their parameters are typed fields."""

import copy
import enum
import json
import pickle
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard import JobDefinition, Refused, S3Uri
from batchyard.client.fields import text_of

Given: TypeAlias = Any
"""Whatever somebody may give."""


class Preset(enum.Enum):
    FAST = "fast"


class Align(JobDefinition):
    name = "align"
    limit: ClassVar[int] = 3
    reads: S3Uri
    threads: int = 4
    rate: float = 0.5
    dry: bool = False
    out: Path | None = None
    day: date | None = None
    preset: Preset | None = None
    tags: tuple[str, ...] | None = None


class Realign(Align):
    name = "realign"
    rounds: int = 2


def align(**more: Given) -> Align:
    return Align(**{"reads": "s3://lab/reads.fq", **more})


def test_fields_are_parameters_and_are_read_as_attributes() -> None:
    made = Align(reads=S3Uri("s3://lab/reads.fq"), threads=8)
    assert (made.reads.bucket, made.threads, made.rate) == ("lab", 8, 0.5)
    assert list(made.parameters)[:2] == ["reads", "threads"]
    assert "limit" not in made.parameters


def test_text_becomes_the_typed_value() -> None:
    made = align(out="/data/out", day="2024-01-31", preset="fast", tags=["a"])
    assert isinstance(made.reads, S3Uri)
    assert (made.out, made.day, made.preset) == (Path("/data/out"), date(2024, 1, 31), Preset.FAST)
    assert made.tags == ("a",)


def test_what_has_its_type_already_stays_as_it_is() -> None:
    reads, out = S3Uri("s3://lab/reads.fq"), Path("/data/out")
    made = align(reads=reads, out=out, preset=Preset.FAST)
    assert made.reads is reads
    assert made.out is out


def test_a_definition_inherits_the_fields_of_its_parents() -> None:
    assert Realign(reads=S3Uri("s3://lab/x"), rounds=3).to_dict()["rounds"] == "3"


@pytest.mark.parametrize(
    "given, message",
    [
        ({"reed": 1}, r"Align has no parameter reed; its parameters: reads, threads"),
        ({"threads": "four"}, r"Align\.threads = 'four': Expected `int`, got `str`"),
        ({"threads": True}, r"Align\.threads = True"),
        ({"threads": None}, r"Align\.threads = None"),
        ({"reads": "reads.fq"}, r"Align\.reads: 'reads\.fq' is no S3 URI"),
        ({"reads": 3}, r"Align\.reads = 3: Expected `S3Uri`, got `int`"),
        ({"out": 3}, r"Align\.out = 3: Expected `Path`, got `int`"),
        ({"name": "x"}, "Align has no parameter name"),
    ],
)
def test_what_does_not_fit_a_field_is_refused_by_name(given: dict[str, Any], message: str) -> None:
    with pytest.raises(Refused, match=message):
        align(**given)


def test_what_has_no_default_must_be_given() -> None:
    with pytest.raises(Refused, match="Align needs reads"):
        Align()  # type: ignore[call-arg] # the type checker sees it too


def test_a_field_cannot_take_the_place_of_what_a_definition_has() -> None:
    class Typed(JobDefinition):
        name: str = "typed"  # type: ignore[misc] # what is refused

    class Taken(JobDefinition):
        name = "taken"
        revision: int = 3

    with pytest.raises(Refused, match="leave out its type"):
        Typed()
    with pytest.raises(Refused, match=r"Taken\.revision"):
        Taken()


@pytest.mark.parametrize("name", ["", "a b", "-a", "a" * 129, "a:6", "é", None])
def test_a_name_that_aws_would_not_take_is_refused(name: str | None) -> None:
    made: Given = type("Made", (JobDefinition,), {} if name is None else {"name": name})
    with pytest.raises(Refused, match="Made"):
        made()


def test_a_definition_never_changes() -> None:
    made = align()
    for change in (lambda: setattr(made, "threads", 5), lambda: delattr(made, "threads")):
        with pytest.raises(Refused, match="is a value"):
            change()  # type: ignore[no-untyped-call] # a class made at run time
    made.parameters["threads"] = 5
    assert made == align()


def test_another_revision_is_another_value() -> None:
    made = align()
    assert made.revision is None
    assert [made.at_revision(6).revision, made.at_revision("6").revision] == [6, 6]
    assert made.revision is None
    assert made != made.at_revision(6) == made.at_revision("6")
    assert made.at_revision(6).at_revision(None) == made


@pytest.mark.parametrize("revision", [0, "0", -1, "latest", "", 1.5, True, "²"])
def test_a_revision_that_cannot_be_is_refused(revision: Given) -> None:
    with pytest.raises(Refused, match="revision"):
        align().at_revision(revision)


@given(st.integers(1), st.integers(), st.floats(allow_nan=False))
def test_equal_values_are_one_key_and_survive_copies(at: int, threads: int, rate: float) -> None:
    made = align(threads=threads, rate=rate).at_revision(at)
    for one in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):  # noqa: S301 - our own bytes
        assert one == made
        assert hash(one) == hash(made)


def test_parameters_are_texts_and_none_is_left_out() -> None:
    made = align(out="/data", day=date(2024, 1, 31), preset=Preset.FAST, dry=True, tags=("a", "b"))
    assert made.to_dict() == {
        "reads": "s3://lab/reads.fq",
        "threads": "4",
        "rate": "0.5",
        "dry": "true",
        "out": "/data",
        "day": "2024-01-31",
        "preset": "fast",
        "tags": '["a","b"]',
    }
    assert align().to_dict().keys() == {"reads", "threads", "rate", "dry"}


def test_a_moment_is_iso_8601() -> None:
    assert text_of(datetime(2024, 1, 31, 12, tzinfo=UTC)) == "2024-01-31T12:00:00Z"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_every_plain_value_can_be_read_back_from_its_text(value: Given) -> None:
    text = text_of(value)
    assert value == (text if isinstance(value, str) else json.loads(text))


def test_what_has_no_text_is_refused() -> None:
    with pytest.raises(Refused, match="cannot be a parameter"):
        text_of(object())


def test_an_annotation_that_is_not_there_at_run_time_is_refused_with_advice() -> None:
    class Unread(JobDefinition):
        name = "unread"
        reads: "Nowhere" = None  # type: ignore[name-defined] # noqa: F821 - what is refused

    with pytest.raises(Refused, match="TYPE_CHECKING"):
        Unread()
