"""What import-linter cannot see of the floors: parts of packages, and the standard library."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "batchyard"
PURE = ("batch", "pipelines", "logs", "polling", "wire")
# urllib.parse is pure and stays allowed; these reach the network.
REACHING_OUT = ("urllib.request", "http.client")
SUPERVISOR = "batchyard.launchers.supervisor"


def imports(folder: Path) -> Iterator[tuple[str, str]]:
    """Each import below a folder: where it stands, and the dotted name that it brings."""
    for path in sorted([*folder.rglob("*.py"), *folder.parent.glob(f"{folder.name}.py")]):
        for node in ast.walk(ast.parse(path.read_text())):
            where = f"{path.relative_to(SOURCE)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Import):
                yield from ((where, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((where, f"{node.module}.{alias.name}") for alias in node.names)


def is_below(name: str, parents: tuple[str, ...]) -> bool:
    return any(f"{name}.".startswith(f"{parent}.") for parent in parents)


def test_pure_floors_do_not_reach_out() -> None:
    found = [
        (where, name)
        for floor in PURE
        for where, name in imports(SOURCE / floor)
        if is_below(name, REACHING_OUT)
    ]
    assert found == []


def test_the_supervisor_stands_on_the_standard_library_alone() -> None:
    found = [
        (where, name)
        for where, name in imports(SOURCE / "launchers" / "supervisor")
        if name.partition(".")[0] not in sys.stdlib_module_names
        and not is_below(name, (SUPERVISOR,))
    ]
    assert found == []
