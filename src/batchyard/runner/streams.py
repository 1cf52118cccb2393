"""Standard output and standard error of a command, each into files of its own.

A command gets named pipes, never the files: a script that says ``> /dev/stderr`` would truncate
them. What arrives is written at once, so that whoever looks sees it.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Self
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NAMES = ("stdout", "stderr")

CHUNK = 65_536
"""Bytes read at once: what a pipe holds."""

LAST = 4_096
"""Bytes that are read of a file's end."""

FULL = 17
"""Reads that empty a pipe, even one that was made to hold a mebibyte: fcntl(2)."""

_WRAP = 'exec >"$1" 2>"$2"; shift 2; exec "$@"'
"""A shell that becomes the command, with both streams in their pipes."""


class Streams:
    """The two streams of one command; use it as a context.

    Args:
        folder: where the pipes are, under names of their own.
        files: for each stream the files that get what it says; they are appended to.

    Raises:
        OSError: a file cannot be written.

    Attributes:
        pipes: the two pipes.
    """

    def __init__(self, folder: Path, files: Sequence[Sequence[Path]]) -> None:
        own = uuid4().hex
        self.pipes = [folder / f"{own}.{name}" for name in NAMES]
        self._files = files
        self._open = ExitStack()
        self._read: list[tuple[int, list[int]]] = []

    def __enter__(self) -> Self:
        """Make the pipes, and begin to write what comes."""
        loop = asyncio.get_running_loop()
        with self._open as undone:
            for pipe, files in zip(self.pipes, self._files, strict=True):
                os.mkfifo(pipe, 0o600)
                undone.callback(pipe.unlink)
                # For writing as well: a pipe that nobody writes to yet has no end for us.
                fd = _opened(undone, pipe, os.O_RDWR | os.O_NONBLOCK)
                out = [_file(undone, file) for file in files]
                self._read.append((fd, out))
                loop.add_reader(fd, self._take, fd, out)
                undone.callback(loop.remove_reader, fd)
            self._open = undone.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Write what is left, now that nobody writes to the pipes any more."""
        with self._open:
            for fd, files in self._read:
                for _again in range(FULL):
                    if not self._take(fd, files):
                        break

    def wrapped(self, words: Sequence[str]) -> tuple[str, ...]:
        """Form the command whose streams these are."""
        return ("/bin/sh", "-c", _WRAP, "sh", *map(str, self.pipes), *words)

    def _take(self, fd: int, files: Sequence[int]) -> bool:
        """Write one read's worth; tell whether there was any."""
        try:
            data = os.read(fd, CHUNK)
        except BlockingIOError:
            return False
        for file in files:
            _write(file, data)
        return True


def _opened(undone: ExitStack, path: Path, flags: int) -> int:
    fd = os.open(path, flags | os.O_CLOEXEC, 0o600)
    undone.callback(os.close, fd)
    return fd


def _file(undone: ExitStack, path: Path) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    try:
        return _opened(undone, path, flags)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _opened(undone, path, flags)


def _write(file: int, data: bytes) -> None:
    with suppress(OSError):  # a full disk loses output, and stops no work
        while data:
            data = data[os.write(file, data) :]


def last_lines(*paths: Path) -> str:
    """Read the end of the first of these files that holds anything."""
    for path in paths:
        with suppress(OSError), path.open("rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - LAST, 0))
            if text := file.read().decode(errors="replace").strip():
                return text
    return ""
