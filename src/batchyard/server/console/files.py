"""The console's script, style and picture: read once, and named by what they hold."""

from __future__ import annotations

from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS: Final = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


class File(NamedTuple):
    """A file, and what browsers are told that it is."""

    content: bytes
    kind: str


def _read() -> dict[str, File]:
    found = {}
    for each in files("batchyard.server.console").joinpath("static").iterdir():
        stem, _, ending = each.name.rpartition(".")
        if ending in KINDS:
            content = each.read_bytes()
            name = f"{stem}.{sha256(content).hexdigest()[:12]}.{ending}"
            found[name] = File(content, KINDS[ending])
    return found


FILES: Final[Mapping[str, File]] = _read()
"""Every file by its name: another content has another name, so browsers may keep it for good."""

NAMES: Final[Mapping[str, str]] = {
    f"{name.split('.')[0]}.{name.rpartition('.')[2]}": name for name in FILES
}
"""Under which name a file is to be asked for."""
