"""Shows an array and the job behind it while they run."""

from __future__ import annotations

import time
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

ENDED = {"SUCCEEDED", "FAILED"}
PAUSE = 0.2


def watched(batch: Any, array: str, merge: str) -> dict[str, dict[str, Any]]:
    """Describe both jobs until they have ended, and draw how far they are.

    Args:
        batch: a client of AWS Batch.
        array: the array's id.
        merge: the id of the job that depends on it.

    Returns:
        Both jobs as described at last, by id.
    """
    with _progress() as progress:
        names = {array: "census", merge: "merge"}
        bars = {job_id: progress.add_task(name, state="") for job_id, name in names.items()}
        while True:
            jobs = {job["jobId"]: job for job in batch.describe_jobs(jobs=[array, merge])["jobs"]}
            for job_id, job in jobs.items():
                _draw(progress, bars[job_id], job)
            if all(job["status"] in ENDED for job in jobs.values()):
                return jobs
            time.sleep(PAUSE)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description:<7}"),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[state]}"),
        console=Console(stderr=True),
    )


def _draw(progress: Progress, bar: Any, job: dict[str, Any]) -> None:
    summary = job.get("arrayProperties", {}).get("statusSummary")
    if summary is None:
        done, total, state = int(job["status"] in ENDED), 1, job["status"].lower()
    else:
        done, total = sum(summary[state] for state in ENDED), job["arrayProperties"]["size"]
        parts = (f"{n} {state.lower()}" for state, n in summary.items() if n)
        state = ", ".join(parts)
    progress.update(bar, completed=done, total=total, state=state)
