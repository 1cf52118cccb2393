"""The supervisor by itself: its door, its protocol, its end."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.launchers.messages import decode
from batchyard.launchers.summons import Folders, connect
from batchyard.launchers.supervisor import protocol, roster
from batchyard.launchers.supervisor.door import LOCK, SOCKET
from tests.launchers.conftest import wait_gone
from tests.launchers.worlds import folders

pytestmark = pytest.mark.timeout(90)

PROGRAM = [sys.executable, "-m", "batchyard.launchers.supervisor"]


class Talk:
    """A connection that speaks plainly."""

    def __init__(self, folder: Path) -> None:
        self.socket = connect(folder)
        self.socket.settimeout(30)
        self.lines = self.socket.makefile("rb")

    def say(self, *message: object) -> None:
        self.socket.sendall(protocol.encode(*message))

    def hear(self) -> list[object]:
        line = self.lines.readline()
        return list(json.loads(line)) if line else []

    def greet(self, version: int = protocol.VERSION) -> list[object]:
        hello = self.hear()
        self.say("hello", version, os.getpid())
        return hello

    def close(self) -> None:
        self.lines.close()
        self.socket.close()


@pytest.fixture
def place(tmp_path: Path) -> Folders:
    made = folders(tmp_path)
    made.make()
    return made


def start(place: Folders, *options: str) -> str:
    """Start the program; return its answer."""
    command = [*PROGRAM, str(place.state), str(place.logs), str(place.work), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        return program.stdout.readline().strip()


def pid_of(place: Folders) -> int:
    return int((place.state / LOCK).read_text())


@pytest.fixture
def talk(place: Folders) -> Iterator[Talk]:
    assert start(place) == "ready"
    made = Talk(place.state)
    made.greet()
    yield made
    made.close()


def test_it_greets_with_its_version_its_incarnation_and_its_pid(place: Folders) -> None:
    start(place)
    talk = Talk(place.state)
    name, version, incarnation, pid = talk.hear()
    assert (name, version, pid) == ("hello", protocol.VERSION, pid_of(place))
    assert len(str(incarnation)) == 16
    talk.close()


@pytest.mark.usefixtures("talk")
def test_only_its_user_can_knock(place: Folders) -> None:
    assert stat.S_IMODE((place.state / SOCKET).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "garbage",
    [
        b"\n",
        b"what?\n",
        b"[]\n",
        b"{}\n",
        b"7\n",
        b'["explode"]\n',
        b'["start"]\n',
        b'["start","a",["x"],{},null,"lots"]\n',
        b'["start","a",[1],{},null,null]\n',
        b'["end","a","soon"]\n',
        b'["acknowledge","a"]\n',
        b"[" * 100_000 + b"\n",
        b"\xff\xfe\n",
    ],
)
def test_garbage_ends_the_connection_and_nothing_else(
    talk: Talk, place: Folders, garbage: bytes
) -> None:
    with suppress(BrokenPipeError, ConnectionResetError):
        talk.socket.sendall(garbage)
    with suppress(ConnectionResetError):
        assert talk.hear() == []
    again = Talk(place.state)
    assert again.greet()[0] == "hello"
    again.say("list")
    assert again.hear() == ["listed", []]
    again.close()


def test_a_message_that_was_cut_short_is_forgotten(talk: Talk, place: Folders) -> None:
    talk.socket.sendall(b'["start","a",["true"],{},null')
    talk.close()
    again = Talk(place.state)
    again.greet()
    again.say("list")
    assert again.hear() == ["listed", []]
    again.close()


def test_an_endless_message_ends_the_connection(talk: Talk, place: Folders) -> None:
    with suppress(BrokenPipeError, ConnectionResetError):
        for _ in range(protocol.LONGEST // 65536 + 2):
            talk.socket.sendall(b" " * 65536)
    with suppress(ConnectionResetError):
        assert talk.hear() == []
    again = Talk(place.state)
    assert again.greet()[0] == "hello"
    again.close()


def test_nothing_is_done_for_who_does_not_greet(place: Folders) -> None:
    start(place)
    rude = Talk(place.state)
    rude.hear()
    rude.say("start", "a", ["true"], {}, None, None)
    with suppress(ConnectionResetError):
        assert rude.hear() == []
    rude.close()
    polite = Talk(place.state)
    polite.greet()
    polite.say("list")
    assert polite.hear() == ["listed", []]
    polite.close()


def test_another_version_is_refused_in_words(place: Folders) -> None:
    start(place)
    talk = Talk(place.state)
    talk.greet(version=protocol.VERSION + 1)
    name, reason, _ = talk.hear()
    assert name == "refused"
    assert f"protocol {protocol.VERSION}, the server {protocol.VERSION + 1}" in str(reason)
    talk.close()


def test_a_second_server_is_refused_until_the_first_leaves(talk: Talk, place: Folders) -> None:
    second = Talk(place.state)
    assert second.hear() == ["refused", "another server is connected", os.getpid()]
    second.close()
    talk.close()
    third = Talk(place.state)
    assert third.greet()[0] == "hello"
    third.close()


def test_who_knocks_as_another_leaves_is_let_in(talk: Talk, place: Folders) -> None:
    os.kill(pid_of(place), signal.SIGSTOP)
    talk.socket.sendall(b'["start","half')
    talk.close()
    next_one = Talk(place.state)
    os.kill(pid_of(place), signal.SIGCONT)
    assert next_one.greet()[0] == "hello"
    next_one.close()


@pytest.mark.usefixtures("talk")
def test_one_supervisor_holds_a_directory(place: Folders) -> None:
    assert start(place) == f"locked {pid_of(place)}"


def test_a_directory_however_long_can_be_used(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-rather-long-name-of-a-directory"] * 8)
    place = folders(deep)
    place.make()
    assert start(place) == "ready"
    talk = Talk(place.state)
    assert talk.greet()[0] == "hello"
    talk.close()


def test_a_directory_that_cannot_be_used_is_said(place: Folders) -> None:
    (place.state / SOCKET).mkdir()
    assert start(place).startswith("failed ")


@pytest.mark.usefixtures("talk")
def test_it_lives_in_a_session_of_its_own(place: Folders) -> None:
    pid = pid_of(place)
    assert os.getsid(pid) == pid
    files = [Path(f"/proc/{pid}/fd/{fd}").readlink() for fd in (0, 1)]
    assert files == [Path(os.devnull)] * 2


def test_idle_it_ends_by_itself_in_order(place: Folders) -> None:
    start(place, "--linger", "0.01")
    pid = pid_of(place)
    with suppress(FileNotFoundError, ConnectionRefusedError):
        Talk(place.state).close()
    assert wait_gone(pid)
    assert not (place.state / SOCKET).exists()
    assert (place.state / roster.NAME).read_text().endswith("\nended\n")


def test_an_exit_that_nobody_acknowledged_keeps_it(place: Folders) -> None:
    start(place, "--linger", "0.5")
    talk = Talk(place.state)
    talk.greet()
    talk.say("start", "a", ["sh", "-c", "exit 4"], {}, None, None)
    assert [talk.hear()[0], talk.hear()[2]] == ["started", 4]
    talk.close()
    again = Talk(place.state)
    again.greet()
    again.say("list")
    assert [again.hear()[0], again.hear()[2], again.hear()] == ["started", 4, ["listed", ["a"]]]
    again.say("acknowledge", ["a"])
    again.close()
    assert wait_gone(pid_of(place))


def test_asked_to_end_it_ends_its_attempts_and_tells_nobody(talk: Talk, place: Folders) -> None:
    pid = pid_of(place)
    for name, script in (("a", "sleep 1000"), ("b", "trap '' TERM; sleep 1000; sleep 1000")):
        talk.say("start", name, ["sh", "-c", script], {}, None, None)
    mains = [int(str(talk.hear()[2])) for _ in range(2)]
    os.kill(pid, signal.SIGTERM)
    assert wait_gone(mains[0])
    os.kill(pid, signal.SIGTERM)  # at once
    assert wait_gone(mains[1], 3)
    assert wait_gone(pid, 3)
    assert talk.hear() == []
    assert not (place.state / roster.NAME).read_text().endswith("\nended\n")


def test_many_messages_may_come_in_any_pieces(talk: Talk) -> None:
    starts = [protocol.encode("start", f"a{n}", ["true"], {}, None, None) for n in range(50)]
    for piece in iter_pieces(b"".join(starts), 37):
        talk.socket.sendall(piece)
    heard = [talk.hear() for _ in range(100)]
    assert sorted(str(each[1]) for each in heard if each[0] == "exited") == sorted(
        f"a{n}" for n in range(50)
    )


def test_more_attempts_run_than_one_of_them_may_open_files(place: Folders) -> None:
    program = [*PROGRAM, str(place.state), str(place.logs), str(place.work)]
    limited = ["sh", "-c", 'ulimit -Sn 32 && exec "$@"', "sh", *program]
    with subprocess.Popen(limited, stdout=subprocess.PIPE) as started:
        assert started.stdout is not None
        assert started.stdout.readline() == b"ready\n"
    talk = Talk(place.state)
    talk.greet()
    for number in range(40):
        talk.say("start", f"a{number}", ["sh", "-c", "ulimit -n; exec sleep 1000"], {}, None, None)
    assert {talk.hear()[0] for _ in range(40)} == {"started"}
    talk.say("start", "last", ["sh", "-c", "ulimit -n"], {}, None, None)
    assert [talk.hear()[0], talk.hear()[0]] == ["started", "exited"]
    assert (place.logs / "last.log").read_text() == "32\n"
    talk.close()
    os.kill(pid_of(place), signal.SIGTERM)
    assert wait_gone(pid_of(place))


def iter_pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def test_a_server_that_does_not_listen_holds_up_nobody(talk: Talk, place: Folders) -> None:
    talk.say("start", "a", ["true"], {}, None, None)
    assert [talk.hear()[0], talk.hear()[0]] == ["started", "exited"]
    for _ in range(3000):  # far more answers than a socket holds
        talk.say("list")
    marker = place.work / "marker"
    talk.say("start", "b", ["touch", str(marker)], {"PATH": os.environ["PATH"]}, None, None)
    heard = [talk.hear() for _ in range(3 * 3000 + 2)]
    assert heard[-1][:3] == ["exited", "b", 0]
    assert marker.exists()


def test_every_line_it_says_is_understood() -> None:
    lines = [
        protocol.encode("hello", 1, "f" * 16, 7),
        protocol.encode("refused", "why", None),
        protocol.encode("started", "a", 1, 2, 3),
        protocol.encode("start_failed", "a", "why", 3),
        protocol.encode("exited", "a", 137, 9, None, 3, 0),
        protocol.encode("listed", ["a"]),
    ]
    assert len(decode(b"".join(lines))) == len(lines)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
NAMES = st.sampled_from(["hello", "start", "end", "acknowledge", "list"]) | JSON


@given(st.tuples(NAMES).flatmap(lambda name: st.tuples(st.just(name[0]), JSON, JSON, JSON)))
def test_any_message_is_a_request_or_garbage(message: tuple[object, ...]) -> None:
    for length in range(len(message) + 1):
        try:
            request = protocol.parse(protocol.encode(*message[:length]))
        except protocol.Garbage:
            continue
        assert isinstance(request, protocol.Request)


@given(st.binary())
def test_any_bytes_are_a_request_or_garbage(line: bytes) -> None:
    with suppress(protocol.Garbage):
        protocol.parse(line)
