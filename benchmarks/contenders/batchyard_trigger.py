"""batchyard's BatchJobTrigger, one for each job, all in one loop, as a triggerer runs them."""

from __future__ import annotations

import asyncio

from batchyard.airflow.connections import Place, session_of
from batchyard.airflow.triggers.batch import BatchJobTrigger
from batchyard.client.sessions import connect
from benchmarks.contenders.taking_part import all_of, part


def main() -> None:
    """Wait for every job; the connection is in AIRFLOW_CONN_AWS_DEFAULT."""
    taking = part()
    # What a triggerer has after its first trigger: the modules, and the connection's one client.
    connect(session=session_of(Place())).client("batch")

    async def wait(job_id: str) -> bool:
        trigger = BatchJobTrigger(job_id=job_id, waiter_delay=taking.scenario.cadence)
        async for event in trigger.run():
            assert event.payload["status"] in {"success", "failed"}, event.payload
            return bool(event.payload["status"] == "success")
        raise AssertionError(f"{job_id}: the trigger ended without an event")

    with taking.measured():
        asyncio.run(all_of(taking, wait))


if __name__ == "__main__":
    main()
