"""Where a task's files are: local paths and S3 URIs, as definitions write them."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from batchyard.client.s3 import S3Uri
from batchyard.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.pipelines.model import PipelineObject


def located(text: str) -> S3Uri | Path:
    """Read a place: ``s3://bucket/key``, ``file:///path`` or a path.

    Raises:
        Refused: it is none of these.
    """
    text = text.strip()
    if text.startswith("s3:"):
        return S3Uri(text)
    if text.startswith("file:"):
        parts = urlsplit(text)
        if parts.netloc not in {"", "localhost"} or not parts.path:
            raise Refused(f"{text!r} names another machine: give file:///path")
        return Path(unquote(parts.path))
    if not text or "://" in text or "\0" in text:
        raise Refused(
            f"{text!r} is no place for files: give s3://bucket/key, file:///path or a path"
        )
    return Path(text)


def joined(uri: S3Uri, *names: str) -> S3Uri:
    """Go below a prefix.

    Raises:
        Refused: the key is too long.
    """
    return S3Uri("/".join((uri.rstrip("/"), *names)))


def below(prefix: S3Uri, key: str) -> PurePosixPath:
    """Tell where an object of a prefix goes below a folder.

    Raises:
        Refused: it would leave that folder, or has no name there.
    """
    path = PurePosixPath(key.removeprefix(prefix.key).lstrip("/"))
    if ".." in path.parts or not path.parts:
        raise Refused(f"{key!r} below {prefix} cannot be a file below a folder")
    return path


class Staged(NamedTuple):
    """A data node whose data are brought here, or taken from here.

    Attributes:
        name: its variable and its folder, such as ``INPUT1_STAGING_DIR``.
        uri: the file, or the prefix.
        whole: whether it is a directory.
    """

    name: str
    uri: S3Uri
    whole: bool


def staged(nodes: Iterator[PipelineObject | None], way: str) -> Iterator[Staged]:
    """Say what is staged of an activity's inputs or outputs: S3DataNodes, by their position.

    Args:
        nodes: what ``input`` or ``output`` refers to, in order.
        way: ``INPUT`` or ``OUTPUT``.

    Raises:
        Refused: an S3DataNode has no path, or an output no directoryPath.

    Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-concepts-staging.html
    """
    for number, node in enumerate(nodes, start=1):
        if node is not None and node.type == "S3DataNode":
            name = f"{way}{number}_STAGING_DIR"
            yield Staged(name, _uri(node, directory=way == "OUTPUT"), bool(_directory(node)))


def place_of(node: PipelineObject) -> str:
    """Give the place of a data node's data.

    Raises:
        Refused: it has none that can be looked for.
    """
    found = node.string("filePath") or _directory(node)
    if node.type != "S3DataNode" or not found:
        raise Refused(
            f"the data of {node.id} ({node.type}) cannot be looked for: "
            "only an S3DataNode with filePath or directoryPath can"
        )
    return found


def _directory(node: PipelineObject) -> str | None:
    return node.string("directoryPath")


def _uri(node: PipelineObject, *, directory: bool) -> S3Uri:
    if directory and not _directory(node):
        raise Refused(f"the output {node.id} cannot be staged: give its directoryPath")
    return S3Uri(place_of(node).strip())
