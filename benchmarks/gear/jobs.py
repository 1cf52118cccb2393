"""What the benchmarks submit, where to, and how they see that it was done."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

import msgspec

from benchmarks.gear.connections import Answer, Connection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.gear.endpoint import Endpoint

NAME = "benchmark"
"""The environment, the queue, the definition and every job are called so."""
MOST_DESCRIBED = 100
"""Jobs that one DescribeJobs may ask for (DescribeJobsRequest in botocore's model)."""
EVERYDAY = {
    "containerOverrides": {
        "command": ["/bin/true", "--date", "2024-05-17", "--shard", "7", "--out", "results"],
        "environment": [
            {"name": f"PIPELINE_SETTING_{number}", "value": f"value-{number}-" + 24 * "x"}
            for number in range(8)
        ],
        "resourceRequirements": [
            {"type": "VCPU", "value": "1"},
            {"type": "MEMORY", "value": "512"},
        ],
    },
    "parameters": {"date": "2024-05-17", "bucket": "pipeline-results"},
    "retryStrategy": {"attempts": 3},
    "timeout": {"attemptDurationSeconds": 3600},
    "tags": {"team": "pipelines", "stage": "production"},
}
"""What a scheduler says of each job it submits: a kilobyte, beside the names."""
ENDED = {"SUCCEEDED", "FAILED"}
_PATIENCE = 120.0
_PAUSE = 0.02
"""Seconds between two looks at jobs that have not ended: seldom enough to cost next to nothing."""


class _Seen(msgspec.Struct):
    jobId: str  # noqa: N815 - AWS's name
    status: str = ""


class _Described(msgspec.Struct):
    jobs: list[_Seen]


_described = msgspec.json.Decoder(_Described).decode
_submitted = msgspec.json.Decoder(_Seen).decode


def prepare(
    endpoint: Endpoint,
    command: Sequence[str] = ("/bin/true",),
    *,
    vcpus: int = 32,
    state: Literal["ENABLED", "DISABLED"] = "ENABLED",
) -> None:
    """Make an environment, a queue on it, and a definition of one vCPU and little memory.

    Args:
        endpoint: where.
        command: what a job runs.
        vcpus: how many jobs run at a time.
        state: of the environment; in one that is DISABLED nothing runs.
    """
    resources = {"type": "EC2", "maxvCpus": vcpus, "minvCpus": 0, "instanceTypes": ["optimal"]}
    environment = {
        "computeEnvironmentName": NAME,
        "type": "MANAGED",
        "state": state,
        "computeResources": {**resources, "subnets": [], "securityGroupIds": []},
    }
    endpoint.call("CreateComputeEnvironment", environment)
    prepare_queue(endpoint, command)


def prepare_unmanaged(endpoint: Endpoint) -> None:
    """Make the same for a peer, for which a managed environment needs networks and roles."""
    environment = {"computeEnvironmentName": NAME, "type": "UNMANAGED", "state": "ENABLED"}
    role = "arn:aws:iam::123456789012:role/benchmark"
    endpoint.call("CreateComputeEnvironment", {**environment, "serviceRole": role})
    prepare_queue(endpoint)


def prepare_queue(endpoint: Endpoint, command: Sequence[str] = ("/bin/true",)) -> None:
    """Make a queue on the environment, and a definition."""
    order = [{"order": 1, "computeEnvironment": NAME}]
    queue = {"jobQueueName": NAME, "state": "ENABLED", "priority": 1}
    endpoint.call("CreateJobQueue", {**queue, "computeEnvironmentOrder": order})
    sizes = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "16"}]
    container = {"image": "busybox", "command": list(command), "resourceRequirements": sizes}
    definition = {"jobDefinitionName": NAME, "type": "container", "containerProperties": container}
    endpoint.call("RegisterJobDefinition", definition)


def submits(endpoint: Endpoint, count: int, **more: object) -> list[bytes]:
    """Form requests that submit so many jobs.

    Args:
        endpoint: where.
        count: how many.
        **more: further parameters of SubmitJob, such as `EVERYDAY`.
    """
    named = {"jobQueue": NAME, "jobDefinition": NAME, **more}
    return [
        endpoint.request("SubmitJob", {"jobName": f"{NAME}-{number}", **named})
        for number in range(count)
    ]


def describe(endpoint: Endpoint, ids: Sequence[str]) -> bytes:
    """Form a request that describes jobs."""
    return endpoint.request("DescribeJobs", {"jobs": list(ids)})


def id_of(answer: Answer) -> str:
    """Read the id of a job that was submitted."""
    return _submitted(answer.body).jobId


def states_of(answer: Answer) -> dict[str, str]:
    """Read where the jobs of a DescribeJobs stand."""
    assert answer.status == 200, answer
    return {job.jobId: job.status for job in _described(answer.body).jobs}


def hundreds(ids: Sequence[str]) -> list[Sequence[str]]:
    """Cut ids into as many as one DescribeJobs takes."""
    return [ids[at : at + MOST_DESCRIBED] for at in range(0, len(ids), MOST_DESCRIBED)]


def see_succeeded(endpoint: Endpoint, ids: Sequence[str]) -> None:
    """Wait until every job has ended, the last one first, and see that each succeeded."""
    connection = Connection(endpoint.port)
    for some in (ids[-1:], *hundreds(ids)):
        states = _when_ended(connection, describe(endpoint, some))
        assert states == dict.fromkeys(some, "SUCCEEDED"), states
    connection.close()


def _when_ended(connection: Connection, request: bytes) -> dict[str, str]:
    until = time.monotonic() + _PATIENCE
    while not ENDED.issuperset((states := states_of(connection.ask(request))).values()):
        assert time.monotonic() < until, states
        time.sleep(_PAUSE)
    return states
