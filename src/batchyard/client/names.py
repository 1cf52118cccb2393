"""Names of jobs: what AWS Batch allows, and how two are never equal.

Source: jobName of https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
("It can be up to 128 letters long. The first character must be alphanumeric, can contain uppercase
and lowercase letters, numbers, hyphens (-), and underscores (_)").
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256

from batchyard.errors import Refused

LENGTH = 128
CHANCE = 8
"""Bytes of chance in a name: two jobs of one millisecond meet once in 10^19 pairs."""

KEY = 64
"""Most characters of a batch's key: half of a name is left for the rest of it."""
DIGEST = 32
"""Hexadecimal digits that tell an item: 128 bits, so that no two ever share them by chance. All of
them small, since the filter of ListJobs knows no case."""

ATTEMPT = 6
"""Digits kept free for how often an item was submitted."""

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


def check_key(key: object) -> None:
    """Refuse what cannot begin the names of a batch.

    Raises:
        Refused: naming the rule.
    """
    if not isinstance(key, str) or len(key) > KEY or not VALID.fullmatch(key):
        raise Refused(
            f"resume {key!r}: give 1 to {KEY} letters, digits, - and _, the first a letter or a "
            "digit, e.g. 'nightly-2026-11-25'"
        )


def item_name(key: str, definition: str, said: Mapping[str, object], occurrence: int = 1) -> str:
    """Name an item of a batch by what it says, so that a second call finds it; see `attempt_name`.

    Names stay the same from version to version: those of a later batchyard must find the jobs of
    an earlier one.

    Args:
        key: the batch's.
        definition: the definition's name; cut where the whole would be too long.
        said: the item's request of SubmitJob, without a name.
        occurrence: which one it is of those that say the same, from 1.

    Raises:
        Refused: something in it is no JSON.
    """
    whole = [key, {**said, "containerOverrides": _ordered(said.get("containerOverrides"))}]
    try:
        text = json.dumps([*whole, occurrence], sort_keys=True, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise Refused(f"resume: an item cannot be told by {said!r}: {error}") from error
    digest = sha256(text.encode()).hexdigest()[:DIGEST]
    room = LENGTH - len(key) - DIGEST - ATTEMPT - 3
    middle = re.sub(r"[^A-Za-z0-9_-]", "_", definition)[:room]
    return f"{key}-{middle}-{digest}"


def _ordered(overrides: object) -> object:
    """Order the environment by name: a mapping says the same in any order."""
    if not isinstance(overrides, Mapping) or "environment" not in overrides:
        return overrides
    environment = sorted(overrides["environment"], key=lambda one: str(one.get("name")))
    return {**overrides, "environment": environment}


def attempt_name(item: str, attempt: int) -> str:
    """Name the job of an item; one that failed and is submitted again gets the next number.

    Args:
        item: its name; see `item_name`.
        attempt: from 1.
    """
    return f"{item}-{attempt}"


def attempt_of(name: str) -> tuple[str, int] | None:
    """Take a job's name apart: its item's, and which attempt it is; None for other names."""
    found = re.fullmatch(rf"(.+-[0-9a-f]{{{DIGEST}}})-([1-9][0-9]{{0,{ATTEMPT - 1}}})", name)
    return (found[1], int(found[2])) if found else None


MADE = re.compile(rf"\d{{4}}-\d\d-\d\dT(?:\d\d-){{3}}\d{{3}}-(.+)-[0-9a-f]{{{2 * CHANCE}}}")


def stem(name: str) -> str:
    """Take a name out of one that `unique_name` made of it; others stay as they are."""
    found = MADE.fullmatch(name)
    return found[1] if found else name
