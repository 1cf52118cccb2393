"""``batchyard env``: what points AWS's clients at the yard."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

DEFAULT_REGION = "us-east-1"

GONE = (
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_ENDPOINT_URL_BATCH",
    "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS",
    "AWS_ENDPOINT_URL_DATA_PIPELINE",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
)
"""Variables that would win over the ones set here."""


@click.command(name="env")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="The yard's data directory.  [default: the user's]",
)
@click.option("--port", type=click.IntRange(1, 65535), help="Its port.  [default: as it runs]")
@click.option("--region", help="The region to work in.  [default: yours, else us-east-1]")
@click.option(
    "--shell",
    type=click.Choice(["sh", "fish"]),
    default="sh",
    show_default=True,
    help="Whose syntax to print.",
)
def command(data_dir: Path | None, port: int | None, region: str | None, shell: str) -> None:
    """Print what points AWS's clients at the yard: endpoint, region and keys.

    \b
    Examples:
      eval "$(batchyard env)"
      eval "$(batchyard env --data-dir ./yard)"
      batchyard env --shell fish | source
    """
    from batchyard.server.keys import load_or_create
    from batchyard.server.options import user_data_dir

    directory = (data_dir or user_data_dir()).absolute()
    keys = load_or_create(directory)
    chosen = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    variables = {
        "AWS_ENDPOINT_URL": endpoint(directory, port),
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
        "AWS_DEFAULT_REGION": chosen or DEFAULT_REGION,
        "AWS_REGION": chosen or DEFAULT_REGION,
    }
    for line in _lines(variables, shell):
        click.echo(line)


def endpoint(directory: Path, port: int | None) -> str:
    """Name the yard's address: the port asked for, else where it runs, else the default."""
    from batchyard.server.lock import holder
    from batchyard.server.options import PORT

    running = holder(directory)
    if port is None and running is not None and running.url:
        return running.url
    return f"http://127.0.0.1:{port or PORT}"


def _lines(variables: dict[str, str], shell: str) -> list[str]:
    """Set the variables, and take away what would win over them."""
    gone = GONE
    if shell == "fish":
        return [f"set -gx {n} {shlex.quote(v)};" for n, v in variables.items()] + [
            f"set -e {name};" for name in gone
        ]
    exports = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    return [*exports, f"unset {' '.join(gone)}"]
