"""What whoever starts a yard may choose."""

from __future__ import annotations

import re
from types import UnionType
from typing import TYPE_CHECKING, Any

import msgspec

from batchyard.cli.serve import command
from batchyard.server.options import Options, user_data_dir
from pages.markdown import code, doc, section, table

if TYPE_CHECKING:
    from collections.abc import Iterator

OPTIONS = {
    "account": "--account-id",
    "auth": "--no-auth",
    "default_queue": "--no-default-queue",
    "image_commands": "--image-command",
    "image_entrypoints": "--image-entrypoint",
    "job_access": "--no-job-access",
    "names": "--allow-host",
    "retention_days": "--retention",
    "service_job_commands": "--service-job-command",
}
"""The options of ``batchyard serve`` that are not named after their member."""


def page() -> str:
    """Form the page of the settings."""
    head = ("member", "option of `serve`", "type", "default", "meaning")
    return "\n\n".join((INTRODUCTION, table(head, _rows()), DATA_DIR + doc(user_data_dir)))


INTRODUCTION = """# Settings

A yard is started with a `batchyard.server.options.Options`; `batchyard serve` forms one from its
options. There is no configuration file."""

DATA_DIR = """## The data directory

"""


def _rows() -> Iterator[tuple[str, ...]]:
    meanings = section(doc(Options), "Attributes")
    known = {name for parameter in command.params for name in parameter.opts}
    for field in msgspec.structs.fields(Options):
        option = OPTIONS.get(field.name, "--" + field.name.replace("_", "-"))
        if option not in known:
            raise LookupError(f"batchyard serve has no option for {field.name}")
        yield (
            code(field.name),
            code(option),
            code(_type(field)),
            _default(field),
            meanings[field.name],
        )


def _type(field: msgspec.structs.FieldInfo) -> str:
    if _many(field) or isinstance(field.type, UnionType):
        return re.sub(r"\b[a-z_.]+\.", "", str(field.type))  # a class without its module
    return getattr(field.type, "__name__", "")


def _many(field: msgspec.structs.FieldInfo) -> bool:
    return getattr(field.type, "__origin__", None) is tuple


def _default(field: msgspec.structs.FieldInfo) -> str:
    default: Any = field.default
    if field.required:
        return "required; `serve` takes the user's, see below"
    return "none" if default in ((), None) else code(str(default))
