"""The request of SubmitJob, formed from a definition and what this job says differently.

Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypedDict

from batchyard.client.definitions import reference
from batchyard.client.fields import text_of
from batchyard.client.names import check_name
from batchyard.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batchyard.client.definitions import JobDefinition


class Handle(Protocol):
    """A job, synchronous or not: what has an id once it is submitted."""

    @property
    def job_id(self) -> str | None:
        """The service's id; None before the submit."""


Dependency: TypeAlias = "Handle | str | Mapping[str, str]"
"""A job that is waited for: itself, its id, or AWS's JobDependency (``{"jobId": ..., "type":
"N_TO_N"}``, ``{"type": "SEQUENTIAL"}``)."""


class Submission(TypedDict, total=False):
    """What a job may say differently from its definition.

    Attributes:
        array_size: run so many children, 2 to 10,000.
        depends_on: up to 20 jobs that must succeed first; see `Dependency`.
        parameters: more of them, or other values than the definition's fields have.
        retry: how many attempts, 1 to 10, or AWS's retryStrategy.
        timeout: seconds that an attempt may take, from 60, or AWS's timeout.
        tags: of the job.
        propagate_tags: whether they are also the container's task's.
        name: the job's; without it one that no other job has. Give one only where somebody needs
            it: a lost answer of SubmitJob cannot always be made up for under a name of your own.
        share_identifier: whose share of a fair-share queue this is.
        scheduling_priority: 0 to 9999, inside that share.
    """

    array_size: int | None
    depends_on: Iterable[Dependency]
    parameters: Mapping[str, object]
    retry: int | Mapping[str, Any] | None
    timeout: int | Mapping[str, Any] | None
    tags: Mapping[str, str]
    propagate_tags: bool | None
    name: str | None
    share_identifier: str | None
    scheduling_priority: int | None


PLAIN = {
    "propagate_tags": "propagateTags",
    "share_identifier": "shareIdentifier",
    "scheduling_priority": "schedulingPriorityOverride",
}
"""Options that go to AWS as they are."""


def submission(
    definition: JobDefinition,
    queue: str,
    container_overrides: Mapping[str, Any] | None,
    options: Submission,
) -> dict[str, Any]:
    """Form the request of SubmitJob.

    Raises:
        Refused: an option is unknown, a name is not valid, or a dependency is not submitted.
    """
    if unknown := set(options) - set(Submission.__annotations__):
        raise Refused(f"submit has no option {', '.join(sorted(unknown))}")
    name = options.get("name") or definition.make_job_name()
    check_name("the job's name", name)
    size = options.get("array_size")
    members: dict[str, Any] = {
        "parameters": _parameters(definition, options.get("parameters") or {}),
        "containerOverrides": overrides(container_overrides or {}),
        "arrayProperties": None if size is None else {"size": size},
        "dependsOn": [dependency(one) for one in options.get("depends_on") or ()],
        "retryStrategy": retry_strategy(options.get("retry")),
        "timeout": timeout_seconds(options.get("timeout")),
        "tags": dict(options.get("tags") or {}),
        **{theirs: options.get(ours) for ours, theirs in PLAIN.items()},
    }
    given = {member: value for member, value in members.items() if value not in (None, {}, [])}
    return {"jobName": name, "jobQueue": queue, "jobDefinition": reference(definition), **given}


def _parameters(definition: JobDefinition, more: Mapping[str, object]) -> dict[str, str]:
    given = {name: text_of(value) for name, value in more.items() if value is not None}
    return definition.to_dict() | given


def overrides(given: Mapping[str, Any]) -> dict[str, Any]:
    """Take AWS's containerOverrides, in which the environment may also be a plain mapping."""
    made = dict(given)
    if isinstance(environment := made.get("environment"), Mapping):
        made["environment"] = [{"name": key, "value": text} for key, text in environment.items()]
    return made


def dependency(one: Dependency) -> dict[str, str]:
    """Form AWS's JobDependency.

    Raises:
        Refused: a job was given that has no id yet.
    """
    if isinstance(one, Mapping):
        return dict(one)
    if isinstance(one, str):
        return {"jobId": one}
    if one.job_id is None:
        raise Refused(f"depends_on: {one!r} must be submitted first")
    return {"jobId": one.job_id}


def retry_strategy(given: int | Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Form AWS's retryStrategy from a number of attempts, or take it as it is."""
    if isinstance(given, int):
        return {"attempts": given}
    return None if given is None else dict(given)


def timeout_seconds(given: int | Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Form AWS's timeout from seconds, or take it as it is."""
    if isinstance(given, int):
        return {"attemptDurationSeconds": given}
    return None if given is None else dict(given)
