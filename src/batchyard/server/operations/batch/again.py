"""A job submitted again, as it was: what the console offers, and no operation of AWS.

Only what it waits for is left out: that has ended, one way or the other. The order among an array's
children stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from batchyard.batch import ids
from batchyard.batch.ids import Place
from batchyard.server.operations.batch.echoes import amended
from batchyard.server.operations.batch.refusals import refused

if TYPE_CHECKING:
    from batchyard.batch.model import Job
    from batchyard.engine.engine import Engine


def submit_again(engine: Engine, job: Job) -> Job:
    """Submit a job again.

    Args:
        engine: where.
        job: a job or an array, ended or not.

    Returns:
        The new job.

    Raises:
        Fault: it is a child, its queue takes no jobs, or its definition is gone.
    """
    spec = job.spec
    if job.index is not None:
        raise refused(f"{job.id} is a child: submit its array again, or its failed children")
    shelf = engine.shelf(Place(spec.account, spec.region))
    queue, name = shelf.queue(spec.queue), ids.name_of(spec.queue, ids.QUEUE)
    if queue is None or queue.state == "DISABLED":
        state = "does not exist any more" if queue is None else "is DISABLED"
        raise refused(f"Job queue {name} {state}: enable or create it first")
    definition = shelf.definition(spec.definition)
    if definition is None and spec.service is None:
        raise refused(f"Job definition {spec.definition} does not exist any more")
    kept = tuple(each for each in spec.depends_on if each.job_id is None)
    said = [{"type": each.kind} for each in kept]
    detail = amended(spec.detail, dependsOn=said) if spec.depends_on else spec.detail
    return engine.submit(replace(spec, depends_on=kept, detail=detail))
