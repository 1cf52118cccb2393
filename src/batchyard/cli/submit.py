"""``batchyard submit``: a job, of a registered definition or of one made from options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from batchyard.cli.target import targeted

if TYPE_CHECKING:
    from batchyard.cli.target import Target

HUGE = 10_000
"""Most children: https://docs.aws.amazon.com/batch/latest/userguide/array_jobs.html"""


@click.command(name="submit", context_settings={"allow_interspersed_args": False})
@click.option("--definition", "-d", metavar="NAME[:REV]", help="A registered definition, or ARN.")
@click.option("--image", help="Register a definition of this image first, named as the job.")
@click.option("--queue", "-q", default="default", show_default=True, help="Queue's name or ARN.")
@click.option("--name", help="The job's name.  [default: one that no other job has]")
@click.option("--array", type=click.IntRange(2, HUGE), metavar="SIZE", help="So many children.")
@click.option("--depends-on", multiple=True, metavar="JOB", help="Wait until this succeeded.")
@click.option("--parameter", "-p", multiple=True, metavar="NAME=VALUE", help="For `Ref::NAME`.")
@click.option("--env", "-e", multiple=True, metavar="NAME=VALUE", help="A variable of the job.")
@click.option("--vcpus", type=click.FloatRange(0.001), metavar="N", help="vCPUs of each.")
@click.option("--memory", type=click.IntRange(4), metavar="MIB", help="Memory limit of each.")
@click.option("--timeout", type=click.IntRange(1), metavar="SECONDS", help="Longest attempt.")
@click.option("--attempts", type=click.IntRange(1, 10), metavar="N", help="Tries of each.")
@click.option("--tag", multiple=True, metavar="NAME=VALUE", help="A tag of the job.")
@click.option("--json", "as_json", is_flag=True, help="Print AWS's answer as JSON, not the id.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask before AWS is charged.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]")
@targeted
def command(*, target: Target, yes: bool, as_json: bool, **options: Any) -> None:  # noqa: ANN401 - click's values, one for each field of Order
    """Submit a job and print its id.

    Give a registered definition, whose command a COMMAND overrides, or an image and a COMMAND:
    each submit with --image registers a revision. On a yard the command runs on the yard's
    machine, and the image is not pulled.

    \b
    Examples:
      batchyard submit --image busybox -- echo hello
      batchyard submit -d align:3 -q prod -p reads=s3://lab/reads.fq --attempts 3 --timeout 3600
      batchyard submit -d align --array 100 --depends-on 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11
    """
    from batchyard.cli.ordering import Order, place
    from batchyard.cli.shown import show_json
    from batchyard.cli.target import confirm

    order = Order(**options)
    order.check()
    confirm(target, yes=yes)
    answer = place(target.batch, order)
    answer.pop("ResponseMetadata", None)
    if as_json:
        show_json(answer)
    else:
        click.echo(answer["jobId"])
