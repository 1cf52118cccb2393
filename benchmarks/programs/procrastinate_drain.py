"""procrastinate puts jobs into a queue on PostgreSQL and drains it; the jobs do nothing.

procrastinate_drain.py DSN COUNT: says ``ready``, waits for a line, and prints the seconds and
the CPU seconds that draining took.
"""

from __future__ import annotations

import json
import sys
import time

import uvloop
from procrastinate import App, PsycopgConnector

CONCURRENCY = 64
CONNECTIONS = 16


async def main(dsn: str, count: int) -> None:
    """Drain, and tell what it took."""
    app = App(connector=PsycopgConnector(conninfo=dsn, min_size=4, max_size=CONNECTIONS))
    done = set[int]()

    @app.task(name="work")
    async def work(number: int) -> None:
        done.add(number)

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        await work.batch_defer_async(*({"number": number} for number in range(count)))
        print("ready", flush=True)
        sys.stdin.readline()
        cpu, began = time.process_time(), time.perf_counter()
        await app.run_worker_async(
            wait=False, concurrency=CONCURRENCY, install_signal_handlers=False
        )
        took = {"wall": time.perf_counter() - began, "cpu": time.process_time() - cpu}
    assert len(done) == count, len(done)
    print(json.dumps(took), flush=True)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2])))
