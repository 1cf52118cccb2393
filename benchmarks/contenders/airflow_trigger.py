"""Airflow's own BatchJobTrigger, one for each job, all in one loop, as its triggerer runs them."""

from __future__ import annotations

import asyncio

from airflow.providers.amazon.aws.triggers.batch import BatchJobTrigger

from benchmarks.contenders.taking_part import all_of, part

ATTEMPTS = 1_000_000


def main() -> None:
    """Wait for every job; the connection is in AIRFLOW_CONN_AWS_DEFAULT."""
    taking = part()

    async def wait(job_id: str) -> bool:
        trigger = BatchJobTrigger(
            job_id=job_id,
            waiter_delay=int(taking.scenario.cadence),
            waiter_max_attempts=ATTEMPTS,
        )
        async for event in trigger.run():
            assert event.payload["status"] == "success" or job_id in event.payload["message"]
            return bool(event.payload["status"] == "success")
        raise AssertionError(f"{job_id}: the trigger ended without an event")

    with taking.measured():
        asyncio.run(all_of(taking, wait))


if __name__ == "__main__":
    main()
