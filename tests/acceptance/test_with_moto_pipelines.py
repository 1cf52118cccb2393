"""Pipelines on a yard with moto: their preconditions, files and alarms need nothing else."""

import json
from pathlib import Path

from tests.acceptance.test_pipeline_surroundings import SETTINGS, activate, ref, statuses
from tests.acceptance.yards import RunningYard, until


def test_a_pipeline_finds_its_bucket_and_its_topic_at_the_yard(tmp_path: Path) -> None:
    with RunningYard(tmp_path / "data", *SETTINGS, "--with-moto") as yard:
        s3, sns, sqs = (yard.client(name) for name in ("s3", "sns", "sqs"))
        s3.create_bucket(Bucket="for-pipelines")
        topic = sns.create_topic(Name="ops")["TopicArn"]
        queue = sqs.create_queue(QueueName="ops")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
        client, pipeline = activate(
            yard,
            {"id": "Machine", "type": "Ec2Resource"},
            {"id": "There", "type": "S3KeyExists", "role": "r", "s3Key": "s3://for-pipelines/in/a"},
            {"id": "In", "type": "S3DataNode", "directoryPath": "s3://for-pipelines/in"},
            {"id": "Out", "type": "S3DataNode", "directoryPath": "s3://for-pipelines/out"},
            {
                "id": "Alarm",
                "type": "SnsAlarm",
                "topicArn": topic,
                "subject": "done",
                "message": "done",
                "role": "r",
            },
            {
                "id": "Copies",
                "type": "ShellCommandActivity",
                "command": "tr a-z A-Z < $INPUT1_STAGING_DIR/a > $OUTPUT1_STAGING_DIR/b",
                "stage": "true",
                "input": ref("In"),
                "output": ref("Out"),
                "precondition": ref("There"),
                "onSuccess": ref("Alarm"),
                "runsOn": ref("Machine"),
            },
        )
        s3.put_object(Bucket="for-pipelines", Key="in/a", Body=b"hello")
        until(lambda: statuses(client, pipeline).get("Copies") == "FINISHED")
        assert s3.get_object(Bucket="for-pipelines", Key="out/b")["Body"].read() == b"HELLO"
        (message,) = until(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))
        assert json.loads(message["Body"])["Subject"] == "done"
