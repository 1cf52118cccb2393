"""How large AWS lets a request be: said before it is sent, in a sentence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from batchyard.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

KIB = 1024

DEFINITION = 24 * KIB
JOB = 30 * KIB
"""Bytes: https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html"""

OVERRIDES = 8192
"""Characters, JSON's own included: Batch starts a job by ECS's RunTask, "A total of 8192 characters
are allowed for overrides" (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html),
and a job with more FAILS with "Container Overrides length must be at most 8192"
(https://github.com/ASFHyP3/hyp3/issues/3041)."""

ADVICE = "keep long input in a file that the job fetches, e.g. from S3"


def check_definition(request: Mapping[str, Any]) -> None:
    """Refuse a request of RegisterJobDefinition that is too large.

    Raises:
        Refused: telling its size.
    """
    _check("the job definition", _bytes(request), DEFINITION, "bytes")


def check_job(request: Mapping[str, Any]) -> None:
    """Refuse a request of SubmitJob that is too large, or whose overrides ECS would not take.

    Raises:
        Refused: telling its size.
    """
    _check("the job", _bytes(request), JOB, "bytes")
    overrides = length(request.get("containerOverrides") or {})
    what = "command and variables of the job (containerOverrides)"
    _check(what, overrides, OVERRIDES, "characters")


def length(members: Mapping[str, Any]) -> int:
    """Count the characters of overrides as JSON."""
    return len(_text(members))


def _check(what: str, size: int, most: int, unit: str) -> None:
    if size > most:
        raise Refused(f"{what}: {size} {unit}, of which AWS Batch takes {most} at most: {ADVICE}")


def _bytes(request: Mapping[str, Any]) -> int:
    return len(_text(request).encode())


def _text(members: Mapping[str, Any]) -> str:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":"))
