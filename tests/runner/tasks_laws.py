"""What is read of a task, and what is said of its end."""

import json
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from batchyard.pipelines.model import Field, PipelineObject
from batchyard.runner.tasks import FINISHED, Handed, Polled, failed, file_name, unsupported

ids = st.text(min_size=1, max_size=300)

EXAMPLE = """
{"taskObject": {"taskId": "2xaM4wRs5zOsIH+g9U3oVHfAgAlbSqU6XduncB0HhZ3xMnmvfePZPn4dIbYXHyWyRK+cU15",
 "pipelineId": "df-06372391ZG65EXAMPLE", "attemptId": "@SayHello_2012-12-12T00:00:00_Attempt=1",
 "objects": {"@SayHello_2012-12-12T00:00:00_Attempt=1":
   {"@fields": "unknown", "id": "@SayHello_2012-12-12T00:00:00_Attempt=1", "name": "SayHello",
    "fields": [{"key": "@componentParent", "refValue": "SayHello"},
               {"key": "@instanceParent", "refValue": "@SayHello_2012-12-12T00:00:00"},
               {"key": "type", "stringValue": "ShellCommandActivity"},
               {"key": "command", "stringValue": "echo hello"}]}}}}
"""
"""After the example of
https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_PollForTask.html"""


def handed(**fields: str) -> Handed:
    own = tuple(Field(key, value) for key, value in fields.items())
    return Handed("t", "df-1", "a", {"a": PipelineObject("a", "A", own)})


def test_a_task_is_read_as_aws_sends_it() -> None:
    task = msgspec.json.decode(EXAMPLE, type=Polled).task_object
    assert task is not None
    assert task.work.string("command") == "echo hello"
    folder = "df-06372391ZG65EXAMPLE/SayHello/@SayHello_2012-12-12T00:00:00"
    assert task.folder == PurePosixPath(folder, "@SayHello_2012-12-12T00:00:00_Attempt=1")
    assert msgspec.json.decode(b"{}", type=Polled).task_object is None


def test_a_task_without_its_attempt_has_no_type() -> None:
    task = Handed("t")
    assert (task.work.type, task.is_batch) == (None, False)


@given(st.integers(1, 999_999), st.floats(0.01, 1e6))
def test_several_reports_fit_into_the_time_that_a_task_bears(minutes: int, most: float) -> None:
    every = handed(reportProgressTimeout=f"{minutes} minutes").report_every(most)
    assert 0 < every <= most
    assert every * 6 <= minutes * 60


@pytest.mark.parametrize("fields", [{}, {"reportProgressTimeout": "soon"}])
def test_without_a_word_reports_come_every_minute(fields: dict[str, str]) -> None:
    """API_ReportTaskProgress.html: every 60 seconds."""
    assert handed(**fields).report_every(60) == 60


def test_a_short_report_timeout_is_met() -> None:
    assert handed(reportProgressTimeout="1 minute").report_every(60) == 10


@given(st.text(max_size=400))
@example("ü" * 200)
def test_any_id_makes_one_name_below_a_folder(part: str) -> None:
    name = file_name(part)
    assert Path("folder", name).parts == ("folder", name)
    assert name not in {".", ".."}
    assert "\0" not in name
    assert 0 < len(name.encode()) <= 255


@given(
    st.text(st.sampled_from("a./%\0"), max_size=9), st.text(st.sampled_from("a./%\0"), max_size=9)
)
def test_no_two_short_ids_share_a_name(one: str, other: str) -> None:
    assume(one != other)
    assert file_name(one) != file_name(other)


def test_the_ids_of_aws_are_their_own_names() -> None:
    name = "@SayHello_2012-12-12T00:00:00_Attempt=1"
    assert file_name(name) == name


@given(st.text(max_size=2_000), st.text(max_size=12_000), st.text(max_size=2_000))
def test_an_ending_fits_the_service(error: str, message: str, trace: str) -> None:
    """Botocore's model: errorId and errorStackTrace, at most 1024."""
    members = failed(error, message, trace).members
    assert len(members.get("errorId", "")) <= 1024
    assert len(members.get("errorStackTrace", "")) <= 1024
    assert len(members.get("errorMessage", "")) <= 10_240
    json.dumps(members).encode()
    assert all(c.isprintable() or c in "\n\t" for c in members.get("errorStackTrace", ""))


def test_of_a_long_trace_the_end_is_kept() -> None:
    assert failed("E", "m", "a" * 2_000 + "last").error_stack_trace.endswith("last")


def test_nothing_is_said_that_there_is_nothing_to_say_of() -> None:
    assert FINISHED.members == {"taskStatus": "FINISHED"}


@pytest.mark.parametrize("kind", ["EmrActivity", "x", None])
def test_a_type_that_is_not_run_is_named(kind: str | None) -> None:
    told: dict[str, Any] = unsupported(kind).members
    assert told["taskStatus"] == "FAILED"
    assert not told["errorId"].startswith("Service_")
    assert (kind or "no type") in told["errorMessage"]
