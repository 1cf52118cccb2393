"""Where people come from: others' names for AWS Batch and task runners, and ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
import griffe

from batchyard.cli import batchyard
from pages.markdown import code, table
from pages.peers_notes import CLASSES, GONE, NOTES, RUNNER, RUNNER_FILE
from pages.python import named

if TYPE_CHECKING:
    from collections.abc import Iterator

PEERS = Path(__file__).parents[1] / "peers.json"
GUIDE = "https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide"
TITLES = {
    "apache-airflow-providers-amazon 2.0.0": "Airflow's Amazon provider, classic names",
    "apache-airflow-providers-amazon 9.39.0": "Airflow's Amazon provider",
    "astronomer-providers 1.19.4": "astronomer-providers",
    "pendant 0.4.1": "pendant",
}


def page() -> str:
    """Form the page of others' names."""
    parts = [INTRODUCTION]
    for package, classes in json.loads(PEERS.read_text()).items():
        count = sum(1 + len(members) for members in classes.values())
        parts.append(f"## {TITLES[package]}\n\n`{package}`: {count} names.")
        for name, members in classes.items():
            parts += _class(package.partition(" ")[0], name, members)
    return "\n\n".join((*parts, *_runner()))


INTRODUCTION = """# Where you come from

Every public name that Airflow's Amazon provider, astronomer-providers and pendant have for AWS
Batch, and every option of AWS's Task Runner, with ours. The names on the left are read from the
packages themselves (`docs/peers.py`), those on the right are checked to be there. `name=` is a
parameter of the constructor. Where the last column is empty, name and effect are the same.

`hooks`, `operators`, `sensors`, `triggers` and `links` are below `batchyard.airflow`. More about
what differs is in [Come from Airflow's Batch hooks](../how-to/come-from-airflows-hooks.md) and in
[Move Airflow DAGs over](../how-to/move-airflow-dags.md)."""


def target_of(package: str, name: str) -> str | None:
    """Say which of our classes or functions stands for another package's; None for none.

    Raises:
        LookupError: the table does not know it.
    """
    for key in (f"{package}:{name}", name):
        if key in CLASSES:
            return CLASSES[key]
        if key in GONE:
            return None
    raise LookupError(f"{package}: nothing is said of {name}")


def _class(package: str, name: str, members: list[str]) -> Iterator[str]:
    target = target_of(package, name)
    yield f"### {name}"
    if target is None:
        yield GONE.get(f"{package}:{name}") or GONE[name]
        if members:
            yield f"With it: {', '.join(code(member) for member in members)}."
        return
    note = NOTES.get(name, "")
    yield f"Here: {code(_short(target))}.{f' {note}' if note else ''}"
    if rows := [_member(name, member, target) for member in members]:
        yield table(("there", "here", "what differs"), rows)


def _member(name: str, member: str, target: str) -> tuple[str, str, str]:
    later = f"{name.removeprefix('Aws')}.{member}"
    given = NOTES.get(f"{name}.{member}", NOTES.get(later))
    if member in members_of(target):
        return code(member), code(member), given or ""
    if given is None:
        raise LookupError(f"{target} has no {member}, and nothing is said of {name}.{member}")
    return code(member), "", given


def members_of(path: str) -> set[str]:
    """List the members of one of our classes, as `docs/peers.py` lists others'.

    Args:
        path: its dotted name.
    """
    try:
        found = named(path)
    except griffe.AliasResolutionError:  # the Amazon provider's own
        return {"create_compute_environment", "describe_jobs", "get_waiter", "submit_job"} | {
            "terminate_job"
        }
    names: set[str] = set()
    if isinstance(found, griffe.Class):
        for one in (found, *found.mro()):
            names |= set(one.members)
            init = one.members.get("__init__")
            if isinstance(init, griffe.Function):
                names |= {f"{parameter.name}=" for parameter in init.parameters}
    return names


def _short(target: str) -> str:
    for prefix in ("batchyard.airflow.", "batchyard.client."):
        if target.startswith(prefix):
            rest = target.removeprefix(prefix)
            return rest if "airflow" in prefix else f"batchyard.{rest.rpartition('.')[2]}"
    return target


def _runner() -> Iterator[str]:
    options = f"{GUIDE}/dp-taskrunner-config-options.html"
    yield f"## AWS's Task Runner\n\n`TaskRunner-1.0.jar`, by its [options]({options}):"
    ours_are = runner_options()
    rows = []
    for theirs, ours in RUNNER.items():
        option, note = ours
        if option not in ours_are:
            raise LookupError(f"batchyard runner has no {option}")
        rows.append((code(theirs), code(option), note))
    yield table(("there", "here", "what differs"), rows)
    yield table(("`credentials.json`", "here", "what differs"), RUNNER_FILE)


def runner_options() -> set[str]:
    """List the options of ``batchyard runner``, in all their spellings."""
    command = batchyard.get_command(click.Context(batchyard), "runner")
    if command is None:
        raise LookupError("runner")
    params = command.get_params(click.Context(command))
    return {name for one in params for name in one.opts}
