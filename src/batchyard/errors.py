"""Every error batchyard raises, in one tree, sorted by who is to blame.

::

    BatchyardError
    ├── CallerError            the call, the value or the file was wrong
    │   ├── Refused            a request the service would refuse
    │   └── NotFound           what was named does not exist
    ├── ServiceError           the other side failed
    │   ├── Unreachable        nobody answers at that address
    │   └── Throttled          asked too often (HTTP 429)
    ├── YardError              this yard failed, or cannot go on
    │   ├── Occupied           another process holds the data directory
    │   ├── Unreadable         stored state is damaged or newer than this version
    │   └── SupervisorGone     the process supervisor died or cannot be started
    └── Fault                  what a server answers: an AWS error code, a message, a status

Callers branch on the class, never on the text. Messages say what was wrong, with which value,
and what to do.
"""

from __future__ import annotations


class BatchyardError(Exception):
    """The root: everything batchyard raises on purpose is one of these."""


class CallerError(BatchyardError):
    """The call was wrong: correct it and call again."""


class Refused(CallerError):
    """A value or a combination of values the service refuses."""


class NotFound(CallerError):
    """What was named does not exist (or is no longer kept)."""


class ServiceError(BatchyardError):
    """The other side of the wire failed; the call itself may be right."""


class Unreachable(ServiceError):
    """Nobody answers at that address."""


class Throttled(ServiceError):
    """The service asks to be asked less often (HTTP 429)."""


class YardError(BatchyardError):
    """This yard failed or cannot go on."""


class Occupied(YardError):
    """Another process holds the data directory."""


class Unreadable(YardError):
    """Stored state is damaged, or was written by a newer batchyard."""


class SupervisorGone(YardError):
    """The process supervisor died or cannot be started."""


class Fault(BatchyardError):
    """An error a server answers on the wire.

    Args:
        code: the service's error code, e.g. ``ClientException``.
        message: what was wrong, with which value, and what to do.
        status: the HTTP status that goes with it.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(code, message, status)
        self.code = code
        self.message = message
        self.status = status

    def __str__(self) -> str:
        """Read as AWS's clients print it: code and message."""
        return f"{self.code}: {self.message}"
