"""Which task a job belongs to, and what a task that begins does about the jobs it finds.

Each job carries a tag made of its task's DAG, id, run and map index, of how often the task was
cleared, and of the try. A try that died between submitting and deferring has left a job alive:
the next try takes it up. One of before the task was cleared is to end first.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from batchyard.client.calls import Answer

TAG = "batchyard:airflow-task"
"""The tag's key: https://docs.aws.amazon.com/batch/latest/userguide/tag-resources.html"""

DIGEST = 32
"""Hexadecimal digits: 128 bits, so that no two tasks ever share them by chance."""

VALUE = re.compile(rf"([0-9a-f]{{{DIGEST}}})\.(\d+)\.(\d+)")
ENDED = frozenset({"SUCCEEDED", "FAILED"})


class Identity(NamedTuple):
    """A try of a task.

    Attributes:
        task: a digest of Airflow's name, DAG, task, run and map index.
        generation: the task's max_tries, which every clearing raises.
        attempt: its try number, from 1.
    """

    task: str
    generation: int
    attempt: int

    @property
    def tag(self) -> str:
        """What the tag says."""
        return f"{self.task}.{self.generation}.{self.attempt}"


class Found(NamedTuple):
    """What is to be done about the jobs of a task.

    Attributes:
        adopted: the job that is taken up; None if one is to be submitted.
        outdated: jobs that are to end first.
        sure: whether the job of the try before was seen, alive or not. If it was not, that try's
            submit may be under way still.
    """

    adopted: str | None
    outdated: tuple[str, ...]
    sure: bool


def identity_of(task_instance: Any, deployment: str) -> Identity:  # noqa: ANN401 - Airflow's
    """Tell which try of which task this is.

    Args:
        task_instance: Airflow's.
        deployment: the name of this Airflow.
    """
    ti = task_instance
    whole = [deployment, ti.dag_id, ti.task_id, ti.run_id, ti.map_index]
    digest = sha256(json.dumps(whole).encode()).hexdigest()[:DIGEST]
    return Identity(digest, int(ti.max_tries or 0), int(ti.try_number))


def read_tag(tags: Mapping[str, str] | None) -> Identity | None:
    """Read the tag of a job; None if it has none of ours."""
    found = VALUE.fullmatch((tags or {}).get(TAG, ""))
    return Identity(found[1], int(found[2]), int(found[3])) if found else None


def decide(own: Identity, jobs: Iterable[Answer]) -> Found:
    """Decide what a try does about the jobs that it finds.

    Args:
        own: which try this is.
        jobs: AWS's JobDetails, the newest first.

    A job that has ended, or was told to, is left alone.
    """
    adopted, outdated, sure = None, [], False
    for job in jobs:
        theirs = read_tag(job.get("tags"))
        if theirs is None or theirs.task != own.task:
            continue
        same = theirs.generation == own.generation
        sure = sure or theirs.attempt >= own.attempt - 1
        if not _is_alive(job):
            continue
        if same and adopted is None:
            adopted = job["jobId"]
        else:
            outdated.append(job["jobId"])
    return Found(adopted, tuple(outdated), sure)


def _is_alive(job: Answer) -> bool:
    told = job.get("isTerminated") or job.get("isCancelled")
    return job["status"] not in ENDED and not told
