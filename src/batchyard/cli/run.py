"""``batchyard run``: a command as a job, on a yard that lives as long as the command."""

from __future__ import annotations

import asyncio

import click

HUGE = 10_000


@click.command(name="run", context_settings={"allow_interspersed_args": False})
@click.option("--clean", is_flag=True, help="A fresh directory and a minimal environment.")
@click.option("--array", type=click.IntRange(2, HUGE), metavar="SIZE", help="Run so many children.")
@click.option(
    "--vcpus",
    type=click.FloatRange(0.001),
    metavar="N",
    default=1.0,
    show_default=True,
    help="vCPUs of each.",
)
@click.option("--memory", type=click.IntRange(4), metavar="MIB", help="Memory limit of each.")
@click.option(
    "--attempts",
    type=click.IntRange(1, 10),
    metavar="N",
    default=1,
    show_default=True,
    help="Tries of each.",
)
@click.option("--timeout", type=click.IntRange(1), metavar="SECONDS", help="Longest attempt.")
@click.option("--name", help="The job's name.  [default: the command's]")
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="COMMAND...")
def command(  # noqa: PLR0913 - one argument per option
    *,
    clean: bool,
    array: int | None,
    vcpus: float,
    memory: int | None,
    attempts: int,
    timeout: int | None,
    name: str | None,
    words: tuple[str, ...],
) -> int:
    """Run a command as a job, here and now, and exit with its exit code.

    The job has your directory and your environment, less AWS credentials; with --clean, a fresh
    directory and a minimal environment, as Batch gives it. Its output is streamed. Ctrl-C once
    asks the job to stop; twice leaves at once.

    \b
    Examples:
      batchyard run -- ./script.sh arg
      batchyard run --clean --array 4 -- sh -c 'echo child $AWS_BATCH_JOB_ARRAY_INDEX'
      batchyard run --timeout 60 --attempts 3 -- ./flaky.sh
    """
    from batchyard.cli.running import Wish, run

    wish = Wish(
        words=words,
        clean=clean,
        array=array,
        vcpus=round(vcpus * 1000),
        memory=memory,
        attempts=attempts,
        timeout=timeout,
        name=name,
    )
    return asyncio.run(run(wish))
