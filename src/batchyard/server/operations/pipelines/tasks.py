"""What task runners ask: PollForTask, and what becomes of the tasks that it hands out.

Sources: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_PollForTask.html,
API_ReportTaskProgress.html, API_SetTaskStatus.html and API_ReportTaskRunnerHeartbeat.html beside it
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from batchyard.engine.tasks import Runner
from batchyard.errors import Fault
from batchyard.pipelines.instances import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchyard.engine.tasks import Held
    from batchyard.pipelines.tasks import Taken
    from batchyard.server.operations import Context

NOT_FOUND = "TaskNotFoundException"
INVALID = "InvalidRequestException"
RESERVED = "Service_"
"""How an errorId must not begin (errorId of API_SetTaskStatus.html)."""


def poll_for_task(context: Context, params: Any) -> Any:  # noqa: ANN401 - wire structs
    """Hand out a task of a worker group; wait for one, and answer without one in the end.

    The task is this runner's, on disk, before the answer leaves. Each poll waits in a place of its
    own, so a second one by the same runner is served as well.
    """
    identity = params.instance_identity
    runner = Runner(
        params.hostname or "",
        (identity and identity.document) or "",
        (identity and identity.signature) or "",
    )
    taken = context.engine.tasks.ready(context.place, params.worker_group, runner)
    if taken is None:
        return _waited(context, params.worker_group, runner)
    return _handed(context, taken)


async def _waited(context: Context, group: str, runner: Runner) -> Any:  # noqa: ANN401 - wire structs
    hold = context.engine.settings.poll_hold
    return _handed(context, await context.engine.tasks.poll(context.place, group, runner, hold))


def _handed(context: Context, taken: Taken | None) -> Any:  # noqa: ANN401 - wire structs
    types = context.types
    objects = None if taken is None else context.engine.tasks.objects(taken)
    if taken is None or objects is None:
        return types.PollForTaskOutput()
    attempt = taken.task.attempt.removeprefix(taken.owner)
    return types.PollForTaskOutput(
        task_object=types.TaskObject(
            task_id=taken.id, pipeline_id=taken.owner, attempt_id=attempt, objects=objects
        )
    )


def report_task_progress(context: Context, params: Any) -> Any:  # noqa: ANN401 - wire structs
    """Note that a runner still works on its task, and tell it whether it should stop.

    Whoever no longer holds the task is told to stop, and changes nothing.
    """
    held = context.engine.tasks.report(context.place, params.task_id)
    if held.taken is None:
        _unknown(params.task_id)
    canceled = held.answer.canceled or not held.answer.held
    return context.types.ReportTaskProgressOutput(canceled=canceled)


def set_task_status(context: Context, params: Any) -> Any:  # noqa: ANN401 - wire structs
    """End a task: FINISHED, FAILED, or of a precondition FALSE.

    The same status again is answered as the first time: an answer may have been lost.
    """
    error = params.error_id or ""
    if error.startswith(RESERVED):
        raise Fault(INVALID, f"errorId {error[:100]!r} must not begin with {RESERVED!r}")
    failure = Failure(error, params.error_message or "", params.error_stack_trace or "")
    held = context.engine.tasks.settle(context.place, params.task_id, params.task_status, failure)
    if not held.answer.held:
        _refuse(params.task_id, held)
    return context.types.SetTaskStatusOutput()


def report_task_runner_heartbeat(context: Context, params: Any) -> Any:  # noqa: ANN401 - wire structs
    """Tell a task runner whether it should leave: when the resource it runs on is released."""
    released = context.engine.pipelines.released(params.worker_group or "")
    return context.types.ReportTaskRunnerHeartbeatOutput(terminate=released)


def _refuse(task_id: str, held: Held) -> NoReturn:
    if held.taken is None and held.answer.attempt is None:
        _unknown(task_id)
    why = (
        "was canceled"
        if held.answer.canceled and held.taken and not held.taken.stale
        else "is no longer held by this task runner"
    )
    raise Fault(INVALID, f"Task {task_id!r} {why}: its status is left as it is")


def _unknown(task_id: str) -> NoReturn:
    raise Fault(NOT_FOUND, f"Task {task_id[:200]!r} is not known: it ended long ago, or never was")


TASK_OPERATIONS: Mapping[str, Any] = {
    "PollForTask": poll_for_task,
    "ReportTaskProgress": report_task_progress,
    "ReportTaskRunnerHeartbeat": report_task_runner_heartbeat,
    "SetTaskStatus": set_task_status,
}
