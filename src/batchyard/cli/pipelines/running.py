"""A yard and task runners for one definition, and what is shown of its run."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from batchyard.cli.pipelines import asking
from batchyard.cli.pipelines.processes import ephemeral_yard, scratch, task_runner
from batchyard.cli.pipelines.watching import BAD, Watch, status_of
from batchyard.client.calls import call
from batchyard.errors import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from batchyard.cli.pipelines.asking import Fields
    from batchyard.client.sessions import Client
    from batchyard.pipelines.model import Definition

LINES = 20
"""Of what a failed attempt printed last."""


class Wanted(NamedTuple):
    """What is to be run; see `batchyard pipeline run`."""

    name: str
    definition: Definition
    moment: datetime
    as_scheduled: bool
    retries: int
    output: Path | None
    timeout: float | None


def run(wanted: Wanted) -> int:
    """Run a definition to its end.

    Returns:
        The exit code: 0 if every instance finished, else 1.

    Raises:
        Refused: the service does not take the definition.
        Unfinished: it has not ended in time.
        YardError: the yard cannot be started.
    """
    from batchyard.pipelines import onetime

    definition = wanted.definition
    if not wanted.as_scheduled:
        definition = onetime.once(definition, wanted.moment)
    with ExitStack() as kept:
        folder = Path(kept.enter_context(scratch()))
        logs = wanted.output or folder / "tasks"
        client, url = kept.enter_context(ephemeral_yard(folder, logs, wanted.retries))
        for group in sorted(_groups(definition)):
            kept.enter_context(task_runner(folder, url, logs, group))
        pipeline = _activated(client, wanted, definition)
        found = Watch(client, pipeline, wanted.timeout).follow()
        attempts = asking.instances(client, pipeline, "ATTEMPT")
        return _conclude(found, attempts, logs / pipeline, keep=wanted.output)


def _activated(client: Client, wanted: Wanted, definition: Definition) -> str:
    """Create, put and activate a pipeline."""
    from batchyard.pipelines import onetime

    made = call(client, "create_pipeline", name=wanted.name, uniqueId=wanted.name)
    pipeline = str(made["pipelineId"])
    answer = call(client, "put_pipeline_definition", pipelineId=pipeline, **_content(definition))
    if answer["errored"]:
        errors = [f"{e.get('id')}: {', '.join(e['errors'])}" for e in answer["validationErrors"]]
        raise Refused(f"the definition has errors: {'; '.join(errors)}")
    start = onetime.begins(definition, wanted.moment)
    given: dict[str, Any] = {} if start is None else {"startTimestamp": start.timestamp()}
    call(client, "activate_pipeline", pipelineId=pipeline, **given)
    return pipeline


def _content(definition: Definition) -> dict[str, Any]:
    """Write a definition down as PutPipelineDefinition takes it."""
    return {
        "pipelineObjects": [
            {
                "id": item.id,
                "name": item.name,
                "fields": [
                    {"key": field.key, "stringValue": field.value}
                    if field.ref_value is None
                    else {"key": field.key, "refValue": field.value}
                    for field in item.fields
                ],
            }
            for item in definition.pipeline_objects
        ],
        "parameterObjects": [
            {
                "id": each.id,
                "attributes": [
                    {"key": a.key, "stringValue": a.string_value} for a in each.attributes
                ],
            }
            for each in definition.parameter_objects
        ],
        "parameterValues": [
            {"id": value.id, "stringValue": value.string_value}
            for value in definition.parameter_values
        ],
    }


def _groups(definition: Definition) -> set[str]:
    """Name the worker groups that activities and preconditions ask for."""
    from datetime import UTC, datetime

    from batchyard.pipelines.blueprint import blueprint

    plan = blueprint(definition, datetime.now(UTC).replace(tzinfo=None))
    found = (component.rules.worker_group for component in plan.components.values())
    return {group for group in found if group is not None}


def _conclude(found: dict[str, Fields], attempts: list[str], logs: Path, keep: Path | None) -> int:
    """Show how it ended, and what failed attempts printed last."""
    from batchyard.cli.pipelines.show import show_instances

    for name, fields in sorted(found.items()):
        if status_of(fields) in BAD:
            for printed in sorted(logs.glob(f"*/{_file(name)}/*/std*")):
                _quote(printed, logs)
    show_instances(found, attempts)
    done = sum(status_of(fields) in {"FINISHED", "SKIPPED"} for fields in found.values())
    click.echo(f"{done} of {len(found)} instances finished", err=True)
    if keep is not None:
        click.echo(f"what they printed is in {logs}", err=True)
    return 0 if done == len(found) else 1


def _file(name: str) -> str:
    """Name an instance's folder, whatever a pattern would make of it."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _quote(printed: Path, logs: Path) -> None:
    text = printed.read_bytes()[-100_000:].decode(errors="replace").rstrip()
    if text:
        click.echo(f"--- {printed.relative_to(logs)}", err=True)
        for line in text.split("\n")[-LINES:]:
            click.echo(line, err=True)
