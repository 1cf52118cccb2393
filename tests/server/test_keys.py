"""Keys are made once, whole, and for their owner's eyes only."""

import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier

import pytest

from batchyard.errors import CallerError, Unreadable
from batchyard.server.keys import FILE, Keys, generate, load_or_create, private_directory

PROGRAM = """
import sys
from pathlib import Path
from batchyard.server.keys import load_or_create
sys.stdin.readline()
keys = load_or_create(Path(sys.argv[1]))
print(keys.access_key_id, keys.secret_access_key)
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def umask(value: int) -> Iterator[None]:
    before = os.umask(value)
    try:
        yield
    finally:
        os.umask(before)


def test_keys_have_the_form_of_awss() -> None:
    for _ in range(50):
        keys = generate()
        assert re.fullmatch(r"AKIA[A-Z2-7]{16}", keys.access_key_id)
        assert re.fullmatch(r"[A-Za-z0-9]{40}", keys.secret_access_key)


def test_no_two_keys_are_alike() -> None:
    assert len({generate() for _ in range(100)}) == 100


def test_keys_once_made_stay(tmp_path: Path) -> None:
    assert load_or_create(tmp_path) == load_or_create(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077, 0o777], ids=oct)
def test_only_the_owner_may_read_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    home = tmp_path / "yard"
    with umask(mask):
        load_or_create(home)
    assert mode(home) == 0o700
    assert mode(home / FILE) == 0o600


def test_a_directory_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    private_directory(tmp_path)
    load_or_create(tmp_path)
    assert mode(tmp_path) == 0o755


@pytest.mark.parametrize("others", [0o604, 0o640, 0o602, 0o620, 0o601, 0o666], ids=oct)
def test_a_file_that_others_could_open_is_refused(tmp_path: Path, others: int) -> None:
    load_or_create(tmp_path)
    (tmp_path / FILE).chmod(others)
    with pytest.raises(CallerError, match=f"mode {others:o}.*chmod 600"):
        load_or_create(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff",
        b'{"access_key_id": "AKIAIOSFODNN7EXAMPLE"}',
        b'{"access_key_id": 1, "secret_access_key": 2}',
        b'{"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": ""}',
        b'{"access_key_id": "", "secret_access_key": "x"}',
    ],
)
def test_a_damaged_file_is_neither_believed_nor_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / FILE
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(Unreadable, match="remove it to get new ones"):
        load_or_create(tmp_path)
    assert path.read_bytes() == content


def test_a_secret_is_in_no_repr_and_no_message(tmp_path: Path) -> None:
    keys = load_or_create(tmp_path)
    assert keys.secret_access_key not in f"{keys!r} {keys}"
    path = tmp_path / FILE
    path.chmod(0o644)
    with pytest.raises(CallerError) as caught:
        load_or_create(tmp_path)
    assert keys.secret_access_key not in str(caught.value)


def test_a_secret_is_told_for_its_own_key_only() -> None:
    keys = Keys("AKIAIOSFODNN7EXAMPLE", "a-secret")
    assert keys.secret_of("AKIAIOSFODNN7EXAMPLE") == "a-secret"
    assert keys.secret_of("AKIAI44QH8DHBEXAMPLE") is None
    assert keys.secret_of("") is None


def test_threads_that_race_end_with_the_same_keys(tmp_path: Path) -> None:
    for turn in range(20):
        home = tmp_path / str(turn)
        start = Barrier(8)

        def race(home: Path = home, start: Barrier = start) -> Keys:
            start.wait()
            return load_or_create(home)

        with ThreadPoolExecutor(8) as pool:
            racers = [pool.submit(race) for _ in range(8)]
        assert len({racer.result() for racer in racers}) == 1
        assert [path.name for path in home.iterdir()] == [FILE]


def test_processes_that_race_end_with_the_same_keys(tmp_path: Path) -> None:
    home = tmp_path / "yard"
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    answers = {racer.communicate()[0] for racer in racers}
    assert [racer.returncode for racer in racers] == [0] * 4
    assert len(answers) == 1
    assert answers != {""}
