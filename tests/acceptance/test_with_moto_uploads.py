"""Objects on their way to moto: in pieces, signed or not, by a bucket's own host, from strangers.

What other SDKs send is made here by hand, with botocore's signer, after
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and the pages beside it.
"""

import hashlib
import http.client
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from batchyard.wire.sigv4_canonical import Scope, signature
from tests.acceptance.yards import RunningYard

EMPTY = hashlib.sha256(b"").hexdigest()
BODY = bytes(range(256)) * 400
OPTIONS = ("--with-moto", "--ephemeral")


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningYard]:
    with RunningYard(tmp_path_factory.mktemp("yard") / "data", *OPTIONS) as yard:
        yard.client("s3").create_bucket(Bucket="the-bucket")
        yield yard


def keys(yard: RunningYard) -> Credentials:
    env = yard.env()
    return Credentials(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"])


def signed(
    yard: RunningYard, headers: Mapping[str, str], service: str = "s3", path: str = "/the-bucket/k"
) -> dict[str, str]:
    """The headers of a PUT, with a signature of these."""
    request = AWSRequest("PUT", f"{yard.url}{path}", headers=dict(headers), data=b"")
    SigV4Auth(keys(yard), service, "us-east-1").add_auth(request)
    return dict(request.headers.items())


def put(
    yard: RunningYard, headers: Mapping[str, str], body: bytes, path: str = "/the-bucket/k"
) -> tuple[int, str]:
    """Send a PUT, with Transfer-Encoding: chunked unless a length is given."""
    connection = http.client.HTTPConnection(urlsplit(yard.url).netloc)
    pieces = (body[start : start + 10_000] for start in range(0, len(body), 10_000))
    connection.request("PUT", path, pieces, dict(headers))
    with connection.getresponse() as answer:
        found = answer.status, answer.read().decode()
    connection.close()
    return found


def stored(yard: RunningYard) -> bytes:
    return bytes(yard.client("s3").get_object(Bucket="the-bucket", Key="k")["Body"].read())


def streaming(word: str) -> dict[str, str]:
    return {
        "X-Amz-Content-SHA256": word,
        "X-Amz-Decoded-Content-Length": str(len(BODY)),
        "Content-Encoding": "aws-chunked",
    }


def in_pieces(yard: RunningYard, headers: Mapping[str, str], size: int = 8192) -> bytes:
    """The body in pieces, each signed."""
    secret, stamp = keys(yard).secret_key, headers["X-Amz-Date"]
    scope = Scope(stamp[:8], "us-east-1", "s3")
    previous = headers["Authorization"].rpartition("Signature=")[2]
    sent = b""
    for start in (*range(0, len(BODY), size), len(BODY)):
        piece = BODY[start : start + size]
        hashed = hashlib.sha256(piece).hexdigest()
        text = f"AWS4-HMAC-SHA256-PAYLOAD\n{stamp}\n{scope}\n{previous}\n{EMPTY}\n{hashed}"
        previous = signature(secret, scope, text)
        sent += f"{len(piece):x};chunk-signature={previous}\r\n".encode() + piece + b"\r\n"
    return sent


def test_a_body_that_is_signed_in_pieces_is_stored(yard: RunningYard) -> None:
    headers = signed(yard, streaming("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"))
    assert put(yard, headers, in_pieces(yard, headers)) == (200, "")
    assert stored(yard) == BODY


def test_a_piece_that_is_another_is_refused_and_nothing_is_stored(yard: RunningYard) -> None:
    yard.client("s3").put_object(Bucket="the-bucket", Key="k", Body=b"before")
    headers = signed(yard, streaming("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"))
    body = in_pieces(yard, headers)
    status, said = put(yard, headers, body[:50_000] + b"?" + body[50_001:])
    assert (status, "<Code>SignatureDoesNotMatch</Code>" in said) == (403, True)
    assert stored(yard) == b"before"


def test_a_body_whose_trailer_is_not_signed_is_stored(yard: RunningYard) -> None:
    more = {"X-Amz-Trailer": "x-amz-checksum-crc32"}
    headers = signed(yard, streaming("STREAMING-UNSIGNED-PAYLOAD-TRAILER") | more)
    body = f"{len(BODY):x}\r\n".encode() + BODY + b"\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"
    assert put(yard, headers, body) == (200, "")
    assert stored(yard) == BODY


def test_an_unsigned_body_is_stored_by_s3_and_taken_by_nobody_else(yard: RunningYard) -> None:
    unsigned = {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
    assert put(yard, signed(yard, unsigned), BODY) == (200, "")
    assert stored(yard) == BODY
    status, said = put(yard, signed(yard, unsigned, "sqs", "/"), b"{}", "/")
    assert (status, "S3 alone" in said) == (403, True)


def test_a_body_that_is_not_the_signed_one_is_refused_and_not_stored(yard: RunningYard) -> None:
    yard.client("s3").put_object(Bucket="the-bucket", Key="k", Body=b"before")
    hashed = {"X-Amz-Content-SHA256": hashlib.sha256(BODY).hexdigest()}
    status, said = put(yard, signed(yard, hashed), BODY + b"?")
    assert (status, "not that of the body" in said) == (403, True)
    assert stored(yard) == b"before"


def test_a_bucket_may_be_asked_by_its_own_host(yard: RunningYard) -> None:
    yard.client("s3").put_object(Bucket="the-bucket", Key="k", Body=b"found")
    parts = urlsplit(yard.url)
    host = f"the-bucket.localhost:{parts.port}"
    request = AWSRequest("GET", f"http://{host}/k", data=b"")
    request.headers["X-Amz-Content-SHA256"] = EMPTY
    SigV4Auth(keys(yard), "s3", "us-east-1").add_auth(request)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request("GET", "/k", headers={**dict(request.headers.items()), "Host": host})
    with connection.getresponse() as answer:
        assert (answer.status, answer.read()) == (200, b"found")
    connection.close()


@pytest.mark.parametrize("service, host", [("s3", "the-bucket.example"), ("sqs", "x.localhost")])
def test_no_other_host_is_answered(yard: RunningYard, service: str, host: str) -> None:
    host = f"{host}:{urlsplit(yard.url).port}"
    request = AWSRequest("PUT", f"http://{host}/k", data=b"")
    request.headers["X-Amz-Content-SHA256"] = EMPTY
    SigV4Auth(keys(yard), service, "us-east-1").add_auth(request)
    status, said = put(yard, {**dict(request.headers.items()), "Host": host}, b"", "/k")
    assert (status, "does not answer to the Host" in said) == (403, True)


def test_a_page_of_another_origin_reaches_no_bucket(yard: RunningYard) -> None:
    headers = signed(yard, {"X-Amz-Content-SHA256": EMPTY}) | {"Origin": "http://evil.example"}
    status, said = put(yard, headers, b"")
    assert (status, "evil.example" in said) == (403, True)


def test_without_authentication_any_key_and_any_presigned_url_of_s3_will_do(tmp_path: Path) -> None:
    import urllib.request

    with RunningYard(tmp_path / "data", *OPTIONS, "--no-auth") as yard:
        s3 = boto3.client(
            "s3",
            region_name="us-east-1",
            endpoint_url=yard.url,
            aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
            aws_secret_access_key="any",
            config=Config(signature_version="s3v4"),
        )
        s3.create_bucket(Bucket="the-bucket")
        s3.put_object(Bucket="the-bucket", Key="k", Body=BODY)
        url = s3.generate_presigned_url("get_object", Params={"Bucket": "the-bucket", "Key": "k"})
        with urllib.request.urlopen(url) as answer:  # noqa: S310 - the yard's own address
            assert answer.read() == BODY
