"""A program that uses batchyard as it is meant; type checkers have nothing to say about it."""

from collections.abc import Iterable
from typing import assert_type

import batchyard
from batchyard import Failed, Job, JobDefinition, LogEvent, Outcomes, S3Uri, aio
from batchyard.testing import yard


class Align(JobDefinition):
    """Two parameters, one with a default."""

    name = "align"
    reads: S3Uri
    threads: int = 4


def align(uris: Iterable[str]) -> Outcomes:
    """Submit one for each, and wait for all."""
    jobs = batchyard.submit_many([Align(reads=S3Uri(uri)) for uri in uris], queue="prod")
    assert_type(jobs, list[Job])
    outcomes = batchyard.wait(jobs, timeout=60, on_failure="wait")
    assert_type(outcomes, Outcomes)
    for line in batchyard.follow_logs(jobs):
        assert_type(line.event, LogEvent)
    return outcomes


def code_of(job: Job) -> int | None:
    """Wait for one, and tell its exit code."""
    try:
        job.wait(timeout=60)
    except Failed as error:
        assert_type(error.exit_code, int | None)
        return error.exit_code
    return 0


async def awaited(definition: Align) -> str | None:
    """Do the same on an event loop."""
    job = aio.Job(definition)
    await job.submit(queue="prod")
    await job.wait(timeout=60)
    return job.job_id


def at_home() -> None:
    """Use a yard of this process."""
    with yard() as here:
        job = here.job(Align(reads=S3Uri("s3://amzn-s3-demo-bucket/reads.fq"), threads=8))
        assert_type(job, Job)
        job.submit(queue="default", array_size=2)
