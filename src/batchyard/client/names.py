"""Names of jobs: what AWS Batch allows, and how two are never equal.

Source: jobName of https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
("It can be up to 128 letters long. The first character must be alphanumeric, can contain uppercase
and lowercase letters, numbers, hyphens (-), and underscores (_)").
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime

from batchyard.errors import Refused

LENGTH = 128
CHANCE = 8
"""Bytes of chance in a name: two jobs of one millisecond meet once in 10^19 pairs."""

VALID = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_-]{{0,{LENGTH - 1}}}")


def check_name(what: str, name: object) -> None:
    """Refuse what AWS Batch would not take for a name.

    Raises:
        Refused: naming what it was for, and the rule.
    """
    if not isinstance(name, str) or not VALID.fullmatch(name):
        raise Refused(
            f"{what} {name!r}: give 1 to {LENGTH} letters, digits, - and _, "
            "the first a letter or a digit"
        )


def unique_name(name: str, moment: datetime | None = None) -> str:
    """Name a job by its time, its definition and chance; no two are ever equal.

    Chance comes from the system, so that neither threads, forks nor other machines repeat it.

    Args:
        name: the definition's; cut where the whole would be too long.
        moment: the time it is to show; now when not given. Shown in UTC, and one without a zone
            is taken as it stands.
    """
    shown = datetime.now(UTC) if moment is None else moment
    if shown.tzinfo is not None:
        shown = shown.astimezone(UTC)
    when = re.sub(r"[:.]", "-", shown.replace(tzinfo=None).isoformat(timespec="milliseconds"))
    chance = os.urandom(CHANCE).hex()
    room = LENGTH - len(when) - len(chance) - 2
    middle = re.sub(r"[^A-Za-z0-9_-]", "_", name)[:room]
    return f"{when}-{middle}-{chance}"


MADE = re.compile(rf"\d{{4}}-\d\d-\d\dT(?:\d\d-){{3}}\d{{3}}-(.+)-[0-9a-f]{{{2 * CHANCE}}}")


def stem(name: str) -> str:
    """Take a name out of one that `unique_name` made of it; others stay as they are."""
    found = MADE.fullmatch(name)
    return found[1] if found else name
