"""Reads what callers give: ids of jobs, pairs of a name and a value."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from batchyard.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

HEAD = "JOB"
"""Over the ids in `batchyard list`; no job has such an id."""


def ids(named: tuple[str, ...]) -> list[str]:
    """Give the jobs that were named, else the first word of each line of standard input.

    Raises:
        Refused: neither names any.
    """
    found = list(named) or ([] if sys.stdin.isatty() else first_words(sys.stdin))
    if not found:
        raise Refused("no job is named: give ids as arguments, or one a line on standard input")
    return found


def first_words(lines: Iterable[str]) -> list[str]:
    """Take the first word of each line that has one; the head of `batchyard list` is none."""
    return [words[0] for text in lines if (words := text.split()) and words[0] != HEAD]


def pairs(option: str, texts: Iterable[str]) -> dict[str, str]:
    """Read ``NAME=VALUE`` texts; a later one of the same name wins.

    Raises:
        Refused: one is no such pair.
    """
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise Refused(f"{option} {text!r}: give NAME=VALUE")
        found[name] = value
    return found
