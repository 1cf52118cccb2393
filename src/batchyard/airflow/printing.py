"""What jobs print, in the log of the task that waits for them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from batchyard.airflow.waiting import Ended, Waiting, ended
from batchyard.client.aio_following import follow_logs
from batchyard.errors import BatchyardError

if TYPE_CHECKING:
    from logging import Logger

    from batchyard.client.tailing import Line

BREATH = 50
"""Lines after which others on the loop have their turn."""


async def watched(waiting: Waiting, log: Logger | None) -> Ended:
    """Wait for a job, with what it prints beside it.

    Args:
        waiting: for which job.
        log: where it is printed; None for nowhere.
    """
    if log is None:
        return await ended(waiting)
    printing = asyncio.create_task(print_logs(waiting, log))
    try:
        end = await ended(waiting)
        if end.status in {"success", "failed"}:
            await printing
    finally:
        printing.cancel()
    return end


async def print_logs(waiting: Waiting, log: Logger) -> None:
    """Print all that a job prints, every attempt and every child, until it has ended.

    What cannot be read is said in the log, and ends nothing else.

    Args:
        waiting: for which job.
        log: the task's.
    """
    try:
        number = 0
        async for line in follow_logs([waiting.job_id], session=waiting.session):
            log.info("%s", shown(line))
            number += 1
            if number % BREATH == 0:
                await asyncio.sleep(0)
    except BatchyardError as error:
        log.warning("The log of AWS Batch job %s cannot be read: %s", waiting.job_id, error)


def shown(line: Line) -> str:
    """Show a line with its time, and with its child and attempt where it is not the only one."""
    at = datetime.fromtimestamp(line.event.timestamp / 1000, UTC).isoformat(timespec="milliseconds")
    _, child, index = line.job_id.partition(":")
    of: list[Any] = [f"child {index}"] if child else []
    if line.attempt > 1:
        of.append(f"attempt {line.attempt}")
    whose = f" [{', '.join(of)}]" if of else ""
    return f"[{at}]{whose} {line.event.message}"
