"""What an attempt is told of itself, in the words of ECS's task metadata, version 4.

Only what is true of it is said: there is no network of its own, and nothing is measured.

Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-response.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from batchyard.batch import ids
from batchyard.server.operations.batch.presenting import stream_name, task_arn

if TYPE_CHECKING:
    from batchyard.batch.model import Job

NAME = "default"
"""What AWS Batch calls the container of a job."""

SHARES = 1024
"""ECS counts a processor in so many units."""

MIB = 1024 * 1024


def container(job: Job) -> dict[str, Any]:
    """Say what is known of an attempt as a container."""
    spec, attempt = job.spec, job.attempts[-1]
    family, revision = _definition(job)
    labels = {
        "cluster": _cluster(job),
        "container-name": NAME,
        "task-arn": task_arn(job, attempt),
        "task-definition-family": family,
        "task-definition-version": revision,
    }
    return {
        "DockerId": attempt.id,
        "Name": NAME,
        "DockerName": NAME,
        "Image": spec.image,
        "Labels": {f"com.amazonaws.ecs.{name}": text for name, text in labels.items()},
        "DesiredStatus": _desired(job),
        "KnownStatus": "RUNNING",
        "Limits": {"CPU": spec.demand.vcpus * SHARES // 1000, "Memory": spec.demand.memory},
        "CreatedAt": _moment(attempt.placed_at),
        "StartedAt": _moment(attempt.started_at or attempt.placed_at),
        "Type": "NORMAL",
        "LogDriver": "awslogs",
        "LogOptions": {
            "awslogs-group": spec.log_group,
            "awslogs-region": spec.region,
            "awslogs-stream": stream_name(job, attempt),
        },
    }


def task(job: Job) -> dict[str, Any]:
    """Say what is known of an attempt as a task."""
    spec, attempt = job.spec, job.attempts[-1]
    family, revision = _definition(job)
    return {
        "Cluster": _cluster(job),
        "TaskARN": task_arn(job, attempt),
        "Family": family,
        "Revision": revision,
        "DesiredStatus": _desired(job),
        "KnownStatus": "RUNNING",
        "Limits": {"CPU": spec.demand.vcpus / 1000, "Memory": spec.demand.memory},
        "AvailabilityZone": f"{spec.region}a",
        "LaunchType": "EC2",
        "Containers": [container(job)],
    }


def stats(job: Job, now: int) -> dict[str, Any]:
    """Say what is known of what an attempt uses: its limit.

    Args:
        job: a job that is placed.
        now: epoch milliseconds.
    """
    return {
        "read": _moment(now),
        "name": NAME,
        "id": job.attempts[-1].id,
        "memory_stats": {"limit": job.spec.demand.memory * MIB},
    }


def _definition(job: Job) -> tuple[str, str]:
    family, _, revision = ids.name_of(job.spec.definition, ids.DEFINITION).partition(":")
    return family, revision


def _cluster(job: Job) -> str:
    return job.attempts[-1].environment.rpartition("/")[2]


def _desired(job: Job) -> str:
    return "RUNNING" if job.stop is None else "STOPPED"


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")
