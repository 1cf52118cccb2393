"""What the census measures: pure functions over Python sources.

A census of any set of files is a ``Census``, and ``combine`` adds several up: one file's
to a shard's, and the shards' to the whole.
"""

import ast
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from pathlib import PurePosixPath
from typing import TypeAlias

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
Place: TypeAlias = tuple[ast.stmt, int, str]
"""A statement, the number of blocks around it, and the dotted name of its scope."""


@dataclass(frozen=True)
class Tally:
    """What is counted; a comment is any line whose first character is ``#``."""

    files: int = 0
    lines: int = 0
    blank: int = 0
    comments: int = 0
    functions: int = 0
    async_functions: int = 0
    classes: int = 0


@dataclass(frozen=True)
class Function:
    """A function's place and its length, from ``def`` to its last line."""

    file: str
    line: int
    name: str
    lines: int


@dataclass(frozen=True)
class Nesting:
    """A statement's place and the number of indented blocks around it."""

    file: str
    line: int
    name: str
    depth: int


@dataclass(frozen=True)
class Census:
    """The measure of a set of files, by package, and of those that are no Python."""

    packages: Mapping[str, Tally] = field(default_factory=dict)
    longest_function: Function | None = None
    deepest_nesting: Nesting | None = None
    unparsed: Sequence[str] = ()


def total(tallies: Iterable[Tally]) -> Tally:
    """Add tallies up."""
    columns = zip(*map(astuple, tallies), strict=True)
    return Tally(*map(sum, columns))


def longest(functions: Iterable[Function | None]) -> Function | None:
    """Choose the longest function; among equals, the first by file and line."""
    known = (each for each in functions if each)
    return min(known, key=lambda each: (-each.lines, each.file, each.line), default=None)


def deepest(nestings: Iterable[Nesting | None]) -> Nesting | None:
    """Choose the deepest nesting; among equals, the first by file and line."""
    known = (each for each in nestings if each)
    return min(known, key=lambda each: (-each.depth, each.file, each.line), default=None)


def combine(parts: Iterable[Census]) -> Census:
    """Add censuses of different files up, in any order and any grouping."""
    parts = list(parts)
    packages: dict[str, list[Tally]] = {}
    for part in parts:
        for name, tally in part.packages.items():
            packages.setdefault(name, []).append(tally)
    return Census(
        packages={name: total(packages[name]) for name in sorted(packages)},
        longest_function=longest(part.longest_function for part in parts),
        deepest_nesting=deepest(part.deepest_nesting for part in parts),
        unparsed=tuple(sorted(file for part in parts for file in part.unparsed)),
    )


def children(node: ast.stmt) -> Iterator[ast.stmt]:
    """Yield the statements in the blocks of a compound statement."""
    for block in ("body", "orelse", "finalbody"):
        yield from getattr(node, block, ())
    for clause in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield from clause.body


def walk(tree: ast.Module) -> Iterator[Place]:
    """Yield every statement with its place.

    What is in a block starts further right than the statement the block belongs to. An
    ``elif``, which the tree has inside its ``if``, starts in the same column: no deeper.
    """
    stack: list[Place] = [(node, 0, "") for node in tree.body]
    while stack:
        node, depth, scope = place = stack.pop()
        yield place
        inner = within(scope, node.name) if isinstance(node, SCOPES) else scope
        stack += [
            (child, depth + (child.col_offset > node.col_offset), inner) for child in children(node)
        ]


def within(scope: str, name: str) -> str:
    """Give the dotted name of something defined in a scope."""
    return f"{scope}.{name}" if scope else name


def count(source: bytes, places: Sequence[Place]) -> Tally:
    """Count one file's lines and definitions."""
    lines = [line.strip() for line in source.splitlines()]
    kinds = [type(node) for node, _, _ in places]
    return Tally(
        files=1,
        lines=len(lines),
        blank=lines.count(b""),
        comments=sum(line.startswith(b"#") for line in lines),
        functions=kinds.count(ast.FunctionDef),
        async_functions=kinds.count(ast.AsyncFunctionDef),
        classes=kinds.count(ast.ClassDef),
    )


def functions(file: str, places: Iterable[Place]) -> Iterator[Function]:
    """Yield the functions among a file's statements."""
    for node, _, scope in places:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            end = node.end_lineno or node.lineno
            yield Function(file, node.lineno, within(scope, node.name), end - node.lineno + 1)


def nesting(file: str, places: Iterable[Place]) -> Nesting | None:
    """Find a file's deepest nested statement."""
    deep = min(places, key=lambda place: (-place[1], place[0].lineno), default=None)
    if deep is None:
        return None
    node, depth, scope = deep
    return Nesting(file, node.lineno, scope or "<module>", depth)


def parse(file: str, source: bytes) -> ast.Module:
    """Parse a source, without the warnings that are meant for its author."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source, file)


def examine(file: str, source: bytes) -> Census:
    """Measure one file.

    Raises:
        SyntaxError: The source is no Python that this interpreter knows.
        ValueError: It holds bytes that no Python source may.
        RecursionError: It is nested too deeply for the parser.
    """
    places = list(walk(parse(file, source)))
    return Census(
        packages={PurePosixPath(file).parts[0].removesuffix(".py"): count(source, places)},
        longest_function=longest(functions(file, places)),
        deepest_nesting=nesting(file, places),
    )
