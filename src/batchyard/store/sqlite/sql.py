"""Statements under names: each has its comment in a ``.sql`` file beside this module."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMED: Final = re.compile(
    r"^-- name: (?P<name>\w+)$(?P<text>.*?)(?=^-- name: |\Z)", re.MULTILINE | re.DOTALL
)
_MIGRATION: Final = re.compile(r"(?P<version>\d{4})_\w+\.sql")


@cache
def statements(file: str) -> Mapping[str, str]:
    """Load the statements of a file.

    Args:
        file: its name, without ``.sql``.

    Returns:
        The statements by name. Each begins in the file with a line ``-- name: …`` and a comment.
    """
    text = (resources.files(__package__) / f"{file}.sql").read_text()
    return {match["name"]: match["text"].strip() for match in _NAMED.finditer(text)}


@cache
def migrations() -> Mapping[int, str]:
    """Load the migrations: scripts by the version of the schema they lead to, from 1 on."""
    found = {
        int(match["version"]): file.read_text()
        for file in (resources.files(__package__) / "migrations").iterdir()
        if (match := _MIGRATION.fullmatch(file.name))
    }
    return dict(sorted(found.items()))
