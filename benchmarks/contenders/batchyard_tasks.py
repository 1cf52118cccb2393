"""batchyard.aio: a wait of its own for each job, each in a task, as the peers do it."""

from __future__ import annotations

import asyncio

import botocore.session

from batchyard import Fixed, aio
from benchmarks.contenders.taking_part import all_of, part

assert botocore.session  # imported before it counts, as with all other contenders


def main() -> None:
    """Wait for every job."""
    taking = part()
    cadence = Fixed(taking.scenario.cadence)

    async def wait(job_id: str) -> bool | None:
        outcomes = await aio.wait(
            [job_id],
            check=False,
            cadence=cadence,
            timeout=taking.scenario.limit,
            endpoint=taking.endpoint,
        )
        return None if outcomes[0].error else outcomes[0].succeeded

    with taking.measured():
        asyncio.run(all_of(taking, wait))


if __name__ == "__main__":
    main()
