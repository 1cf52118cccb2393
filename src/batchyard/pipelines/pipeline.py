"""A pipeline as a whole: what is kept of it, and how its state moves.

``step(pipeline, event) -> pipeline`` is total: an event that its state does not know changes
nothing. What becomes of instances is decided in `batchyard.pipelines.lifecycle`.

Sources: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-manage-pipeline-status.html
and dp-deactivate-pipeline.html beside it
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from msgspec import field
from msgspec.structs import replace

from batchyard.pipelines.model import Definition, ParameterValue, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    _Rule = tuple[frozenset["PipelineState"], Callable[["Pipeline", Any], "Pipeline"]]


class PipelineState(StrEnum):
    """Where a pipeline stands, in AWS's words (``@pipelineState``)."""

    PENDING = "PENDING"
    SCHEDULED = "SCHEDULED"
    DEACTIVATING = "DEACTIVATING"
    INACTIVE = "INACTIVE"
    FINISHED = "FINISHED"


class Pipeline(Value, frozen=True, kw_only=True):
    """A pipeline. Times are milliseconds since the epoch.

    Attributes:
        id: its id, ``df-…``.
        account: whose it is.
        region: where.
        user: who made it: an access key's id, for a yard knows no users.
        unique_id: what makes CreatePipeline idempotent, together with the name.
        latest: the definition that was put last.
        active: the one that was activated last.
        version: how often a definition was put.
        activated_at: when it was activated first, and last.
        deactivated_at: when it was deactivated last.
        run_at: of a pipeline on demand, the moment of its run.
        planned_until: intervals that begin earlier have their instances.
        resumed_at: intervals that begin earlier, and were not planned, are SKIPPED.
        paused: components that are paused.
        ended_at: when it became FINISHED or INACTIVE.
        deleted_at: when it was deleted; nothing of it is shown any more.
    """

    id: str
    account: str
    region: str
    name: str
    unique_id: str
    user: str
    created_at: int
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    state: PipelineState = PipelineState.PENDING
    latest: Definition | None = None
    active: Definition | None = None
    version: int = 0
    first_activated_at: int | None = None
    activated_at: int | None = None
    deactivated_at: int | None = None
    run_at: int | None = None
    planned_until: int | None = None
    resumed_at: int | None = None
    paused: frozenset[str] = frozenset()
    ended_at: int | None = None
    deleted_at: int | None = None


class Defined(Value, frozen=True):
    """A definition was put."""

    definition: Definition


class Activated(Value, frozen=True, kw_only=True):
    """It was activated, with its latest definition.

    Attributes:
        at: when.
        values: values of parameters, in place of those of the same names.
        run_at: of a pipeline on demand, the moment of this run.
        resume_at: from when intervals are to be run; None: go on after those that were planned.
    """

    at: int
    values: tuple[ParameterValue, ...] = ()
    run_at: int | None = None
    resume_at: int | None = None


class Planned(Value, frozen=True):
    """Intervals that begin before a moment have their instances."""

    until: int


class Deactivated(Value, frozen=True):
    """It is to stop."""

    at: int


class Settled(Value, frozen=True):
    """No instance is under way, and (unless it is to stop) none will be."""

    at: int


class Tagged(Value, frozen=True):
    """It has these tags now."""

    tags: dict[str, str]


class Paused(Value, frozen=True):
    """A component was paused."""

    component: str


class Resumed(Value, frozen=True):
    """A component is no longer paused."""

    component: str


class Reopened(Value, frozen=True):
    """Instances of it are rerun."""

    at: int


class Deleted(Value, frozen=True):
    """It was deleted."""

    at: int


Change = (
    Defined
    | Activated
    | Planned
    | Deactivated
    | Settled
    | Tagged
    | Paused
    | Resumed
    | Reopened
    | Deleted
)


def step(pipeline: Pipeline, change: Change) -> Pipeline:
    """Apply what happened to a pipeline; what its state does not know changes nothing."""
    if pipeline.deleted_at is not None:
        return pipeline
    allowed, rule = _RULES[type(change)]
    return rule(pipeline, change) if pipeline.state in allowed else pipeline


def valued(definition: Definition, values: tuple[ParameterValue, ...]) -> Definition:
    """Give a definition these values of parameters, in place of those of the same names."""
    given = {value.id for value in values}
    kept = tuple(value for value in definition.parameter_values if value.id not in given)
    return replace(definition, parameter_values=(*kept, *values))


def _defined(pipeline: Pipeline, change: Defined) -> Pipeline:
    return replace(pipeline, latest=change.definition, version=pipeline.version + 1)


def _activated(pipeline: Pipeline, change: Activated) -> Pipeline:
    latest = valued(pipeline.latest or Definition(), change.values)
    first = pipeline.first_activated_at
    return replace(
        pipeline,
        state=PipelineState.SCHEDULED,
        latest=latest,
        active=latest,
        first_activated_at=change.at if first is None else first,
        activated_at=change.at,
        run_at=change.run_at,
        resumed_at=pipeline.resumed_at if change.resume_at is None else change.resume_at,
        ended_at=None,
    )


def _planned(pipeline: Pipeline, change: Planned) -> Pipeline:
    until = max(change.until, pipeline.planned_until or change.until)
    return replace(pipeline, planned_until=until)


def _deactivated(pipeline: Pipeline, change: Deactivated) -> Pipeline:
    return replace(pipeline, state=PipelineState.DEACTIVATING, deactivated_at=change.at)


def _settled(pipeline: Pipeline, change: Settled) -> Pipeline:
    over = (
        PipelineState.INACTIVE
        if pipeline.state is PipelineState.DEACTIVATING
        else PipelineState.FINISHED
    )
    return replace(pipeline, state=over, ended_at=change.at)


def _tagged(pipeline: Pipeline, change: Tagged) -> Pipeline:
    return replace(pipeline, tags=change.tags)


def _paused(pipeline: Pipeline, change: Paused) -> Pipeline:
    return replace(pipeline, paused=pipeline.paused | {change.component})


def _resumed(pipeline: Pipeline, change: Resumed) -> Pipeline:
    return replace(pipeline, paused=pipeline.paused - {change.component})


def _reopened(pipeline: Pipeline, _: Reopened) -> Pipeline:
    return replace(pipeline, state=PipelineState.SCHEDULED, ended_at=None)


def _deleted(pipeline: Pipeline, change: Deleted) -> Pipeline:
    return replace(pipeline, deleted_at=change.at, latest=None, active=None, tags={})


_ANY: Final = frozenset(PipelineState)
_RUNS: Final = frozenset({PipelineState.SCHEDULED})

_RULES: Final[Mapping[type, _Rule]] = {
    Defined: (_ANY, _defined),
    Activated: (_ANY - {PipelineState.DEACTIVATING}, _activated),
    Planned: (_RUNS, _planned),
    Deactivated: (_RUNS, _deactivated),
    Settled: (_RUNS | {PipelineState.DEACTIVATING}, _settled),
    Tagged: (_ANY, _tagged),
    Paused: (_ANY, _paused),
    Resumed: (_ANY, _resumed),
    Reopened: (frozenset({PipelineState.FINISHED}), _reopened),
    Deleted: (_ANY, _deleted),
}
