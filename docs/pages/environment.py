"""Environment variables: those that batchyard reads, and those that jobs are given."""

from __future__ import annotations

from typing import NoReturn

from batchyard.batch import access, launching
from batchyard.batch.launching import MACHINES_OWN
from batchyard.batch.model import Attempt, Demand, Job, Spec
from batchyard.cli.env import GONE
from batchyard.launchers.supervisor.proc import MARKER
from batchyard.server.access import Access
from batchyard.server.keys import Keys
from pages.markdown import code, table

EXAMPLE = Keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
"""AWS's documented example."""


def page() -> str:
    """Form the page of the environment variables."""
    kept = ", ".join(map(code, MACHINES_OWN))
    jobs = (JOBS, _given(), LEADING, _leading(), OWN, BASE.format(kept=kept))
    return "\n\n".join((READ, _read(), PRINTED, *jobs))


READ = """# Environment variables

## Read by batchyard"""

AIMED = (
    *("submit", "list", "top", "describe", "logs", "wait", "cancel", "terminate", "array"),
    *("definitions", "queues", "environments", "why"),
)
"""What goes to AWS, or to a yard, by ``--endpoint``."""

READERS = (
    (
        ("BATCHYARD_DATA_DIR",),
        ("serve", "console", "env", "runner", "story", *AIMED),
        "the data directory, when `--data-dir` is not given",
    ),
    (
        ("XDG_DATA_HOME",),
        ("serve", "console", "env", "runner", "story", *AIMED),
        "without either, the data directory is `batchyard` in it, or in `~/.local/share`",
    ),
    (
        ("AWS_REGION", "AWS_DEFAULT_REGION"),
        ("env", "story"),
        "the region, when `--region` is not given: the first that is set, else `us-east-1`",
    ),
    (
        ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
        ("story", "why", "events", "console"),
        "the yard to ask, and the keys: when all are set and `--data-dir` is not given",
    ),
    (
        ("AWS_ENDPOINT_URL_BATCH", "AWS_ENDPOINT_URL"),
        AIMED,
        "where to go, without `--endpoint`; the first that is set",
    ),
    (
        ("AWS_ENDPOINT_URL_DATA_PIPELINE", "AWS_ENDPOINT_URL"),
        ("runner",),
        "where to poll, without `--endpoint` and `--data-dir`; the first that is set",
    ),
    (
        ("BATCHYARD_URL", "BATCHYARD_ACCESS_KEY_ID", "BATCHYARD_SECRET_ACCESS_KEY"),
        ("serve",),
        "set by `--with-moto` for moto's process: where the yard is, and its key",
    ),
    (
        ("AWS_ENDPOINT_URL_EVENTBRIDGE", "AWS_ENDPOINT_URL_SQS"),
        ("events",),
        "where EventBridge and SQS are, without `--endpoint`; they win over `AWS_ENDPOINT_URL`",
    ),
)

PRINTED = f"""`batchyard env` prints lines that set `AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID`,
`AWS_SECRET_ACCESS_KEY`, `AWS_DEFAULT_REGION` and `AWS_REGION`, and that unset what would win over
them: {", ".join(map(code, GONE))}."""

JOBS = """## Given to jobs

On top of its definition's and its overrides' variables, an attempt gets these. Names that begin
with `AWS_BATCH` are refused in definitions and overrides. Source:
[job_env_vars](https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html)."""

LEADING = """## That lead to the yard

A job's own boto3, or any other client of AWS, works unconfigured: these lead it to the yard. They
are for attempts beside a yard that has an address, and not for those that task runners run."""

LEADING_MEANINGS = {
    "AWS_REGION": "the region that the job was submitted in",
    "AWS_DEFAULT_REGION": "the same, for boto3",
    "AWS_ENDPOINT_URL_BATCH": "the yard, for AWS Batch",
    "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": "the yard, for CloudWatch Logs",
    "AWS_ENDPOINT_URL_DATA_PIPELINE": "the yard, for AWS Data Pipeline",
    "AWS_ENDPOINT_URL": "with `--with-moto`, instead of those three: the yard, for every service",
    "AWS_CONFIG_FILE": "with `--with-moto`: none, so that no profile of yours takes part",
    "AWS_SHARED_CREDENTIALS_FILE": "with `--with-moto`: none",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "where a temporary key of the yard is had",
    "AWS_ACCESS_KEY_ID": "where the yard listens beyond loopback, instead: that key",
    "AWS_SECRET_ACCESS_KEY": "the same",
    "AWS_SESSION_TOKEN": "the same",
    "ECS_CONTAINER_METADATA_URI_V4": "where what is known of the attempt is had, in ECS's words",
}
"""As `MEANINGS`."""

OWN = f"""What the definition, an override or `--pass-env` sets stays. Where one of these is set, a
job has a way of its own, and is given none of the others that begin with `AWS_`, but the region:
{", ".join(map(code, sorted(access.WAYS)))}. `serve --no-job-access` gives nobody any of them."""

BASE = f"""## What that is built on

For jobs of a yard, and of `batchyard run --clean`, these of its own, as far as it has them:
{{kept}}. A yard adds what `--pass-env` names. Without `--clean`, `batchyard run` passes on its
whole environment but AWS credentials: variables beginning with `AWS_` whose names hold `KEY`,
`TOKEN` or `CREDENTIAL`, and `AWS_PROFILE`, `AWS_DEFAULT_PROFILE` and `AWS_ROLE_ARN`.

`PATH` is `{launching.DEFAULT_PATH}` where there is none."""

MEANINGS = {
    "AWS_BATCH_JOB_ID": "the job's id; a child's ends in a colon and its index",
    "AWS_BATCH_JOB_ATTEMPT": "which attempt this is, from 1",
    "AWS_BATCH_JQ_NAME": "the queue's name",
    "AWS_BATCH_CE_NAME": "the compute environment's name",
    "AWS_EXECUTION_ENV": "where it runs, as AWS's clients are told",
    "AWS_BATCH_JOB_ARRAY_INDEX": "children of arrays only: the index, from 0",
    "AWS_BATCH_JOB_ARRAY_SIZE": "children of arrays only: how many children there are",
}
"""What each variable says; one that the code gives and this does not know stops the writing."""


def _read() -> str:
    rows = (
        (", ".join(map(code, names)), ", ".join(map(code, readers)), meaning)
        for names, readers, meaning in READERS
    )
    return table(("variable", "read by", "meaning"), rows)


def _given() -> str:
    examples = launching.environment_of(_child(), {})
    rows = [(code(name), MEANINGS[name], code(value)) for name, value in examples.items()]
    rows.append((code("PWD"), "the working directory", ""))
    rows.append((code(MARKER), "the attempt's id: batchyard's own mark on its processes", ""))
    return table(("variable", "meaning", "example"), rows)


def _leading() -> str:
    found: dict[str, str] = {}
    for url, every_service in (("http://127.0.0.1:4680", False), ("http://192.0.2.1:4680", True)):
        offer = Access(EXAMPLE, _no_engine, lambda: 0, every_service=every_service)
        offer.url = url
        found |= offer.offered(_child())
    rows = [(code(name), LEADING_MEANINGS[name]) for name in sorted(found)]
    return table(("variable", "meaning"), rows)


def _no_engine() -> NoReturn:
    raise AssertionError


def _child() -> Job:
    spec = Spec(
        account="123456789012",
        region="us-east-1",
        name="count",
        queue="arn:aws:batch:us-east-1:123456789012:job-queue/default",
        definition="arn:aws:batch:us-east-1:123456789012:job-definition/count:1",
        command=("true",),
        environment={},
        demand=Demand(1000, 64),
        array_size=4,
    )
    room = "arn:aws:batch:us-east-1:123456789012:compute-environment/local"
    name = "b77bfeab-43b2-4cb3-861d-e0f58aed14b9:2"
    return Job(name, spec, 0, index=2, attempts=(Attempt("a", room, 0),))
