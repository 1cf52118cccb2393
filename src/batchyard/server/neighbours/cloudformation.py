"""Stacks in moto whose resources of AWS Batch and CloudWatch Logs are the yard's.

moto's CloudFormation makes a resource by its class, found by its type. For the types of the yard's
services it finds these classes, which call the yard; a type that the yard cannot make is refused
with a sentence, before anything of the stack is made. A stack that cannot be made is unmade.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.cloudformation import models, parsing
from moto.cloudformation.exceptions import ValidationError
from moto.core.common_models import CloudFormationModel

from batchyard.server.neighbours import yard
from batchyard.server.neighbours.properties import UnknownProperty, translated
from batchyard.server.neighbours.stack_types import KINDS, OURS, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

Properties = dict[str, Any]


class Refusal(ValidationError):
    """Something of the yard's that a stack cannot have."""


class Resource(CloudFormationModel):
    """A resource of the yard's.

    Args:
        name: by which it was made.
        identity: what ``Ref`` gives.
        arn: its ARN.
        properties: as in the template.
    """

    kind: Kind

    def __init__(self, name: str, identity: str, arn: str, properties: Properties) -> None:
        """Remember what was made."""
        self.name = name
        self.physical_resource_id = identity
        self.arn = arn
        self.properties = properties

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """Give what ``Fn::GetAtt`` asks for."""
        if not self.has_cfn_attr(attribute_name):
            raise Refusal(message=f"{self.kind.type} has no attribute {attribute_name} here")
        return self.arn

    def is_created(self) -> bool:
        """Say that it is there: it was made before it was answered."""
        return True

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Tell whether ``Fn::GetAtt`` knows a name."""
        return attr == cls.kind.attribute

    @staticmethod
    def cloudformation_name_type() -> str:
        """Leave this to `_name_property`."""
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        """Leave this to `_class_of`."""
        return ""

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,  # noqa: ARG003 - as in moto
        region_name: str,
        **kwargs: Any,  # noqa: ANN401, ARG003 - as in moto
    ) -> Resource:
        """Make one at the yard."""
        return cls.made(resource_name, cloudformation_json["Properties"], region_name)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Resource,
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> Resource:
        """Change one at the yard, or put another in its place."""
        properties = cloudformation_json["Properties"]
        named = properties.get(cls.kind.name, original_resource.name)
        if cls.kind.update and named == original_resource.name:
            return cls.changed(original_resource, properties, region_name)
        name = new_resource_name if cls.kind.update else named
        made = cls.made(name, properties, region_name)
        original_resource.delete(account_id, region_name)
        return made

    @classmethod
    def delete_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> None:
        """Delete one at the yard."""
        cls("", resource_name, "", cloudformation_json).delete(account_id, region_name)

    @classmethod
    def made(cls, name: str, properties: Properties, region: str) -> Resource:
        """Make one."""
        kind, client = cls.kind, yard.client("batch", region)
        asked = _asked(client, kind, kind.create, properties | {kind.name: name})
        answer = _called(kind, client, kind.create, asked)
        return cls(name, answer[kind.arn], answer[kind.arn], properties)

    @classmethod
    def changed(cls, old: Resource, properties: Properties, region: str) -> Resource:
        """Change one, in what can be changed of it."""
        kind, client = cls.kind, yard.client("batch", region)
        _asked(client, kind, kind.create, properties)  # what it may not say at all
        asked = _asked(client, kind, kind.update, properties, strict=False)
        _called(kind, client, kind.update, asked | {kind.update_by: old.arn})
        return cls(old.name, old.physical_resource_id, old.arn, properties)

    def delete(self, account_id: str, region: str) -> None:  # noqa: ARG002 - as in moto
        """Delete it; what must be switched off before is."""
        kind, client = self.kind, yard.client("batch", region)
        if kind.switched:
            off = {kind.update_by: self.physical_resource_id, "state": "DISABLED"}
            _called(kind, client, kind.update, off)
        _called(kind, client, kind.delete, {kind.by: self.physical_resource_id})


class LogGroup(Resource):
    """A log group of the yard's.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html
    """

    kind = Kind(
        "AWS::Logs::LogGroup", "LogGroupName", "CreateLogGroup", "", "Arn", "", "", "change"
    )

    @classmethod
    def made(cls, name: str, properties: Properties, region: str) -> Resource:
        """Make one."""
        client = yard.client("logs", region)
        retention = properties.get("RetentionInDays")
        rest = {n: value for n, value in properties.items() if n not in {"RetentionInDays", "Tags"}}
        tags = {each["Key"]: str(each["Value"]) for each in properties.get("Tags", [])}
        asked = _asked(client, cls.kind, cls.kind.create, rest | {cls.kind.name: name})
        _called(cls.kind, client, cls.kind.create, asked | ({"tags": tags} if tags else {}))
        made = cls(name, name, _group_arn(client, name), properties)
        if retention is not None:
            made._retain(client, retention)
        return made

    @classmethod
    def changed(cls, old: Resource, properties: Properties, region: str) -> Resource:
        """Change how long it keeps what is logged."""
        made = cls(old.name, old.physical_resource_id, old.arn, properties)
        made._retain(yard.client("logs", region), properties.get("RetentionInDays"))
        return made

    def _retain(self, client: Any, days: object) -> None:  # noqa: ANN401 - boto3 ships no types
        asked: dict[str, Any] = {"logGroupName": self.name}
        if days is None:
            _called(self.kind, client, "DeleteRetentionPolicy", asked)
        else:
            asked["retentionInDays"] = int(str(days))
            _called(self.kind, client, "PutRetentionPolicy", asked)

    def delete(self, account_id: str, region: str) -> None:  # noqa: ARG002 - as in moto
        """Delete it."""
        name = {"logGroupName": self.physical_resource_id}
        _called(self.kind, yard.client("logs", region), "DeleteLogGroup", name)


def _group_arn(client: Any, name: str) -> str:  # noqa: ANN401 - boto3 ships no types
    groups = client.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return next((str(group["arn"]) for group in groups if group["logGroupName"] == name), "")


def _asked(
    client: Any,  # noqa: ANN401 - boto3 ships no types
    kind: Kind,
    operation: str,
    properties: Properties,
    *,
    strict: bool = True,
) -> dict[str, Any]:
    """Form what an operation is asked with."""
    shape = client.meta.service_model.operation_model(operation).input_shape
    said = {n: value for n, value in properties.items() if n not in kind.passed_over}
    try:
        asked: dict[str, Any] = translated(said, shape, strict=strict)
    except UnknownProperty as error:
        message = f"{kind.type}: a yard knows no property {error.path}"
        raise Refusal(message=message) from None
    except ValueError as error:
        raise Refusal(message=f"{kind.type}: {error}") from None
    return asked


def _called(kind: Kind, client: Any, operation: str, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - boto3 ships no types
    try:
        answer: dict[str, Any] = client._make_api_call(operation, asked)  # noqa: SLF001 - by AWS's own name
    except ClientError as error:
        said = error.response["Error"]
        message = f"{kind.type}: {operation}: {said['Message']} ({said['Code']})"
        raise Refusal(message=message) from None
    except BotoCoreError as error:
        raise Refusal(message=f"{kind.type}: {operation}: {error}") from None
    return answer


def _classes() -> dict[str, type[Resource]]:
    made = {kind.type: type(kind.create, (Resource,), {"kind": kind}) for kind in KINDS}
    return made | {LogGroup.kind.type: LogGroup}


def install() -> None:
    """Let moto's CloudFormation make what is the yard's at the yard."""
    classes = _classes()
    of_moto, named_by_moto = (
        parsing.resource_class_from_type,
        parsing.resource_name_property_from_type,
    )

    def class_of(resource_type: str) -> Any:  # noqa: ANN401 - one of moto's classes, or of these
        if not resource_type.startswith(OURS):
            return of_moto(resource_type)
        if resource_type not in classes:
            known = ", ".join(sorted(classes))
            message = f"{resource_type}: a yard makes no such resource; of its own it makes {known}"
            raise Refusal(message=message)
        return classes[resource_type]

    def name_property(resource_type: str) -> str | None:
        if not resource_type.startswith(OURS):
            return named_by_moto(resource_type)
        name: str = class_of(resource_type).kind.name
        return name

    vars(parsing)["resource_class_from_type"] = class_of
    vars(parsing)["resource_name_property_from_type"] = name_property
    stack: Any = models.Stack
    stack.create_resources = _all_or_nothing(stack.create_resources, class_of)


def _all_or_nothing(
    create: Callable[[models.Stack], None], class_of: Callable[[str], object]
) -> Callable[[models.Stack], None]:
    """Make a stack whole, or not at all."""

    def create_resources(stack: models.Stack) -> None:
        try:
            for resource in stack.template_dict.get("Resources", {}).values():
                class_of(resource.get("Type", ""))
            create(stack)
        except Exception:
            stack.resource_map.delete()
            backend = models.cloudformation_backends[stack.account_id][stack.region_name]
            backend.stacks.pop(stack.stack_id, None)
            raise

    return create_resources
