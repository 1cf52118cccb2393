"""The ``batchyard`` command: one file per command, each imported only when it is used."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from batchyard.errors import BatchyardError, CallerError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from click.shell_completion import CompletionItem

COMMANDS = {
    "run": "Run a command as a job, here and now.",
    "serve": "Run a yard: an AWS Batch endpoint that runs jobs on this machine.",
    "console": "Open a yard's pages in a browser.",
    "runner": "Run a task runner: take tasks from AWS Data Pipeline and run them here.",
    "env": "Print what points AWS's clients at the yard.",
    "submit": "Submit a job and print its id.",
    "list": "List the jobs of queues, the newest first.",
    "top": "Watch queues, jobs, environments and runners in a live table.",
    "describe": "Describe jobs: status and reason, attempts, command, what they wait for.",
    "logs": "Print what a job has printed, or follow it.",
    "wait": "Wait until jobs have ended; exit 0 only if all succeeded.",
    "cancel": "Cancel jobs that wait.",
    "terminate": "Terminate jobs wherever they stand.",
    "array": "Show the children of an array as a grid, or run failed ones again.",
    "definitions": "List job definitions.",
    "queues": "List job queues.",
    "environments": "List compute environments.",
    "pipeline": "Run AWS Data Pipeline definitions here; see, rerun and save those of an account.",
    "events": "Show the events of jobs, or let those of AWS come to a queue.",
    "story": "Tell a job's life, event by event, with causes.",
    "why": "Say why a job does not run, and which jobs are in front of it.",
    "completion": "Print what makes a shell complete commands, options and names.",
}
"""Every command with its summary, so that ``--help`` imports none of them."""

INTERRUPTED = 130
"""What a shell reports of a program that Ctrl-C ended."""

UNREAD = 1
"""When nobody reads the output any more, as behind `| head`: click's own code for it."""


class Commands(click.Group):
    """Finds a command in the module of its name, and imports it only then.

    Args:
        *arguments: of click's Group.
        known: the commands with their summaries, in the order people need them.
        package: where their modules are.
        **options: of click's Group.
    """

    def __init__(
        self,
        *arguments: Any,  # noqa: ANN401 - click's
        known: Mapping[str, str],
        package: str,
        **options: Any,  # noqa: ANN401 - click's
    ) -> None:
        super().__init__(*arguments, **options)
        self._known = known
        self._package = package

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Name the commands in the order people need them."""
        return list(self._known)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import a command's module."""
        if cmd_name not in self._known:
            return None
        command: click.Command = import_module(f"{self._package}.{cmd_name}").command
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer commands without importing them, and the options that all of them have."""
        from click.shell_completion import CompletionItem

        found = [item for item in self._known.items() if item[0].startswith(incomplete)]
        own = click.Command.shell_complete(self, ctx, incomplete)
        return [*(CompletionItem(name, help=summary) for name, summary in found), *own]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """List the commands with their summaries."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._known.items()))


@click.group(
    cls=Commands,
    known=COMMANDS,
    package="batchyard.cli",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="batchyard")
def batchyard() -> None:
    """Run AWS Batch jobs on your own machine, and wait for thousands of them, anywhere."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit: 0, 2 and one line for what the caller did wrong, else 1.

    Args:
        arguments: what follows the program's name; None takes them from the process.
    """
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = batchyard.main(given or ["--help"], prog_name="batchyard", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        return _unread()
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except (click.ClickException, BatchyardError) as error:
        return _refuse(error)
    return code if isinstance(code, int) else 0


def _refuse(error: click.ClickException | BatchyardError) -> int:
    """Say in a line what was wrong; give the exit code for it."""
    if isinstance(error, click.ClickException):
        message, code = error.format_message(), error.exit_code
    else:
        message, code = str(error), 2 if isinstance(error, CallerError) else 1
    click.echo(f"batchyard: {' '.join(message.split())}", err=True)
    return code


def _unread() -> int:
    """Let go of standard output, which the interpreter would otherwise try to write to again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return UNREAD
