"""What validation found: errors and warnings, each about an object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.pipelines.model import Value

if TYPE_CHECKING:
    from collections.abc import Iterable


class Finding(Value, frozen=True):
    """One thing that was found.

    Attributes:
        id: the object or parameter it is about.
        text: what is wrong, as AWS would word it: a code, a colon, a sentence.
        warning: whether the definition can be activated all the same.
        fatal: whether it cannot even be saved.
    """

    id: str
    text: str
    warning: bool = False
    fatal: bool = False


class Findings(Value, frozen=True):
    """All that was found, in the order of the objects."""

    found: tuple[Finding, ...] = ()

    @property
    def errors(self) -> dict[str, tuple[str, ...]]:
        """Errors by object."""
        return _gathered(finding for finding in self.found if not finding.warning)

    @property
    def warnings(self) -> dict[str, tuple[str, ...]]:
        """Warnings by object."""
        return _gathered(finding for finding in self.found if finding.warning)

    @property
    def errored(self) -> bool:
        """Whether the definition cannot be activated."""
        return bool(self.errors)

    @property
    def fatal(self) -> str | None:
        """The message AWS refuses to save with; None when the definition can be saved.

        Source: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_PutPipelineDefinition.html
        """
        fatal = [f"{finding.id}: {finding.text}" for finding in self.found if finding.fatal]
        if not fatal:
            return None
        return (
            "Pipeline definition has errors: Could not save the pipeline definition due to FATAL "
            f"errors: [{', '.join(fatal)}] Please call Validate to validate your pipeline"
        )


def _gathered(findings: Iterable[Finding]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for finding in findings:
        if finding.text not in found.get(finding.id, ()):
            found[finding.id] = (*found.get(finding.id, ()), finding.text)
    return found
