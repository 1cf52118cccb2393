"""Which keys moto's process tells the yard of."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from moto import mock_aws

from batchyard.server.neighbours.program import secret_of

NOW = datetime.now(UTC)
ROLE = "arn:aws:iam::123456789012:role/batch"
ANYBODY: dict[str, Any] = {
    "region_name": "us-east-1",
    "aws_access_key_id": "AKIAIOSFODNN7EXAMPLE",
    "aws_secret_access_key": "any",
}


@mock_aws
def test_a_key_is_told_of_until_it_is_made_inactive_or_deleted() -> None:
    iam = boto3.client("iam", **ANYBODY)
    iam.create_user(UserName="reader")
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    mine = {"UserName": "reader", "AccessKeyId": key["AccessKeyId"]}
    assert secret_of(key["AccessKeyId"], NOW) == key["SecretAccessKey"]
    iam.update_access_key(Status="Inactive", **mine)
    assert secret_of(key["AccessKeyId"], NOW) is None
    iam.update_access_key(Status="Active", **mine)
    assert secret_of(key["AccessKeyId"], NOW) == key["SecretAccessKey"]
    iam.delete_access_key(**mine)
    assert secret_of(key["AccessKeyId"], NOW) is None


@mock_aws
def test_the_key_of_a_role_is_told_of_until_it_expires() -> None:
    sts = boto3.client("sts", **ANYBODY)
    asked = {"RoleArn": ROLE, "RoleSessionName": "nightly", "DurationSeconds": 900}
    key = sts.assume_role(**asked)["Credentials"]
    assert secret_of(key["AccessKeyId"], NOW) == key["SecretAccessKey"]
    assert secret_of(key["AccessKeyId"], NOW + timedelta(hours=1)) is None
