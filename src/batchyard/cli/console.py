"""``batchyard console``: a yard's pages in a browser."""

from __future__ import annotations

from pathlib import Path

import click

LINK = "/_batchyard/console-link"
"""Where a yard makes one, for whoever signs the request."""


@click.command(name="console")
@click.option("--print", "only_print", is_flag=True, help="Print the link; open nothing.")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="The yard's data directory.  [default: the user's]",
)
def command(data_dir: Path | None, *, only_print: bool) -> None:
    """Open a yard's pages in a browser.

    The link signs in once, within an hour; the session lasts thirty days from the last visit, also
    when the yard is started again. The yard asked is the one in AWS_ENDPOINT_URL, else the one of
    the data directory; its keys stay out of the browser. Where there is no browser, the link is
    printed.

    \b
    Examples:
      batchyard console
      batchyard console --print
    """
    import webbrowser

    from batchyard.cli.asking import ask, target

    link = ask(target(data_dir, None), LINK, {})["url"]
    if only_print or not webbrowser.open(link):
        click.echo(link)
