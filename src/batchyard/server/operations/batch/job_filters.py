"""The one filter that lists of jobs take.

Source: ``filters`` of ListJobs and ListServiceJobs in botocore's model ("Only one filter can be
used at a time").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batchyard.server.operations.batch.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchyard.server.operations.batch.echoes import Wire

MOMENT = re.compile(r"[0-9]{1,18}")


def conditions(entries: list[Wire], known: Mapping[str, str]) -> dict[str, Wire]:
    """Read the filter of a list as a condition of a query; none is no condition.

    Args:
        entries: the wire's KeyValuesPair structs.
        known: what each filter is called in a query, by AWS's name.

    Raises:
        Fault: there are several, or it or its value is not valid.
    """
    if not entries:
        return {}
    if len(entries) > 1:
        raise refused(f"filters: only one can be used at a time, {len(entries)} were given")
    name, values = entries[0].name, entries[0].values or []
    if name not in known:
        raise refused(f"filters: {name!r} is none of {', '.join(known)}")
    if len(values) != 1:
        raise refused(f"filters: {name} takes exactly one value, {len(values)} were given")
    return {known[name]: _value(name, values[0])}


def _value(name: str, value: str) -> str | int:
    if name.endswith("_CREATED_AT"):
        return _moment(name, value)
    if name == "JOB_DEFINITION" and value.startswith("arn:") and "*" in value:
        raise refused(f"filters: JOB_DEFINITION {value!r}: an ARN takes no asterisk, a name does")
    return value


def _moment(name: str, value: str) -> int:
    if not MOMENT.fullmatch(value):
        raise refused(f"filters: {name} takes milliseconds since the epoch, not {value!r}")
    return int(value)
