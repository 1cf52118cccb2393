"""What an image would run, told by whoever serves the yard, since images are not pulled.

The rules are Docker's, which AWS Batch follows: an image's ENTRYPOINT stands before every command;
its CMD is the command of a job that has none. A job's ``command`` takes the place of CMD and never
of ENTRYPOINT.

Sources: ``command`` of ContainerProperties in botocore's model, and
https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.batch.model import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Image(Value, frozen=True):
    """What an image would run on this machine.

    Args:
        entrypoint: the words before every command.
        command: the command of a job that has none.
    """

    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()


def ran(command: Sequence[str], image: str, images: Mapping[str, Image]) -> tuple[str, ...]:
    """Tell what an attempt runs; nothing when neither the job nor its image says it.

    Args:
        command: the job's own.
        image: the image's name, as the job definition gives it.
        images: what is known of images, by name.
    """
    known = next((images[name] for name in names(image) if name in images), Image())
    return (*known.entrypoint, *(command or known.command))


def names(image: str) -> Iterator[str]:
    """Give the names that an image is known by, the most exact one first.

    ``registry:5000/lab/align:2@sha256:…`` is known by that, without the digest, without the tag,
    and without either.

    Source: https://pkg.go.dev/github.com/distribution/reference (the grammar of references)
    """
    tagged, at, digest = image.partition("@")
    yield image
    yield tagged
    plain = _untagged(tagged)
    yield plain + at + digest
    yield plain


def _untagged(image: str) -> str:
    """Take the tag off; a colon before a slash belongs to a registry's port."""
    path, slash, last = image.rpartition("/")
    return path + slash + last.partition(":")[0]
