"""A file as a target: whole lines, whatever a crash has left of one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from batchyard.errors import YardError
from batchyard.server.targets.files import BEGINNING, File
from tests.server.targets.told import notice


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def test_events_are_appended_a_line_each_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    target = File(str(path))
    assert target.send([notice(1), notice(2)]) == {}
    assert target.send([notice(3)]) == {}
    assert lines(path) == [notice(number).body + b"\n" for number in (1, 2, 3)]
    assert path.stat().st_mode & 0o777 == 0o600
    assert all(json.loads(line)["source"] == "aws.batch" for line in lines(path))


@pytest.mark.parametrize("kept", [1, len(BEGINNING) - 3, len(BEGINNING), 200])
def test_a_line_that_a_crash_tore_is_written_anew(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "events.jsonl"
    whole, torn = notice(1).body + b"\n", notice(2).body[:kept]
    path.write_bytes(whole + torn)
    File(str(path)).send([notice(2)])
    assert lines(path) == [whole, notice(2).body + b"\n"]


def test_what_somebody_else_wrote_stays(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"notes of mine")
    File(str(path)).send([notice(1)])
    assert lines(path) == [b"notes of mine\n", notice(1).body + b"\n"]


def test_a_file_that_was_moved_away_is_begun_anew(tmp_path: Path) -> None:
    path, moved = tmp_path / "events.jsonl", tmp_path / "events.1"
    target = File(str(path))
    target.send([notice(1)])
    path.rename(moved)
    target.send([notice(2)])
    assert (lines(moved), lines(path)) == ([notice(1).body + b"\n"], [notice(2).body + b"\n"])


def test_a_file_that_cannot_be_written_says_which_and_why(tmp_path: Path) -> None:
    with pytest.raises(YardError, match=r"nowhere/x cannot be written: No such file"):
        File(str(tmp_path / "nowhere" / "x")).send([notice(1)])
