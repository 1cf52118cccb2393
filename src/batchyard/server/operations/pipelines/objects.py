"""DescribeObjects and EvaluateExpression.

Source: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_DescribeObjects.html,
and API_EvaluateExpression.html beside it
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from batchyard.errors import Fault
from batchyard.pipelines.expressions.evaluation import evaluate
from batchyard.pipelines.expressions.scopes import ObjectScope, rendered
from batchyard.pipelines.expressions.trees import Malformed
from batchyard.pipelines.model import Field, PipelineObject
from batchyard.pipelines.secrets import hidden_values
from batchyard.pipelines.showing import worked_out
from batchyard.server.operations.pipelines.finding import found, invalid, objects_of
from batchyard.server.operations.pipelines.listing import bad_marker, check_count

if TYPE_CHECKING:
    from batchyard.server.operations import Context
    from batchyard.server.operations.pipelines.finding import Objects, Wire

MOST = 10_000
"""Expressions that one text can hold (ours): reading so many takes seconds."""

LONG = 50_000
"""Characters of an expression from which on it is worked out on a thread of its own (ours)."""


def describe_objects(context: Context, request: Wire) -> Wire:
    """Describe components, instances and attempts, in the order they are asked for.

    Raises:
        Fault: InvalidRequestException; there are too many ids, one is not known, or there is a
            marker: there is never more than one page.
    """
    objects = objects_of(context, found(context, request.pipeline_id))
    check_count("objectIds", request.object_ids)
    if request.marker:
        raise bad_marker(request.marker)
    items = [_described(objects, name) for name in dict.fromkeys(request.object_ids)]
    if request.evaluate_expressions:
        items = [_evaluated(objects, item) for item in items]
    return context.types.DescribeObjectsOutput(pipeline_objects=items, has_more_results=False)


def _described(objects: Objects, name: str) -> PipelineObject:
    item = objects.get(name)
    if item is None:
        raise invalid(f"The pipeline {objects.pipeline.id} has no object {name[:200]!r}")
    return item


def _evaluated(objects: Objects, item: PipelineObject) -> PipelineObject:
    """Work an object's expressions out; those that cannot be stay, and @error says why."""
    done, wrong = rendered(item, _scope(objects, item))
    errors = (Field("@error", f"{key}: {text}") for key, text in wrong.items())
    whole = worked_out(item, done, keeping=wrong.keys())
    return PipelineObject(item.id, item.name, (*whole.fields, *errors))


def _scope(objects: Objects, item: PipelineObject) -> ObjectScope:
    values = hidden_values(objects.definition.values())
    return ObjectScope(objects.whole(item.id) or item, objects.whole, values)


async def evaluate_expression(context: Context, request: Wire) -> Wire:
    """Work out a text with expressions, as if it were a field of an object.

    Several values, which lists make, are put together with commas (inferred: AWS does not say).
    Secrets are not shown here either.

    Raises:
        Fault: TaskNotFoundException; there is no such object. InvalidRequestException; an
            expression cannot be read or worked out (the message shows the spot), or there are too
            many of them.
    """
    objects = objects_of(context, found(context, request.pipeline_id))
    name, text = request.object_id, request.expression
    if text.count("#{") > MOST:
        raise invalid(f"expression can hold {MOST} expressions, and holds {text.count('#{')}")
    item = objects.get(name)
    if item is None:
        message = f"The pipeline {objects.pipeline.id} has no object {name[:200]!r}"
        raise Fault("TaskNotFoundException", message)
    scope = _scope(objects, item)
    try:
        if len(text) > LONG:
            worked = await asyncio.to_thread(evaluate, text, scope)
        else:
            worked = evaluate(text, scope)
    except Malformed as error:
        raise invalid(f"The expression is not valid: {_pointed(error, text)}") from None
    return context.types.EvaluateExpressionOutput(evaluated_expression=",".join(worked))


NEAR = 100
"""Characters shown on either side of a mistake."""


def _pointed(error: Malformed, text: str) -> str:
    before, after = text[: error.at][-NEAR:], text[error.at :][:NEAR]
    return f"{error.why}, at character {error.at + 1}: {before}»{after}"
