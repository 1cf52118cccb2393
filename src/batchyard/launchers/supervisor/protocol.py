"""What a server and the supervisor say to each other: one JSON array per line.

A message is an array whose first element names it; the rest are its fields, in the order of the
named tuples here. The supervisor greets first, the server greets back, and from then on either
side may send any number of messages at once.

==============  ============================================================  ====================
from the server fields                                                        answered by
==============  ============================================================  ====================
hello           version, pid of the server                                    refused, or nothing
start           attempt, command, environment, directory|null, memory|null    started|start_failed
end             attempt, grace in seconds                                     exited, in the end
acknowledge     attempts                                                      nothing
list            nothing                                                       all of it anew; listed
==============  ============================================================  ====================

==============  ============================================================
the supervisor  fields
==============  ============================================================
hello           version, incarnation, pid of the supervisor
refused         reason, pid of the server in the way|null
started         attempt, pid, ticks, at
start_failed    attempt, reason, at
exited          attempt, exit_code, signal|null, reason|null, at, dropped
listed          attempts
==============  ============================================================

Times are epoch milliseconds. A ``start`` of a known attempt only repeats what was said of it.
Change the fields or their meaning, and `VERSION` goes up by one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

VERSION = 1
"""The version of this protocol; both sides must speak the same."""

LONGEST = 16 * 1024 * 1024
"""Bytes of the longest message; Linux starts no program with more than 6 MiB."""


class Garbage(Exception):
    """What arrived is not a message of this protocol; the connection cannot go on."""


class Hello(NamedTuple):
    """The server greets: its protocol version and its pid."""

    version: int
    pid: int


class Start(NamedTuple):
    """Start an attempt; fields as in `batchyard.launchers.seam.Launch`."""

    attempt: str
    command: list[str]
    environment: dict[str, str]
    directory: str | None
    memory: int | None


class End(NamedTuple):
    """End an attempt: SIGTERM, and SIGKILL after ``grace`` seconds."""

    attempt: str
    grace: float


class Acknowledge(NamedTuple):
    """Forget attempts that ended."""

    attempts: list[str]


class List(NamedTuple):
    """Say everything that is known anew."""


Request = Hello | Start | End | Acknowledge | List


# json.dumps would make one anew for each call with separators.
_ENCODER = json.JSONEncoder(separators=(",", ":"))


def encode(*message: object) -> bytes:
    """Write one message as a line."""
    return f"{_ENCODER.encode(message)}\n".encode()


def parse(line: bytes) -> Request:
    """Read one line from a server.

    Raises:
        Garbage: it is no JSON, no known message, or a field is of the wrong type.
    """
    try:
        name, *fields = json.loads(line)
        request = _REQUESTS[name](*fields)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Garbage(f"not a message: {line[:80]!r} ({error})") from error
    return request


def _hello(version: object, pid: object) -> Hello:
    if isinstance(version, int) and isinstance(pid, int):
        return Hello(version, pid)
    raise TypeError("hello takes a version and a pid")


def _start(*fields: object) -> Start:
    attempt, command, environment, directory, memory = fields
    if (
        isinstance(attempt, str)
        and isinstance(command, list)
        and isinstance(environment, dict)
        and isinstance(directory, str | None)
        and isinstance(memory, int | None)
        and all(type(word) is str for word in command)
        and all(type(value) is str for value in environment.values())
    ):
        return Start(attempt, command, environment, directory, memory)
    raise TypeError("start takes an attempt, a command, an environment, a directory and a memory")


def _end(attempt: object, grace: object) -> End:
    if isinstance(attempt, str) and isinstance(grace, int | float):
        return End(attempt, max(0.0, float(grace)))
    raise TypeError("end takes an attempt and a grace")


def _acknowledge(attempts: object) -> Acknowledge:
    if isinstance(attempts, list) and all(type(each) is str for each in attempts):
        return Acknowledge(attempts)
    raise TypeError("acknowledge takes a list of attempts")


_REQUESTS: dict[str, Callable[..., Request]] = {
    "hello": _hello,
    "start": _start,
    "end": _end,
    "acknowledge": _acknowledge,
    "list": List,
}
