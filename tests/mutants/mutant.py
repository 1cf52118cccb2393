"""What a mutant is, and what can become of one."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One wrong change to the source, and the laws that must notice it.

    Attributes:
        file: The module to change, relative to ``src``: ``"batchyard/batch/lifecycle.py"``.
        old: The exact text to replace; it must occur exactly once in the file.
        new: The wrong text put in its place.
        killers: Test files (or pytest node ids), relative to the project, of which at least one
            test must fail.
    """

    file: str
    old: str
    new: str
    killers: tuple[str, ...]


class Verdict(StrEnum):
    """What became of a mutant; only the first two are good news."""

    KILLED = "killed"
    """A law failed, as it should."""
    HUNG = "killed (hung)"
    """The laws did not come to an end, which everybody notices."""
    SURVIVED = "SURVIVED"
    """Every law passed: the laws do not hold what they promise."""
    STALE = "STALE"
    """The old text is not in its file exactly once: the table lags behind the source."""
    BROKEN = "BROKEN"
    """No law ran: the change does not import, or a killer does not exist. It proves nothing."""

    @property
    def good(self) -> bool:
        """Whether the laws did their duty."""
        return self in {Verdict.KILLED, Verdict.HUNG}


@dataclass(frozen=True)
class Outcome:
    """A mutant, its verdict, and the words that explain a bad one."""

    mutant: Mutant
    verdict: Verdict
    seconds: float
    detail: str = ""
