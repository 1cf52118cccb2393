"""Requests as they reach a yard, signed by botocore: the oracle beside which ours is held."""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest
from botocore.credentials import Credentials

from batchyard.wire import Request

# AWS's documented placeholders.
ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
YARD = "http://127.0.0.1:4680"
REGION = "eu-west-1"
OWNER = {"access_key": ACCESS_KEY, "secret": SECRET, "region": REGION, "service": "batch"}
JSON = {"Content-Type": "application/json"}


def credentials(token: str | None = None) -> Credentials:
    return Credentials(ACCESS_KEY, SECRET, token)


def received(prepared: AWSPreparedRequest) -> Request:
    """Hand a request over as a server would: raw path and query, one text per header."""
    parts = urlsplit(prepared.url)
    headers = {name.lower(): as_text(value) for name, value in prepared.headers.items()}
    host = parts.netloc.lower()
    headers.setdefault("host", host.removesuffix(":80") if parts.scheme == "http" else host)
    body = prepared.body or b""
    assert isinstance(body, bytes)
    return Request(prepared.method, parts.path, parts.query, headers, body)


def as_text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


def signed(
    url: str = f"{YARD}/v1/submitjob",
    method: str = "POST",
    body: bytes = b"{}",
    headers: Mapping[str, str] = JSON,
    token: str | None = None,
    region: str = REGION,
    service: str = "batch",
) -> Request:
    """Sign in the Authorization header."""
    request = AWSRequest(method=method, url=url, data=body, headers=dict(headers))
    SigV4Auth(credentials(token), service, region).add_auth(request)
    return received(request.prepare())


def presigned(
    url: str = f"{YARD}/v1/tags/arn%3Aaws%3Abatch",
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    token: str | None = None,
    expires: int = 3600,
) -> Request:
    """Sign in the query."""
    request = AWSRequest(method=method, url=url, headers=dict(headers or {}))
    SigV4QueryAuth(credentials(token), "batch", REGION, expires).add_auth(request)
    return received(request.prepare())


def instant(stamp: str) -> int:
    """Turn a signature's timestamp into epoch milliseconds."""
    moment = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return int(moment.timestamp()) * 1000
