"""``batchyard completion``: what makes a shell complete this command."""

from __future__ import annotations

import click

from batchyard.errors import Refused

PROGRAM = "batchyard"
VARIABLE = f"_{PROGRAM.upper()}_COMPLETE"
"""Through which a shell asks click what fits:
https://click.palletsprojects.com/en/stable/shell-completion/"""


@click.command(name="completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print what makes a shell complete commands, options, queues, definitions and ids of jobs.

    Names and ids are those of the yard that runs here; AWS is never asked for them.

    \b
    Examples:
      eval "$(batchyard completion bash)"
      batchyard completion zsh > ~/.zfunc/_batchyard
      batchyard completion fish > ~/.config/fish/completions/batchyard.fish
    """
    from click.shell_completion import get_completion_class

    from batchyard.cli import batchyard

    found = get_completion_class(shell)
    if found is None:
        raise Refused(f"the installed click completes nothing in {shell}")
    click.echo(found(batchyard, {}, PROGRAM, VARIABLE).source())
