"""Environment variables: those that batchyard reads, and those that jobs are given."""

from __future__ import annotations

from batchyard.batch import launching
from batchyard.batch.launching import MACHINES_OWN
from batchyard.batch.model import Attempt, Demand, Job, Spec
from batchyard.cli.env import GONE
from batchyard.launchers.supervisor.proc import MARKER
from pages.markdown import code, table


def page() -> str:
    """Form the page of the environment variables."""
    kept = ", ".join(map(code, MACHINES_OWN))
    return "\n\n".join((READ, _read(), PRINTED, JOBS, _given(), BASE.format(kept=kept)))


READ = """# Environment variables

## Read by batchyard"""

READERS = (
    (
        ("BATCHYARD_DATA_DIR",),
        ("serve", "env", "runner", "story"),
        "the data directory, when `--data-dir` is not given",
    ),
    (
        ("XDG_DATA_HOME",),
        ("serve", "env", "runner", "story"),
        "without either, the data directory is `batchyard` in it, or in `~/.local/share`",
    ),
    (
        ("AWS_REGION", "AWS_DEFAULT_REGION"),
        ("env", "story"),
        "the region, when `--region` is not given: the first that is set, else `us-east-1`",
    ),
    (
        ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
        ("story",),
        "the yard to ask, and the keys: when all are set and `--data-dir` is not given",
    ),
    (
        ("AWS_ENDPOINT_URL_DATA_PIPELINE", "AWS_ENDPOINT_URL"),
        ("runner",),
        "where to poll, without `--endpoint` and `--data-dir`; the first that is set",
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
