"""Pipelines and their objects by their ids, and the refusals when there are none.

Source: https://docs.aws.amazon.com/datapipeline/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from batchyard.errors import Fault
from batchyard.pipelines import describing, showing
from batchyard.pipelines.model import Definition
from batchyard.pipelines.secrets import hidden, hidden_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchyard.pipelines.instances import Instance
    from batchyard.pipelines.model import PipelineObject
    from batchyard.pipelines.pipeline import Pipeline
    from batchyard.server.operations import Context

Wire = Any
"""A generated struct: its members are known when botocore's model is read."""

ATTEMPT = "_Attempt="
"""What ends the name of an attempt's instance in the attempt's id."""


def found(context: Context, pipeline_id: str) -> Pipeline:
    """Find a pipeline.

    Raises:
        Fault: PipelineNotFoundException; it never was. PipelineDeletedException; it was deleted.
    """
    pipeline = context.engine.pipelines.find(context.place, pipeline_id)
    if pipeline is None:
        where = context.place.region
        message = f"Pipeline with id: {pipeline_id[:200]} not found in region {where}"
        raise Fault("PipelineNotFoundException", message)
    if pipeline.deleted_at is not None:
        message = f"Pipeline with id: {pipeline_id} has been deleted"
        raise Fault("PipelineDeletedException", message)
    return pipeline


def invalid(message: str) -> Fault:
    """Form the error that AWS Data Pipeline answers to what it does not take."""
    return Fault("InvalidRequestException", message)


class Objects(NamedTuple):
    """A pipeline's objects as they are shown: without secrets.

    Attributes:
        context: where they are.
        pipeline: whose they are.
        definition: what was activated last; before that, what was put last.
        components: its objects with what they inherit.
    """

    context: Context
    pipeline: Pipeline
    definition: Definition
    components: Mapping[str, PipelineObject]

    def get(self, name: str) -> PipelineObject | None:
        """Find a component, an instance or an attempt by its id."""
        if not name.startswith("@"):
            return self.component(name)
        owner, mark, _ = name.rpartition(ATTEMPT)
        instance = self.context.engine.pipelines.instance(self.pipeline.id, owner if mark else name)
        if instance is None:
            return None
        return self.attempts(instance).get(name) if mark else self.instance(instance)

    def component(self, name: str) -> PipelineObject | None:
        """Find a component, with its own fields only."""
        items = self.definition.pipeline_objects
        item = next((item for item in items if item.id == name), None)
        if item is None:
            return None
        health = self.context.engine.pipelines.health(self.pipeline.id)
        return describing.component_object(item, self.pipeline, health.get(name))

    def instance(self, instance: Instance) -> PipelineObject:
        """Show an instance."""
        component = hidden_object(self.components[instance.component])
        return showing.instance_object(instance, component, self.pipeline)

    def attempts(self, instance: Instance) -> dict[str, PipelineObject]:
        """Show an instance's attempts, by id."""
        component = hidden_object(self.components[instance.component])
        return {
            attempt.id: showing.attempt_object(attempt, instance, component, self.pipeline)
            for attempt in instance.attempts
        }

    def whole(self, name: str) -> PipelineObject | None:
        """Find any object; a component with what it inherits, for expressions to look at."""
        component = self.components.get(name)
        return self.get(name) if component is None else hidden_object(component)


def objects_of(context: Context, pipeline: Pipeline) -> Objects:
    """Give a pipeline's objects."""
    definition = hidden(pipeline.active or pipeline.latest or Definition())
    components = context.engine.pipelines.components(pipeline.id)
    return Objects(context, pipeline, definition, components)
