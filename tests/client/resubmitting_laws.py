"""Failed children run again under the indices that they had."""

import json
import subprocess
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchyard.client.resubmitting import RESERVE, parts, ranges, requests, unwrapped, wrapped
from batchyard.client.sizes import OVERRIDES, length
from batchyard.errors import Refused

INDICES = st.sets(st.integers(0, 9999), min_size=1).map(sorted)
DENSE = st.sets(st.integers(0, 12), min_size=1).map(sorted)
COMMANDS = st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=3)
TOLD = ("sh", "-c", 'echo "$AWS_BATCH_JOB_ARRAY_INDEX $AWS_BATCH_JOB_ARRAY_SIZE $at$table$*"', "x")


def child_says(command: list[str], index: int | None) -> str:
    """Run a command as the child of an array, or as a single job."""
    own = {} if index is None else {"AWS_BATCH_JOB_ARRAY_INDEX": str(index)}
    env = {"PATH": "/usr/bin:/bin", **own}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout


@given(st.one_of(DENSE, INDICES), st.data())
@settings(max_examples=25)
def test_a_child_runs_under_its_old_index(indices: list[int], data: st.DataObject) -> None:
    new = data.draw(st.integers(0, len(indices) - 1))
    command = wrapped([*TOLD, "a  b"], 10_000, indices)
    assert child_says(command, new) == f"{indices[new]} 10000 a  b\n"


def test_every_child_of_ranges_and_single_ones_has_its_own() -> None:
    indices = [0, 1, 2, 5, 7, 8, 9, 11]
    command = wrapped(TOLD, 12, indices)
    said = [child_says(command, new).split()[0] for new in range(len(indices))]
    assert said == [str(index) for index in indices]


def test_a_single_job_runs_under_the_only_index() -> None:
    assert child_says(wrapped(TOLD, 9, [7]), None) == "7 9 \n"


@given(st.one_of(DENSE, INDICES), COMMANDS, st.integers(2, 10_000))
def test_a_command_comes_out_of_its_wrapping(indices: list[int], own: list[str], size: int) -> None:
    found = unwrapped(wrapped(own, size, indices), 2)
    assert (list(found.command), found.size, list(found.indices or ())) == (own, size, indices)
    assert unwrapped(own, size) == (tuple(own), size, None)


@given(st.one_of(DENSE, INDICES), st.integers(9, 60))
def test_the_parts_are_the_whole_and_each_has_room(indices: list[int], room: int) -> None:
    found = list(parts(indices, room))
    assert [index for part in found for index in part] == indices
    tables = [" ".join(ranges(part)) for part in found]
    assert all(len(table) <= room for table in tables)
    for table, after in pairwise(tables):
        assert len(f"{table} {after.split()[0]}") > room


@given(DENSE)
def test_ranges_are_as_few_as_can_be(indices: list[int]) -> None:
    gaps = sum(after - before > 1 for before, after in pairwise(indices))
    assert len(list(ranges(indices))) == gaps + 1


def test_there_must_be_room_for_one() -> None:
    with pytest.raises(Refused, match="so long"):
        list(parts([1000], 3))


BASE: dict[str, Any] = {"command": ["x"], "environment": [{"name": "A", "value": "1"}]}
PARENT = {
    "jobId": "p",
    "jobName": "align",
    "jobQueue": "q",
    "jobDefinition": "d:1",
    "arrayProperties": {"size": 10_000},
    "parameters": {"a": "b"},
    "retryStrategy": {"attempts": 2, "evaluateOnExit": []},
    "timeout": {"attemptDurationSeconds": 60},
    "dependsOn": [{"jobId": "other"}, {"type": "SEQUENTIAL"}],
    "tags": {"team": "x", "aws:batch:internal": "y"},
    "propagateTags": True,
    "shareIdentifier": "s",
    "schedulingPriority": 3,
}


def child(index: int, **container: object) -> dict[str, Any]:
    """A child as DescribeJobs shows it."""
    return {"arrayProperties": {"index": index}, "container": {**BASE, **container}}


def test_all_that_was_said_of_the_job_is_said_again() -> None:
    more = {"environment": [*BASE["environment"], {"name": "B", "value": "2"}]}
    (again,) = requests(PARENT, [child(3, **more), child(5, **more)], BASE)
    asked = again.request
    kept = ("jobQueue", "jobDefinition", "parameters", "timeout", "propagateTags")
    assert {name: asked[name] for name in kept} == {name: PARENT[name] for name in kept}
    assert asked["retryStrategy"] == {"attempts": 2}
    assert asked["tags"] == {"team": "x"}
    assert asked["dependsOn"] == [{"type": "SEQUENTIAL"}]
    assert (asked["shareIdentifier"], asked["schedulingPriorityOverride"]) == ("s", 3)
    assert asked["arrayProperties"] == {"size": 2}
    assert asked["containerOverrides"]["environment"] == [{"name": "B", "value": "2"}]
    assert again.indices == [3, 5]
    assert "-align-" in asked["jobName"]


def test_a_single_child_becomes_a_single_job() -> None:
    (again,) = requests(PARENT, [child(3)], BASE)
    assert "arrayProperties" not in again.request
    assert "dependsOn" not in again.request


def test_where_all_failed_nothing_is_wrapped() -> None:
    (again,) = requests({**PARENT, "arrayProperties": {"size": 2}}, [child(0), child(1)], BASE)
    assert again.request["arrayProperties"] == {"size": 2}
    assert "containerOverrides" not in again.request


def test_every_second_child_of_the_largest_array_fits_what_aws_takes() -> None:
    failed = [child(index) for index in range(0, 10_000, 2)]
    made = requests(PARENT, failed, BASE)
    assert [index for one in made for index in one.indices] == list(range(0, 10_000, 2))
    assert all(length(one.request["containerOverrides"]) <= OVERRIDES - RESERVE for one in made)
    assert all(len(json.dumps(one.request)) < 30 * 1024 for one in made)


def test_children_that_were_resubmitted_go_back_to_their_first_index() -> None:
    before = wrapped(["x"], 10_000, [7, 8, 9])
    parent = {**PARENT, "arrayProperties": {"size": 3}}
    (again,) = requests(parent, [child(0, command=before), child(2, command=before)], BASE)
    assert again.indices == [7, 9]
    assert again.request["containerOverrides"]["command"] == wrapped(["x"], 10_000, [7, 9])


def test_the_images_own_command_cannot_be_wrapped() -> None:
    with pytest.raises(Refused, match="own command"):
        requests(PARENT, [child(3, command=[])], {**BASE, "command": []})
    with pytest.raises(Refused, match="no single container"):
        requests(PARENT, [{"arrayProperties": {"index": 3}}], {})
