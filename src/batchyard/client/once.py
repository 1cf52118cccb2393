"""SubmitJob, once: never retried blindly.

SubmitJob has no client token, so whoever repeats it after a lost answer may have doubled the job.
Instead the job is looked for by its name, and submitted again only when it is surely not there.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from batchyard.client.calls import BROKEN, TOO_MANY, Answer, call, every, status_of
from batchyard.errors import BatchyardError, Unanswered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from batchyard.client.sessions import Client

LOOKS = (0.0, 1.0, 3.0)
"""Seconds before each look for a job whose answer was lost. Nowhere does AWS promise that ListJobs
shows a job at once, and a request whose connection broke may still be under way."""

TRIES = 2

_FINAL: ContextVar[int | None] = ContextVar("batchyard_submitting", default=None)
"""From which HTTP status on an answer to `submit`'s call is passed on at once; None while the call
is a caller's own: those stay as they were."""


def submit(
    client: Client,
    request: dict[str, Any],
    *,
    unique: bool,
    paced: bool = False,
    pause: Callable[[float], object] = time.sleep,
) -> Answer:
    """Submit a job exactly once, whatever the network does to the answer.

    Args:
        client: a botocore client of Batch.
        request: that of SubmitJob.
        unique: whether no other job has this name.
        paced: whether the caller paces its requests: what is throttled comes back at once, instead
            of being sent again by botocore.
        pause: waits for some seconds.

    Returns:
        The service's response, or what ListJobs says of the job when its answer was lost.

    Raises:
        Unanswered: it cannot be known whether the job was submitted; look before you repeat.
        Throttled: it was surely not submitted.
        BatchyardError: the service did not take it; see `call`.
    """
    guard(client)
    lost = Unanswered()
    for _ in range(TRIES):
        try:
            return _send(client, request, TOO_MANY if paced else BROKEN)
        except Unanswered as error:
            lost = error
        if (found := _look(client, request, pause)) and unique:
            return found[0]
        if found:
            ids = ", ".join(job["jobId"] for job in found[:3])
            raise Unanswered(f"{lost}; jobs of this name are there: is it one of {ids}?") from lost
    raise lost


def guard(client: Client) -> None:
    """Let a client's retries be ours to decide; a second time does nothing."""
    client.meta.events.register_first(
        "needs-retry.batch.SubmitJob", _do_not_retry, unique_id="batchyard-submit-once"
    )


def _send(client: Client, request: dict[str, Any], final: int) -> Answer:
    from botocore.exceptions import ClientError, HTTPClientError

    mark = _FINAL.set(final)
    try:
        answer = call(client, "submit_job", **request)
    except BatchyardError as error:
        cause = error.__cause__
        if isinstance(cause, HTTPClientError) or (
            isinstance(cause, ClientError) and status_of(dict(cause.response)) >= BROKEN
        ):
            raise _unanswered(request, error) from cause
        raise
    finally:
        _FINAL.reset(mark)
    if "jobId" not in answer:  # e.g. the page of a proxy, of which botocore makes an empty answer
        raise _unanswered(request, "it names no job")
    return answer


def _unanswered(request: dict[str, Any], error: object) -> Unanswered:
    name, queue = request["jobName"], request["jobQueue"]
    return Unanswered(f"the answer to submitting {name} to {queue} was lost ({error})")


def _do_not_retry(
    response: Any = None,  # noqa: ANN401 - botocore's: the HTTP response and what was read of it
    caught_exception: Exception | None = None,
    **_: object,
) -> None:
    """Pass a lost answer on at once; what was never sent, or was throttled, botocore may retry.

    A throttled one is passed on as well where the caller keeps the pace.
    """
    from botocore.exceptions import ClientError, HTTPClientError

    if (final := _FINAL.get()) is None:
        return
    if isinstance(caught_exception, HTTPClientError):
        raise caught_exception
    if response is not None and response[0].status_code >= final:
        raise ClientError(response[1], "SubmitJob")


def _look(
    client: Client, request: dict[str, Any], pause: Callable[[float], object]
) -> list[Answer]:
    """Look for jobs of the request's name, more than once before believing that there are none."""
    for seconds in LOOKS:
        pause(seconds)
        try:
            found = list(_named(client, request["jobQueue"], request["jobName"]))
        except BatchyardError as error:
            name = request["jobName"]
            raise Unanswered(
                f"the answer to submitting {name} was lost, and it could not be looked for "
                f"({error}): list the jobs of that name before submitting again"
            ) from error
        if found:
            return found
    return []


def _named(client: Client, queue: str, name: str) -> Iterable[Answer]:
    """List a queue's jobs of a name; the filter itself knows no case."""
    filters = [{"name": "JOB_NAME", "values": [name]}]
    for job in every(client, "list_jobs", "jobSummaryList", jobQueue=queue, filters=filters):
        if job["jobName"] == name:
            yield {key: job[key] for key in ("jobArn", "jobName", "jobId") if key in job}
