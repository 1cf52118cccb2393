"""A definition made ready to run: components with their schedules, needs and rules.

Made once for each activation. Numbers and periods are worked out with the parameters' values;
fields that need run time (commands, paths) stay as they are until a task is handed out.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-how-tasks-scheduled.html
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from batchyard.pipelines import periods, references, types
from batchyard.pipelines.expressions.evaluation import evaluate
from batchyard.pipelines.expressions.scopes import ObjectScope
from batchyard.pipelines.expressions.trees import Malformed
from batchyard.pipelines.inheritance import resolved
from batchyard.pipelines.model import Value
from batchyard.pipelines.rules import Policy, Rules
from batchyard.pipelines.schedules import Schedule, Style
from batchyard.pipelines.types import Kind

if TYPE_CHECKING:
    from batchyard.pipelines.model import Definition, PipelineObject

ON_DEMAND: Final = ""
"""The name of the schedule that every component of an on-demand pipeline has."""


class Component(Value, frozen=True):
    """A component that has instances.

    Attributes:
        needs: components it waits for: dependsOn, inputs, and of an output its makers.
        preconditions: components of preconditions that are checked for it.
        resource: the component it runs on.
        consumers: components that need it.
        users: of a resource, the components that run on it.
    """

    id: str
    type: str
    kind: Kind
    schedule: str
    style: Style
    rules: Rules
    needs: tuple[str, ...] = ()
    preconditions: tuple[str, ...] = ()
    resource: str | None = None
    consumers: tuple[str, ...] = ()
    users: tuple[str, ...] = ()


class Blueprint(Value, frozen=True):
    """Everything that instances are made from."""

    components: dict[str, Component]
    schedules: dict[str, Schedule]


def blueprint(
    definition: Definition, activated: datetime, policy: Policy | None = None
) -> Blueprint:
    """Make a valid definition ready to run.

    Args:
        definition: the definition, valid (`batchyard.pipelines.validation`).
        activated: when the pipeline was first activated, or of a run on demand, when this run was.
        policy: what holds where the definition says nothing.
    """
    reading = _Reading(definition, policy or Policy())
    components = {
        name: reading.component(item)
        for name, item in reading.known.items()
        if types.kind(item.type) in types.RUNNABLE
    }
    for name, part in list(components.items()):
        consumers = tuple(c.id for c in components.values() if name in c.needs)
        users = tuple(c.id for c in components.values() if name == c.resource)
        components[name] = replace(part, consumers=consumers, users=users)
    return Blueprint(components, reading.schedules(activated))


class _Reading:
    """Reads fields with the parameters' values put in."""

    def __init__(self, definition: Definition, policy: Policy) -> None:
        self.known = resolved(definition.pipeline_objects)
        self._values = definition.values()
        self._policy = policy
        self._needs = references.needs(self.known)
        self._lent = references.lent(self.known)

    def component(self, item: PipelineObject) -> Component:
        kind = types.kind(item.type)
        assert kind is not None  # noqa: S101 - the caller has asked for its kind
        scheduled = item.ref("schedule") or self._lent.get(item.id)
        style = self._style(item, scheduled)
        schedule = ON_DEMAND if style == "ondemand" else scheduled or ON_DEMAND
        checked = item.refs("precondition") if kind != "precondition" else ()
        return Component(
            item.id,
            item.type or "",
            kind,
            schedule,
            style,
            self._rules(item, style),
            tuple(dict.fromkeys(n for n in self._needs[item.id] if n not in checked)),
            tuple(dict.fromkeys(checked)),
            item.ref("runsOn") if kind == "activity" else None,
        )

    def _style(self, item: PipelineObject, schedule: str | None) -> Style:
        said = self._text(item, "scheduleType").lower()
        if said in {"timeseries", "ondemand"}:
            return "timeseries" if said == "timeseries" else "ondemand"
        return "cron" if said or schedule else "ondemand"

    def _rules(self, item: PipelineObject, style: Style) -> Rules:
        policy = self._policy
        alone = 1 if style == "ondemand" else policy.max_active
        return Rules(
            maximum_retries=self._whole(item, "maximumRetries", policy.maximum_retries),
            retry_delay=self._millis(item, "retryDelay") or policy.retry_delay * 1000,
            attempt_timeout=self._millis(item, "attemptTimeout"),
            report_progress_timeout=self._millis(item, "reportProgressTimeout"),
            late_after=None if style == "ondemand" else self._millis(item, "lateAfterTimeout"),
            precondition_timeout=self._millis(item, "preconditionTimeout"),
            terminate_after=_millis(periods.lifetime(self._text(item, "terminateAfter"))),
            cascade=self._text(item, "failureAndRerunMode").lower() == "cascade",
            max_active=self._whole(item, "maxActiveInstances", alone),
            worker_group=self._text(item, "workerGroup") or None,
            system_managed=item.type in types.SYSTEM_MANAGED,
            on_fail=item.refs("onFail"),
            on_success=item.refs("onSuccess"),
            on_late=item.refs("onLateAction"),
            terminate_late=any(
                self.known[ref].type == "Terminate"
                for ref in item.refs("onLateAction")
                if ref in self.known
            ),
        )

    def schedules(self, activated: datetime) -> dict[str, Schedule]:
        found = {ON_DEMAND: Schedule(activated, None)}
        for name, item in self.known.items():
            period = periods.period(self._text(item, "period"))
            if types.kind(item.type) == "schedule" and period is not None:
                found[name] = Schedule(
                    periods.moment(self._text(item, "startDateTime")) or activated,
                    period,
                    periods.moment(self._text(item, "endDateTime")),
                    self._whole(item, "occurrences", 0) or None,
                )
        return found

    def _text(self, item: PipelineObject, key: str) -> str:
        text = item.string(key)
        try:
            scope = ObjectScope(item, self.known.get, self._values)
            return evaluate(text, scope)[0] if text else ""
        except (Malformed, IndexError):
            return ""

    def _whole(self, item: PipelineObject, key: str, otherwise: int) -> int:
        text = self._text(item, key)
        return int(text) if text.isdecimal() else otherwise

    def _millis(self, item: PipelineObject, key: str) -> int | None:
        return _millis(periods.period(self._text(item, key)))


def _millis(period: periods.Period | None) -> int | None:
    return None if period is None else int(period.seconds * 1000)
