"""How soon boto3 has an answer from a stand-in for AWS: ``batchyard.testing.yard`` or moto's mock.

    mocked.py yard|moto TIMES

Prints JSON: for each start, seconds to the inside of the block, the CPU seconds of this process in
them, and seconds from there to the last of three answers. The first start counts what must be
imported; boto3 itself is imported before.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import boto3

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
CONTAINER = {
    "image": "busybox",
    "command": ["true"],
    "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "16"}],
}


@contextmanager
def yard() -> Iterator[boto3.Session]:
    """Run a yard in this process, and attach a session of boto3's to it."""
    from batchyard.testing import yard as started

    with started() as running:
        session = boto3.Session(*KEY, region_name="us-east-1")
        running.attach(session._session)  # noqa: SLF001 - boto3 has no public way to it
        yield session


@contextmanager
def moto() -> Iterator[boto3.Session]:
    """Mock all of AWS, with a Batch that needs no Docker."""
    from moto import mock_aws

    with mock_aws(config={"batch": {"use_docker": False}}):
        yield boto3.Session(*KEY, region_name="us-east-1")


def main(kind: str, times: int) -> None:
    """Start, ask and stop, over and over."""
    starts = []
    for _ in range(times):
        began, cpu = time.perf_counter(), time.process_time()
        with {"yard": yard, "moto": moto}[kind]() as session:
            inside, spent = time.perf_counter(), time.process_time() - cpu
            batch = session.client("batch")
            container = {"type": "container", "containerProperties": CONTAINER}
            arn = batch.register_job_definition(jobDefinitionName="it", **container)
            (shown,) = batch.describe_job_definitions()["jobDefinitions"]
            assert shown["jobDefinitionArn"] == arn["jobDefinitionArn"]
            batch.describe_job_queues()
            starts.append((inside - began, spent, time.perf_counter() - inside))
    print(json.dumps(starts))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
