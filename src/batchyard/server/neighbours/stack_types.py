"""Which resources of a stack are the yard's, and by which operations they come and go.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Batch.html
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Kind(NamedTuple):
    """A type of resource.

    Attributes:
        type: its name in a template.
        name: the property that names one; a stack makes a name where it is missing.
        create: the operation that makes one; what is taken of it is all that a template may say.
        arn: the member of its answer that holds the ARN, which is what ``Ref`` gives.
        attribute: what ``Fn::GetAtt`` calls the ARN.
        delete: the operation that deletes one.
        by: the member by which that takes the ARN.
        update: the operation that changes one; empty: a new one takes its place.
        update_by: the member by which that takes the ARN.
        switched: whether it must be DISABLED before it is deleted.
        passed_over: properties for CloudFormation itself.
    """

    type: str
    name: str
    create: str
    arn: str
    attribute: str
    delete: str
    by: str
    update: str = ""
    update_by: str = ""
    switched: bool = False
    passed_over: frozenset[str] = frozenset()


KINDS: Final = (
    Kind(
        type="AWS::Batch::ComputeEnvironment",
        name="ComputeEnvironmentName",
        create="CreateComputeEnvironment",
        arn="computeEnvironmentArn",
        attribute="ComputeEnvironmentArn",
        delete="DeleteComputeEnvironment",
        by="computeEnvironment",
        update="UpdateComputeEnvironment",
        update_by="computeEnvironment",
        switched=True,
        passed_over=frozenset(("ReplaceComputeEnvironment", "UpdatePolicy")),
    ),
    Kind(
        type="AWS::Batch::JobQueue",
        name="JobQueueName",
        create="CreateJobQueue",
        arn="jobQueueArn",
        attribute="JobQueueArn",
        delete="DeleteJobQueue",
        by="jobQueue",
        update="UpdateJobQueue",
        update_by="jobQueue",
        switched=True,
    ),
    Kind(
        type="AWS::Batch::JobDefinition",
        name="JobDefinitionName",
        create="RegisterJobDefinition",
        arn="jobDefinitionArn",
        attribute="JobDefinitionArn",
        delete="DeregisterJobDefinition",
        by="jobDefinition",
        passed_over=frozenset(("ResourceRetentionPolicy",)),
    ),
    Kind(
        type="AWS::Batch::SchedulingPolicy",
        name="Name",
        create="CreateSchedulingPolicy",
        arn="arn",
        attribute="Arn",
        delete="DeleteSchedulingPolicy",
        by="arn",
        update="UpdateSchedulingPolicy",
        update_by="arn",
    ),
    Kind(
        type="AWS::Batch::ConsumableResource",
        name="ConsumableResourceName",
        create="CreateConsumableResource",
        arn="consumableResourceArn",
        attribute="ConsumableResourceArn",
        delete="DeleteConsumableResource",
        by="consumableResource",
    ),
    Kind(
        type="AWS::Batch::ServiceEnvironment",
        name="ServiceEnvironmentName",
        create="CreateServiceEnvironment",
        arn="serviceEnvironmentArn",
        attribute="ServiceEnvironmentArn",
        delete="DeleteServiceEnvironment",
        by="serviceEnvironment",
        update="UpdateServiceEnvironment",
        update_by="serviceEnvironment",
        switched=True,
    ),
    Kind(
        type="AWS::Batch::QuotaShare",
        name="QuotaShareName",
        create="CreateQuotaShare",
        arn="quotaShareArn",
        attribute="QuotaShareArn",
        delete="DeleteQuotaShare",
        by="quotaShareArn",
        update="UpdateQuotaShare",
        update_by="quotaShareArn",
        switched=True,
    ),
)
"""What a stack may hold of AWS Batch."""

OURS: Final = ("AWS::Batch::", "AWS::DataPipeline::", "AWS::Logs::")
"""What types of the yard's services begin with: none of them is ever moto's."""
