"""Reaching the yard from moto's process, by its own endpoint and with its own key."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

URL: Final = "BATCHYARD_URL"
KEY: Final = "BATCHYARD_ACCESS_KEY_ID"
SECRET: Final = "BATCHYARD_SECRET_ACCESS_KEY"  # noqa: S105 - the name of a variable
"""Variables of moto's process that say where the yard is, and as whom to ask it."""

CONNECT_SECONDS: Final = 5
READ_SECONDS: Final = 60
"""How long moto waits for the yard: it is on the same machine (ours)."""


def environment(url: str, key: str, secret: str) -> dict[str, str]:
    """Form the variables that tell moto's process of the yard."""
    return {URL: url, KEY: key, SECRET: secret}


def client(service: str, region: str, environ: Mapping[str, str] = os.environ) -> Any:  # noqa: ANN401 - boto3 ships no types
    """Make a boto3 client whose calls go to the yard (and, if they are moto's, come back).

    Args:
        service: as boto3 names it.
        region: where.
        environ: the environment of this process.
    """
    import boto3
    from botocore.config import Config

    return boto3.client(
        service,
        region_name=region,
        endpoint_url=environ[URL],
        aws_access_key_id=environ[KEY],
        aws_secret_access_key=environ[SECRET],
        config=Config(
            parameter_validation=False,
            retries={"max_attempts": 0, "total_max_attempts": 1},
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            proxies={},
        ),
    )
