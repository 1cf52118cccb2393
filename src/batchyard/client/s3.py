"""S3 URIs as values: ``s3://bucket/key``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Self

from batchyard.errors import NotFound, Refused

if TYPE_CHECKING:
    from typing import Unpack

    from batchyard.client.sessions import Client, Connection

URI = re.compile(
    r"s3://(?P<bucket>[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9])(?:/(?P<key>.*))?", re.DOTALL
)
"""Buckets made before 2018 may have capitals, underscores and up to 255 characters:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""

KEY_BYTES = 1024
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html"""


class S3Uri(str):
    """The URI of an S3 object, of a prefix (``s3://bucket/folder/``) or of a bucket.

    It is text, and equal to the text that it was made from; only what is a URI can become one.

    Args:
        text: ``s3://bucket/key``; the key is taken literally, as in S3's own tools.

    Raises:
        Refused: this is no S3 URI.
    """

    __slots__ = ()

    def __new__(cls, text: object) -> Self:
        """Take what is a URI; see the class."""
        if not isinstance(text, str) or not (found := URI.fullmatch(text)):
            raise Refused(f"{text!r} is no S3 URI: give s3://bucket/key")
        if len((found["key"] or "").encode(errors="surrogatepass")) > KEY_BYTES:
            raise Refused(f"the key of {text!r} is longer than {KEY_BYTES} bytes in UTF-8")
        return super().__new__(cls, text)

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return self[len("s3://") :].partition("/")[0]

    @property
    def key(self) -> str:
        """What comes after the bucket; empty for a bucket itself."""
        return self[len("s3://") :].partition("/")[2]

    def __repr__(self) -> str:
        return f"S3Uri({str(self)!r})"

    def exists(self, **connection: Unpack[Connection]) -> bool:
        """Ask S3 whether this is there; see `exists`."""
        return exists(self, **connection)


def exists(uri: S3Uri, **connection: Unpack[Connection]) -> bool:
    """Ask S3 whether an object, a prefix with anything below it, or a bucket is there.

    Args:
        uri: what to look for. A key that is no object counts as the prefix of that folder.
        **connection: an S3 client, or how to come by one; see `Connection`.

    Raises:
        RefusedCredentials: S3 does not let us look.
        ServiceError: S3 does not answer.
    """
    from batchyard.client.sessions import connect

    client = connect(**connection).client("s3")
    if not uri.key:
        return _is_there(client, "head_bucket", Bucket=uri.bucket)
    if not uri.key.endswith("/") and _is_there(
        client, "head_object", Bucket=uri.bucket, Key=uri.key
    ):
        return True
    return _holds(client, uri.bucket, f"{uri.key.rstrip('/')}/")


def _is_there(client: Client, operation: str, **names: str) -> bool:
    from batchyard.client.calls import call

    try:
        call(client, operation, **names)
    except NotFound:
        return False
    return True


def _holds(client: Client, bucket: str, prefix: str) -> bool:
    from batchyard.client.calls import call

    try:
        found = call(client, "list_objects_v2", Bucket=bucket, Prefix=prefix, MaxKeys=1)
    except NotFound:
        return False
    return bool(found.get("KeyCount"))
