"""AWS Batch's operations, by AWS's names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.server.operations.batch import compute_environments as environments
from batchyard.server.operations.batch import job_definitions as definitions
from batchyard.server.operations.batch import job_queues as queues
from batchyard.server.operations.batch import jobs, list_jobs, submit, tags

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "CancelJob": jobs.cancel_job,
    "CreateComputeEnvironment": environments.create_compute_environment,
    "CreateJobQueue": queues.create_job_queue,
    "DeleteComputeEnvironment": environments.delete_compute_environment,
    "DeleteJobQueue": queues.delete_job_queue,
    "DeregisterJobDefinition": definitions.deregister_job_definition,
    "DescribeComputeEnvironments": environments.describe_compute_environments,
    "DescribeJobDefinitions": definitions.describe_job_definitions,
    "DescribeJobQueues": queues.describe_job_queues,
    "DescribeJobs": jobs.describe_jobs,
    "ListJobs": list_jobs.list_jobs,
    "ListTagsForResource": tags.list_tags_for_resource,
    "RegisterJobDefinition": definitions.register_job_definition,
    "SubmitJob": submit.submit_job,
    "TagResource": tags.tag_resource,
    "TerminateJob": jobs.terminate_job,
    "UntagResource": tags.untag_resource,
    "UpdateComputeEnvironment": environments.update_compute_environment,
    "UpdateJobQueue": queues.update_job_queue,
}
