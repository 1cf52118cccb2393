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
    """Load the migrations: scripts by their numbers, from 1 on, in the order they are run."""
    folder = resources.files(__package__) / "migrations"
    return {version: (folder / file).read_text() for version, file in migration_files()}


def migration_files() -> list[tuple[int, str]]:
    """List the files of the migrations, each with its number."""
    files = (resources.files(__package__) / "migrations").iterdir()
    named = (_MIGRATION.fullmatch(file.name) for file in files)
    return sorted((int(match["version"]), match[0]) for match in named if match)
