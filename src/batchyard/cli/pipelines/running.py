"""A yard and task runners for one definition, and what is shown of its run."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from batchyard.cli.pipelines import asking
from batchyard.client.calls import call
from batchyard.errors import Refused, Unfinished, YardError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from batchyard.cli.pipelines.asking import Fields
    from batchyard.client.sessions import Client
    from batchyard.pipelines.model import Definition

REGION = "us-east-1"
PAUSE = 0.2
"""Seconds between two looks at the instances."""
PATIENCE = 10
"""Seconds that the yard and the task runners get to leave."""
LINES = 20
"""Of what a failed attempt printed last."""
OVER = frozenset({"FINISHED", "FAILED", "CANCELED", "CASCADE_FAILED", "TIMEDOUT", "SKIPPED"})
BAD = OVER - {"FINISHED", "SKIPPED"}
WAITING = frozenset({"WAITING_ON_DEPENDENCIES", "PAUSED"})


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
        folder = Path(kept.enter_context(_folder()))
        logs = wanted.output or folder / "tasks"
        client, url = kept.enter_context(_yard(folder, logs, wanted.retries))
        for group in sorted(_groups(definition)):
            kept.enter_context(_runner(folder, url, logs, group))
        pipeline = _activated(client, wanted, definition)
        found = _Watch(client, pipeline, wanted.timeout).follow()
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


class _Watch:
    """Looks at a pipeline until it has ended, and says what moves."""

    def __init__(self, client: Client, pipeline: str, timeout: float | None) -> None:
        self._client = client
        self._pipeline = pipeline
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._known: dict[str, str] = {}

    def follow(self) -> dict[str, Fields]:
        """Give every instance once nothing moves any more."""
        while True:
            more = self._more()
            names = asking.instances(self._client, self._pipeline)
            found = dict(asking.objects(self._client, self._pipeline, names))
            self._tell(found)
            over = all(_status(fields) in OVER for fields in found.values())
            if (over and not more) or (found and _stuck(found)):
                return found
            if self._deadline is not None and time.monotonic() > self._deadline:
                waiting = [n for n, fields in found.items() if _status(fields) not in OVER]
                raise Unfinished(f"not ended in time: {', '.join(waiting)}")
            time.sleep(PAUSE)

    def _more(self) -> bool:
        """Tell whether more instances are to come."""
        _, fields = next(asking.described(self._client, [self._pipeline]))
        return bool(asking.one(fields, "@nextRunTime"))

    def _tell(self, found: dict[str, Fields]) -> None:
        for name, fields in found.items():
            status = _status(fields)
            if self._known.get(name) == status:
                continue
            self._known[name] = status
            if status not in WAITING:
                moment = time.strftime("%H:%M:%S")
                click.echo(f"{moment}  {_styled(status)}  {name}", err=True)


def _status(fields: Fields) -> str:
    return asking.one(fields, "@status")


def _styled(status: str) -> str:
    from batchyard.cli.shown import STYLES

    return click.style(f"{status:<18}", fg=STYLES.get(status))


def _stuck(found: dict[str, Fields]) -> bool:
    """Tell whether nothing can move: all that is left waits for what ended badly.

    Without failureAndRerunMode cascade that is where AWS leaves it.
    """
    ill = {name for name, fields in found.items() if _status(fields) in BAD}
    left = {name for name, fields in found.items() if _status(fields) not in OVER}
    if not left or any(_status(found[name]) not in WAITING for name in left):
        return False
    grown = True
    while grown:
        behind = {n for n in left - ill if ill & set(found[n].get("@waitingOn") or ())}
        grown, ill = bool(behind), ill | behind
    unused = {name for name in left - ill if name in _resources(found, left & ill)}
    return left <= ill | unused


def _resources(found: dict[str, Fields], users: set[str]) -> set[str]:
    """Name what these would run on."""
    return {name for user in users for name in found[user].get("runsOn") or ()}


def _conclude(found: dict[str, Fields], attempts: list[str], logs: Path, keep: Path | None) -> int:
    """Show how it ended, and what failed attempts printed last."""
    from batchyard.cli.pipelines.show import show_instances

    for name, fields in sorted(found.items()):
        if _status(fields) in BAD:
            for printed in sorted(logs.glob(f"*/{_file(name)}/*/std*")):
                _quote(printed, logs)
    show_instances(found, attempts)
    done = sum(_status(fields) in {"FINISHED", "SKIPPED"} for fields in found.values())
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


@contextmanager
def _folder() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="batchyard-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _yard(folder: Path, logs: Path, retries: int) -> Iterator[tuple[Client, str]]:
    """Start a yard that forgets; give a client of it, and its address."""
    from botocore.session import Session

    from batchyard.server.keys import load_or_create

    command = ("serve", "--ephemeral", "--port", "0", "--data-dir", str(folder))
    more = ("--maximum-retries", str(retries), "--retry-delay", "1", "--task-output", str(logs))
    with _process(*command, *more, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        line = process.stdout.readline().decode()
        if not line.startswith("ready "):
            raise YardError("no yard could be started: its words are above")
        url = line.split()[1]
        keys = load_or_create(folder)
        session = Session()
        session.set_credentials(keys.access_key_id, keys.secret_access_key)
        client = session.create_client(asking.SERVICE, region_name=REGION, endpoint_url=url)
        yield client, url


@contextmanager
def _runner(folder: Path, url: str, logs: Path, group: str) -> Iterator[None]:
    command = ("runner", "--worker-group", group, "--endpoint", url, "--data-dir", str(folder))
    more = ("--region", REGION, "--output", str(logs), "--leave-with-parent", "--quiet")
    with _process(*command, *more):
        yield


@contextmanager
def _process(*arguments: str, stdout: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run one of our own commands until this is left."""
    process = subprocess.Popen(
        [sys.executable, "-m", "batchyard.cli", *arguments],
        stdin=subprocess.PIPE,
        stdout=stdout,
        start_new_session=True,  # Ctrl-C is for this process, which ends the others
    )
    try:
        yield process
    finally:
        assert process.stdin is not None  # noqa: S101 - it is a pipe
        process.stdin.close()  # runners leave with it, and take with them what they run
        if stdout is not None:
            process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
