"""Why a job failed: its exit code, its reason, the last lines that it printed."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from batchyard.client.calls import Answer, call
from batchyard.client.describing import one_job
from batchyard.client.logs import last_events, stream_of
from batchyard.errors import BatchyardError, Failed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchyard.client.gathering import Outcome
    from batchyard.client.sessions import Clients

LAST_LINES = 10
"""How much of its output a failed job's message shows."""


def failure(clients: Clients, job: Answer) -> Failed:
    """Find out why a job failed.

    Args:
        clients: of the job's place.
        job: AWS's JobDetail of it.

    Returns:
        The error to raise; what could not be found out is left out of it.
    """
    try:
        culprit = _failed_child(clients, job) or job
        lines = _last_lines(clients, culprit)
    except BatchyardError as error:
        culprit, lines = job, unread(error)
    return worded(job, culprit, lines)


def failure_of(clients: Clients, outcome: Outcome) -> Failed:
    """Find out why a job failed of which an outcome is known; that is enough where nobody answers.

    Args:
        clients: of the job's place.
        outcome: of the wait for it.

    Returns:
        The error to raise.
    """
    try:
        job = one_job(clients.client("batch"), outcome.job_id)
    except BatchyardError as error:
        container = {"exitCode": outcome.exit_code}
        named = {"jobId": outcome.job_id, "jobName": outcome.job_name}
        known = {**named, "statusReason": outcome.reason, "container": container}
        return worded(known, known, unread(error))
    return failure(clients, job)


def unread(error: Exception) -> list[str]:
    """Say in the place of a job's last lines why there are none."""
    return [f"(they could not be read: {error})"]


def own(error: Exception) -> Exception:
    """Copy an error of which others are told, too: where it is raised, it keeps a trace of that."""
    try:
        made = copy(error)
    except Exception:  # noqa: BLE001 - it is a class of anybody's
        return error
    made.__cause__ = error.__cause__
    return made


def _failed_child(clients: Clients, job: Answer) -> Answer | None:
    """Describe a child that failed, if this is an array of which one did."""
    if "size" not in job.get("arrayProperties", {}):
        return None
    client = clients.client("batch")
    wanted = {"arrayJobId": job["jobId"], "jobStatus": "FAILED"}
    found = call(client, "list_jobs", **wanted, maxResults=1)["jobSummaryList"]
    return one_job(client, found[0]["jobId"]) if found else None


def _last_lines(clients: Clients, job: Answer) -> list[str]:
    stream = stream_of(job)
    if stream is None:
        return []
    return [event.message for event in last_events(clients.client("logs"), stream, LAST_LINES)]


def worded(job: Answer, culprit: Answer, lines: Sequence[str]) -> Failed:
    """Say why a job failed.

    Args:
        job: AWS's JobDetail of the job.
        culprit: of the child of the array that failed, else of the job itself.
        lines: the last that it printed.
    """
    container = culprit.get("container") or {}
    exit_code, said = container.get("exitCode"), container.get("reason")
    reason = ": ".join(text for text in (culprit.get("statusReason"), said) if text)
    head = f"job {job.get('jobName')} ({job['jobId']}) FAILED"
    if culprit is not job:
        index = culprit.get("arrayProperties", {}).get("index")
        head += f" ({job.get('statusReason')}); its child {index}"
    head += f": {reason or 'no reason given'}"
    if exit_code is not None:
        head += f"; exit code {exit_code}"
    tail = "".join(f"\n  {line}" for line in lines)
    return Failed(
        head + (f"\nits last log lines:{tail}" if lines else ""),
        job_id=job["jobId"],
        exit_code=exit_code,
        reason=reason,
        lines=tuple(lines),
    )


SHOWN = 5
"""Of how many jobs an error for many tells what became of them."""


def failures(first: Exception, bad: Sequence[Outcome], total: int) -> Exception:
    """Say of several jobs that they did not succeed.

    Args:
        first: the error of the first.
        bad: how the waits ended that did not end well.
        total: how many jobs were waited for.

    Returns:
        An error of the same class; a `Failed` has the same exit code, reason and lines. One that
        is not ours is given back, with a note.
    """
    head = f"{len(bad)} of {total} jobs did not succeed"
    told = [f"\n  {one}" for one in bad[:SHOWN]]
    more = [f"\n  and {len(bad) - SHOWN} more"] if len(bad) > SHOWN else []
    message = "".join([f"{head}:", *told, *more])
    if not isinstance(first, BatchyardError):
        first.add_note(message)
        return first
    if not isinstance(first, Failed):
        return type(first)(message)
    return Failed(
        f"{message}\nthe first: {first}",
        job_id=first.job_id,
        exit_code=first.exit_code,
        reason=first.reason,
        lines=first.lines,
    )
