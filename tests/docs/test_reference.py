"""The reference holds everything that the code has, and is what the code says now."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from inspect import isfunction
from pathlib import Path
from xml.etree import ElementTree as ET

import click
import msgspec
import pytest

import batchyard as batchyard_module
from batchyard import errors
from batchyard.batch import arrays, lifecycle
from batchyard.cli import COMMANDS, batchyard
from batchyard.metrics.catalogue import METRICS
from batchyard.pipelines import moves
from batchyard.server.operations import batch, logs, pipelines
from batchyard.server.options import Options
from tests.docs.markdown_files import ROOT

Transitions = Mapping[tuple[StrEnum, str], frozenset[StrEnum]]
batchyard_names = batchyard_module.__all__
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
    assert f" {served} operations: " in (ROOT / "README.md").read_text()


def test_every_setting_is_described() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| `--[\w-]+` \|.*\| (\w.+) \|$", text("settings.md"), re.MULTILINE
    )
    assert [name for name, _ in rows] == [field.name for field in msgspec.structs.fields(Options)]


def test_every_error_class_is_described() -> None:
    classes = {name for name, kind in vars(errors).items() if isinstance(kind, type)}
    assert set(re.findall(r"^\| `(\w+)` \| `\w+` \|", text("errors.md"), re.MULTILINE)) == classes


@pytest.mark.parametrize(
    "table, name, drawing",
    [
        (lifecycle.TRANSITIONS, "lifecycle.md", "job.svg"),
        (arrays.TRANSITIONS, "lifecycle.md", "array.svg"),
        (moves.TRANSITIONS, "pipelines.md", "instance.svg"),
    ],
    ids=["jobs", "arrays", "instances"],
)
def test_every_transition_is_in_a_table_and_in_a_diagram(
    table: Transitions, name: str, drawing: str
) -> None:
    page, drawn = text(name), arrows(text(drawing))
    assert f"({drawing})" in page
    moving = set()
    for (state, event), targets in table.items():
        assert re.search(rf"^\| {state} \| `{event}` \| [A-Z_, ]+ \|$", page, re.MULTILINE)
        moving |= {(str(state), str(target), event) for target in targets - {state}}
    assert drawn == moving


def arrows(svg: str) -> set[tuple[str, str, str]]:
    """The arrows of a drawing, by where they begin and end: from, to, event."""
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    parts = [(part.get("class"), part) for part in root.iter() if part.get("class")]
    columns = {float(one.attrib["x"]): one.text for kind, one in parts if kind == "name"}
    lines = [one.attrib for kind, one in parts if kind == "arrow"]
    heads = [float(one.attrib["d"].split()[1]) for kind, one in parts if kind == "head"]
    labels = [(one.text or "").split(", ") for kind, one in parts if kind == "event"]
    return {
        (str(columns[float(line["x1"])]), str(columns[head]), event)
        for line, head, events in zip(lines, heads, labels, strict=True)
        for event in events
    }


def test_every_public_name_has_its_chapter() -> None:
    listed = set(re.findall(r"^(?:## |\| `)(\w+)", text("python.md"), re.MULTILINE))
    assert set(batchyard_names) <= listed


def test_every_public_method_is_in_the_chapter_of_its_class() -> None:
    page = text("python.md")
    for name in batchyard_names:
        thing = getattr(batchyard_module, name)
        if isinstance(thing, type) and thing.__module__.startswith("batchyard.client"):
            methods = [one for one, made in vars(thing).items() if isfunction(made)]
            for method in (one for one in methods if not one.startswith("_")):
                assert f"{name}.{method}(" in page


def test_every_name_that_a_dag_imports_is_described() -> None:
    chapters = text("airflow.md").split("\n## ")[1:]
    for chapter in chapters:
        module, _, rest = chapter.partition("\n")
        file = ROOT / "src" / Path(*module.split(".")).with_suffix(".py")
        (names,) = re.findall(r"__all__ = \[(.*?)\]", file.read_text(), re.DOTALL)
        for name in re.findall(r'"(\w+)"', names):
            assert f"\n### {name}\n" in rest


def test_every_environment_variable_in_the_code_is_described() -> None:
    page = text("environment.md")
    assert [name for name in sorted(set(variables_read())) if f"`{name}`" not in page] == []


def test_everything_that_there_is_appears_in_the_reference() -> None:
    """Every command, option, setting, operation, metric and public name; -s shows the counts."""
    pages = {page.name: page.read_text() for page in REFERENCE.glob("*.md")}
    groups = {name: getattr(command(name), "commands", {}) for name in COMMANDS}
    below = [f"{name} {one}" for name, commands in groups.items() for one in commands]
    options = {
        (name, option)
        for name in COMMANDS
        for found, _ in chapters(name)
        for parameter in found.params
        for option in parameter.opts
        if option.startswith("-")
    }
    operations = [*batch.OPERATIONS, *logs.OPERATIONS, *pipelines.OPERATIONS]
    settings = [field.name for field in msgspec.structs.fields(Options)]
    metrics = [metric.name for metric in METRICS]
    found = {
        "commands": ([*COMMANDS, *below], "cli.md", "# batchyard {}\n"),
        "options": (sorted({option for _, option in options}), "cli.md", "{}"),
        "settings": (settings, "settings.md", "| `{}` |"),
        "operations": (operations, "operations.md", "| [{}]("),
        "metrics": (metrics, "metrics.md", "{}`"),
        "public names": (batchyard_names, "python.md", "{}"),
    }
    for what, (names, page, form) in found.items():
        assert [name for name in names if form.format(name) not in pages[page]] == [], what
        print(f"{len(names)} {what} in {page}")  # noqa: T201 - what -s shows
        assert names


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
