"""Many small jobs: definitions, a queue on which nothing runs, and how they are looked at."""

from collections.abc import Iterable
from typing import Any, TypeAlias

from batchyard import Job, JobDefinition, Refused
from batchyard.testing import EphemeralYard

Detail: TypeAlias = Any
"""AWS's JobDetail, or options to pass on."""

READS_INDEX = "echo $((${AWS_BATCH_JOB_ARRAY_INDEX:-0} + ${OFFSET:-0}))"
QUIET = "quiet"
"""A queue whose jobs never run."""


class Shard(JobDefinition):
    name = "shard"
    shard: int = 0


class Word(JobDefinition):
    name = "word"
    word: str = ""

    def validate(self) -> None:
        if self.word == "bad":
            raise Refused("no such word")


def prepare(here: EphemeralYard) -> None:
    """Register the definitions, and make the queue."""
    at: Any = {"image": "busybox", "memory": 8, "session": here.session}
    Shard.register(command=["sh", "-c", READS_INDEX], **at)
    Word.register(command=["sh", "-c", "Ref::word"], **at)
    batch = here.client("batch")
    batch.create_compute_environment(
        computeEnvironmentName=QUIET,
        type="MANAGED",
        state="DISABLED",
        computeResources={
            "type": "EC2",
            "maxvCpus": 1,
            "minvCpus": 0,
            "instanceTypes": ["optimal"],
            "subnets": [],
            "securityGroupIds": [],
        },
    )
    order = [{"order": 1, "computeEnvironment": QUIET}]
    batch.create_job_queue(jobQueueName=QUIET, priority=1, computeEnvironmentOrder=order)


def shards(*numbers: int) -> list[Shard]:
    return [Shard(shard=number) for number in numbers]


def ids(jobs: Iterable[Job | None]) -> list[str]:
    return [str(job and job.job_id) for job in jobs]


def detail(here: EphemeralYard, job: Job | None) -> Detail:
    [found] = here.client("batch").describe_jobs(jobs=ids([job]))["jobs"]
    return found


def listed(here: EphemeralYard, key: str) -> list[Any]:
    pages = (
        here.client("batch")
        .get_paginator("list_jobs")
        .paginate(jobQueue=QUIET, filters=[{"name": "JOB_NAME", "values": [f"{key}-*"]}])
    )
    return [job for page in pages for job in page["jobSummaryList"]]
