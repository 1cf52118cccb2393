"""A good request for every operation of the model, on a `World`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.server.operations.world import (
    ARN,
    BY_TYPE,
    KIND,
    LIMITS,
    PAYLOAD,
    SLEEPS,
    World,
)

if TYPE_CHECKING:
    from tests.wire.samples import Json

TAGS = {"a": "b"}
RULES = [{"action": "RETRY", "onStatusReason": "Host*"}]
STUCK = [
    {
        "reason": "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
        "state": "RUNNABLE",
        "maxTimeSeconds": 600,
        "action": "CANCEL",
    }
]
CONSUMED = {"consumableResourceList": [{"consumableResource": "licence", "quantity": 1}]}
FAIR = {
    "shareDecaySeconds": 600,
    "computeReservation": 1,
    "shareDistribution": [{"shareIdentifier": "a*", "weightFactor": 2}],
}


def good(world: World) -> dict[str, dict[str, Json]]:
    """Form a good request for every operation, by its name."""
    share = f"{ARN}job-queue/quota/quota-share/"
    policy = f"{ARN}scheduling-policy/fair"
    environments = [{"order": 1, "computeEnvironment": "env"}]
    resources = {"type": "EC2", "maxvCpus": 2, "subnets": []}
    filters = [{"name": "JOB_NAME", "values": ["job"]}]
    ending = {"jobId": world.jobs["waits"], "reason": "enough"}
    service_ending = {"jobId": world.jobs["service-runs"], "reason": "enough"}
    sharing = {
        "capacityLimits": BY_TYPE,
        "resourceSharingConfiguration": {"strategy": "LEND_AND_BORROW", "borrowLimit": 5},
        "preemptionConfiguration": {"inSharePreemption": "ENABLED"},
    }
    pages: dict[str, Json] = {"maxResults": 1}
    return {
        "CancelJob": ending,
        "CancelJobs": {"jobs": [world.jobs["waits"]], "reason": "enough"},
        "CreateComputeEnvironment": {
            "computeEnvironmentName": "new",
            "type": "MANAGED",
            "computeResources": resources,
            "tags": TAGS,
        },
        "CreateConsumableResource": {
            "consumableResourceName": "new",
            "totalQuantity": 1,
            "resourceType": "REPLENISHABLE",
            "tags": TAGS,
        },
        "CreateJobQueue": {
            "jobQueueName": "new",
            "priority": 1,
            "computeEnvironmentOrder": environments,
            "schedulingPolicyArn": policy,
            "jobStateTimeLimitActions": STUCK,
            "tags": TAGS,
        },
        "CreateQuotaShare": {"quotaShareName": "new", "jobQueue": "quota", **sharing},
        "CreateSchedulingPolicy": {"name": "new", "fairsharePolicy": FAIR, "tags": TAGS},
        "CreateServiceEnvironment": {
            "serviceEnvironmentName": "new",
            "serviceEnvironmentType": KIND,
            "capacityLimits": LIMITS,
            "tags": TAGS,
        },
        "DeleteComputeEnvironment": {"computeEnvironment": "gone"},
        "DeleteConsumableResource": {"consumableResource": "licence"},
        "DeleteJobQueue": {"jobQueue": "disabled"},
        "DeleteQuotaShare": {"quotaShareArn": f"{share}closed"},
        "DeleteSchedulingPolicy": {"arn": f"{policy}-gone"},
        "DeleteServiceEnvironment": {"serviceEnvironment": "gone"},
        "DeregisterJobDefinition": {"jobDefinition": "sleeps:2"},
        "DescribeComputeEnvironments": pages,
        "DescribeConsumableResource": {"consumableResource": "licence"},
        "DescribeJobDefinitions": pages,
        "DescribeJobQueues": pages,
        "DescribeJobs": {"jobs": [world.jobs["runs"]]},
        "DescribeQuotaShare": {"quotaShareArn": f"{share}team"},
        "DescribeSchedulingPolicies": {"arns": [policy]},
        "DescribeServiceEnvironments": pages,
        "DescribeServiceJob": {"jobId": world.jobs["service-runs"]},
        "GetJobQueueSnapshot": {"jobQueue": "queue"},
        "ListConsumableResources": pages,
        "ListJobs": {"jobQueue": "queue", "filters": filters, **pages},
        "ListJobsByConsumableResource": {"consumableResource": "licence", **pages},
        "ListQuotaShares": {"jobQueue": "quota", **pages},
        "ListSchedulingPolicies": pages,
        "ListServiceJobs": {"jobQueue": "training", "filters": filters, **pages},
        "ListTagsForResource": {"resourceArn": policy},
        "RegisterJobDefinition": {
            "jobDefinitionName": "new",
            "type": "container",
            "containerProperties": SLEEPS,
            "retryStrategy": {"attempts": 2, "evaluateOnExit": RULES},
            "timeout": {"attemptDurationSeconds": 60},
            "consumableResourceProperties": CONSUMED,
            "schedulingPriority": 1,
            "tags": TAGS,
        },
        "SubmitJob": {
            "jobName": "new",
            "jobQueue": "fair",
            "jobDefinition": "sleeps",
            "shareIdentifier": "a",
            "arrayProperties": {"size": 2},
            "dependsOn": [{"jobId": world.jobs["waits"]}],
            "retryStrategy": {"attempts": 2, "evaluateOnExit": RULES},
            "timeout": {"attemptDurationSeconds": 60},
            "consumableResourcePropertiesOverride": CONSUMED,
            "schedulingPriorityOverride": 1,
            "tags": TAGS,
        },
        "SubmitServiceJob": {
            "jobName": "new",
            "jobQueue": "quota",
            "quotaShareName": "team",
            "serviceJobType": KIND,
            "serviceRequestPayload": PAYLOAD,
            "retryStrategy": {"attempts": 2, "evaluateOnExit": RULES},
            "timeoutConfig": {"attemptDurationSeconds": 60},
            "preemptionConfiguration": {"preemptionRetriesBeforeTermination": 1},
            "schedulingPriority": 1,
            "tags": TAGS,
        },
        "TagResource": {"resourceArn": policy, "tags": TAGS},
        "TerminateJob": ending,
        "TerminateJobs": {"jobs": [world.jobs["waits"]], "reason": "enough"},
        "TerminateServiceJob": service_ending,
        "TerminateServiceJobs": {"jobs": [world.jobs["service-runs"]], "reason": "enough"},
        "UntagResource": {"resourceArn": policy, "tagKeys": ["a"]},
        "UpdateComputeEnvironment": {"computeEnvironment": "spare", "state": "DISABLED"},
        "UpdateConsumableResource": {
            "consumableResource": "licence",
            "operation": "ADD",
            "quantity": 1,
        },
        "UpdateJobQueue": {
            "jobQueue": "fair",
            "priority": 2,
            "computeEnvironmentOrder": environments,
            "schedulingPolicyArn": policy,
            "jobStateTimeLimitActions": STUCK,
        },
        "UpdateQuotaShare": {"quotaShareArn": f"{share}team", **sharing},
        "UpdateSchedulingPolicy": {"arn": policy, "fairsharePolicy": FAIR},
        "UpdateServiceEnvironment": {"serviceEnvironment": "service", "capacityLimits": LIMITS},
        "UpdateServiceJob": {"jobId": world.jobs["service-runs"], "schedulingPriority": 3},
    }
