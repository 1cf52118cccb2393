"""What images would run, as a yard's options and its file of images say it.

``--image-command 'IMAGE=COMMAND'`` and ``--image-entrypoint 'IMAGE=COMMAND'`` are split into words
as a shell would, without anything else a shell does. A file says the same of many::

    [aligner]
    entrypoint = ["python3", "/opt/align.py"]
    command = "--help"

    ["registry:5000/lab/census:2"]
    command = "python3 -m census"
"""

from __future__ import annotations

import shlex
import tomllib
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from batchyard.batch.images import Image
from batchyard.batch.resources import SERVICE_TYPES
from batchyard.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    Words = tuple[str, ...]

MEMBERS = ("entrypoint", "command")
SERVICES = "--service-job-command"
EXPECTED = {SERVICES: "'TYPE=COMMAND', e.g. 'SAGEMAKER_TRAINING=python3 train.py'"}


def images_of(
    commands: Sequence[str], entrypoints: Sequence[str], file: Path | None
) -> dict[str, Image]:
    """Read what is known of images; options win over the file, and later ones over earlier ones.

    Args:
        commands: ``IMAGE=COMMAND`` texts: the command of a job that has none.
        entrypoints: ``IMAGE=COMMAND`` texts: what stands before every command.
        file: a TOML file with a table per image.

    Raises:
        Refused: a text or the file cannot be read; the message names it.
    """
    found = _read(file) if file is not None else {}
    for member, texts in (("command", commands), ("entrypoint", entrypoints)):
        for text in texts:
            image, words = _pair(f"--image-{member}", text)
            found[image] = replace(found.get(image, Image()), **{member: words})
    return found


def services_of(commands: Sequence[str]) -> dict[str, Image]:
    """Read what service jobs run here, by their type.

    Args:
        commands: ``TYPE=COMMAND`` texts.

    Raises:
        Refused: a text cannot be read, or its type is none; the message names it.
    """
    found = dict(_pair(SERVICES, text) for text in commands)
    for kind in found:
        if kind not in SERVICE_TYPES:
            raise Refused(f"{SERVICES} {kind}: the types are {', '.join(SERVICE_TYPES)}")
    return {kind: Image(command=words) for kind, words in found.items()}


def _pair(option: str, text: str) -> tuple[str, Words]:
    image, _, command = text.partition("=")
    words = _words(f"{option} {text!r}", command)
    if not (image.strip() and words):
        expected = EXPECTED.get(option, "'IMAGE=COMMAND', e.g. 'busybox=sh -c date'")
        raise Refused(f"{option} {text!r}: give {expected}")
    return image.strip(), words


def _words(where: str, text: str) -> Words:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise Refused(f"{where}: it cannot be split into words: {error}") from None


def _read(file: Path) -> dict[str, Image]:
    where = f"--images {file}"
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:  # what is not TOML, and not UTF-8, are ValueErrors
        raise Refused(f"{where}: it cannot be read: {error}") from None
    return {image: _image(f"{where}: {image}", table) for image, table in tables.items()}


def _image(where: str, table: Any) -> Image:  # noqa: ANN401 - whatever the file holds
    if not isinstance(table, dict) or not table or not table.keys() <= set(MEMBERS):
        raise Refused(f"{where}: give a table with {' and '.join(MEMBERS)}, or one of them")
    return Image(**_members(where, table))


def _members(where: str, table: Mapping[str, Any]) -> dict[str, Words]:
    return {name: _listed(f"{where}: {name}", value) for name, value in table.items()}


def _listed(where: str, value: Any) -> Words:  # noqa: ANN401 - whatever the file holds
    words = _words(where, value) if isinstance(value, str) else value
    if not isinstance(words, list | tuple) or not words or any(type(w) is not str for w in words):
        raise Refused(f"{where}: give a text or a list of texts, not {value!r}")
    return tuple(words)
