"""A whole local AWS: `batchyard serve --with-moto`, driven by boto3.

The oracle for the services that are not the yard's is boto3, which must be able to read what it is
answered; for stacks, https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Batch.html;
for state machines, https://docs.aws.amazon.com/step-functions/latest/dg/connect-batch.html
"""

import io
import json
import os
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from batchyard.server.neighbours.exchange import Exchange, Question
from tests.acceptance.yards import RunningYard, ended, printed, register, until

ACCOUNT = "210987654321"
OPTIONS = ("--with-moto", "--ephemeral", "--minimum-timeout", "1", "--account-id", ACCOUNT)
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningYard]:
    with RunningYard(tmp_path_factory.mktemp("yard") / "data", *OPTIONS) as yard:
        yield yard


@pytest.fixture(scope="module")
def bucket(yard: RunningYard) -> str:
    yard.client("s3").create_bucket(Bucket="the-bucket")
    return "the-bucket"


def fetched(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - the yard's own address
        return bytes(answer.read())


def refused(url: str, **more: Any) -> tuple[int, str]:
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(urllib.request.Request(url, **more))  # noqa: S310 - as above
    with error.value as answer:
        return error.value.code, answer.read().decode()


def presigning(yard: RunningYard, version: str, style: str = "auto") -> Any:
    """Make a client of S3 that presigns in one way or the other."""
    env, how = yard.env(), {"addressing_style": style}
    return boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=yard.url.replace("127.0.0.1", "localhost"),  # an address has no names below
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
        config=Config(signature_version=version, s3=cast("Any", how)),
    )


def moto_of(yard: RunningYard) -> int:
    """The process id of the moto that a yard has started."""
    found = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(yard.process.pid)],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = (line.split() for line in found.stdout.splitlines() if "neighbours.program" in line)
    return int(next(lines)[0])


def socket_of(yard: RunningYard) -> Path:
    """Where that moto listens, now that it does: the last word of its command."""
    yard.client("sts").get_caller_identity()
    command = Path(f"/proc/{moto_of(yard)}/cmdline").read_bytes()
    return Path(os.fsdecode(command.rstrip(b"\0").rpartition(b"\0")[2]))


@pytest.mark.parametrize("key", ["plain", "a//../ü b+c&d=e?", "UPPER/%2F"])
def test_any_object_comes_back_as_it_was_put(yard: RunningYard, bucket: str, key: str) -> None:
    s3, body = yard.client("s3"), os.urandom(70_000)
    s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata={"who": "me"})
    found = s3.get_object(Bucket=bucket, Key=key)
    assert found["Body"].read() == body
    assert s3.head_object(Bucket=bucket, Key=key)["Metadata"] == {"who": "me"}
    assert key in [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]]


def test_twenty_mebibytes_go_up_and_come_down_in_one_piece_and_in_parts(
    yard: RunningYard, bucket: str
) -> None:
    s3, body = yard.client("s3"), os.urandom(20 * MIB)
    s3.put_object(Bucket=bucket, Key="large", Body=body)
    assert s3.get_object(Bucket=bucket, Key="large")["Body"].read() == body
    s3.upload_fileobj(io.BytesIO(body), bucket, "parts")
    taken = io.BytesIO()
    s3.download_fileobj(bucket, "parts", taken)
    assert taken.getvalue() == body


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_a_presigned_url_needs_no_key_and_no_other_url_does(
    yard: RunningYard, bucket: str, version: str
) -> None:
    s3 = presigning(yard, version)
    key = f"presigned {version}"
    up = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": key})
    urllib.request.urlopen(  # noqa: S310 - the yard's own address
        urllib.request.Request(up, data=b"hello", method="PUT", headers={"Content-Type": ""})  # noqa: S310 - as above
    ).close()
    down = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key})
    assert fetched(down) == b"hello"
    status, said = refused(down.replace(version, "other"))
    assert (status, "SignatureDoesNotMatch" in said) == (403, True)
    status, said = refused(f"{yard.url}/{bucket}/large")
    assert (status, "Missing Authentication Token" in said) == (403, True)


STS = (
    b"Action=AssumeRoleWithWebIdentity&Version=2011-06-15&WebIdentityToken=token"
    b"&RoleSessionName=x&RoleArn=arn:aws:iam::210987654321:role/any"
)


@pytest.mark.parametrize("version", ["s3", "s3v4"])
@pytest.mark.parametrize("style", ["path", "virtual"])
def test_a_presigned_url_of_s3_is_a_key_to_nothing_else(
    yard: RunningYard, version: str, style: str
) -> None:
    s3 = presigning(yard, version, style)
    made = urlsplit(s3.generate_presigned_url("create_bucket", {"Bucket": "made-by-url"}))
    form = {"Content-Type": "application/x-www-form-urlencoded", "Host": made.netloc}
    url = f"{yard.url}{made.path}?{made.query}"
    request = urllib.request.Request(url, STS, form, method="PUT")  # noqa: S310 - as below
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - the yard's own address
            said = answer.read()
    except urllib.error.HTTPError as error:
        with error:
            said = error.read()
    assert b"SecretAccessKey" not in said


def test_what_is_stored_cannot_act_as_a_page_of_the_yard(yard: RunningYard, bucket: str) -> None:
    s3 = yard.client("s3")
    page = {"Bucket": bucket, "Key": "page.html"}
    s3.put_object(Body=b"<script></script>", ContentType="text/html", **page)
    url = s3.generate_presigned_url("get_object", page)
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - the yard's own address
        assert answer.headers.get_all("content-security-policy") == ["sandbox"]
        assert answer.headers.get_all("x-content-type-options") == ["nosniff"]


def test_a_url_of_one_bucket_is_none_of_another(yard: RunningYard, bucket: str) -> None:
    s3 = yard.client("s3")
    s3.create_bucket(Bucket="other")
    s3.put_object(Bucket="other", Key=f"{bucket}/a.txt", Body=b"secret")
    url = presigning(yard, "s3", "path").generate_presigned_url(
        "get_object", {"Bucket": bucket, "Key": "a.txt"}
    )
    port = url.partition("//")[2].partition("/")[0].rpartition(":")[2]
    status, _ = refused(url, headers={"Host": f"other.localhost:{port}"})
    assert status == 403


@pytest.mark.parametrize("service", ["sns", "sqs", "ec2", "s3", "lambda", "sts"])
def test_a_key_that_nobody_gave_out_is_refused_in_the_words_of_each_protocol(
    yard: RunningYard, service: str
) -> None:
    asked = {
        "sns": "list_topics",
        "sqs": "list_queues",
        "ec2": "describe_vpcs",
        "s3": "list_buckets",
        "lambda": "list_functions",
        "sts": "get_caller_identity",
    }
    stranger = boto3.client(
        service,
        region_name="us-east-1",
        endpoint_url=yard.url,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="wrong",
    )
    with pytest.raises(ClientError) as error:
        getattr(stranger, asked[service])()
    code = "InvalidAccessKeyId" if service == "s3" else "UnrecognizedClientException"
    assert error.value.response["Error"]["Code"] == code
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_the_services_work_together_in_the_account_of_the_yard(yard: RunningYard) -> None:
    assert yard.client("sts").get_caller_identity()["Account"] == ACCOUNT
    sqs, sns = yard.client("sqs"), yard.client("sns")
    url = sqs.create_queue(QueueName="news")["QueueUrl"]
    assert url == f"{yard.url}/{ACCOUNT}/news"
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    topic = sns.create_topic(Name="topic")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    sns.publish(TopicArn=topic, Message="hello")
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"])["Message"] == "hello"
    secrets = yard.client("secretsmanager")
    secrets.create_secret(Name="secret", SecretString="word")
    assert secrets.get_secret_value(SecretId="secret")["SecretString"] == "word"


def test_an_event_reaches_a_queue_by_a_rule(yard: RunningYard) -> None:
    sqs, events = yard.client("sqs"), yard.client("events")
    url = sqs.create_queue(QueueName="ended-jobs")["QueueUrl"]
    pattern = {"source": ["aws.batch"], "detail": {"status": ["FAILED", "SUCCEEDED"]}}
    events.put_rule(Name="ended", EventPattern=json.dumps(pattern))
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:ended-jobs"
    events.put_targets(Rule="ended", Targets=[{"Id": "1", "Arn": arn}])
    for status in ("RUNNING", "SUCCEEDED"):
        detail = json.dumps({"jobName": "j", "status": status})
        entry = {"Source": "aws.batch", "DetailType": "Batch Job State Change", "Detail": detail}
        assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0
    (message,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert json.loads(message["Body"])["detail"]["status"] == "SUCCEEDED"


def test_the_events_of_jobs_reach_a_queue_by_a_rule(yard: RunningYard) -> None:
    sqs, events, batch = yard.client("sqs"), yard.client("events"), yard.client("batch")
    url = sqs.create_queue(QueueName="failed-jobs")["QueueUrl"]
    pattern = {
        "source": ["aws.batch"],
        "detail-type": ["Batch Job State Change"],
        "detail": {"status": ["FAILED"], "jobName": ["told"]},
    }
    events.put_rule(Name="failed", EventPattern=json.dumps(pattern))
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:failed-jobs"
    events.put_targets(Rule="failed", Targets=[{"Id": "1", "Arn": arn}])
    definition = register(batch, "sh", "-c", "exit 7", "<resources> <id>")
    ids = [
        batch.submit_job(jobName=name, jobQueue="default", jobDefinition=definition)["jobId"]
        for name in ("other", "told")
    ]
    (message,) = until(lambda: sqs.receive_message(QueueUrl=url).get("Messages"))
    event = json.loads(message["Body"])
    assert (event["source"], event["account"]) == ("aws.batch", ACCOUNT)
    assert event["detail"]["jobId"] == ids[1]
    assert event["detail"]["container"]["exitCode"] == 7
    assert event["detail"]["container"]["command"][-1] == "<resources> <id>"
    for job_id in ids:
        ended(batch, job_id)
    assert "Messages" not in sqs.receive_message(QueueUrl=url)


def test_a_rule_writes_to_a_log_group_of_the_yard(yard: RunningYard) -> None:
    logs, events = yard.client("logs"), yard.client("events")
    group = "/aws/events/all"
    logs.create_log_group(logGroupName=group)
    events.put_rule(Name="logged", EventPattern=json.dumps({"source": ["lab"]}))
    for number, name in enumerate((group, "/aws/events/none")):
        arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{name}"
        events.put_targets(Rule="logged", Targets=[{"Id": str(number), "Arn": arn}])
    entry = {"Source": "lab", "DetailType": "Done", "Detail": json.dumps({"a": 1})}
    assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0
    (event,) = logs.filter_log_events(logGroupName=group)["events"]
    assert json.loads(event["message"])["detail"] == {"a": 1}


def test_a_role_that_was_assumed_may_ask_the_yard_too(yard: RunningYard) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/worker"
    given = yard.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    session = boto3.Session(
        given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], "us-east-1"
    )
    queues = session.client("batch", endpoint_url=yard.url).describe_job_queues()["jobQueues"]
    assert [queue["jobQueueName"] for queue in queues] == ["default"]
    identity = session.client("sts", endpoint_url=yard.url).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/test"


def test_a_key_that_iam_gave_out_may_ask_the_yard_too(yard: RunningYard) -> None:
    iam = yard.client("iam")
    iam.create_user(UserName="somebody")
    key = iam.create_access_key(UserName="somebody")["AccessKey"]
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")
    assert session.client("batch", endpoint_url=yard.url).describe_job_queues()["jobQueues"]
    wrong = boto3.Session(key["AccessKeyId"], "another", region_name="us-east-1")
    with pytest.raises(ClientError) as refused:
        wrong.client("batch", endpoint_url=yard.url).describe_job_queues()
    assert refused.value.response["Error"]["Code"] == "InvalidSignatureException"


@pytest.mark.parametrize("service", ["batch", "logs", "datapipeline"])
async def test_what_the_yard_has_is_not_served_by_moto_even_to_the_yard(
    yard: RunningYard, service: str
) -> None:
    scope = f"key/20260101/us-east-1/{service}/aws4_request"
    signed = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0".encode()
    headers = [(b"Host", b"localhost"), (b"Authorization", signed)]
    question = Question("POST", "/v1/describejobqueues", headers, io.BytesIO(b"{}"), 2)
    async with Exchange(socket_of(yard), question) as exchange:
        await exchange.begin()
        assert exchange.status == 404
        assert (b"x-batchyard-unserved", service.encode()) in exchange.headers


def test_a_service_that_nobody_has_is_refused_by_its_name(yard: RunningYard) -> None:
    with pytest.raises(ClientError, match="'braket' is answered neither") as error:
        yard.client("braket").search_devices(filters=[])
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_moto_cannot_be_changed_from_outside(yard: RunningYard) -> None:
    s3 = yard.client("s3")
    with pytest.raises(ClientError, match="not reached through a yard"):
        s3.put_object(Bucket="moto-api", Key="reset", Body=b"")


STACK: dict[str, Any] = {
    "Parameters": {"Most": {"Type": "Number", "Default": 4}},
    "Resources": {
        "Environment": {
            "Type": "AWS::Batch::ComputeEnvironment",
            "Properties": {
                "Type": "MANAGED",
                "ServiceRole": "arn:aws:iam::210987654321:role/batch",
                "ComputeResources": {
                    "Type": "EC2",
                    "MinvCpus": "0",
                    "MaxvCpus": {"Ref": "Most"},
                    "InstanceTypes": ["optimal"],
                    "InstanceRole": "arn:aws:iam::210987654321:instance-profile/x",
                    "Subnets": ["subnet-1"],
                    "SecurityGroupIds": ["sg-1"],
                },
            },
        },
        "Policy": {
            "Type": "AWS::Batch::SchedulingPolicy",
            "Properties": {"FairsharePolicy": {"ShareDecaySeconds": 600}},
        },
        "Queue": {
            "Type": "AWS::Batch::JobQueue",
            "Properties": {
                "JobQueueName": "of-a-stack",
                "Priority": 5,
                "SchedulingPolicyArn": {"Fn::GetAtt": ["Policy", "Arn"]},
                "ComputeEnvironmentOrder": [
                    {"ComputeEnvironment": {"Ref": "Environment"}, "Order": 1}
                ],
            },
        },
        "Definition": {
            "Type": "AWS::Batch::JobDefinition",
            "Properties": {
                "JobDefinitionName": "of-a-stack",
                "Type": "container",
                "ContainerProperties": {
                    "Image": "busybox",
                    "Command": ["sh", "-c", "echo hello $WHO"],
                    "Environment": [{"Name": "WHO", "Value": "stack"}],
                    "ResourceRequirements": [
                        {"Type": "VCPU", "Value": 1},
                        {"Type": "MEMORY", "Value": "128"},
                    ],
                },
            },
        },
        "Group": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"LogGroupName": "/of/a/stack", "RetentionInDays": 7},
        },
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "of-a-stack"}},
    },
    "Outputs": {
        "Queue": {"Value": {"Fn::GetAtt": ["Queue", "JobQueueArn"]}},
        "Definition": {"Value": {"Ref": "Definition"}},
    },
}


def altered(**properties: dict[str, Any]) -> str:
    """The stack with some properties of some of its resources changed."""
    template = json.loads(json.dumps(STACK))
    for name, changed in properties.items():
        template["Resources"][name]["Properties"] |= changed
    return json.dumps(template)


def test_a_stack_makes_changes_and_unmakes_what_jobs_need_at_the_yard(yard: RunningYard) -> None:
    stacks, batch, logs = (yard.client(name) for name in ("cloudformation", "batch", "logs"))
    stacks.create_stack(StackName="whole", TemplateBody=json.dumps(STACK))
    (stack,) = stacks.describe_stacks(StackName="whole")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    given = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    answer = batch.submit_job(
        jobName="j",
        jobQueue=given["Queue"],
        jobDefinition=given["Definition"],
        shareIdentifier="one",
    )
    job = ended(batch, answer["jobId"])
    assert (job["status"], printed(logs, job)) == ("SUCCEEDED", ["hello stack"])
    (group,) = logs.describe_log_groups(logGroupNamePrefix="/of/a/stack")["logGroups"]
    assert group["retentionInDays"] == 7

    body = altered(
        Queue={"Priority": 9},
        Group={"RetentionInDays": "30"},
        Definition={"Timeout": {"AttemptDurationSeconds": 60}},
    )
    stacks.update_stack(StackName="whole", TemplateBody=body)
    (queue,) = batch.describe_job_queues(jobQueues=["of-a-stack"])["jobQueues"]
    assert (queue["priority"], queue["jobQueueArn"]) == (9, given["Queue"])
    revisions = batch.describe_job_definitions(jobDefinitionName="of-a-stack")["jobDefinitions"]
    assert {each["revision"]: each["status"] for each in revisions} == {1: "INACTIVE", 2: "ACTIVE"}
    (group,) = logs.describe_log_groups(logGroupNamePrefix="/of/a/stack")["logGroups"]
    assert group["retentionInDays"] == 30

    stacks.delete_stack(StackName="whole")
    assert batch.describe_job_queues(jobQueues=["of-a-stack"])["jobQueues"] == []
    left = batch.describe_compute_environments()["computeEnvironments"]
    assert [each["computeEnvironmentName"] for each in left] == ["local"]
    assert batch.list_scheduling_policies()["schedulingPolicies"] == []
    assert logs.describe_log_groups(logGroupNamePrefix="/of/a/stack")["logGroups"] == []


@pytest.mark.parametrize(
    "template, sentence",
    [
        (
            json.dumps({"Resources": STACK["Resources"] | {"X": {"Type": "AWS::Batch::Gizmo"}}}),
            "AWS::Batch::Gizmo: a yard makes no such resource",
        ),
        (
            json.dumps({"Resources": {"X": {"Type": "AWS::DataPipeline::Pipeline"}}}),
            "AWS::DataPipeline::Pipeline: a yard makes no such resource",
        ),
        (altered(Queue={"Colour": "red"}), "AWS::Batch::JobQueue: a yard knows no property Colour"),
        (altered(Queue={"Priority": "high"}), "Priority takes a number (integer), not 'high'"),
        (altered(Queue={"State": "ASLEEP"}), "AWS::Batch::JobQueue: CreateJobQueue: "),
    ],
)
def test_a_stack_that_the_yard_cannot_make_is_refused_and_leaves_nothing(
    yard: RunningYard, template: str, sentence: str
) -> None:
    stacks, batch = yard.client("cloudformation"), yard.client("batch")
    with pytest.raises(ClientError) as error:
        stacks.create_stack(StackName="refused", TemplateBody=template)
    assert sentence in error.value.response["Error"]["Message"]
    left = batch.describe_compute_environments()["computeEnvironments"]
    assert [each["computeEnvironmentName"] for each in left] == ["local"]
    assert stacks.describe_stacks()["Stacks"] == []


def executed(yard: RunningYard, name: str, resource: str, exit_code: str) -> dict[str, Any]:
    """Run a state machine of one task to its end."""
    machines = yard.client("stepfunctions")
    definition = register(yard.client("batch"), "sh", "-c", "exit $CODE", name=name)
    task = {
        "Type": "Task",
        "Resource": resource,
        "Parameters": {
            "JobName": name,
            "JobQueue": "default",
            "JobDefinition": definition,
            "ContainerOverrides": {"Environment": [{"Name": "CODE", "Value": exit_code}]},
        },
        "End": True,
    }
    made = machines.create_state_machine(
        name=name,
        definition=json.dumps({"StartAt": "Run", "States": {"Run": task}}),
        roleArn=f"arn:aws:iam::{ACCOUNT}:role/machine",
    )
    arn = machines.start_execution(stateMachineArn=made["stateMachineArn"])["executionArn"]

    def over() -> dict[str, Any] | None:
        found: dict[str, Any] = machines.describe_execution(executionArn=arn)
        return None if found["status"] == "RUNNING" else found

    execution: dict[str, Any] = until(over)
    return execution


def test_a_state_machine_runs_a_job_to_its_end(yard: RunningYard) -> None:
    found = executed(yard, "succeeds", "arn:aws:states:::batch:submitJob.sync", "0")
    output = json.loads(found["output"])
    assert (found["status"], output["Status"]) == ("SUCCEEDED", "SUCCEEDED")
    assert output["Container"]["ExitCode"] == 0
    assert ended(yard.client("batch"), output["JobId"])["jobName"] == "succeeds"


def test_a_state_machine_fails_with_its_job(yard: RunningYard) -> None:
    found = executed(yard, "fails", "arn:aws:states:::batch:submitJob.sync", "3")
    assert (found["status"], found["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(found["cause"])["Container"]["ExitCode"] == 3


def test_a_state_machine_need_not_wait(yard: RunningYard) -> None:
    found = executed(yard, "begins", "arn:aws:states:::batch:submitJob", "0")
    assert set(json.loads(found["output"])) == {"JobArn", "JobId", "JobName"}


def test_a_state_machine_is_told_what_the_yard_refuses(yard: RunningYard) -> None:
    machines = yard.client("stepfunctions")
    task = {"JobName": "j", "JobQueue": "none", "JobDefinition": "none"}
    states = {
        "Run": {
            "Type": "Task",
            "Resource": "arn:aws:states:::batch:submitJob.sync",
            "Parameters": task,
            "End": True,
        }
    }
    made = machines.create_state_machine(
        name="refused",
        definition=json.dumps({"StartAt": "Run", "States": states}),
        roleArn=f"arn:aws:iam::{ACCOUNT}:role/machine",
    )
    arn = machines.start_execution(stateMachineArn=made["stateMachineArn"])["executionArn"]
    until(lambda: machines.describe_execution(executionArn=arn)["status"] == "FAILED")
    found = machines.describe_execution(executionArn=arn)
    assert found["error"] == "Batch.ClientException"
    assert "none" in found["cause"]


def test_a_reset_empties_moto_too(tmp_path: Path) -> None:
    with RunningYard(tmp_path / "data", *OPTIONS) as yard:
        s3 = yard.client("s3")
        s3.create_bucket(Bucket="gone-soon")
        env = yard.env()
        signer = boto3.Session(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"])
        posted(yard.url, signer)
        assert s3.list_buckets()["Buckets"] == []


def posted(url: str, session: boto3.Session) -> None:
    """POST /_batchyard/reset, signed."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    request = AWSRequest("POST", f"{url}/_batchyard/reset", data=b"")
    SigV4Auth(session.get_credentials(), "batch", "us-east-1").add_auth(request)
    headers = dict(request.headers.items())
    with urllib.request.urlopen(  # noqa: S310 - the yard's own address
        urllib.request.Request(f"{url}/_batchyard/reset", data=b"", method="POST", headers=headers)  # noqa: S310 - as above
    ) as answer:
        assert answer.status == 200


def test_a_moto_that_is_killed_begins_anew_and_the_yard_goes_on(tmp_path: Path) -> None:
    with RunningYard(tmp_path / "data", *OPTIONS) as yard:
        sqs = yard.client("sqs")
        sqs.create_queue(QueueName="lost")
        first, socket = moto_of(yard), socket_of(yard)
        os.kill(first, signal.SIGKILL)
        until(
            lambda: (
                not Path(f"/proc/{first}/cmdline").exists()
                or not Path(f"/proc/{first}/cmdline").read_bytes()
            )
        )
        assert yard.client("batch").describe_job_queues()["jobQueues"]

        def again() -> bool:
            try:
                return sqs.list_queues().get("QueueUrls", []) == []
            except ClientError:  # the one that found it dead
                return False

        until(again)
        second = moto_of(yard)
        assert second != first
        assert not socket.parent.exists()
        code, said = yard.stop()
        assert code == 0
        assert "moto has ended (exit code -9)" in said
        assert "gone when the yard stops" in said
        until(lambda: not Path(f"/proc/{second}").exists())


def test_moto_ends_with_a_yard_that_is_killed(tmp_path: Path) -> None:
    with RunningYard(tmp_path / "data", *OPTIONS) as yard:
        yard.client("sqs").list_queues()
        moto = moto_of(yard)
        yard.stop(signal.SIGKILL)
        until(lambda: not Path(f"/proc/{moto}").exists())
