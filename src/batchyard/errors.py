"""Every error batchyard raises, in one tree, sorted by who is to blame.

::

    BatchyardError
    ├── CallerError            the call, the value or the file was wrong
    │   ├── Refused            a request the service would refuse
    │   ├── NotFound           what was named does not exist
    │   └── RefusedCredentials no credentials, unknown ones, or ones that may not do this
    ├── JobError               the call was right, the job was not
    │   ├── Failed             it ended FAILED; with exit code, reason and last log lines
    │   └── Unfinished         it had not ended when the wait for it did
    ├── ServiceError           the other side failed
    │   ├── Unreachable        nobody answers at that address
    │   ├── Unanswered         a request was sent, and nobody says what came of it
    │   └── Throttled          asked too often (HTTP 429)
    ├── YardError              this yard failed, or cannot go on
    │   ├── Occupied           another process holds the data directory
    │   ├── Unreadable         stored state is damaged or newer than this version
    │   └── SupervisorGone     the process supervisor died or cannot be started
    ├── Unsubmitted            of many items some were not submitted; holds the jobs of the others
    └── Fault                  what a server answers: an AWS error code, a message, a status

Callers branch on the class, never on the text. Messages say what was wrong, with which value,
and what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


class BatchyardError(Exception):
    """The root: everything batchyard raises on purpose is one of these."""


class CallerError(BatchyardError):
    """The call was wrong: correct it and call again."""


class Refused(CallerError):
    """A value or a combination of values the service refuses."""


class NotFound(CallerError):
    """What was named does not exist (or is no longer kept)."""


class RefusedCredentials(CallerError):
    """There are no credentials, nobody knows them, or they do not allow this."""


class JobError(BatchyardError):
    """The call was right; the job it is about is not as one would wish."""


class Failed(JobError):
    """A job ended FAILED.

    Args:
        message: all of it, for people.
        job_id: the job; of an array, the parent.
        exit_code: what its last attempt exited with, if it was started.
        reason: the job's statusReason, and its container's reason if there is one.
        lines: the last lines that it printed.
    """

    def __init__(
        self,
        message: str,
        *,
        job_id: str = "",
        exit_code: int | None = None,
        reason: str = "",
        lines: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.job_id = job_id
        self.exit_code = exit_code
        self.reason = reason
        self.lines = lines


class Unfinished(JobError, TimeoutError):
    """A job had not ended when the wait for it did; the job itself goes on."""


class ServiceError(BatchyardError):
    """The other side of the wire failed; the call itself may be right."""


class Unreachable(ServiceError):
    """Nobody answers at that address."""


class Unanswered(ServiceError):
    """A request was sent and its answer lost: it may have been carried out, or not."""


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


class Unsubmitted(BatchyardError):
    """Of many items, some were not submitted; the jobs of those that were are kept here.

    Args:
        message: how many there are of each, and why.
        jobs: one per item, in their order; None for one that was not submitted.
        errors: why not, by the item's position, from 0. An item that has neither job nor error was
            not sent: something stopped it all, which is the cause of this error.
    """

    def __init__(
        self,
        message: str,
        *,
        jobs: Sequence[Any] = (),
        errors: Mapping[int, BatchyardError] | None = None,
    ) -> None:
        super().__init__(message)
        self.jobs = tuple(jobs)
        self.errors = dict(errors or {})


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
