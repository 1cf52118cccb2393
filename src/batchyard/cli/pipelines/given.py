"""Reads definitions and the values of their parameters, as they are given to commands."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from batchyard.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchyard.pipelines.findings import Findings
    from batchyard.pipelines.model import Definition, ParameterValue


def defined(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the argument and the options that say which definition."""
    for decorate in (
        click.option(
            "--values",
            "values_file",
            type=click.Path(dir_okay=False, path_type=Path),
            help="Values of parameters: a JSON file, as the AWS CLI takes it.",
        ),
        click.option(
            "--parameter",
            "-p",
            "parameters",
            multiple=True,
            metavar="NAME=VALUE",
            help="A parameter's value; again for a list.",
        ),
        click.argument("file", type=click.Path(path_type=Path, allow_dash=True)),
    ):
        command = decorate(command)
    return command


def definition_of(file: Path, parameters: tuple[str, ...], values_file: Path | None) -> Definition:
    """Read a definition, and give it values of parameters.

    Args:
        file: the definition's file; ``-`` is standard input.
        parameters: ``NAME=VALUE`` texts, which win over the file's.
        values_file: a file with values.

    Raises:
        Refused: a file cannot be read, or is not of its form.
    """
    from batchyard.pipelines import files
    from batchyard.pipelines.pipeline import valued

    found = files.read(_text(file))
    if values_file is not None:
        found = valued(found, _values(values_file))
    return valued(found, _given(parameters))


def findings_of(definition: Definition) -> Findings:
    """Validate a definition, as it is about to be activated.

    Raises:
        Refused: expressions cannot be read on this machine.
    """
    from datetime import UTC, datetime

    from batchyard.pipelines.validation import validate

    return validate(definition, datetime.now(UTC).replace(tzinfo=None))


def need_server() -> None:
    """See to it that expressions can be read, and yards run.

    Raises:
        Refused: what they need is not installed.
    """
    from importlib.util import find_spec

    for name in ("lark", "uvicorn", "httptools"):
        if find_spec(name) is None:
            raise Refused(f"{name} is not installed: pip install 'batchyard[server]'")


def told(findings: Findings) -> list[str]:
    """Word what was found, an error or a warning per line."""
    lines = [
        f"error    {name}: {text}" for name, all_of in findings.errors.items() for text in all_of
    ]
    lines += [
        f"warning  {name}: {text}" for name, all_of in findings.warnings.items() for text in all_of
    ]
    return lines


def _text(file: Path) -> str:
    try:
        if str(file) == "-":
            return sys.stdin.read()
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"cannot read {file}: {error}") from None


def _values(file: Path) -> tuple[ParameterValue, ...]:
    from batchyard.pipelines import files

    try:
        found = json.loads(_text(file))
    except ValueError as error:
        raise Refused(f"{file} is no JSON: {error}") from None
    values = found.get("values", found) if isinstance(found, dict) else found
    return tuple(files.read_values(values))


def _given(parameters: tuple[str, ...]) -> tuple[ParameterValue, ...]:
    from batchyard.pipelines.model import ParameterValue

    found = []
    for text in parameters:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise Refused(f"--parameter {text!r}: give NAME=VALUE")
        found.append(ParameterValue(name, value))
    return tuple(found)
