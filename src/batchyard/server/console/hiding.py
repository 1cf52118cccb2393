"""Secrets in environments and parameters: told by their names, and never sent to a browser.

Batch knows secrets only as references (`secrets` of a container); what people put into the
environment is plain text to it. So whatever is called like a secret is not shown, and of an address
with a password in it everything but that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchyard.pipelines.secrets import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NAMED: Final = re.compile(
    r"secret|passw|passphrase|token|credential|(^|[_.-]|api|access|private)keys?([_.-]|$)|(?-i:[a-z]Key$)",
    re.IGNORECASE,
)
_PASSWORD: Final = re.compile(r"(://[^/\s:@]*:)[^/\s@]+@")


def shown(name: str, value: str) -> str:
    """Give a value as it is shown: hidden whole if its name says that it is a secret."""
    return HIDDEN if _NAMED.search(name) else _PASSWORD.sub(rf"\1{HIDDEN}@", value)


def all_shown(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Give names and values as they are shown, by name."""
    return ((name, shown(name, value)) for name, value in sorted(values.items()))
