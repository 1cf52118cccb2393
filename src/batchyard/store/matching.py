"""Whether a job is one of those a query asks for, decided on the job itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.batch import ids

if TYPE_CHECKING:
    from batchyard.batch.model import Job, Spec
    from batchyard.store.asking import JobQuery


def matches(query: JobQuery, job: Job) -> bool:
    """Tell whether every condition of a query holds for a job, its queue or array included."""
    spec = job.spec
    return (
        query.place == (spec.account, spec.region)
        and query.queue in {None, spec.queue}
        and query.parent == ids.parent_id(job.id)
        and (query.consumes is None or _consumes(spec, query.consumes))
        and (query.states is None or job.state in query.states)
        and (query.name is None or named(spec.name.lower(), query.name.lower()))
        and (query.definition is None or defined(spec, query.definition))
        and query.share in {None, spec.share}
        and (query.created_before is None or job.created_at < query.created_before)
        and (query.created_after is None or job.created_at > query.created_after)
    )


def _consumes(spec: Spec, resource: str) -> bool:
    return any(each.resource == resource for each in spec.consumes)


def named(name: str, wanted: str) -> bool:
    """Tell whether a name is the one wanted, or begins with what stands before a ``*``."""
    return name.startswith(wanted[:-1]) if wanted.endswith("*") else name == wanted


def defined(spec: Spec, wanted: str) -> bool:
    """Tell whether a job is of the definition wanted; see `JobQuery.definition`."""
    if wanted.startswith("arn:"):
        return spec.definition == wanted
    revision = ids.name_of(spec.definition, ids.DEFINITION)
    return named(revision if ":" in wanted else revision.partition(":")[0], wanted)
