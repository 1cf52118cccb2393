"""Jobs whose own boto3, unconfigured, finds the yard; with moto, all of AWS.

The oracle is boto3: it reads the variables as it does in a container of ECS.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.yards import RunningYard, ended, printed, submit

QUICK = ("--ephemeral", "--minimum-timeout", "1")
AT_BATCH = """
import boto3, json, os, urllib.request
session = boto3.Session()
queues = session.client("batch").describe_job_queues()["jobQueues"]
(job,) = session.client("batch").describe_jobs(jobs=[os.environ["AWS_BATCH_JOB_ID"]])["jobs"]
session.client("logs").create_log_group(logGroupName="/made/by/a/job")
print(json.dumps([
    session.region_name,
    session.get_credentials().method,
    [queue["jobQueueName"] for queue in queues],
    job["status"],
    json.load(urllib.request.urlopen(os.environ["ECS_CONTAINER_METADATA_URI_V4"] + "/task")),
]))
"""
AT_ALL = """
import boto3, json, os
s3 = boto3.client("s3")
s3.put_object(Bucket="for-jobs", Key="result", Body=os.urandom(20 << 20))
size = s3.head_object(Bucket="for-jobs", Key="result")["ContentLength"]
identity = boto3.client("sts").get_caller_identity()["Account"]
sqs = boto3.client("sqs")
sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="for-jobs")["QueueUrl"], MessageBody="done")
secret = boto3.client("secretsmanager").get_secret_value(SecretId="for-jobs")["SecretString"]
queues = boto3.client("batch").describe_job_queues()["jobQueues"]
print(json.dumps([size, identity, secret, len(queues)]))
"""
SHOWN = """
import json, os
print(json.dumps({n: v for n, v in os.environ.items() if n.startswith(("AWS_", "ECS_"))}))
"""


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[RunningYard]:
    home = tmp_path / "home"
    home.mkdir()
    with RunningYard(tmp_path / "data", *QUICK, HOME=str(home)) as yard:
        yield yard


def said(yard: RunningYard, program: str, region: str = "us-east-1", **more: Any) -> Any:
    """What a Python program printed as JSON, run as a job."""
    batch = yard.client("batch", region)
    job = ended(batch, submit(batch, sys.executable, "-c", program, **more))
    lines = printed(yard.client("logs", region), job)
    assert job["status"] == "SUCCEEDED", lines
    return json.loads(lines[-1])


def variables(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"environment": [{"name": name, "value": value} for name, value in pairs]}


def test_a_jobs_own_boto3_finds_the_yard_in_the_region_of_the_job(yard: RunningYard) -> None:
    region, method, queues, status, task = said(yard, AT_BATCH, "eu-west-1")
    assert (region, method, queues) == ("eu-west-1", "container-role", ["default"])
    assert status in {"STARTING", "RUNNING"}
    assert task["AvailabilityZone"] == "eu-west-1a"
    groups = yard.client("logs", "eu-west-1").describe_log_groups()["logGroups"]
    assert "/made/by/a/job" in [group["logGroupName"] for group in groups]


def test_a_job_that_has_a_key_of_its_own_is_led_nowhere(yard: RunningYard) -> None:
    own = variables(("AWS_ACCESS_KEY_ID", "AKIAOTHER"), ("AWS_SECRET_ACCESS_KEY", "x"))
    found = said(yard, SHOWN, containerOverrides=own)
    assert {name for name in found if "ENDPOINT" in name or "CREDENTIALS" in name} == set()
    assert found["AWS_REGION"] == "us-east-1"


def test_a_jobs_own_variables_win(yard: RunningYard) -> None:
    own = variables(("AWS_DEFAULT_REGION", "eu-north-1"), ("AWS_ENDPOINT_URL_BATCH", "http://own"))
    found = said(yard, SHOWN, containerOverrides=own)
    assert "AWS_REGION" not in found
    assert found["AWS_DEFAULT_REGION"] == "eu-north-1"
    assert found["AWS_ENDPOINT_URL_BATCH"] == "http://own"
    assert found["AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"] == yard.url


def test_a_yard_that_passes_a_way_on_leads_nowhere(tmp_path: Path) -> None:
    passed = ("--pass-env", "AWS_PROFILE")
    with RunningYard(tmp_path / "data", *QUICK, *passed, AWS_PROFILE="lab") as yard:
        found = said(yard, SHOWN)
    assert found["AWS_PROFILE"] == "lab"
    assert {name for name in found if "ENDPOINT" in name or "CREDENTIALS" in name} == set()


def test_a_yard_can_be_told_to_lead_nobody(tmp_path: Path) -> None:
    with RunningYard(tmp_path / "data", *QUICK, "--no-job-access") as yard:
        found = said(yard, SHOWN)
    assert all(name.startswith(("AWS_BATCH_", "AWS_EXECUTION_ENV")) for name in found)


def test_an_ended_attempt_is_given_no_key_any_more(yard: RunningYard) -> None:
    import urllib.error
    import urllib.request

    url = said(yard, SHOWN)["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(url)  # noqa: S310 - the yard's own address
    with refused.value as answer:
        assert answer.status == 404


def test_with_moto_a_jobs_own_boto3_finds_all_of_aws(tmp_path: Path) -> None:
    account = "210987654321"
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    (home / ".aws" / "credentials").write_text(
        "[default]\naws_access_key_id = AKIAREAL\naws_secret_access_key = real\n"
    )
    options = (*QUICK, "--with-moto", "--account-id", account)
    with RunningYard(tmp_path / "data", *options, HOME=str(home)) as yard:
        yard.client("s3").create_bucket(Bucket="for-jobs")
        sqs = yard.client("sqs")
        url = sqs.create_queue(QueueName="for-jobs")["QueueUrl"]
        yard.client("secretsmanager").create_secret(Name="for-jobs", SecretString="word")
        assert said(yard, AT_ALL) == [20 << 20, account, "word", 1]
        (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
        assert message["Body"] == "done"
