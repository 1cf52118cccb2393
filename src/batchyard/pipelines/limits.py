"""How much a definition may hold.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-limits.html; parameters:
dp-custom-templates.html beside it. (The guide's page on definition files has other, older numbers.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.pipelines.findings import Finding
from batchyard.pipelines.model import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.pipelines.model import Definition, PipelineObject


class Limits(Value, frozen=True):
    """AWS's limits on a definition; sizes in bytes of UTF-8, durations in seconds."""

    objects: int = 100
    fields: int = 50
    key: int = 256
    field: int = 10_240
    object: int = 15_360
    parameters: int = 50
    retries: int = 5
    retry_delay: int = 120
    shortest_period: int = 15 * 60
    longest_period: int = 3 * 366 * 86_400
    active: int = 5


def over(definition: Definition, limits: Limits) -> Iterator[Finding]:
    """Find what is too much."""
    count = len(definition.pipeline_objects)
    if count > limits.objects:
        text = f"LIMIT_EXCEEDED: A pipeline can have {limits.objects} objects, and has {count}."
        yield Finding(definition.pipeline_objects[limits.objects].id, text, fatal=True)
    for item in definition.pipeline_objects:
        for text in _object(item, limits):
            yield Finding(item.id, f"LIMIT_EXCEEDED: {text}")
    if len(definition.parameter_objects) > limits.parameters:
        text = f"LIMIT_EXCEEDED: A pipeline can have {limits.parameters} parameters."
        yield Finding(definition.parameter_objects[limits.parameters].id, text)


def _object(item: PipelineObject, limits: Limits) -> Iterator[str]:
    if len(item.fields) > limits.fields:
        yield f"An object can have {limits.fields} fields, and this has {len(item.fields)}."
    whole = 0
    for field in item.fields:
        key, value = size(field.key), size(field.value)
        whole += key + value
        if key > limits.key:
            yield f"The name of a field can have {limits.key} bytes: '{field.key[:40]}…'."
        if value > limits.field:
            yield f"'{field.key}' can have {limits.field} bytes, and has {value}."
    if whole > limits.object:
        yield f"The fields of an object can have {limits.object} bytes, and have {whole}."
    if size(item.id) > limits.key:
        yield f"An identifier can have {limits.key} bytes."


def size(text: str) -> int:
    """Count the bytes of a text in UTF-8; half a surrogate counts as three."""
    return len(text.encode("utf-8", "surrogatepass"))
