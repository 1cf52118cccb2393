"""The ``filters`` of lists: which are known, what they are given, and what a value matches.

Source: ListJobs, ListConsumableResources and ListJobsByConsumableResource in botocore's model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.server.operations.batch.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchyard.server.operations.batch.echoes import Wire


def chosen(entries: list[Wire], known: Mapping[str, str]) -> dict[str, list[str]]:
    """Read filters, each given once and with one value at least.

    Args:
        entries: the wire's structs, with ``name`` and ``values``.
        known: what each filter is called here, by AWS's name.

    Raises:
        Fault: a filter is not known, comes twice or says nothing.
    """
    found: dict[str, list[str]] = {}
    for entry in entries:
        if entry.name not in known:
            raise refused(f"filters: {entry.name!r} is none of {', '.join(known)}")
        if known[entry.name] in found:
            raise refused(f"filters: {entry.name} is given more than once")
        if not entry.values:
            raise refused(f"filters: {entry.name} takes at least one value, none was given")
        found[known[entry.name]] = entry.values
    return found


def matches(text: str, wanted: str) -> bool:
    """Tell whether a name is what is wanted, in any case; with ``*``, whether it begins so."""
    text, wanted = text.lower(), wanted.lower()
    return text.startswith(wanted[:-1]) if wanted.endswith("*") else text == wanted
