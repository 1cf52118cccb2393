"""The public names, and that getting at one loads nothing else."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import batchyard

TYPES = ast.parse(Path(batchyard.__file__).with_suffix(".pyi").read_text())
EXPORTS: dict[str, str] = vars(batchyard)["_EXPORTS"]


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_every_public_name_is_there() -> None:
    for name in batchyard.__all__:
        assert getattr(batchyard, name)


def test_the_table_the_list_and_the_type_checker_agree() -> None:
    typed = {
        (alias.name, node.module)
        for node in ast.walk(TYPES)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("batchyard.")
        for alias in node.names
    }
    assert typed == set(EXPORTS.items())
    assert set(batchyard.__all__) == {*EXPORTS, "__version__"}
    assert dir(batchyard) == sorted(batchyard.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        batchyard.nothing  # type: ignore[attr-defined] # noqa: B018 - getting it is the test


def test_importing_batchyard_loads_nothing_else_of_it() -> None:
    loaded = "[m for m in sys.modules if m.startswith('batchyard.')]"
    assert run(f"import sys, batchyard; print({loaded})") == "[]"
