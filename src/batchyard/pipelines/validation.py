"""Validating a definition: what PutPipelineDefinition and ValidatePipelineDefinition answer.

Nothing here raises, whatever the definition holds. The sentences about dates, pipelineLogUri,
terminateAfter and cascading backfills are AWS's own; the others are worded like them, for AWS
documents none.

Source: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_ValidatePipelineDefinition.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchyard.pipelines import advice, limits, naming, parameters, references, slots, types
from batchyard.pipelines.expressions.evaluation import evaluate
from batchyard.pipelines.expressions.scopes import ObjectScope
from batchyard.pipelines.expressions.trees import Malformed
from batchyard.pipelines.findings import Finding, Findings
from batchyard.pipelines.inheritance import resolved
from batchyard.pipelines.model import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from batchyard.pipelines.limits import Limits
    from batchyard.pipelines.model import Definition, Field, PipelineObject

LIMITS: Final = limits.Limits()
USER_FIELD: Final = re.compile(r"\*?my[A-Z_].*", re.DOTALL)
"""The names of fields that anybody may add."""


def validate(
    definition: Definition, now: datetime | None = None, allowed: Limits = LIMITS
) -> Findings:
    """Find everything that is wrong with a definition, and what is unwise.

    Args:
        definition: the definition, any.
        now: the moment, UTC, for the warning about backfills.
        allowed: the limits that hold.
    """
    known = resolved(definition.pipeline_objects)
    checking = _Checking(definition, known, allowed)
    found = [*limits.over(definition, allowed), *_ids(definition), *parameters.wrong(definition)]
    for item in definition.pipeline_objects:
        whole = known[item.id]
        found += [Finding(item.id, text) for text in checking.fields(item, whole)]
        found += [Finding(item.id, text) for text in checking.whole(whole)]
        found += _empty(item)
    found += _circles(known)
    found += advice.unwise(known, now)
    return Findings(tuple(found))


def _ids(definition: Definition) -> Iterator[Finding]:
    seen: set[str] = set()
    for item in definition.pipeline_objects:
        if not item.id or not item.name:
            lacks = "id" if not item.id else "name"
            yield Finding(item.id, f"MISSING_FIELD: The object has no '{lacks}'.", fatal=True)
        if item.id in seen:
            yield Finding(item.id, f"DUPLICATE_ID: Several objects have the id '{item.id}'.")
        seen.add(item.id)


def _empty(item: PipelineObject) -> Iterator[Finding]:
    for field in item.fields:
        if not field.value:
            text = f"INVALID_FIELD_VALUE: '{field.key}' value must not be empty."
            yield Finding(item.id, text, fatal=True)


def _circles(known: Mapping[str, PipelineObject]) -> Iterator[Finding]:
    for what, edges in (
        ("depend on each other", references.needs(known)),
        ("are each other's parents", references.parents(known)),
    ):
        for circle in references.circles(edges):
            way = " -> ".join((*circle, circle[0]))
            for name in circle:
                yield Finding(name, f"CIRCULAR_REFERENCE: Objects {what}: {way}.")


class _Checking:
    """What is looked up again and again while one definition is checked."""

    def __init__(
        self, definition: Definition, known: Mapping[str, PipelineObject], allowed: Limits
    ) -> None:
        self._known = known
        self._allowed = allowed
        self._values = definition.values()
        self._names = frozenset(p.id for p in definition.parameter_objects) | set(self._values)
        self._lent = references.lent(known)
        default = known.get(DEFAULT)
        self._ondemand = default is not None and _says(default, "scheduleType", "ondemand")

    def fields(self, item: PipelineObject, whole: PipelineObject) -> Iterator[str]:
        """Check an object's own fields, one by one."""
        found = types.known().get(whole.type or "")
        if item.string("type") == DEFAULT != item.id:
            yield f"INVALID_FIELD_VALUE: 'type' value '{DEFAULT}' is that of '{DEFAULT}' only."
        if item.type is not None and found is None:
            yield f"INVALID_FIELD_VALUE: 'type' value '{item.type[:60]}' is no type of objects."
        table = types.slots() if found is None else found.slots
        for field in item.fields:
            if field.string_value is not None and field.ref_value is not None:
                yield f"INVALID_FIELD_VALUE: '{field.key}' has a stringValue and a refValue."
                continue
            yield from self._field(field, whole, table)

    def _field(self, field: Field, whole: PipelineObject, table: dict[str, str]) -> Iterator[str]:
        problem = references.dangling(field, self._known)
        if problem is not None:
            yield problem
        text = field.string_value
        ill = None
        if text is not None and field.key != "type":
            ill = naming.ill(text, whole, self._known, self._names)
        if ill is not None:
            yield ill
        if USER_FIELD.fullmatch(field.key) or _of_run_time(field.key):
            return
        if field.key not in table:
            where = f" of {whole.type}" if whole.type else ""
            yield f"UNKNOWN_FIELD: '{field.key}' is no field{where}."
        elif field.value:
            yield from self._slot(field, table[field.key], whole)

    def _slot(self, field: Field, slot: str, whole: PipelineObject) -> Iterator[str]:
        if slot == "R" or field.ref_value is not None:
            if slot != "R":
                yield f"INVALID_FIELD_VALUE: '{field.key}' value must be a string, no reference."
            elif field.ref_value is None:
                yield f"INVALID_FIELD_VALUE: '{field.key}' value must be a reference."
            return
        for value in self._literal(field.string_value or "", whole):
            wrong = slots.misfit(field.key, slot, value, self._allowed)
            if wrong is not None:
                yield wrong

    def _literal(self, text: str, whole: PipelineObject) -> tuple[str, ...]:
        """Work a value out as far as the definition allows; nothing when it does not."""
        try:
            return evaluate(text, ObjectScope(whole, self._known.get, self._values))
        except Malformed:
            return ()

    def whole(self, item: PipelineObject) -> Iterator[str]:
        """Check an object with all that it inherits."""
        found = types.known().get(item.type or "")
        if found is None:
            return
        for group in found.required:
            if not any(key in item.keys for key in group):
                names = " or ".join(f"'{key}'" for key in group)
                yield f"MISSING_FIELD: {names} is required of {item.type}."
        for one, other in types.EXCLUSIVE:
            if one in item.keys and other in item.keys and one in found.slots:
                yield f"INVALID_FIELD_VALUE: '{one}' and '{other}' exclude each other."
        if found.kind in types.RUNNABLE - {"precondition"}:
            yield from self._scheduled(item)
        if found.kind == "schedule":
            yield from self._schedule(item)

    def _scheduled(self, item: PipelineObject) -> Iterator[str]:
        ondemand = _says(item, "scheduleType", "ondemand")
        if ondemand != self._ondemand and item.string("scheduleType"):
            yield (
                "INVALID_FIELD_VALUE: 'scheduleType' value 'ondemand' must stand on the Default "
                "object, and be the only one."
            )
        if not ondemand and item.ref("schedule") is None and item.id not in self._lent:
            yield "MISSING_FIELD: 'schedule' is required unless the pipeline runs on demand."
        for ref in item.refs("schedule") if ondemand else ():
            schedule = self._known.get(ref)
            if schedule is not None and not _says(schedule, "period", slots.ONDEMAND_PERIOD):
                yield f"INVALID_FIELD_VALUE: An on-demand pipeline cannot use schedule '{ref}'."

    def _schedule(self, item: PipelineObject) -> Iterator[str]:
        start, end = (
            next(iter(self._literal(item.string(key) or "", item)), "")
            for key in ("startDateTime", "endDateTime")
        )
        if start and end and end <= start:
            yield "INVALID_FIELD_VALUE: 'endDateTime' value must be later than 'startDateTime'."


def _of_run_time(key: str) -> bool:
    return key.startswith("@") or key in types.GIVEN_AT_RUN_TIME


def _says(item: PipelineObject, key: str, word: str) -> bool:
    return (item.string(key) or "").lower() == word.lower()
