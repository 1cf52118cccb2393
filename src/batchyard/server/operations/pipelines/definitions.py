"""PutPipelineDefinition, ValidatePipelineDefinition and GetPipelineDefinition.

Source: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_PutPipelineDefinition.html,
API_ValidatePipelineDefinition.html and API_GetPipelineDefinition.html beside it
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from batchyard.pipelines import activation, periods
from batchyard.pipelines.model import Definition, ParameterObject, ParameterValue, PipelineObject
from batchyard.pipelines.pipeline import Defined
from batchyard.pipelines.secrets import hidden, kept
from batchyard.server.operations.pipelines.finding import found, invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchyard.pipelines.findings import Findings
    from batchyard.pipelines.pipeline import Pipeline
    from batchyard.server.operations import Context
    from batchyard.server.operations.pipelines.finding import Wire

FEW = 1_000
"""Expressions from which on a definition is examined on a thread of its own (ours)."""


async def put_pipeline_definition(context: Context, request: Wire) -> Wire:
    """Give a pipeline a definition in place of the one it has; it holds from the next activation.

    It is kept even if it is in error, but then it cannot be activated.

    Raises:
        Fault: InvalidRequestException; it is in one of the errors with which AWS keeps nothing, or
            the pipeline is FINISHED.
    """
    pipeline = found(context, request.pipeline_id)
    definition = kept(_read(request), pipeline.latest)
    findings = await _examined(context, pipeline, definition)
    pipeline = found(context, request.pipeline_id)  # as it is by now
    refusal = findings.fatal or activation.unsaved(pipeline, definition)
    if refusal is not None:
        raise invalid(refusal)
    context.engine.pipelines.change(pipeline.id, Defined(definition))
    return context.types.PutPipelineDefinitionOutput(**_told(context, findings))


async def validate_pipeline_definition(context: Context, request: Wire) -> Wire:
    """Say what is wrong with a definition, and what is unwise; nothing is kept."""
    pipeline = found(context, request.pipeline_id)
    definition = kept(_read(request), pipeline.latest)
    findings = await _examined(context, pipeline, definition)
    return context.types.ValidatePipelineDefinitionOutput(**_told(context, findings))


def _read(request: Wire) -> Definition:
    return Definition(
        msgspec.convert(request.pipeline_objects, tuple[PipelineObject, ...], from_attributes=True),
        msgspec.convert(
            request.parameter_objects or (), tuple[ParameterObject, ...], from_attributes=True
        ),
        values(request.parameter_values),
    )


def values(given: list[Wire] | None) -> tuple[ParameterValue, ...]:
    """Read the values of parameters that a request holds."""
    return msgspec.convert(given or (), tuple[ParameterValue, ...], from_attributes=True)


async def _examined(context: Context, pipeline: Pipeline, definition: Definition) -> Findings:
    now = periods.at(context.engine.now())
    fields = (field for item in definition.pipeline_objects for field in item.fields)
    if sum((field.string_value or "").count("#{") for field in fields) > FEW:
        return await asyncio.to_thread(activation.examined, pipeline, definition, now)
    return activation.examined(pipeline, definition, now)


def _told(context: Context, findings: Findings) -> Mapping[str, object]:
    types = context.types
    return {
        "validation_errors": [
            types.ValidationError(id=name, errors=list(texts))
            for name, texts in findings.errors.items()
        ],
        "validation_warnings": [
            types.ValidationWarning(id=name, warnings=list(texts))
            for name, texts in findings.warnings.items()
        ],
        "errored": findings.errored,
    }


def get_pipeline_definition(context: Context, request: Wire) -> Wire:
    """Give a pipeline's definition: the one that was put last, or activated last.

    Secrets are not shown; put again, what stands in their place leaves them as they were.

    Raises:
        Fault: InvalidRequestException; the version is neither ``latest`` nor ``active``.
    """
    pipeline, version = found(context, request.pipeline_id), request.version or "latest"
    if version not in {"latest", "active"}:
        raise invalid(f"version must be latest or active, and is {version[:100]!r}")
    chosen = pipeline.latest if version == "latest" else pipeline.active
    definition, types = hidden(chosen or Definition()), context.types
    return types.GetPipelineDefinitionOutput(
        pipeline_objects=definition.pipeline_objects,
        parameter_objects=[
            types.ParameterObject(
                id=parameter.id,
                attributes=[
                    types.ParameterAttribute(key=a.key, string_value=a.string_value)
                    for a in parameter.attributes
                ],
            )
            for parameter in definition.parameter_objects
        ],
        parameter_values=[
            types.ParameterValue(id=value.id, string_value=value.string_value)
            for value in definition.parameter_values
        ],
    )
