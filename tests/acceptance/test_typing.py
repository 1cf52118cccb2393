"""mypy and pyright see the types of an installed batchyard, and find what is wrong with them.

Source: https://typing.python.org/en/latest/spec/distributing.html (PEP 561)
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.acceptance.environments import ROOT, bin_of
from tests.requires import require

PROGRAMS = Path(__file__).parent / "typing"
RIGHT, WRONG = PROGRAMS / "right.py", PROGRAMS / "wrong.py"
Checker: TypeAlias = Callable[[Path, Path, Path], set[tuple[int, str]]]

MISTAKES = {n for n, line in enumerate(WRONG.read_text().splitlines(), 1) if "# WRONG" in line}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that has batchyard as a wheel, and what it needs."""
    require("uv in .venv", "make setup", present=(ROOT / ".venv/bin/uv").exists())
    folder = tmp_path_factory.mktemp("typing")
    uv, python = ROOT / "tools" / "uv", folder / "env" / "bin" / "python"
    lock = ROOT / "requirements" / "server.txt"
    commands: list[list[str | Path]] = [
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        [uv, "venv", "--quiet", "--python", sys.executable, folder / "env"],
        [uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", lock],
    ]
    for command in commands:
        done(command)
    (wheel,) = folder.glob("*.whl")
    done([uv, "pip", "install", "--quiet", "--offline", "--python", python, "--no-deps", wheel])
    return python


def done(command: list[str | Path], folder: Path | None = None) -> str:
    """Run a command to its end; what it said is the message if it failed in its own way."""
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "MYPY"))}
    ended = subprocess.run(
        command, cwd=folder, env=variables, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert ended.returncode in {0, 1}, f"{command}: {ended.stderr}"
    return ended.stdout


def mypy(python: Path, program: Path, folder: Path) -> set[tuple[int, str]]:
    """Give the lines of a program that mypy complains of, and what it says."""
    command: list[str | Path] = [
        bin_of("types") / "mypy", "--strict", "--output", "json", "--python-executable", python,
        "--cache-dir", folder / "cache", "--config-file", os.devnull, program,
    ]  # fmt: skip
    said = done(command, folder).splitlines()
    found = [json.loads(line) for line in said if line.startswith("{")]
    return {(each["line"], each["message"]) for each in found if each["severity"] == "error"}


def pyright(python: Path, program: Path, folder: Path) -> set[tuple[int, str]]:
    """Give the lines of a program that pyright complains of, and what it says."""
    program = Path(folder / program.name).resolve()
    program.write_text((PROGRAMS / program.name).read_text())
    config = {"typeCheckingMode": "strict", "include": [str(program)]}
    (folder / "pyrightconfig.json").write_text(json.dumps(config))
    command: list[str | Path] = [
        bin_of("types") / "pyright",
        "--outputjson",
        "--pythonpath",
        python,
    ]
    said = done(command, folder)
    require("pyright", "npm's registry, for its first run", present=said.startswith("{"))
    found = json.loads(said)["generalDiagnostics"]
    return {(each["range"]["start"]["line"] + 1, each["message"]) for each in found}


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_a_right_program_is_right(checker: Checker, installed: Path, tmp_path: Path) -> None:
    assert checker(installed, RIGHT, tmp_path) == set()


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_every_mistake_is_found(checker: Checker, installed: Path, tmp_path: Path) -> None:
    found = checker(installed, WRONG, tmp_path)
    assert {line for line, _ in found} == MISTAKES, found
