"""``batchyard pipeline``: AWS Data Pipeline's definitions, here and in an account."""

from __future__ import annotations

import click

from batchyard.cli import Commands

COMMANDS = {
    "run": "Run a definition on this machine, from nothing to its end.",
    "validate": "Say what is wrong with a definition, without running it.",
    "list": "List pipelines.",
    "show": "Show a pipeline: its state, and its instances.",
    "logs": "Print what the attempts of a pipeline's activities have printed.",
    "rerun": "Run instances of a pipeline again.",
    "pull": "Save every definition of an account as files.",
}


@click.group(name="pipeline", cls=Commands, known=COMMANDS, package="batchyard.cli.pipelines")
def command() -> None:
    """Run AWS Data Pipeline's definitions on this machine; see, rerun and save an account's.

    \b
    Examples:
      batchyard pipeline run nightly.json --parameter myTable=orders
      batchyard pipeline validate nightly.json
      batchyard pipeline show nightly
      batchyard pipeline pull --directory definitions --profile lab
    """
