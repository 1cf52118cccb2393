"""AWS Data Pipeline's operations, by AWS's names.

Source: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.server.operations.pipelines import (
    creating,
    definitions,
    listing,
    objects,
    querying,
    running,
)
from batchyard.server.operations.pipelines.tasks import TASK_OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

OPERATIONS: Mapping[str, Callable[..., Any]] = {
    **TASK_OPERATIONS,
    "ActivatePipeline": running.activate_pipeline,
    "AddTags": creating.add_tags,
    "CreatePipeline": creating.create_pipeline,
    "DeactivatePipeline": running.deactivate_pipeline,
    "DeletePipeline": creating.delete_pipeline,
    "DescribeObjects": objects.describe_objects,
    "DescribePipelines": listing.describe_pipelines,
    "EvaluateExpression": objects.evaluate_expression,
    "GetPipelineDefinition": definitions.get_pipeline_definition,
    "ListPipelines": listing.list_pipelines,
    "PutPipelineDefinition": definitions.put_pipeline_definition,
    "QueryObjects": querying.query_objects,
    "RemoveTags": creating.remove_tags,
    "SetStatus": running.set_status,
    "ValidatePipelineDefinition": definitions.validate_pipeline_definition,
}
