"""Markdown, and docstrings made into it."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Form a table.

    Args:
        head: the names of its columns.
        rows: its cells, as Markdown.
    """
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """Set a text in the code's type."""
    return f"`{text}`" if text else ""


def doc(thing: object) -> str:
    """Give a docstring as Markdown; the code's own marks become Markdown's."""
    return re.sub(r"``(.+?)``", r"`\1`", inspect.getdoc(thing) or "")


def summary(thing: object) -> str:
    """Give the first sentence of a docstring."""
    return " ".join(doc(thing).partition("\n\n")[0].split())


def section(docstring: str, name: str) -> dict[str, str]:
    """Read a section of a docstring, such as Attributes: what each name means.

    Args:
        docstring: in Google's style.
        name: the section's.
    """
    _, _, rest = docstring.partition(f"\n{name}:\n")
    block = re.split(r"\n(?=\S)", rest, maxsplit=1)[0]
    found = re.findall(r"^ {4}(\w+): (.+(?:\n {5,}.+)*)", block, re.MULTILINE)
    return {member: " ".join(text.split()) for member, text in found}


def sources(docstring: str) -> list[str]:
    """List the addresses that a docstring gives as its source."""
    return re.findall(r"https://[^\s)>\"]+[^\s)>\".,]", docstring)
