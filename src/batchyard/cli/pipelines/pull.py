"""``batchyard pipeline pull``: an account's definitions as files, before access to them ends."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchyard.cli.target import targeted_pipelines
from batchyard.errors import BatchyardError, Refused

if TYPE_CHECKING:
    from batchyard.cli.target import Target
    from batchyard.client.sessions import Client

VERSIONS = ("latest", "active")


@click.command(name="pull")
@click.option(
    "--directory",
    "-d",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("pipelines"),
    show_default=True,
    help="Where the files go; it is made if there is none.",
)
@targeted_pipelines
def command(*, target: Target, directory: Path) -> int:
    """Save every definition of an account: two files per pipeline, latest and active.

    A file NAME-ID.json can be given to `batchyard pipeline run`, and to `aws datapipeline
    put-pipeline-definition`. Secret fields are not told by AWS, and so not in them. What cannot be
    saved is named, and the others are.

    \b
    Examples:
      batchyard pipeline pull --profile lab
      batchyard pipeline pull --directory definitions --region eu-west-1
    """
    from batchyard.cli.pipelines import asking

    client = target.clients.client(asking.SERVICE)
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"cannot make {directory}: {error.strerror}") from None
    failed = 0
    for each in asking.pipelines(client):
        failed += not _saved(client, str(each["id"]), str(each.get("name") or ""), directory)
    return 1 if failed else 0


def _saved(client: Client, pipeline: str, name: str, directory: Path) -> bool:
    """Save a pipeline's definitions; tell whether all of them were."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:80]
    written: dict[str, str] = {}
    for version in VERSIONS:
        try:
            text = _definition(client, pipeline, version)
        except BatchyardError as error:
            click.echo(f"{pipeline} {name}: {error}", err=True)
            return False
        if text is not None and text not in written.values():
            written[version] = text
    for version, text in written.items():
        path = directory / f"{stem}-{pipeline}{'' if version == 'latest' else '-active'}.json"
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise Refused(f"cannot write {path}: {error.strerror}") from None
        click.echo(path)
    return True


def _definition(client: Client, pipeline: str, version: str) -> str | None:
    """Get a definition as a file's text; None when the pipeline has none of this version."""
    import msgspec

    from batchyard.client.calls import call
    from batchyard.pipelines import files
    from batchyard.pipelines.model import Definition

    try:
        answer = call(client, "get_pipeline_definition", pipelineId=pipeline, version=version)
    except Refused:
        if version == "active":  # one that was never activated has none
            return None
        raise
    found = msgspec.convert(answer, Definition)
    if not found.pipeline_objects:
        return None
    return json.dumps(files.written(found), indent=2, ensure_ascii=False) + "\n"
