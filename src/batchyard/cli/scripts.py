"""Makes a script the command of a container, which shares no disk with whoever submits it."""

from __future__ import annotations

import shlex
from pathlib import PurePosixPath

from batchyard.errors import Refused

SHELLS = frozenset({"sh", "ash", "bash", "dash", "ksh", "mksh", "zsh"})
"""Interpreters that take a script as the argument of ``-c``, and its own arguments behind it."""

DASH = frozenset({"node", "nodejs", "deno", "bun"})
"""Interpreters to which ``-`` means a script on standard input, and ``/dev/stdin`` nothing:
https://nodejs.org/api/cli.html#-"""

SHELL = "/bin/sh"
"""What runs a script that does not say by what it is to be run."""

HAND_OVER = 'text=$1; shift\nexec {interpreter} {script} "$@" <<END_OF_SCRIPT\n$text\nEND_OF_SCRIPT'
"""Hands a script to its interpreter on standard input, of which a container has none anyway. The
interpreter becomes the main process: signals and exit codes are its own."""


def command_of(script: str, name: str, arguments: tuple[str, ...]) -> tuple[str, ...]:
    """Make a script a command, by its ``#!`` line; without one, it is for `/bin/sh`.

    Args:
        script: its text.
        name: what it is called, which a shell calls ``$0``.
        arguments: what it is to be called with.

    Raises:
        Refused: it is empty, or holds what no command can.
    """
    if not script.strip():
        raise Refused(f"{name} is empty: there is nothing to run")
    if "\0" in script:
        raise Refused(f"{name} holds a NUL character: it is a program, not a script")
    interpreter = _interpreter(script)
    if _is_shell(interpreter):
        options = [word for word in interpreter if word not in {"-", "--"}]
        return (*options, "-c", script, name, *arguments)
    where = "-" if _program(interpreter) in DASH else "/dev/stdin"
    run = HAND_OVER.format(interpreter=shlex.join(interpreter), script=where)
    return (SHELL, "-c", run, name, script, *arguments)


def _interpreter(script: str) -> list[str]:
    """Read a ``#!`` line as the kernel does: a program, and all that follows as one argument."""
    first = script.splitlines()[0]
    words = first[2:].strip().split(maxsplit=1) if first.startswith("#!") else []
    return [word.strip() for word in words] or [SHELL]


def _program(interpreter: list[str]) -> str:
    """Name what really runs: `/usr/bin/env` only looks for it."""
    words = [word for text in interpreter for word in text.split()]
    if PurePosixPath(words[0]).name == "env":
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    return PurePosixPath(words[0]).name if words else ""


def _is_shell(interpreter: list[str]) -> bool:
    """Tell a shell by which ``-c`` can stand behind; `env -S` has its arguments in one word."""
    return _program(interpreter) in SHELLS and not any(" " in word for word in interpreter)
