"""Times, sizes and names as people read them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from batchyard.batch import ids

if TYPE_CHECKING:
    from batchyard.batch.model import Job

SECOND: Final = 1_000
MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

LONGEST_REASON: Final = 300
"""Characters of a reason in a table; the whole of it is on the job's page (ours)."""


def lapse(milliseconds: int) -> str:
    """Write how long something takes, in two units at most: ``4.2 s``, ``3 min 05 s``."""
    if milliseconds < SECOND:
        return f"{max(milliseconds, 0)} ms"
    seconds = milliseconds / SECOND
    if seconds < 10:  # noqa: PLR2004 - from here on tenths are noise
        return f"{seconds:.1f} s"
    whole = int(seconds)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE:02d} s"
    if whole < DAY:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE:02d} min"
    return f"{whole // DAY} d {whole % DAY // HOUR:02d} h"


def moment(at: int) -> str:
    """Write a moment (epoch milliseconds) in this machine's time; the browser shows its own."""
    return datetime.fromtimestamp(at / SECOND).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def iso(at: int) -> str:
    """Write a moment as HTML's ``datetime`` has it."""
    return datetime.fromtimestamp(at / SECOND).astimezone().isoformat(timespec="milliseconds")


def vcpus(thousandths: int) -> str:
    """Write vCPUs without needless digits: ``1``, ``0.25``."""
    return f"{thousandths / 1000:,.3f}".rstrip("0").rstrip(".")


def count(number: int) -> str:
    """Write a number with its thousands apart."""
    return f"{number:,}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """Write a number of things: ``1 job``, ``1,200 jobs``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def short(name: str) -> str:
    """Take the name out of an ARN."""
    return name.rpartition("/")[2]


def region(arn: str) -> str:
    """Take the region out of an ARN."""
    return arn.split(":", 4)[3] if arn.startswith("arn:") else ""


def reason(job: Job) -> str:
    """Say in a line why a job ended as it did: the exit code, what is known of it, AWS's text."""
    latest = job.attempt
    known = [] if latest is None else [_exit(latest.exit_code), latest.reason]
    told = (*known, job.status_reason)
    text = " · ".join(dict.fromkeys(part for part in told if part))
    return text if len(text) <= LONGEST_REASON else text[: LONGEST_REASON - 1] + "…"


def _exit(code: int | None) -> str | None:
    return None if code is None else f"exit code {code}"


def label(job: Job) -> str:
    """Name a job; a child of an array with its index."""
    return job.spec.name if job.index is None else f"{job.spec.name}[{job.index}]"


def definition(arn: str) -> str:
    """Name a definition with its revision."""
    return ids.name_of(arn, ids.DEFINITION)
