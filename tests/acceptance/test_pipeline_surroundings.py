"""What pipelines need of the machine and of other services: resources, preconditions, alarms."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest

from batchyard.pipelines import files
from tests.acceptance.yards import RunningYard, until
from tests.motos import Moto
from tests.server.operations.pipelines_yard import sent

KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}
SETTINGS = ("--maximum-retries", "0", "--retry-delay", "1", "--poll-hold", "5")
DEFAULT = {"id": "Default", "scheduleType": "ondemand", "workerGroup": "mine"}


def ref(name: str) -> dict[str, str]:
    return {"ref": name}


def activate(yard: RunningYard, *objects: dict[str, Any]) -> tuple[Any, str]:
    client = yard.client("datapipeline")
    pipeline = str(client.create_pipeline(name="p", uniqueId=str(uuid4()))["pipelineId"])
    whole = sent({"objects": [DEFAULT, *objects]})
    answer = client.put_pipeline_definition(pipelineId=pipeline, **whole)
    assert not answer["errored"], answer
    client.activate_pipeline(pipelineId=pipeline)
    return client, pipeline


def statuses(client: Any, pipeline: str) -> dict[str, str]:
    ids = client.query_objects(pipelineId=pipeline, sphere="INSTANCE")["ids"]
    if not ids:
        return {}
    answer = client.describe_objects(pipelineId=pipeline, objectIds=ids)
    return {
        item["id"].rpartition("_")[0].removeprefix("@"): next(
            field["stringValue"] for field in item["fields"] if field["key"] == "@status"
        )
        for item in answer["pipelineObjects"]
    }


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    with Moto() as moto:
        yield moto.url


def test_what_runs_on_a_resource_runs_again_after_the_yard_was_killed(tmp_path: Path) -> None:
    ledger, gate = tmp_path / "ledger", tmp_path / "gate"
    command = f"echo $$ >> {ledger}; while [ ! -e {gate} ]; do sleep 0.05; done; echo through"
    machine = {"id": "Machine", "type": "Ec2Resource"}
    activity = {"id": "Waits", "type": "ShellCommandActivity", "command": command}
    with RunningYard(tmp_path / "yard", *SETTINGS) as yard:
        _, pipeline = activate(yard, machine, activity | {"runsOn": ref("Machine")})
        until(ledger.exists)
        yard.stop(signal.SIGKILL)
    (first,) = ledger.read_text().split()
    until(lambda: not Path(f"/proc/{first}").exists())
    with RunningYard(tmp_path / "yard", *SETTINGS) as yard:
        client = yard.client("datapipeline")
        until(lambda: len(ledger.read_text().split()) == 2)
        gate.touch()
        done = {"Machine": "FINISHED", "Waits": "FINISHED"}
        assert until(lambda: statuses(client, pipeline) == done)
    (printed,) = (tmp_path / "yard" / "tasks").glob("*/*/*/*/stdout")
    assert printed.read_text() == "through\n"


def test_a_resource_goes_when_it_has_lasted_as_long_as_it_may(tmp_path: Path) -> None:
    """A machine that is lost takes what runs on it with it: nobody else is in its worker group."""
    ledger = tmp_path / "ledger"
    command = f"echo $$ >> {ledger}; exec sleep 1000"
    machine = {"id": "Machine", "type": "Ec2Resource"}
    activity = {"id": "Sleeps", "type": "ShellCommandActivity", "command": command}
    with RunningYard(tmp_path / "yard", *SETTINGS) as yard:
        client, pipeline = activate(yard, machine, activity | {"runsOn": ref("Machine")})
        until(ledger.exists)
        ids = client.query_objects(pipelineId=pipeline, sphere="INSTANCE")["ids"]
        (name,) = (each for each in ids if each.startswith("@Machine"))
        client.set_status(pipelineId=pipeline, objectIds=[name], status="TRY_CANCEL")
        gone = {"Machine": "CANCELED", "Sleeps": "CANCELED"}
        assert until(lambda: statuses(client, pipeline) == gone)
        (pid,) = ledger.read_text().split()
        assert until(lambda: not Path(f"/proc/{pid}").exists())


def test_the_yard_asks_s3_and_dynamodb_whether_its_preconditions_hold(
    tmp_path: Path, aws: str
) -> None:
    s3 = boto3.client("s3", endpoint_url=aws, region_name="us-east-1", **_keys())
    dynamodb = boto3.client("dynamodb", endpoint_url=aws, region_name="us-east-1", **_keys())
    bucket = f"b{uuid4().hex}"
    s3.create_bucket(Bucket=bucket)
    key = {"AttributeName": "k", "AttributeType": "S"}
    dynamodb.create_table(
        TableName=bucket,
        AttributeDefinitions=[key],
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    checks = {
        "S3KeyExists": {"s3Key": f"s3://{bucket}/in/data.csv"},
        "S3PrefixNotEmpty": {"s3Prefix": f"s3://{bucket}/in/"},
        "DynamoDBTableExists": {"tableName": bucket},
        "DynamoDBDataExists": {"tableName": bucket},
    }
    objects: list[dict[str, Any]] = [
        {"id": f"P{kind}", "type": kind, "role": "r"} | more for kind, more in checks.items()
    ]
    activity = {"type": "ShellCommandActivity", "command": "true"}
    objects += [activity | {"id": kind, "precondition": ref(f"P{kind}")} for kind in checks]
    with RunningYard(tmp_path, *SETTINGS, AWS_ENDPOINT_URL=aws, **KEYS) as yard:
        client, pipeline = activate(yard, *objects)

        def waits() -> set[str]:
            found = statuses(client, pipeline)
            return {kind for kind in checks if found.get(kind) != "WAITING_FOR_RUNNER"}

        assert until(lambda: waits() == checks.keys() - {"DynamoDBTableExists"})
        s3.put_object(Bucket=bucket, Key="in/data.csv", Body=b"1")
        dynamodb.put_item(TableName=bucket, Item={"k": {"S": "1"}})
        assert until(lambda: not waits())


def test_an_alarm_reaches_its_topic(tmp_path: Path, aws: str) -> None:
    sns = boto3.client("sns", endpoint_url=aws, region_name="us-east-1", **_keys())
    sqs = boto3.client("sqs", endpoint_url=aws, region_name="us-east-1", **_keys())
    topic = sns.create_topic(Name="ops")["TopicArn"]
    queue = sqs.create_queue(QueueName="ops")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    arn = attributes["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    alarm = {
        "id": "Alarm",
        "type": "SnsAlarm",
        "role": "r",
        "topicArn": topic,
        "subject": "#{node.@status}",
        "message": "#{node.name} says #{node.errorMessage}",
    }
    activity = {"id": "Fails", "type": "ShellCommandActivity", "command": "exit 1"}
    with RunningYard(tmp_path, *SETTINGS, AWS_ENDPOINT_URL=aws, **KEYS) as yard:
        client, _ = activate(yard, alarm, activity | {"onFail": ref("Alarm")})
        task = client.poll_for_task(workerGroup="mine")["taskObject"]
        client.set_task_status(taskId=task["taskId"], taskStatus="FAILED", errorMessage="oops")
        received = until(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))
    told = json.loads(received[0]["Body"])
    assert (told["Subject"], told["Message"]) == ("FAILED", "Fails says oops")


def _keys() -> dict[str, str]:
    return {name.lower(): value for name, value in KEYS.items()}


def test_definitions_that_are_sent_are_read_as_files_are() -> None:
    """`sent` is what these tests put; it must not be another definition than the file's."""
    whole = {"objects": [DEFAULT]}
    assert len(sent(whole)["pipelineObjects"]) == len(
        files.read(json.dumps(whole)).pipeline_objects
    )
