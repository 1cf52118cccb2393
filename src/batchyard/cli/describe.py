"""``batchyard describe``: all that is known of jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from batchyard.cli.completing import jobs as jobs_here
from batchyard.cli.target import targeted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.cli.target import Target
    from batchyard.client.calls import Answer


@click.command(name="describe")
@click.argument("jobs", nargs=-1, required=True, metavar="JOB...", shell_complete=jobs_here)
@click.option("--json", "as_json", is_flag=True, help="Print AWS's JobDetail of each as JSON.")
@targeted
def command(*, target: Target, jobs: tuple[str, ...], as_json: bool) -> None:
    """Describe jobs: status and reason, attempts, command, what they wait for.

    JOB is a job's id; a child's is its array's with a colon and its index.

    \b
    Examples:
      batchyard describe 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11
      batchyard describe 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11:3 --json
    """
    from batchyard.cli.listing import known
    from batchyard.cli.shown import show_json, show_table

    found = known(target, jobs)
    if as_json:
        show_json(found)
        return
    for number, job in enumerate(found):
        if number:
            click.echo()
        show_table(("", ""), facts(job))


def facts(job: Answer) -> Iterator[tuple[str, object]]:
    """Name what is known of a job, from AWS's JobDetail; what it does not say is left out."""
    rows = (*_identity(job), *_life(job), *_run(job))
    yield from ((name, value) for name, value in rows if value not in (None, "", [], {}))
    yield from _attempts(job)


def _identity(job: Answer) -> Iterator[tuple[str, object]]:
    from batchyard.cli.shown import tail

    yield "job", job["jobId"]
    yield "name", job["jobName"]
    yield "status", job["status"]
    yield "reason", job.get("statusReason")
    yield "queue", tail(job.get("jobQueue", ""))
    yield "definition", tail(job.get("jobDefinition", ""))


def _life(job: Answer) -> Iterator[tuple[str, object]]:
    from batchyard.cli.shown import moment

    yield from ((name, moment(job.get(f"{name}At"))) for name in ("created", "started", "stopped"))
    yield "after", " ".join(str(one.get("jobId") or one.get("type")) for one in _dependencies(job))
    array = job.get("arrayProperties") or {}
    yield "children", array.get("size")
    yield "child", array.get("index")
    summary = (array.get("statusSummary") or {}).items()
    yield "of them", ", ".join(f"{number} {status}" for status, number in summary if number)


def _dependencies(job: Answer) -> list[Answer]:
    found: list[Answer] = job.get("dependsOn") or []
    return found


def _run(job: Answer) -> Iterator[tuple[str, object]]:
    import shlex

    container = job.get("container") or {}
    yield "image", container.get("image")
    yield "command", shlex.join(container.get("command") or ())
    for need in container.get("resourceRequirements") or ():
        yield need["type"].lower(), need["value"]
    yield "timeout", (job.get("timeout") or {}).get("attemptDurationSeconds")
    yield "parameters", _pairs(job.get("parameters"))
    yield "tags", _pairs(job.get("tags"))
    yield "exit code", container.get("exitCode")
    yield "log stream", container.get("logStreamName")


def _pairs(mapping: dict[str, str] | None) -> str:
    return " ".join(f"{name}={value}" for name, value in (mapping or {}).items())


def _attempts(job: Answer) -> Iterator[tuple[str, str]]:
    """Tell each attempt in a line: when it ended, its exit code, why."""
    from batchyard.cli.shown import moment
    from batchyard.client.attempts import attempts_of

    for number, one in enumerate(attempts_of(job), 1):
        code = "" if one.exit_code is None else f"exit code {one.exit_code}"
        said = (moment(one.stopped_at), code, one.status_reason, one.reason)
        yield f"attempt {number}", "  ".join(text for text in said if text)
