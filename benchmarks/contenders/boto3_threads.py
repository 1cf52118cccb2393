"""boto3 as people wait with it: a botocore waiter for each job, each in a thread.

All share one client, whose pool has a connection for each: a client of its own for each thread, as
is often seen, costs more.
"""

from __future__ import annotations

import os
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import WaiterError
from botocore.waiter import WaiterModel, create_waiter_with_client

from benchmarks.contenders.taking_part import in_threads, part

EVER = sys.maxsize
COMPLETE = {"operation": "DescribeJobs", "delay": 5, "maxAttempts": EVER}
ENDS = {"SUCCEEDED": "success", "FAILED": "failure"}


def main() -> None:
    """Wait for every job."""
    taking = part()
    acceptors = [
        {"matcher": "pathAll", "argument": "jobs[].status", "expected": status, "state": state}
        for status, state in ENDS.items()
    ]
    complete = {**COMPLETE, "delay": taking.scenario.cadence, "acceptors": acceptors}
    model = WaiterModel({"version": 2, "waiters": {"JobComplete": complete}})
    session = boto3.Session("benchmark", "benchmark", region_name="us-east-1")

    with taking.measured():
        client = session.client(
            "batch",
            endpoint_url=taking.endpoint,
            config=Config(max_pool_connections=taking.scenario.count),
        )

        def wait(job_id: str) -> bool:
            waiter = create_waiter_with_client("JobComplete", model, client)
            while True:
                try:
                    waiter.wait(jobs=[job_id])
                except WaiterError as error:
                    if "Error" not in error.last_response:
                        return False
                    time.sleep(taking.scenario.cadence)  # a 429 ends a botocore waiter
                else:
                    return True

        in_threads(taking, wait)
    os._exit(0)  # threads that still wait would hold the process


if __name__ == "__main__":
    main()
