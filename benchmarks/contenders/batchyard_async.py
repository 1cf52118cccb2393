"""batchyard.aio: one call for all jobs, which gives each as it ends."""

from __future__ import annotations

import asyncio

import botocore.session

from batchyard import Fixed, aio
from benchmarks.contenders.taking_part import Part, beside_a_probe, part

assert botocore.session  # imported before it counts, as with all other contenders


async def wait(taking: Part) -> None:
    """Wait for every job."""
    scenario = taking.scenario
    async for outcome in aio.as_completed(
        taking.ids,
        cadence=Fixed(scenario.cadence),
        timeout=scenario.limit,
        endpoint=taking.endpoint,
    ):
        if outcome.error is None:
            taking.answered(outcome.job_id, succeeded=outcome.succeeded)


def main() -> None:
    """Take part."""
    taking = part()
    with taking.measured():
        asyncio.run(beside_a_probe(taking, wait(taking)))


if __name__ == "__main__":
    main()
