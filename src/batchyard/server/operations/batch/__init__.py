"""AWS Batch's operations, by AWS's names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.server.operations.batch import (
    compute_environments,
    consumable_resources,
    ending,
    job_definitions,
    job_queues,
    jobs,
    list_jobs,
    list_jobs_by_consumable_resource,
    quota_shares,
    scheduling_policies,
    service_environments,
    service_jobs,
    snapshots,
    submit,
    submit_service,
    tags,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

_PERFORMED: tuple[Callable[..., Any], ...] = (
    compute_environments.create_compute_environment,
    compute_environments.delete_compute_environment,
    compute_environments.describe_compute_environments,
    compute_environments.update_compute_environment,
    consumable_resources.create_consumable_resource,
    consumable_resources.delete_consumable_resource,
    consumable_resources.describe_consumable_resource,
    consumable_resources.list_consumable_resources,
    consumable_resources.update_consumable_resource,
    job_definitions.deregister_job_definition,
    job_definitions.describe_job_definitions,
    job_definitions.register_job_definition,
    job_queues.create_job_queue,
    job_queues.delete_job_queue,
    job_queues.describe_job_queues,
    job_queues.update_job_queue,
    ending.cancel_job,
    ending.cancel_jobs,
    ending.terminate_job,
    ending.terminate_jobs,
    jobs.describe_jobs,
    list_jobs.list_jobs,
    list_jobs_by_consumable_resource.list_jobs_by_consumable_resource,
    quota_shares.create_quota_share,
    quota_shares.delete_quota_share,
    quota_shares.describe_quota_share,
    quota_shares.list_quota_shares,
    quota_shares.update_quota_share,
    scheduling_policies.create_scheduling_policy,
    scheduling_policies.delete_scheduling_policy,
    scheduling_policies.describe_scheduling_policies,
    scheduling_policies.list_scheduling_policies,
    scheduling_policies.update_scheduling_policy,
    service_environments.create_service_environment,
    service_environments.delete_service_environment,
    service_environments.describe_service_environments,
    service_environments.update_service_environment,
    ending.terminate_service_job,
    ending.terminate_service_jobs,
    service_jobs.describe_service_job,
    service_jobs.list_service_jobs,
    snapshots.get_job_queue_snapshot,
    submit.submit_job,
    submit_service.submit_service_job,
    submit_service.update_service_job,
    tags.list_tags_for_resource,
    tags.tag_resource,
    tags.untag_resource,
)


def _named(perform: Callable[..., Any]) -> str:
    """Give AWS's name of an operation: its function is named after it."""
    return perform.__name__.title().replace("_", "")


OPERATIONS: Mapping[str, Callable[..., Any]] = {_named(one): one for one in _PERFORMED}
