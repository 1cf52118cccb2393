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


def text_of(option: str, path: str) -> str:
    """Read a file, or standard input for ``-``.

    Raises:
        Refused: it cannot be read, or is no text.
    """
    from pathlib import Path

    try:
        content = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return content.decode()
    except OSError as error:
        raise Refused(f"{option} {path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise Refused(f"{option} {path}: it is no text (UTF-8)") from None


def variables(paths: Iterable[str]) -> dict[str, str]:
    """Read files of variables, ``NAME=VALUE`` a line as Docker's `--env-file` has them.

    Empty lines, and those that begin with ``#``, say nothing; quotes are part of the value.

    Raises:
        Refused: a file cannot be read, or a line is no such pair.
    """
    found: dict[str, str] = {}
    for path in paths:
        for number, line in enumerate(text_of("--env-file", path).splitlines(), 1):
            text = line.lstrip()
            if text and not text.startswith("#"):
                found |= pairs(f"--env-file {path}, line {number}:", [text])
    return found
