"""Both streams of a command reach their files, whole and in order."""

import os
import subprocess
from pathlib import Path

import pytest

from batchyard.runner.streams import Streams, last_lines


def say(pipe: Path, text: bytes) -> None:
    fd = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    assert os.write(fd, text) == len(text)
    os.close(fd)


def pipes(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_fifo()]


def open_files() -> int:
    """How many this process has open, where the system tells."""
    shown = Path("/proc/self/fd")
    return len(list(shown.iterdir())) if shown.exists() else 0


async def test_what_is_left_in_the_pipes_at_the_end_is_written(tmp_path: Path) -> None:
    out, err, copy = tmp_path / "a" / "out", tmp_path / "err", tmp_path / "copy"
    text = bytes(range(256)) * 256
    with Streams(tmp_path, [[out, copy], [err]]) as streams:
        say(streams.pipes[0], text)
        say(streams.pipes[1], b"err")
    assert out.read_bytes() == copy.read_bytes() == text
    assert err.read_bytes() == b"err"
    assert not pipes(tmp_path)


async def test_files_are_appended_to(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for text in (b"one", b"two"):
        with Streams(tmp_path, [[out], []]) as streams:
            say(streams.pipes[0], text)
    assert out.read_bytes() == b"onetwo"


async def test_a_file_that_cannot_be_made_leaves_nothing_behind(tmp_path: Path) -> None:
    before = open_files()
    with pytest.raises(OSError, match="Is a directory"), Streams(tmp_path, [[tmp_path], []]):
        pass
    assert not pipes(tmp_path)
    assert open_files() == before


async def test_the_wrapper_changes_no_variable_of_the_command(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with Streams(tmp_path, [[out], []]) as streams:
        words = streams.wrapped(["/bin/sh", "-c", 'echo "$out $err $1"', "sh", "a  b"])
        environment = {"out": "mine", "err": "too", "PATH": os.environ["PATH"]}
        subprocess.run(words, env=environment, check=True)  # noqa: ASYNC221 - it is quick
    assert out.read_bytes() == b"mine too a  b\n"


def test_the_last_lines_are_those_of_the_first_file_that_says_anything(tmp_path: Path) -> None:
    empty, long = tmp_path / "empty", tmp_path / "long"
    empty.write_bytes(b" \n")
    long.write_bytes(b"x" * 10_000 + b"\nlast \xff\n")
    assert last_lines(tmp_path / "missing", empty, long).endswith("\nlast \ufffd")
    assert len(last_lines(long)) <= 4_096
    assert last_lines(empty) == ""
