"""Task runners as plain values, for `/_batchyard/runners` and the pages of a yard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from batchyard.batch.ids import Place
    from batchyard.engine.engine import Engine
    from batchyard.engine.roster import Known
    from batchyard.pipelines.tasks import Taken


def runners_of(engine: Engine, place: Place) -> dict[str, Any]:
    """Put the task runners of a place into plain values.

    Args:
        engine: the yard's.
        place: whose worker groups.

    Returns:
        ``now`` (the yard's time), ``runners``: a list of ``workerGroup``, ``hostname``, ``polls``
        (how many wait for a task), ``heardAt`` and ``tasks`` (each with ``taskId``, ``service``,
        ``owner``, a pipeline's or a job's id, ``attempt`` and ``takenAt``); and ``workerGroups``:
        a list of ``workerGroup``, ``ready`` (tasks that nobody has taken yet) and ``polls``, for
        those that have some of either. Moments are epoch milliseconds.
    """
    depths = sorted(engine.tasks.depths(place).items())
    return {
        "now": engine.now(),
        "runners": [_runner(each) for each in engine.tasks.runners(place)],
        "workerGroups": [
            {"workerGroup": name, "ready": ready, "polls": polls} for name, (ready, polls) in depths
        ],
    }


def _runner(known: Known) -> dict[str, Any]:
    return {
        "workerGroup": known.group,
        "hostname": known.hostname,
        "polls": known.polls,
        "heardAt": known.heard_at,
        "tasks": [_task(each) for each in known.tasks],
    }


def _task(taken: Taken) -> dict[str, Any]:
    return {
        "taskId": taken.id,
        "service": taken.service,
        "owner": taken.owner,
        "attempt": taken.task.attempt.removeprefix(taken.owner),
        "takenAt": taken.at,
    }
