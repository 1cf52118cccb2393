"""Lines that fit, and texts that steer no terminal."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from batchyard.cli.top_screen.columns import (
    BAR,
    GAP,
    WIDE,
    Column,
    bar,
    fit,
    job_columns,
    placed,
    queue_columns,
    room_columns,
    runner_columns,
    sample_of,
)
from batchyard.cli.top_screen.heading import count_line, hint_line, place_line
from batchyard.cli.top_screen.keys import help_text
from batchyard.cli.top_screen.plan import STATUSES
from batchyard.cli.top_screen.rows import (
    JobRow,
    QueueRow,
    RoomRow,
    clean,
    job_row,
    queue_row,
    room_row,
    runner_rows,
)

NOW = 100_000_000_000
ID = "01a213a8-6856-7bff-9203-fd2874a08fd8"
ARN = "arn:aws:batch:us-east-1:123456789012:compute-environment"

jobs = st.builds(
    JobRow,
    id=st.uuids().map(str),
    name=st.text(min_size=1, max_size=200).map(clean).filter(bool),
    status=st.sampled_from(STATUSES),
    queue=st.text(max_size=128).map(clean),
    created=st.integers(0, NOW),
    started=st.none() | st.integers(0, NOW),
    exit_code=st.none() | st.integers(-1, 255),
    array=st.sampled_from(["", "0/20", "10000/10000"]),
    reason=st.text(max_size=300).map(clean),
)


@given(rows=st.lists(jobs, max_size=5), room=st.integers(20, 300), queues=st.booleans())
def test_a_line_of_a_job_is_never_wider_than_the_terminal(
    rows: list[JobRow],
    room: int,
    queues: bool,  # noqa: FBT001 - drawn
) -> None:
    columns = placed(job_columns(NOW, room, queues=queues), room, rows)
    assert sum(one.width + GAP for one in columns) - GAP <= room
    for row in rows:
        assert all(cell_len(fit(p.column.cell(row), p.width)) == p.width for p in columns)


@given(row=jobs)
def test_eighty_columns_have_name_and_status_of_a_job_and_wide_ones_its_whole_id(
    row: JobRow,
) -> None:
    heads = {one.column.head for one in placed(job_columns(NOW, 80, queues=True), 79, [row])}
    assert {"JOB", "NAME", "STATUS", "AGE"} <= heads
    wide = placed(job_columns(NOW, WIDE, queues=True), WIDE - 1, [row])
    assert wide[0].column.cell(row) == row.id
    assert wide[0].width == len(row.id)


def test_columns_in_which_nothing_stands_are_left_out() -> None:
    row = JobRow(ID, "job", "RUNNABLE", "default")
    heads = [one.column.head for one in placed(job_columns(NOW, 80, queues=False), 79, [row])]
    assert heads == ["JOB", "NAME", "STATUS", "AGE"]
    everything = placed(job_columns(NOW, 200, queues=False), 199, [])
    assert [one.column.head for one in everything][-1] == "REASON"


def heads(columns: Sequence[Column[Any]]) -> set[str]:
    """The heads of columns that fit into eighty columns."""
    return {one.column.head for one in placed(columns, 79, [])}


def test_narrow_screens_keep_what_matters_of_every_view() -> None:
    assert {"QUEUE", "RUNNABLE", "RUNNING", "FAILED"} <= heads(queue_columns(lambda *_: "1"))
    assert {"ENVIRONMENT", "STATE", "USED", "VCPUS"} <= heads(room_columns())
    assert {"WORKER GROUP", "RUNNER", "POLLS", "HOLDS", "HEARD"} <= heads(runner_columns())


@given(text=st.text(), width=st.integers(1, 40), right=st.booleans())
def test_a_text_is_made_exactly_as_wide_as_it_may_be(text: str, width: int, right: bool) -> None:  # noqa: FBT001 - drawn
    said = clean(text)
    assert cell_len(fit(said, width, right=right)) == width
    if cell_len(said) <= width:
        assert fit(said, width, right=right).strip() == said.strip()


@given(count=st.integers(0, 5000), first=st.integers(0, 5000), height=st.integers(1, 60))
def test_all_that_is_on_the_screen_is_measured_and_not_much_more(
    count: int, first: int, height: int
) -> None:
    rows = list(range(count))
    sample = sample_of(rows, first, height)
    assert set(rows[first : first + height]) <= set(sample)
    assert len(sample) <= height + 200


@given(text=st.text(st.characters(max_codepoint=0x2FF) | st.just("\x1b"), max_size=60))
def test_what_is_cleaned_steers_nothing(text: str) -> None:
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in clean(text))


@pytest.mark.parametrize(
    "printed, shown",
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("10%\r50%\r100%", "100%"),
        ("done\r\n", "done"),
        ("a\tb", "a       b"),
        ("\x1b[?1049lx\x1bcy", "xy"),
        ("\x9b31mx", "31mx"),
        ("[bold]x[/bold]", "[bold]x[/bold]"),
    ],
)
def test_escape_sequences_go_and_words_stay(printed: str, shown: str) -> None:
    assert clean(printed) == shown


def test_a_job_is_read_from_its_summary() -> None:
    summary = {
        "jobId": ID,
        "jobName": "census",
        "status": "FAILED",
        "createdAt": 5,
        "startedAt": 10,
        "stoppedAt": 40,
        "statusReason": "Essential container in task exited",
        "container": {"exitCode": 137, "reason": "OutOfMemoryError: Container killed"},
        "arrayProperties": {"size": 20, "statusSummary": {"SUCCEEDED": 3, "FAILED": 1}},
    }
    row = job_row(summary, "q")
    assert row == JobRow(
        ID, "census", "FAILED", "q", 5, 10, 40, 137, "4/20", "OutOfMemoryError: Container killed"
    )
    assert (row.ran(999), row._replace(stopped=None).ran(999)) == (30, 989)
    assert row._replace(started=None).ran(999) is None


def queue(name: str, *environments: str, vcpus: float | None = None) -> QueueRow:
    order = [
        {"order": n, "computeEnvironment": f"{ARN}/{one}"} for n, one in enumerate(environments)
    ]
    detail = {"jobQueueName": name, "computeEnvironmentOrder": order[::-1]}
    usage = [{"capacityUnit": "VCPU", "quantity": vcpus}]
    snapshot = {"queueUtilization": {"totalCapacityUsage": usage}} if vcpus is not None else {}
    return queue_row(detail, snapshot)


def room(*queues: QueueRow) -> RoomRow:
    detail = {"computeEnvironmentName": "a", "computeResources": {"maxvCpus": 8}}
    return room_row(detail, queues)


def test_room_that_is_used_is_told_only_where_it_is_known() -> None:
    assert queue("q", "a", "b").environments == ("a", "b")
    assert room(queue("q", "a", vcpus=2.5), queue("r", "a", vcpus=1)).used == 3.5
    assert room(queue("q", "a", "b", vcpus=2), queue("r", "a", vcpus=1)).used is None
    assert room(queue("q", "a")).used is None
    assert room(queue("q", "b", vcpus=2)).used == 0


@pytest.mark.parametrize(
    "used, most, full", [(0, 4, 0), (2, 4, BAR // 2), (4, 4, BAR), (9, 4, BAR)]
)
def test_a_bar_is_as_full_as_the_room(used: float, most: int, full: int) -> None:
    row = RoomRow("a", "MANAGED", "ENABLED", "VALID", most, used, (), "")
    assert bar(row) == "█" * full + "░" * (BAR - full)
    assert bar(row._replace(used=None)) == ""


def test_a_worker_group_that_nobody_polls_has_a_line_while_tasks_wait_there() -> None:
    runner = {"workerGroup": "g", "hostname": "h", "polls": 1, "heardAt": 5, "tasks": []}
    groups = [
        {"workerGroup": "g", "ready": 2, "polls": 1},
        {"workerGroup": "alone", "ready": 3, "polls": 0},
    ]
    rows = runner_rows({"now": 9, "runners": [runner], "workerGroups": groups})
    assert [(row.group, row.hostname, row.ready) for row in rows] == [
        ("g", "h", 2),
        ("alone", "(nobody)", 3),
    ]


def test_lines_of_words_fit_in_eighty_columns() -> None:
    assert cell_len(hint_line().plain.rstrip()) <= 80
    assert max(map(cell_len, help_text().splitlines())) <= 78
    assert len(help_text().splitlines()) <= 22


@given(name=st.text(max_size=99).map(clean), seconds=st.none() | st.floats(0, 1e6))
def test_how_old_it_is_stands_at_the_end_of_the_first_line(
    name: str, seconds: float | None
) -> None:
    line = place_line(name, seconds, "trouble " * 20, 80, slowed=False).plain
    assert cell_len(line) <= 80
    assert line.endswith("asking …" if seconds is None else " old")


def test_a_place_that_asks_for_patience_is_shown_as_such() -> None:
    assert "asked to slow down" in place_line("AWS", 3.0, "429", 80, slowed=True).plain
    assert "429" in place_line("AWS", 3.0, "429", 80, slowed=False).plain
    assert count_line({}, known=True).plain == "no jobs"
