"""The Python API, as its signatures and docstrings have it; nothing is imported for it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import griffe

import batchyard
from pages.markdown import code, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Documented = griffe.Class | griffe.Function

ROOT = Path(__file__).parents[2]
AIRFLOW = (
    "batchyard.airflow.operators.batch",
    "batchyard.airflow.sensors.batch",
    "batchyard.airflow.triggers.batch",
    "batchyard.airflow.hooks.batch_client",
    "batchyard.airflow.hooks.batch_waiters",
    "batchyard.airflow.links.batch",
)
"""The modules whose names a DAG imports."""

KEYWORDS = (
    "batchyard.client.sessions.Connection",
    "batchyard.client.submitting.Submission",
    "batchyard.client.registering.Registration",
    "batchyard.client.feeds.Patience",
    "batchyard.client.feeds.Terms",
)
"""What signatures name behind ``**``."""

ELSEWHERE = {
    "aio": "awaited: " + ", ".join(f"`aio.{name}`" for name in batchyard.aio.__all__),
    "__version__": "the version of batchyard, a text",
}
"""Public names that are neither classes nor functions."""

SECTIONS = {
    griffe.DocstringSectionKind.parameters: "parameter",
    griffe.DocstringSectionKind.attributes: "attribute",
    griffe.DocstringSectionKind.raises: "raises",
}


def page() -> str:
    """Form the page of what `import batchyard` gives."""
    exports: dict[str, str] = vars(batchyard)["_EXPORTS"]
    names = [name for name in sorted(batchyard.__all__, key=str.lower) if name not in ELSEWHERE]
    rows = ((code(name), text) for name, text in ELSEWHERE.items())
    parts = (part for name in names for part in _thing(f"{exports[name]}.{name}", name))
    shared = (part for path in KEYWORDS for part in _thing(path, path.rpartition(".")[2], 3))
    head = table(("name", "what it is"), rows)
    return "\n\n".join((INTRODUCTION, head, *parts, KEYWORDS_HEAD, *shared))


def testing_page() -> str:
    """Form the page of what batchyard.testing has for other people's tests."""
    names = ("yard", "EphemeralYard", "batchyard_yard")
    parts = (part for name in names for part in _thing(f"batchyard.testing.{name}", name))
    return "\n\n".join((TESTING, *parts))


def airflow_page() -> str:
    """Form the page of Airflow's provider."""
    parts: list[str] = [PROVIDER]
    for module in AIRFLOW:
        parts.append(f"## {module}")
        for name in public(module):
            parts += _thing(f"{module}.{name}", name, depth=3)
    return "\n\n".join(parts)


INTRODUCTION = """# Python

The public names of `batchyard`: `from batchyard import Job`. How they are used is in the
[how-to pages](../how-to/README.md); errors have a [page of their own](errors.md)."""

KEYWORDS_HEAD = """## Keyword arguments

Signatures above end in `**connection: Unpack[Connection]` and the like: these are the names that
may stand there."""

TESTING = """# Python: batchyard.testing

A yard for other people's tests; [Test with pytest](../how-to/test-with-pytest.md) shows it."""

PROVIDER = """# Python: batchyard.airflow

What DAGs import. [Move Airflow DAGs over](../how-to/move-airflow-dags.md) says what differs from
the Amazon provider, whose names these are."""


@cache
def source() -> griffe.Module:
    """Read batchyard's source, without running it."""
    loaded = griffe.load(
        "batchyard",
        search_paths=[ROOT / "src"],
        docstring_parser="google",
        docstring_options={
            "returns_multiple_items": False,
            "returns_named_value": False,
            "warnings": False,
        },
    )
    if not isinstance(loaded, griffe.Module):
        raise TypeError(loaded)
    return loaded


def public(module: str) -> list[str]:
    """List what a module says is for others.

    Args:
        module: its dotted name.
    """
    found = source()[module.removeprefix("batchyard.")]
    if found.exports is None:
        return [name for name, one in found.members.items() if one.is_class and name[0] != "_"]
    return sorted(str(name) for name in found.exports)


def named(path: str) -> griffe.Object:
    """Find a class, function or attribute.

    Args:
        path: its dotted name, with its module.

    Raises:
        KeyError: there is none.
    """
    found = source()[path.removeprefix("batchyard.")]
    return found.final_target if isinstance(found, griffe.Alias) else found


def _thing(path: str, name: str, depth: int = 2) -> Iterator[str]:
    yield f"{'#' * depth} {name}"
    try:
        thing = named(path)
    except griffe.AliasResolutionError as error:
        yield f"{code(error.alias.target_path)}, as it is there."
        return
    if isinstance(thing, griffe.Class):
        yield from _class(thing, name)
    elif isinstance(thing, griffe.Function):
        yield _signature(thing, name)
        yield from _docstring(thing)
    elif thing.docstring is not None:
        yield _plain(thing.docstring.value)


def _class(thing: griffe.Class, name: str) -> Iterator[str]:
    init = thing.members.get("__init__")
    if isinstance(init, griffe.Function):
        yield _signature(init, name)
    yield from _docstring(thing)
    members = [one for one in _members(thing) if not one.name.startswith("_")]
    for member in (one for one in members if isinstance(one, griffe.Function)):
        yield _signature(member, f"{name}.{member.name}")
        yield from _docstring(member)
    rows = (
        (code(one.name), _plain(one.docstring.value))
        for one in members
        if one.is_attribute and one.docstring is not None
    )
    if told := list(rows):
        yield table(("property", "what it is"), told)


def _members(thing: griffe.Class) -> Iterable[griffe.Object]:
    """List a class's own members, and those it has from classes that nobody else sees."""
    found = dict(thing.members)
    for base in thing.resolved_bases if isinstance(thing, griffe.Class) else ():
        if base.is_class and (base.name.startswith("_") or base.name in {"JobBase", "Common"}):
            found = dict(base.members) | found
    return [one for one in found.values() if isinstance(one, griffe.Object)]


def _signature(function: griffe.Function, name: str) -> str:
    parameters = [_parameter(one) for one in function.parameters if one.name not in {"self", "cls"}]
    kinds = [one.kind for one in function.parameters if one.name not in {"self", "cls"}]
    if griffe.ParameterKind.keyword_only in kinds and "*" not in "".join(parameters).split("**")[0]:
        parameters.insert(kinds.index(griffe.ParameterKind.keyword_only), "*")
    prefix = "await " if "async" in function.labels else ""
    returns = (
        f" -> {function.returns}" if function.returns and str(function.returns) != "None" else ""
    )
    line = f"{prefix}{name}({', '.join(parameters)}){returns}"
    if len(line) > 96:  # noqa: PLR2004 - what a page shows without a scroll bar
        inside = ",\n    ".join(parameters)
        line = f"{prefix}{name}(\n    {inside},\n){returns}"
    return f"```python\n{line}\n```"


def _parameter(one: griffe.Parameter) -> str:
    stars = {
        griffe.ParameterKind.var_positional: "*",
        griffe.ParameterKind.var_keyword: "**",
    }.get(one.kind or griffe.ParameterKind.positional_or_keyword, "")
    annotation = f": {one.annotation}" if one.annotation is not None else ""
    default = f" = {one.default}" if one.default is not None and not stars else ""
    return f"{stars}{one.name}{annotation}{default}"


def _docstring(thing: Documented) -> Iterator[str]:
    if thing.docstring is None:
        return
    for section in thing.docstring.parsed:
        if isinstance(section, griffe.DocstringSectionText):
            yield _plain(section.value)
        elif isinstance(section, griffe.DocstringSectionReturns):
            yield "Returns: " + " ".join(_plain(one.description) for one in section.value)
        elif section.kind in SECTIONS:
            yield table((SECTIONS[section.kind], "meaning"), _rows(section))


def _rows(section: griffe.DocstringSection) -> Iterator[tuple[str, str]]:
    for one in section.value:
        name = one.annotation if section.kind is griffe.DocstringSectionKind.raises else one.name
        yield code(str(name)), _plain(one.description)


def _plain(text: str) -> str:
    """Give a docstring's text as Markdown."""
    text = re.sub(r"::\n\n((?: {4}.*\n?|\n)+)", _example, text)
    return re.sub(r"``(.+?)``", r"`\1`", text).strip()


def _example(found: re.Match[str]) -> str:
    lines = "\n".join(line.removeprefix("    ") for line in found[1].rstrip().splitlines())
    return f":\n\n```python\n{lines}\n```\n"
