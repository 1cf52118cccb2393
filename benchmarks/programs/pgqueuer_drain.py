"""pgqueuer puts jobs into a queue on PostgreSQL and drains it; the jobs do nothing.

pgqueuer_drain.py DSN COUNT BATCH: says ``ready``, waits for a line, and prints the seconds and
the CPU seconds that draining took. BATCH is how many jobs are taken at once, and set done.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import timedelta

import asyncpg
import uvloop
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgPoolDriver
from pgqueuer.models import Job
from pgqueuer.queries import Queries
from pgqueuer.types import QueueExecutionMode


async def main(dsn: str, count: int, batch: int) -> None:
    """Drain, and tell what it took."""
    async with asyncpg.create_pool(dsn, min_size=4, max_size=8) as pool:
        driver = AsyncpgPoolDriver(pool)
        queries = Queries(driver)
        await queries.install()
        await queries.enqueue(["work"] * count, [b"true"] * count, [0] * count)
        queuer, done = PgQueuer(driver), set[str]()

        @queuer.entrypoint("work")
        async def work(job: Job) -> None:
            done.add(str(job.id))

        print("ready", flush=True)
        sys.stdin.readline()
        cpu, began = time.process_time(), time.perf_counter()
        await queuer.qm.run(
            dequeue_timeout=timedelta(seconds=1),
            batch_size=batch,
            mode=QueueExecutionMode.drain,
        )
        took = {"wall": time.perf_counter() - began, "cpu": time.process_time() - cpu}
        assert len(done) == count, len(done)
    print(json.dumps(took), flush=True)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
