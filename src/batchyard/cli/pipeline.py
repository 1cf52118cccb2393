"""``batchyard pipeline``: AWS Data Pipeline's definitions, here and in an account."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "run": "Run a definition on this machine, from nothing to its end.",
    "validate": "Say what is wrong with a definition, without running it.",
    "list": "List pipelines.",
    "show": "Show a pipeline: its state, and its instances.",
    "logs": "Print what the attempts of a pipeline's activities have printed.",
    "rerun": "Run instances of a pipeline again.",
    "pull": "Save every definition of an account as files.",
}


class Commands(click.Group):
    """Finds a command in the module of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Name the commands in the order people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import a command's module."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(f"batchyard.cli.pipelines.{cmd_name}").command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """List the commands with their summaries."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(name="pipeline", cls=Commands)
def command() -> None:
    """Run AWS Data Pipeline's definitions on this machine; see, rerun and save an account's.

    \b
    Examples:
      batchyard pipeline run nightly.json --parameter myTable=orders
      batchyard pipeline validate nightly.json
      batchyard pipeline show nightly
      batchyard pipeline pull --directory definitions --profile lab
    """
