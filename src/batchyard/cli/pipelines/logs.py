"""``batchyard pipeline logs``: what attempts have printed, from folders or from S3."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from batchyard.cli.target import targeted_pipelines
from batchyard.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.cli.target import Target
    from batchyard.client.s3 import S3Uri
    from batchyard.client.sessions import Client

STREAMS = ("stdout", "stderr")


class Printed(NamedTuple):
    """What an attempt printed to one of its streams."""

    attempt: str
    stream: str
    content: bytes


@click.command(name="logs")
@click.argument("pipeline")
@click.argument("instances", nargs=-1, metavar="[INSTANCE...]")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the task runner keeps logs.  [default: where it keeps them]",
)
@targeted_pipelines
def command(
    *, target: Target, pipeline: str, instances: tuple[str, ...], output: Path | None
) -> None:
    """Print what the attempts of a pipeline's activities have printed, each below its name.

    They are looked for in the folders of task runners of this machine, and below the pipeline's
    pipelineLogUri in S3. INSTANCE is an instance's id, or a component's for all of its instances.

    \b
    Examples:
      batchyard pipeline logs nightly
      batchyard pipeline logs nightly Load
      batchyard pipeline logs nightly @Load_2026-11-25T00:00:00 --output logs
    """
    from batchyard.cli.pipelines import asking

    client = target.clients.client(asking.SERVICE)
    chosen = asking.found(client, pipeline)
    found = [one for one in _printed(target, client, chosen, output) if _is_wanted(one, instances)]
    if not found:
        what = " of " + ", ".join(instances) if instances else ""
        raise NotFound(f"nothing{what} was found that pipeline {chosen} has printed")
    for each in found:
        click.secho(f"==> {each.attempt} {each.stream} <==", bold=True)
        click.echo(each.content, nl=not each.content.endswith(b"\n"))


def _is_wanted(printed: Printed, wanted: tuple[str, ...]) -> bool:
    instance = printed.attempt.rpartition("_Attempt=")[0]
    component = instance.removeprefix("@").rpartition("_")[0]
    return not wanted or bool({instance, component, printed.attempt} & set(wanted))


def _printed(
    target: Target, client: Client, pipeline: str, output: Path | None
) -> Iterator[Printed]:
    """Give what was printed, by folder or else by S3, in the order of the attempts' names."""
    seen = set()
    for folder in (output,) if output is not None else _folders():
        for one in _kept(folder / pipeline):
            seen.add((one.attempt, one.stream))
            yield one
    if output is None:
        for uri in sorted(_uris(client, pipeline)):
            yield from _stored(target, uri, pipeline, seen)


def _folders() -> tuple[Path, ...]:
    from batchyard.server.options import user_data_dir

    own = user_data_dir()
    return own / "runner", own / "tasks"


def _kept(folder: Path) -> Iterator[Printed]:
    for path in sorted(folder.glob("*/*/*/std*")):
        if path.name in STREAMS and (content := path.read_bytes()):
            yield Printed(path.parent.name, path.name, content)


def _uris(client: Client, pipeline: str) -> set[str]:
    """Name the places in S3 that a pipeline's attempts say they log to."""
    from batchyard.cli.pipelines import asking

    names = asking.instances(client, pipeline, "ATTEMPT")
    described = asking.objects(client, pipeline, names)
    found = (asking.one(fields, "pipelineLogUri") for _, fields in described)
    return {uri for uri in found if uri.startswith("s3://")}


def _stored(
    target: Target, place: str, pipeline: str, seen: set[tuple[str, str]]
) -> Iterator[Printed]:
    from batchyard.client.calls import call
    from batchyard.client.s3 import S3Uri
    from batchyard.runner.paths import joined

    prefix = joined(S3Uri(place), pipeline)
    s3 = target.clients.apart("s3", None)
    for key in sorted(_keys(s3, prefix)):
        *_, attempt, stream = key.split("/")
        if stream in STREAMS and (attempt, stream) not in seen:
            answer = call(s3, "get_object", Bucket=prefix.bucket, Key=key)
            if content := answer["Body"].read():
                yield Printed(attempt, stream, content)


def _keys(s3: Client, prefix: S3Uri) -> Iterator[str]:
    from batchyard.client.calls import call

    request = {"Bucket": prefix.bucket, "Prefix": prefix.key + "/"}
    while True:
        page = call(s3, "list_objects_v2", **request)
        yield from (str(each["Key"]) for each in page.get("Contents") or ())
        if not page.get("NextContinuationToken"):
            return
        request["ContinuationToken"] = page["NextContinuationToken"]
