"""The reference holds everything that the code has, and is what the code says now."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import msgspec
import pytest

from batchyard import errors
from batchyard.batch import arrays, lifecycle
from batchyard.batch.states import JobState
from batchyard.cli import COMMANDS, batchyard
from batchyard.server.operations import batch, logs, pipelines
from batchyard.server.options import Options
from tests.docs.markdown_files import ROOT

Transitions = Mapping[tuple[JobState, str], frozenset[JobState]]
REFERENCE = ROOT / "docs/reference"
VARIABLE = re.compile(r"(?:AWS|BATCHYARD|XDG)(?:_[A-Z]+)+")


def text(page: str) -> str:
    return (REFERENCE / page).read_text()


def command(name: str) -> click.Command:
    found = batchyard.get_command(click.Context(batchyard), name)
    assert found is not None
    return found


def chapter(name: str) -> str:
    """What the reference says of one command."""
    _, _, rest = text("cli.md").partition(f"\n## batchyard {name}\n")
    return rest.partition("\n## ")[0]


def variables_read() -> Iterator[str]:
    """The names of environment variables that stand in the command line's and the server's code."""
    for folder in ("cli", "server"):
        for file in (ROOT / "src/batchyard" / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield from VARIABLE.findall(node.value) if " " not in node.value else ()


def test_the_reference_is_what_the_code_says_now() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "docs/generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_every_command_has_its_chapter() -> None:
    for name, summary in COMMANDS.items():
        assert summary in chapter(name)


def chapters(name: str) -> Iterator[tuple[click.Command, str]]:
    """A command and, of a group, each below it, with what the reference says of it."""
    whole = chapter(name)
    yield command(name), whole.partition("\n### ")[0]
    for below, found in getattr(command(name), "commands", {}).items():
        _, _, rest = whole.partition(f"\n### batchyard {name} {below}\n")
        yield found, rest.partition("\n### ")[0]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_in_the_chapter_of_its_command(name: str) -> None:
    for found, text in chapters(name):
        said = set(re.findall(r"--?[a-z][a-zA-Z-]*", text))
        for parameter in found.params:
            if isinstance(parameter, click.Option):
                assert said.issuperset(parameter.opts)
                assert parameter.help, parameter.opts


def test_every_served_operation_is_listed() -> None:
    listed = set(re.findall(r"^\| \[(\w+)\]", text("operations.md"), re.MULTILINE))
    assert listed == {*batch.OPERATIONS, *logs.OPERATIONS, *pipelines.OPERATIONS}


def test_the_readme_counts_the_operations_right() -> None:
    served = sum(len(service.OPERATIONS) for service in (batch, logs, pipelines))
    assert f"\n{served} operations: " in (ROOT / "README.md").read_text()


def test_every_setting_is_described() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| `--[\w-]+` \|.*\| (\w.+) \|$", text("settings.md"), re.MULTILINE
    )
    assert [name for name, _ in rows] == [field.name for field in msgspec.structs.fields(Options)]


def test_every_error_class_is_described() -> None:
    classes = {name for name, kind in vars(errors).items() if isinstance(kind, type)}
    assert set(re.findall(r"^\| `(\w+)` \| `\w+` \|", text("errors.md"), re.MULTILINE)) == classes


@pytest.mark.parametrize(
    "table", [lifecycle.TRANSITIONS, arrays.TRANSITIONS], ids=["jobs", "arrays"]
)
def test_every_transition_is_in_a_table_and_in_a_diagram(table: Transitions) -> None:
    page = text("lifecycle.md")
    for (state, event), targets in table.items():
        assert re.search(rf"^\| {state} \| `{event}` \| [A-Z, ]+ \|$", page, re.MULTILINE)
        for target in targets - {state}:
            assert re.search(rf"^    {state} --> {target}: .*\b{event}\b", page, re.MULTILINE)


def test_every_environment_variable_in_the_code_is_described() -> None:
    page = text("environment.md")
    assert [name for name in sorted(set(variables_read())) if f"`{name}`" not in page] == []


def test_a_page_that_was_changed_by_hand_is_noticed(tmp_path: Path) -> None:
    for page in REFERENCE.glob("*.md"):
        (tmp_path / page.name).write_text(page.read_text())
    (tmp_path / "cli.md").write_text(text("cli.md").replace("--array", "--arrays"))
    check = (
        "import sys, pathlib; sys.argv = ['generate.py', '--check']; sys.path.insert(0, 'docs'); "
        f"import generate; generate.REFERENCE = pathlib.Path({str(tmp_path)!r}); "
        "print(*[file.name for file in generate.stale(generate.written())])"
    )
    done = subprocess.run(
        [sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "cli.md" in done.stdout.split()
