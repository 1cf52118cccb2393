"""Preconditions that the service checks itself, and alarms that it publishes. All of it blocks.

Sources: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-object-s3keyexists.html,
dp-object-s3prefixnotempty.html, dp-object-dynamodbdataexists.html,
dp-object-dynamodbtableexists.html and dp-object-snsalarm.html beside it
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from batchyard.client.s3 import S3Uri
from batchyard.errors import Refused, ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchyard.pipelines.alarms import Alarm
    from batchyard.pipelines.model import PipelineObject

log = logging.getLogger(__name__)

MISSING = frozenset({"404", "NoSuchKey", "NotFound", "ResourceNotFoundException"})
"""Codes that say that what was asked for is not there; the others are errors."""


def s3_key_exists(session: Any, region: str, item: PipelineObject) -> bool:  # noqa: ANN401 - botocore ships no types
    """Tell whether an S3 object is there."""
    uri = _uri(item, "s3Key")
    return _asked(
        lambda: _client(session, "s3", region).head_object(Bucket=uri.bucket, Key=uri.key)
    )


def s3_prefix_not_empty(session: Any, region: str, item: PipelineObject) -> bool:  # noqa: ANN401 - botocore ships no types
    """Tell whether any S3 object has a prefix."""
    uri = _uri(item, "s3Prefix")
    found: dict[str, Any] = {}

    def ask() -> None:
        client = _client(session, "s3", region)
        found.update(client.list_objects_v2(Bucket=uri.bucket, Prefix=uri.key, MaxKeys=1))

    return _asked(ask) and bool(found.get("Contents"))


def dynamodb_table_exists(session: Any, region: str, item: PipelineObject) -> bool:  # noqa: ANN401 - botocore ships no types
    """Tell whether a DynamoDB table is there."""
    name = item.string("tableName") or ""
    return _asked(lambda: _client(session, "dynamodb", region).describe_table(TableName=name))


def dynamodb_data_exists(session: Any, region: str, item: PipelineObject) -> bool:  # noqa: ANN401 - botocore ships no types
    """Tell whether there is anything in a DynamoDB table."""
    found: dict[str, Any] = {}

    def ask() -> None:
        client = _client(session, "dynamodb", region)
        found.update(client.scan(TableName=item.string("tableName") or "", Limit=1))

    return _asked(ask) and bool(found.get("Items"))


def publish(session: Any, region: str, alarm: Alarm) -> None:  # noqa: ANN401 - botocore ships no types
    """Publish an alarm to its topic; one that cannot be is only logged, for nobody waits for it."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client = _client(session, "sns", region)
        client.publish(
            TopicArn=alarm.topic, Subject=alarm.subject[:100] or None, Message=alarm.message
        )
    except (BotoCoreError, ClientError) as error:
        log.warning("alarm %r to %s was not published: %s", alarm.subject, alarm.topic, error)


CHECKS: dict[str, Callable[[Any, str, PipelineObject], bool]] = {
    "DynamoDBDataExists": dynamodb_data_exists,
    "DynamoDBTableExists": dynamodb_table_exists,
    "S3KeyExists": s3_key_exists,
    "S3PrefixNotEmpty": s3_prefix_not_empty,
}


def _client(session: Any, service: str, region: str) -> Any:  # noqa: ANN401 - botocore ships no types
    return session.create_client(service, region_name=region)


def _uri(item: PipelineObject, key: str) -> S3Uri:
    return S3Uri(item.string(key) or "")


def _asked(ask: Callable[[], object]) -> bool:
    """Ask; tell whether what was asked for is there."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        ask()
    except ClientError as error:
        if error.response["Error"]["Code"] in MISSING:
            return False
        raise Refused(str(error)) from None
    except BotoCoreError as error:
        raise ServiceError(str(error)) from None
    return True
