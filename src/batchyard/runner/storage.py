"""S3 as a runner needs it: bring, take and look. Every method blocks: call it on a thread."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from batchyard.client import s3
from batchyard.client.calls import blamed, call
from batchyard.client.sessions import Clients, connect
from batchyard.errors import NotFound
from batchyard.runner.paths import below, joined

if TYPE_CHECKING:
    from batchyard.client.s3 import S3Uri
    from batchyard.client.sessions import Client, Connection

CHUNK = 1_048_576
"""Bytes copied at once."""


class Storage:
    """S3, and this machine's files.

    Args:
        connection: where S3 is, and as whom to call it; asked only when something is there.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def _clients(self) -> Clients:
        return connect(**self._connection)

    @property
    def _s3(self) -> Client:
        return self._clients.client("s3")

    def exists(self, place: S3Uri | Path) -> bool:
        """Tell whether a file, a folder or a prefix with anything below it is there.

        Raises:
            BatchyardError: S3 does not let us look, or does not answer.
        """
        if isinstance(place, Path):
            return place.exists()
        return s3.exists(place, **self._connection)

    def get(self, uri: S3Uri | Path, file: Path) -> None:
        """Bring an object, or a file of this machine, to a place here.

        Raises:
            NotFound: it is not there.
            BatchyardError: S3 does not let us, or does not answer.
            OSError: the file cannot be written.
        """
        from botocore.exceptions import BotoCoreError

        if isinstance(uri, Path):
            shutil.copyfile(uri, file)
            return
        try:
            answer = call(self._s3, "get_object", Bucket=uri.bucket, Key=uri.key)
        except NotFound as error:
            raise NotFound(f"{uri} is not there ({error})") from error
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with closing(answer["Body"]) as body, file.open("wb") as out:
                for chunk in body.iter_chunks(CHUNK):
                    out.write(chunk)
        except BotoCoreError as error:
            raise blamed(error, str(uri)) from error

    def get_all(self, prefix: S3Uri, folder: Path) -> None:
        """Bring everything below a prefix here; raises as `get`."""
        root = joined(prefix, "")
        for key in self._keys(root):
            if not key.endswith("/"):  # a console's mark of an empty folder
                self.get(joined_key(root, key), folder / below(root, key))

    def put(self, file: Path, uri: S3Uri) -> None:
        """Take a file there.

        Raises:
            BatchyardError: S3 does not let us, or does not answer.
            OSError: the file cannot be read.
        """
        with file.open("rb") as body:
            call(self._s3, "put_object", Bucket=uri.bucket, Key=uri.key, Body=body)

    def put_all(self, folder: Path, prefix: S3Uri) -> None:
        """Take every file below a folder there; raises as `put`."""
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                self.put(file, joined(prefix, *file.relative_to(folder).parts))

    def _keys(self, prefix: S3Uri) -> list[str]:
        keys: list[str] = []
        wanted = {"Bucket": prefix.bucket, "Prefix": prefix.key}
        while True:
            page = call(self._s3, "list_objects_v2", **wanted)
            keys += [item["Key"] for item in page.get("Contents", ())]
            if not page.get("IsTruncated"):
                return keys
            wanted["ContinuationToken"] = page["NextContinuationToken"]


def joined_key(prefix: S3Uri, key: str) -> S3Uri:
    """Name an object in a prefix's bucket."""
    return s3.S3Uri(f"s3://{prefix.bucket}/{key}")
