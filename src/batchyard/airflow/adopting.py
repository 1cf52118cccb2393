"""Looking for the jobs that earlier tries of a task have left, and submitting one if there is none.

ListJobs filters by name and not by tag, so jobs of the task's job name are listed, newest first and
back to the run's start, described, and told apart by their tags.
Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from batchyard.airflow.identity import TAG, Found, Identity, decide
from batchyard.client import once
from batchyard.client.calls import call, every
from batchyard.client.describing import FULL
from batchyard.errors import CallerError, RefusedCredentials, Unanswered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batchyard.client.calls import Answer
    from batchyard.client.sessions import Client

LEEWAY = 300_000
"""Milliseconds that the clocks of Airflow and of AWS may differ."""

AGAIN = (1.0, 3.0)
"""Seconds before further looks for a job that the last try may have submitted as it died."""

OUTDATED = "The Airflow task was cleared"


class Submitting(NamedTuple):
    """A try that is about to submit.

    Attributes:
        client: a boto3 client of AWS Batch.
        request: of SubmitJob, without our tag.
        identity: which try it is.
        since: milliseconds since the epoch; no job of this run is older.
    """

    client: Client
    request: dict[str, Any]
    identity: Identity
    since: float

    def jobs(self) -> Iterator[Answer]:
        """Describe the jobs of this name that are not older than the run, the newest first."""
        ids: list[str] = []
        for summary in self._listed():
            ids.append(summary["jobId"])
            if len(ids) == FULL:
                yield from self._described(ids)
                ids = []
        if ids:
            yield from self._described(ids)

    def _listed(self) -> Iterator[Answer]:
        queue, name = self.request["jobQueue"], self.request["jobName"]
        wanted = {"jobQueue": queue, "filters": [{"name": "JOB_NAME", "values": [name]}]}
        for one in every(self.client, "list_jobs", "jobSummaryList", **wanted, maxResults=FULL):
            if one.get("createdAt", self.since) < self.since - LEEWAY:
                return
            if one["jobName"] == name:  # the filter knows no case
                yield one

    def _described(self, ids: list[str]) -> list[Answer]:
        jobs: list[Answer] = call(self.client, "describe_jobs", jobs=ids)["jobs"]
        order = {one: number for number, one in enumerate(ids)}
        return sorted(jobs, key=lambda job: order[job["jobId"]])

    def found(self) -> Found:
        """Look for the jobs of this task."""
        return decide(self.identity, self.jobs())

    def found_at_last(self, pause: Callable[[float], object]) -> Found:
        """Look for the jobs of this task, again if one may have been submitted a moment ago."""
        found = self.found()
        for seconds in AGAIN:
            if found.sure or found.adopted:
                break
            pause(seconds)
            found = self.found()
        return found

    def submit(self, pause: Callable[[float], object] = time.sleep) -> str:
        """Submit a job; if the answer is lost, find the job that came of it by its tag.

        Args:
            pause: waits for some seconds.

        Returns:
            Its id.

        Raises:
            Unanswered: nobody can say whether there is such a job.
            BatchyardError: the service did not take it.
        """
        tags = {**self.request.get("tags", {}), TAG: self.identity.tag}
        request = {**self.request, "tags": tags}
        try:
            answer = once.submit(self.client, request, unique=False, pause=pause)
        except Unanswered:
            if (adopted := self.found_at_last(pause).adopted) is None:
                raise
            return adopted
        job_id: str = answer["jobId"]
        return job_id


def taken_up(submitting: Submitting, pause: Callable[[float], object] = time.sleep) -> str | None:
    """Look for a job that an earlier try left alive, and end those of before the task was cleared.

    A first try has none: Airflow counts every one that begins.

    Args:
        submitting: the try.
        pause: waits for some seconds.

    Returns:
        The id of the job to take up; None if there is none.

    Raises:
        BatchyardError: the jobs cannot be listed, or an old one not be ended.
    """
    if submitting.identity.attempt <= 1:
        return None
    found = submitting.found_at_last(pause)
    for one in found.outdated:
        end(submitting.client, one, OUTDATED)
    return found.adopted


def end(client: Client, job_id: str, reason: str) -> None:
    """Terminate a job; one that is not there any more has ended.

    Raises:
        RefusedCredentials: they do not allow it.
        ServiceError: the service failed.
    """
    try:
        call(client, "terminate_job", jobId=job_id, reason=reason)
    except RefusedCredentials:
        raise
    except CallerError:
        return
