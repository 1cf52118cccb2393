"""Forms and sends what `batchyard submit` asks for.

Sources: https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html and
https://docs.aws.amazon.com/batch/latest/APIReference/API_RegisterJobDefinition.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from batchyard.cli.given import pairs, text_of, variables
from batchyard.client import once
from batchyard.client.calls import Answer
from batchyard.client.definitions import JobDefinition
from batchyard.client.names import check_name, unique_name
from batchyard.client.registering import MEMORY, VCPUS, registered
from batchyard.client.revisions import ensure
from batchyard.client.sizes import check_definition, check_job
from batchyard.client.submitting import overrides
from batchyard.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchyard.cli.documents import Document
    from batchyard.client.sessions import Client

DEPENDENCIES = ("N_TO_N", "SEQUENTIAL")
"""Types of https://docs.aws.amazon.com/batch/latest/APIReference/API_JobDependency.html"""


class Order(NamedTuple):
    """The options of `batchyard submit`."""

    definition: str | None = None
    image: str | None = None
    file: str | None = None
    script: str | None = None
    queue: str | None = None
    name: str | None = None
    array: int | None = None
    depends_on: tuple[str, ...] = ()
    parameter: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    env_file: tuple[str, ...] = ()
    vcpus: float | None = None
    memory: int | None = None
    gpus: int | None = None
    job_role: str | None = None
    timeout: int | None = None
    attempts: int | None = None
    evaluate_on_exit: tuple[str, ...] = ()
    share_identifier: str | None = None
    scheduling_priority: int | None = None
    tag: tuple[str, ...] = ()
    propagate_tags: bool | None = None
    words: tuple[str, ...] = ()


class Plan(NamedTuple):
    """What is to be sent.

    Attributes:
        registration: a request of RegisterJobDefinition; empty when none is to be registered.
        submission: a request of SubmitJob, whose jobDefinition a registration gives.
        unique: whether no other job has its name.
    """

    registration: dict[str, Any]
    submission: dict[str, Any]
    unique: bool


def plan(order: Order, model: Client) -> Plan:
    """Form the requests, and find what is wrong before anything is sent.

    Args:
        order: the options.
        model: botocore's ServiceModel of Batch.

    Raises:
        Refused: naming what is wrong.
    """
    order = _scripted(order)
    document = _document(order, model)
    _check_source(order, document)
    registration = _registration(order) if order.image is not None else document.registration
    submission = _submission(order, document, registration)
    named = submission.get("jobName")
    if named is not None:
        check_name("--name" if order.name else "jobName", named)
    submission["jobName"] = named or unique_name(_stem(registration, submission))
    check_definition(registration)
    check_job(submission)
    return Plan(registration, submission, unique=named is None)


def place(client: Client, plan: Plan) -> Answer:
    """Register the plan's definition, unless it is there already, and submit its job once.

    Raises:
        Refused: the service does not take it.
        Unanswered: the answer was lost, and whether there is such a job cannot be known.
    """
    request = dict(plan.submission)
    if plan.registration:
        request["jobDefinition"] = ensure(client, plan.registration)
    return once.submit(client, request, unique=plan.unique)


def _scripted(order: Order) -> Order:
    """Put a script in the place of the command; the words are its arguments then."""
    if order.script is None:
        return order
    if order.script == order.file == "-":
        raise Refused("--file and --script: one of them can be standard input, not both")
    from batchyard.cli.scripts import command_of

    name = "script" if order.script == "-" else order.script.rpartition("/")[2]
    return order._replace(words=command_of(text_of("--script", order.script), name, order.words))


def _document(order: Order, model: Client) -> Document:
    from batchyard.cli.documents import Document, read

    if order.file is None:
        return Document({}, {})
    name = "standard input" if order.file == "-" else order.file
    return read(text_of("--file", order.file), name, model)


def _check_source(order: Order, document: Document) -> None:
    """See to it that there is one definition, and something to run."""
    own = document.registration or document.submission.get("jobDefinition")
    given = [order.definition, order.image, own]
    if not any(given):
        raise Refused("give --definition NAME, --image IMAGE or --file FILE: what is to run")
    if order.image is not None and (order.definition or own):
        raise Refused("--image makes a definition: leave it out, or --definition and the file's")
    if order.definition is not None and document.registration:
        raise Refused("--definition names one definition and the file has another: leave one out")
    if order.image is not None and not order.words:
        raise Refused("--image needs a command: batchyard submit --image IMAGE -- COMMAND...")
    if order.job_role is not None and order.image is None:
        raise Refused("--job-role belongs to a definition, and only --image makes one: see --file")


def _registration(order: Order) -> dict[str, Any]:
    kind = type("FromOptions", (JobDefinition,), {"name": order.name or "job"})
    made = registered(
        kind,
        image=str(order.image),
        command=order.words,
        vcpus=order.vcpus or VCPUS,
        memory=order.memory or MEMORY,
        job_role=order.job_role,
    )
    if order.gpus is not None:
        needs = made["containerProperties"]["resourceRequirements"]
        needs.append({"type": "GPU", "value": str(order.gpus)})
    return made


def _stem(registration: Mapping[str, Any], submission: Mapping[str, Any]) -> str:
    """Take the name out of a definition's ARN, and the revision off."""
    reference = registration.get("jobDefinitionName") or submission["jobDefinition"]
    return str(reference).rpartition("/")[2].partition(":")[0]


def _submission(
    order: Order, document: Document, registration: Mapping[str, Any]
) -> dict[str, Any]:
    """Form the request of SubmitJob: the document's, in which options win.

    Raises:
        Refused: an option is not as it should be.
    """
    said = document.submission
    members = {
        **said,
        "jobName": order.name or said.get("jobName"),
        "jobQueue": order.queue or said.get("jobQueue") or "default",
        "jobDefinition": order.definition or said.get("jobDefinition"),
        "parameters": {**said.get("parameters", {}), **pairs("--parameter", order.parameter)},
        "containerOverrides": _overrides(order, said.get("containerOverrides") or {}),
        "arrayProperties": {"size": order.array} if order.array else said.get("arrayProperties"),
        "dependsOn": [*said.get("dependsOn", ()), *map(dependency, order.depends_on)],
        "retryStrategy": _retry(order, registration, said.get("retryStrategy") or {}),
        "timeout": _timeout(order) or said.get("timeout"),
        "tags": {**said.get("tags", {}), **pairs("--tag", order.tag)},
    }
    plain = {
        "propagateTags": order.propagate_tags,
        "shareIdentifier": order.share_identifier,
        "schedulingPriorityOverride": order.scheduling_priority,
    }
    given = {name: value for name, value in plain.items() if value is not None}
    return {name: one for name, one in (members | given).items() if one not in (None, {}, [])}


def dependency(text: str) -> dict[str, str]:
    """Read a dependency: a job's id, `N_TO_N:` and one, or `SEQUENTIAL`.

    Raises:
        Refused: its type goes with no id, or asks for one.
    """
    kind, _, job = text.partition(":")
    if kind.upper() not in DEPENDENCIES:
        return {"jobId": text}
    if (kind.upper() == "N_TO_N") != bool(job):
        raise Refused(f"--depends-on {text!r}: give JOB, N_TO_N:JOB, or SEQUENTIAL alone")
    return {"jobId": job, "type": "N_TO_N"} if job else {"type": "SEQUENTIAL"}


def _retry(
    order: Order, registration: Mapping[str, Any], said: Mapping[str, Any]
) -> dict[str, Any]:
    """Form the retry strategy; that of a submit replaces the definition's as a whole.

    Raises:
        Refused: there are rules, and nobody says how many attempts.
    """
    if order.attempts is None and not order.evaluate_on_exit:
        return dict(said)
    was = said or registration.get("retryStrategy") or {}
    rules = [_rule(text) for text in order.evaluate_on_exit] or was.get("evaluateOnExit")
    attempts = order.attempts or was.get("attempts")
    if attempts is None:
        raise Refused("--evaluate-on-exit needs --attempts: how often to try at most, 1 to 10")
    return {"attempts": attempts, **({"evaluateOnExit": rules} if rules else {})}


RULE = ("onStatusReason", "onReason", "onExitCode", "action")
"""https://docs.aws.amazon.com/batch/latest/APIReference/API_EvaluateOnExit.html"""


def _rule(text: str) -> dict[str, str]:
    """Read a rule as the AWS CLI writes one; no pattern that AWS takes has a comma in it."""
    found = pairs("--evaluate-on-exit", text.split(","))
    unknown = [name for name in found if name not in RULE]
    if unknown or "action" not in found or len(found) == 1:
        wanted = f"{'=..., '.join(RULE[:3])}=... (one or more) and action=RETRY or EXIT"
        raise Refused(f"--evaluate-on-exit {text!r}: give {wanted}, with commas between")
    return found


def _timeout(order: Order) -> dict[str, int] | None:
    return None if order.timeout is None else {"attemptDurationSeconds": order.timeout}


def _overrides(order: Order, said: Mapping[str, Any]) -> dict[str, Any]:
    """Say what the container is to have otherwise than its definition says."""
    own = order.image is not None
    needs = {"VCPU": order.vcpus, "MEMORY": order.memory, "GPU": order.gpus}
    wanted = {kind: f"{amount:.15g}" for kind, amount in needs.items() if amount and not own}
    resources = {one["type"]: one["value"] for one in said.get("resourceRequirements", ())}
    told = {one["name"]: one["value"] for one in said.get("environment", ())}
    merged = {
        **said,
        "command": said.get("command") if own else list(order.words) or said.get("command"),
        "environment": told | variables(order.env_file) | pairs("--env", order.env),
        "resourceRequirements": [
            {"type": kind, "value": amount} for kind, amount in (resources | wanted).items()
        ],
    }
    return overrides({member: value for member, value in merged.items() if value})
