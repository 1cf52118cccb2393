"""Where files of tasks are, and which data are staged."""

from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.client.s3 import S3Uri
from batchyard.errors import Refused
from batchyard.logs.pages import Event
from batchyard.pipelines.model import Field, PipelineObject
from batchyard.runner.paths import Staged, below, joined, located, place_of, staged
from batchyard.runner.printing import within


def node(kind: str = "S3DataNode", **fields: str) -> PipelineObject:
    pairs = {"type": kind, **fields}.items()
    return PipelineObject("Node", "Node", tuple(Field(key, value) for key, value in pairs))


@pytest.mark.parametrize(
    "text, place",
    [
        ("s3://bucket/a/b", S3Uri("s3://bucket/a/b")),
        (" s3://bucket/a ", S3Uri("s3://bucket/a")),
        ("file:///tmp/a%20b", Path("/tmp/a b")),
        ("file://localhost/tmp/a", Path("/tmp/a")),
        ("/tmp/a", Path("/tmp/a")),
        ("relative/a", Path("relative/a")),
    ],
)
def test_a_place_is_read_as_definitions_write_it(text: str, place: object) -> None:
    found = located(text)
    assert (found, type(found)) == (place, type(place))


@pytest.mark.parametrize("text", ["", " ", "ftp://h/a", "file://elsewhere/a", "s3:/b", "a\0b"])
def test_what_is_no_place_is_refused_by_name(text: str) -> None:
    with pytest.raises(Refused):
        located(text)


@given(st.text(st.sampled_from("ab/."), max_size=12))
def test_no_key_leads_out_of_its_folder(key: str) -> None:
    try:
        path = below(S3Uri("s3://bucket/p/"), f"p/{key}")
    except Refused:
        return
    assert not path.is_absolute()
    assert ".." not in path.parts
    assert path.parts


def test_a_key_keeps_its_way_below_its_prefix() -> None:
    assert below(S3Uri("s3://bucket/p/"), "p/a/b") == PurePosixPath("a/b")


@pytest.mark.parametrize("prefix", ["s3://lab/p", "s3://lab/p/", "s3://lab/p//"])
def test_names_go_below_a_prefix_with_one_slash(prefix: str) -> None:
    assert joined(S3Uri(prefix), "a", "b") == "s3://lab/p/a/b"


def test_data_nodes_are_staged_by_their_position() -> None:
    """dp-concepts-staging.html: INPUT1_STAGING_DIR is the first input."""
    nodes: list[Any] = [
        node(directoryPath="s3://lab/dir"),
        node("SqlDataNode", table="t"),
        None,
        node(filePath="s3://lab/file"),
    ]
    assert list(staged(iter(nodes), "INPUT")) == [
        Staged("INPUT1_STAGING_DIR", S3Uri("s3://lab/dir"), whole=True),
        Staged("INPUT4_STAGING_DIR", S3Uri("s3://lab/file"), whole=False),
    ]


def test_an_output_is_a_directory() -> None:
    with pytest.raises(Refused, match="directoryPath"):
        list(staged(iter([node(filePath="s3://lab/file")]), "OUTPUT"))


@pytest.mark.parametrize("lacking", [node(), node("SqlDataNode", filePath="s3://lab/x")])
def test_data_without_a_place_are_refused(lacking: PipelineObject) -> None:
    with pytest.raises(Refused, match="Node"):
        place_of(lacking)


@given(st.lists(st.integers(0, 100)).map(sorted), st.integers(1, 20))
def test_events_are_put_in_parts_that_span_little_and_lose_none(
    times: list[int], span: int
) -> None:
    """API_PutLogEvents.html: a batch cannot span more than 24 hours."""
    events = [Event(at, str(number)) for number, at in enumerate(times)]
    parts = list(within(events, span))
    assert [event for part in parts for event in part] == events
    assert all(part and part[-1].at - part[0].at < span for part in parts)
    for one, following in pairwise(parts):
        assert following[0].at - one[0].at >= span
