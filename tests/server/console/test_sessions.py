"""Who may look: a link works once and for a while, and a session outlives the yard."""

import stat
from itertools import count
from pathlib import Path

import pytest

from batchyard.errors import Unreadable
from batchyard.server.console.sessions import (
    FILE,
    LINK_MS,
    MOST,
    SESSION_MS,
    Sessions,
    is_token,
    token,
)


class Clock:
    """A clock that tests move."""

    now = 1_000_000

    def __call__(self) -> int:
        return self.now


def sessions(file: Path | None = None, clock: Clock | None = None) -> Sessions:
    numbers = count(1)
    return Sessions(file, clock or Clock(), lambda: f"secret {next(numbers)}")


def test_a_link_begins_one_session() -> None:
    visits = sessions()
    link = visits.link()
    secret = visits.enter(link)
    assert secret is not None
    assert secret != link
    assert visits.knows(secret)
    assert visits.enter(link) is None


@pytest.mark.parametrize("given", ["", "secret 2", "SECRET 1"])
def test_what_is_no_link_begins_none(given: str) -> None:
    visits = sessions()
    visits.link()
    assert visits.enter(given) is None
    assert not visits.knows(given)


@pytest.mark.parametrize("late, enters", [(0, True), (LINK_MS, True), (LINK_MS + 1, False)])
def test_a_link_is_good_for_an_hour(late: int, *, enters: bool) -> None:
    clock = Clock()
    visits = sessions(clock=clock)
    link = visits.link()
    clock.now += late
    assert (visits.enter(link) is not None) == enters


def test_a_session_outlives_the_yard_and_its_secret_is_nowhere_on_disk(tmp_path: Path) -> None:
    file = tmp_path / FILE
    visits = sessions(file)
    secret = visits.enter(visits.link())
    assert secret is not None
    assert secret.encode() not in file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = sessions(file)
    assert again.knows(secret)
    again.leave(secret)
    assert not again.knows(secret)
    assert not sessions(file).knows(secret)


def test_links_do_not_outlive_the_yard(tmp_path: Path) -> None:
    link = sessions(tmp_path / FILE).link()
    assert sessions(tmp_path / FILE).enter(link) is None


def test_a_session_lasts_as_long_as_it_is_visited(tmp_path: Path) -> None:
    clock = Clock()
    visits = sessions(tmp_path / FILE, clock)
    secret = visits.enter(visits.link()) or ""
    for _ in range(3):
        clock.now += SESSION_MS
        assert visits.knows(secret)
        visits = sessions(tmp_path / FILE, clock)
    clock.now += SESSION_MS + 1
    assert not visits.knows(secret)


def test_of_too_many_links_the_oldest_go() -> None:
    clock = Clock()
    visits = sessions(clock=clock)
    links = []
    for _ in range(MOST + 1):
        links.append(visits.link())
        clock.now += 1
    assert visits.enter(links[0]) is None
    assert visits.enter(links[1]) is not None


def test_a_token_is_its_sessions_alone_and_does_not_tell_its_secret() -> None:
    assert is_token(token("one"), "one")
    assert not is_token(token("one"), "two")
    assert not is_token("", "one")
    assert not is_token("é", "one")
    assert "one" not in token("one")


def test_a_file_that_holds_something_else_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[1]")
    with pytest.raises(Unreadable, match=FILE):
        sessions(tmp_path / FILE)
