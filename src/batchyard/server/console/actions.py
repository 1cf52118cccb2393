"""What people do from the console: each is what a client's operation does, or several of them.

An action says in a sentence what became of it. What the yard refuses is told in the yard's words,
and does not keep the other jobs of a selection from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from batchyard.batch import ids
from batchyard.batch.states import JobState
from batchyard.client.resubmitting import requests
from batchyard.errors import Fault, Refused
from batchyard.server.console.wording import counted
from batchyard.server.operations import Context
from batchyard.server.operations.batch.again import submit_again
from batchyard.server.operations.batch.ending import (
    cancel_job,
    terminate_job,
    terminate_service_job,
)
from batchyard.server.operations.batch.submit import submit_job
from batchyard.server.operations.pipelines.running import set_status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from batchyard.batch.model import Job
    from batchyard.server.console.kit import Kit

    Given = Mapping[str, Sequence[str]]

MOST: Final = 1_000
"""Jobs of one action (ours): more than a page has."""

REASON: Final = "Terminated from the console"

LONGEST_REASON: Final = 1_024
"""Bound of reason in botocore's model text."""


class Told(msgspec.Struct, frozen=True):
    """What became of an action.

    Attributes:
        text: in a sentence.
        bad: whether some of it was refused.
        job: the job to go to now, if there is one.
    """

    text: str
    bad: bool = False
    job: str = ""


def terminate(kit: Kit, given: Given) -> Told:
    """End jobs wherever they stand."""
    reason = _reason(given)

    def end(job: Job) -> None:
        types: Any = kit.services.batch.types
        context = kit.context(job, kit.services.batch)
        if job.spec.service is not None:
            asked = types.TerminateServiceJobRequest(job_id=job.id, reason=reason)
            terminate_service_job(context, asked)
        else:
            terminate_job(context, types.TerminateJobRequest(job_id=job.id, reason=reason))

    return _each(kit, given, end, "told to stop")


def cancel(kit: Kit, given: Given) -> Told:
    """End jobs that have not been placed; others are left alone."""
    reason = _reason(given)

    def end(job: Job) -> None:
        if job.state in {JobState.STARTING, JobState.RUNNING}:
            raise Fault("ClientException", f"it is {job.state}: only terminating ends it")
        types: Any = kit.services.batch.types
        context = kit.context(job, kit.services.batch)
        cancel_job(context, types.CancelJobRequest(job_id=job.id, reason=reason))

    return _each(kit, given, end, "canceled")


def again(kit: Kit, given: Given) -> Told:
    """Submit jobs again, as they were."""
    made: list[Job] = []
    told = _each(
        kit, given, lambda job: made.append(submit_again(kit.engine, job)), "submitted again"
    )
    return msgspec.structs.replace(told, job=made[0].id if len(made) == 1 else "")


def failed_again(kit: Kit, given: Given) -> Told:
    """Run the failed children of an array again, each under its own index."""
    job = kit.job(_one(given, "job"))
    names = [ids.child_id(job.id, index) for index in range(job.spec.array_size or 0)]
    states = kit.engine.store.state_of(names)
    failed = [name for name in names if states.get(name) is JobState.FAILED]
    if not failed:
        return Told("No child of this array has failed.", bad=True)
    context = kit.context(job, kit.services.batch)
    shown = [_detail(kit, job, name) for name in failed]
    definition = kit.engine.shelf(context.place).definition(job.spec.definition)
    base = {} if definition is None else msgspec.json.decode(definition.detail)
    made = requests(_detail(kit, job, job.id), shown, base.get("containerProperties") or {})
    answers = [submit_job(context, _request(kit, one.request)) for one in made]
    went = answers[0].job_id if len(answers) == 1 else ""
    return Told(f"{counted(len(failed), 'child', 'children')} submitted again.", job=went)


def _request(kit: Kit, members: dict[str, Any]) -> Any:  # noqa: ANN401 - a wire struct
    types: Any = kit.services.batch.types
    return msgspec.convert(members, types.SubmitJobRequest)


def _detail(kit: Kit, job: Job, name: str) -> dict[str, Any]:
    place = kit.context(job, kit.services.batch).place
    details = kit.engine.shown.details(place, [name])
    if not details:
        raise Fault("ClientException", f"{name} is not kept any more")
    found: dict[str, Any] = msgspec.json.decode(details[0])
    return found


def pipeline_rerun(kit: Kit, given: Given) -> Told:
    """Run instances of a pipeline again."""
    return _set(kit, given, "RERUN", "run again")


def pipeline_finish(kit: Kit, given: Given) -> Told:
    """Say that instances of a pipeline are done."""
    return _set(kit, given, "MARK_FINISHED", "marked as finished")


def pipeline_cancel(kit: Kit, given: Given) -> Told:
    """End instances of a pipeline."""
    return _set(kit, given, "TRY_CANCEL", "canceled")


def _set(kit: Kit, given: Given, status: str, done: str) -> Told:
    place, name = kit.pipeline(_one(given, "pipeline"))
    types: Any = kit.services.pipelines.types
    instances = list(dict.fromkeys(given.get("instance", ())))
    if not instances:
        return Told("Choose instances first.", bad=True)
    asked = types.SetStatusInput(pipeline_id=name, object_ids=instances[:MOST], status=status)
    set_status(Context(place, kit.engine, types), asked)
    return Told(f"{counted(len(instances), 'instance')} {done}.")


ACTIONS: Final[Mapping[str, Callable[[Kit, Given], Told]]] = {
    "terminate": terminate,
    "cancel": cancel,
    "again": again,
    "failed-again": failed_again,
    "rerun": pipeline_rerun,
    "finish": pipeline_finish,
    "stop": pipeline_cancel,
}
"""Every action, by the last part of its path."""


async def act(kit: Kit, name: str, given: Given) -> Told:
    """Do what a form asks for; it is on disk when this says so.

    Raises:
        Fault: 404; there is no such action. The yard refused the only job it is about.
    """
    action = ACTIONS.get(name)
    if action is None:
        raise Fault("ClientException", f"There is no action {name[:50]!r}", 404)
    try:
        told = action(kit, given)
    except Refused as error:
        raise Fault("ClientException", str(error)) from None
    if not kit.engine.settled:
        await kit.engine.durable()
    return told


def _each(kit: Kit, given: Given, action: Callable[[Job], object], done: str) -> Told:
    names = list(dict.fromkeys(given.get("job", ())))[:MOST]
    if not names:
        return Told("Choose jobs first.", bad=True)
    refused: list[str] = []
    for name in names:
        try:
            action(kit.job(name))
        except Fault as fault:
            if len(names) == 1:
                raise
            refused.append(fault.message)
    text = f"{counted(len(names) - len(refused), 'job')} {done}."
    if refused:
        text += f" {len(refused)} not: {refused[0]}"
    return Told(text, bad=bool(refused))


def _reason(given: Given) -> str:
    return (_first(given, "reason") or REASON)[:LONGEST_REASON]


def _one(given: Given, name: str) -> str:
    found = _first(given, name)
    if not found:
        raise Fault("ClientException", f"{name} is missing")
    return found


def _first(given: Given, name: str) -> str:
    return next(iter(given.get(name, ())), "").strip()
