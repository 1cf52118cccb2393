"""The supervisor's messages as values, and the reports they become."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from batchyard.launchers.seam import Exited, Report, Started, StartFailed
from batchyard.launchers.supervisor.protocol import encode as encode_plainly


class Hello(msgspec.Struct, frozen=True, array_like=True, tag="hello"):
    """The supervisor greets: its protocol version, its incarnation's id and its pid."""

    version: int
    incarnation: str
    pid: int


class Refused(msgspec.Struct, frozen=True, array_like=True, tag="refused"):
    """The supervisor will not serve this server; the pid is that of the server in the way."""

    reason: str
    pid: int | None


class Listed(msgspec.Struct, frozen=True, array_like=True, tag="listed"):
    """Everything the supervisor knows has been told; these are the attempts."""

    attempts: tuple[str, ...]


class HasStarted(msgspec.Struct, frozen=True, array_like=True, tag="started"):
    """See `batchyard.launchers.seam.Started`."""

    attempt: str
    pid: int
    ticks: int
    at: int

    def report(self) -> Report:
        """Return the report of it."""
        return Started(self.attempt, self.pid, self.ticks, self.at)


class HasFailed(msgspec.Struct, frozen=True, array_like=True, tag="start_failed"):
    """See `batchyard.launchers.seam.StartFailed`."""

    attempt: str
    reason: str
    at: int

    def report(self) -> Report:
        """Return the report of it."""
        return StartFailed(self.attempt, self.reason, self.at)


class HasExited(msgspec.Struct, frozen=True, array_like=True, tag="exited"):
    """See `batchyard.launchers.seam.Exited`; the signal is in the exit code as well."""

    attempt: str
    exit_code: int
    signal: int | None
    reason: str | None
    at: int
    dropped: int

    def report(self) -> Report:
        """Return the report of it."""
        return Exited(self.attempt, self.exit_code, self.reason, self.at, self.dropped)


Told = HasStarted | HasFailed | HasExited
Message = Hello | Refused | Listed | Told

_DECODER = msgspec.json.Decoder(Message)
_ENCODER = msgspec.json.Encoder()


def decode(lines: bytes) -> Sequence[Message]:
    """Read whole lines.

    Raises:
        msgspec.DecodeError: something else speaks there.
    """
    return _DECODER.decode_lines(lines)


def encode(*message: object) -> bytes:
    """Write one message as a line."""
    try:
        return _ENCODER.encode(message) + b"\n"
    except UnicodeEncodeError:  # bytes that are no UTF-8, as Python escapes them: PEP 383
        return encode_plainly(*message)
