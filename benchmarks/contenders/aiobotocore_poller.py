"""The plain way with asyncio: one aiobotocore client, a task for each job, asking for its job."""

from __future__ import annotations

import asyncio

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import ClientError

from benchmarks.contenders.taking_part import Part, all_of, part

ENDED = {"SUCCEEDED", "FAILED"}
TOO_MANY = "TooManyRequestsException"


async def poll(taking: Part) -> None:
    """Wait for every job."""
    async with get_session().create_client(
        "batch",
        region_name="us-east-1",
        endpoint_url=taking.endpoint,
        aws_access_key_id="benchmark",
        aws_secret_access_key="benchmark",  # noqa: S106 - the stub believes anything
        config=AioConfig(max_pool_connections=100),
    ) as client:

        async def wait(job_id: str) -> bool:
            while True:
                try:
                    answer = await client.describe_jobs(jobs=[job_id])
                except ClientError as error:
                    if error.response["Error"]["Code"] != TOO_MANY:
                        raise
                else:
                    if (status := answer["jobs"][0]["status"]) in ENDED:
                        return bool(status == "SUCCEEDED")
                await asyncio.sleep(taking.scenario.cadence)

        await all_of(taking, wait)


def main() -> None:
    """Take part."""
    taking = part()
    with taking.measured():
        asyncio.run(poll(taking))


if __name__ == "__main__":
    main()
