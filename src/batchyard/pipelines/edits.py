"""What may not be changed of a definition once its pipeline has been activated.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-manage-pipeline-modify-console.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.pipelines.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from batchyard.pipelines.model import Definition, PipelineObject

FIXED = ("period", "startDateTime", "startAt")
"""Fields of a schedule that stay as they were when it was activated."""


def forbidden(active: Definition, edited: Definition) -> Iterator[Finding]:
    """Find what an edit changes and may not.

    Args:
        active: the definition that was activated.
        edited: the one that is to replace it.
    """
    before = {item.id: item for item in active.pipeline_objects}
    after = {item.id: item for item in edited.pipeline_objects}
    for name in before:
        if name not in after:
            yield Finding(name, "INVALID_EDIT: An object of an activated pipeline must stay.")
    for name, item in after.items():
        found = _new(item, before) if name not in before else _changed(before[name], item)
        for text in found:
            yield Finding(name, f"INVALID_EDIT: {text}")


def _new(item: PipelineObject, before: Mapping[str, PipelineObject]) -> Iterator[str]:
    for ref in item.refs("output"):
        if ref in before:
            yield f"'output' of a new object must not refer to '{ref}', which was there before."


def _changed(was: PipelineObject, now: PipelineObject) -> Iterator[str]:
    for key in FIXED:
        if was.strings(key) != now.strings(key):
            yield f"'{key}' must stay as it was when the pipeline was activated."
    for key in sorted(was.keys | now.keys):
        if was.refs(key) != now.refs(key):
            yield f"The references of '{key}' must stay as they were."
