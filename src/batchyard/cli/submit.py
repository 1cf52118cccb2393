"""``batchyard submit``: a job, of a registered definition or of one made from options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from batchyard.cli.completing import definitions, jobs, queues
from batchyard.cli.target import targeted
from batchyard.cli.times import length_option

if TYPE_CHECKING:
    from batchyard.cli.target import Target

HUGE = 10_000
"""Most children: https://docs.aws.amazon.com/batch/latest/userguide/array_jobs.html"""


@click.command(name="submit", context_settings={"allow_interspersed_args": False})
@click.option(
    "--definition",
    "-d",
    metavar="NAME[:REV]",
    shell_complete=definitions,
    help="A registered definition, or its ARN.",
)
@click.option("--image", help="Register a definition of this image, named as the job.")
@click.option("--file", "-f", metavar="FILE", help="A job in JSON or YAML; `-`: stdin.")
@click.option("--script", metavar="FILE", help="Run this script, not a command; `-`: stdin.")
@click.option(
    "--queue", "-q", shell_complete=queues, help="Queue's name or ARN.  [default: default]"
)
@click.option("--name", help="The job's name.  [default: one that no other job has]")
@click.option("--array", type=click.IntRange(2, HUGE), metavar="SIZE", help="So many children.")
@click.option(
    "--depends-on",
    multiple=True,
    metavar="JOB",
    shell_complete=jobs,
    help="Wait until this succeeded; an array's children each for their own with N_TO_N:JOB, "
    "or one after the other with SEQUENTIAL.",
)
@click.option("--parameter", "-p", multiple=True, metavar="NAME=VALUE", help="For `Ref::NAME`.")
@click.option("--env", "-e", multiple=True, metavar="NAME=VALUE", help="A variable of the job.")
@click.option("--env-file", multiple=True, metavar="FILE", help="Variables, NAME=VALUE a line.")
@click.option("--vcpus", type=click.FloatRange(0.001), metavar="N", help="vCPUs of each.")
@click.option("--memory", type=click.IntRange(4), metavar="MIB", help="Memory limit of each.")
@click.option("--gpus", type=click.IntRange(1), metavar="N", help="GPUs of each.")
@click.option("--job-role", metavar="ARN", help="The role that a job of --image has.")
@click.option(
    "--timeout",
    metavar="TIME",
    callback=length_option,
    help="Longest attempt: seconds, or 15m, 2h; from 60 s.",
)
@click.option("--attempts", type=click.IntRange(1, 10), metavar="N", help="Tries of each.")
@click.option(
    "--evaluate-on-exit",
    multiple=True,
    metavar="RULE",
    help="When to try again, e.g. `onStatusReason=Host EC2*,action=RETRY`; the first that matches.",
)
@click.option("--share-identifier", metavar="ID", help="Whose share of a fair-share queue it is.")
@click.option(
    "--scheduling-priority",
    type=click.IntRange(0, 9999),
    metavar="N",
    help="Before others of its share: the higher, the sooner.",
)
@click.option("--tag", multiple=True, metavar="NAME=VALUE", help="A tag of the job.")
@click.option(
    "--propagate-tags/--no-propagate-tags", default=None, help="Tag its ECS task with them, too."
)
@click.option("--json", "as_json", is_flag=True, help="Print AWS's answer as JSON, not the id.")
@click.option("--dry-run", is_flag=True, help="Print the requests as JSON, and send none.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask before AWS is charged.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]")
@targeted
def command(*, target: Target, yes: bool, as_json: bool, dry_run: bool, **options: Any) -> None:  # noqa: ANN401 - click's values, one for each field of Order
    """Submit a job and print its id.

    What runs is a registered definition (-d), whose command a COMMAND replaces; an image and a
    COMMAND; or what a file says: the members of AWS's SubmitJob, of RegisterJobDefinition, or of
    both. Options win over the file. A definition that is already registered, as its latest active
    revision, is not registered again.

    A script goes into the job's command, so that it needs no shared disk; COMMAND is then its
    arguments. Its `#!` line says what runs it, else /bin/sh does. With --image it is part of
    the definition (24 KiB at most), else an override (8,192 characters).

    On a yard, commands run on the yard's machine, and images are not pulled.

    \b
    Examples:
      batchyard submit --image busybox -- echo hello
      batchyard submit -d align:3 -q prod -p reads=s3://lab/reads.fq --attempts 3 --timeout 1h
      batchyard submit -d align --array 100 --depends-on 2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11
      batchyard submit --image python:3.12 --script census.py -- 2026
      batchyard submit --image busybox --script - < job.sh
      batchyard submit --file job.yaml --env THREADS=8
      batchyard submit -d align --attempts 5 --evaluate-on-exit 'onExitCode=1,action=EXIT'
    """
    from batchyard.cli.ordering import Order, place, plan
    from batchyard.cli.shown import show_json
    from batchyard.cli.target import confirm

    wanted = plan(Order(**options), target.batch.meta.service_model)
    if dry_run:
        requests = wanted.registration, wanted.submission
        names = "RegisterJobDefinition", "SubmitJob"
        show_json({name: one for name, one in zip(names, requests, strict=True) if one})
        return
    confirm(target, yes=yes)
    answer = place(target.batch, wanted)
    answer.pop("ResponseMetadata", None)
    if as_json:
        show_json(answer)
    else:
        click.echo(answer["jobId"])
