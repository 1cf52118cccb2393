"""AWS Data Pipeline's control plane on a yard of its own, asked by boto3, with a killed yard.

The oracle: botocore's model, and https://docs.aws.amazon.com/datapipeline/latest/APIReference/
"""

import signal
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests.acceptance.yards import RunningYard, until
from tests.server.operations.pipelines_yard import ONCE, sent

Client = Any


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningYard]:
    with RunningYard(tmp_path_factory.mktemp("yard") / "data", "--ephemeral") as yard:
        yield yard


def made(client: Client, unique: str, whole: dict[str, Any] = ONCE) -> str:
    """Create a pipeline with a definition; its id."""
    pipeline = str(client.create_pipeline(name="p", uniqueId=unique)["pipelineId"])
    answer = client.put_pipeline_definition(pipelineId=pipeline, **sent(whole))
    assert answer["errored"] is False
    return pipeline


def state(client: Client, pipeline: str) -> str:
    (found,) = client.describe_pipelines(pipelineIds=[pipeline])["pipelineDescriptionList"]
    fields = {field["key"]: field["stringValue"] for field in found["fields"]}
    return fields["@pipelineState"]


def instances(client: Client, pipeline: str) -> list[str]:
    pages = client.get_paginator("query_objects").paginate(pipelineId=pipeline, sphere="INSTANCE")
    return [name for page in pages for name in page["ids"]]


def status(client: Client, pipeline: str, name: str) -> str:
    (found,) = client.describe_objects(pipelineId=pipeline, objectIds=[name])["pipelineObjects"]
    return str({f["key"]: f.get("stringValue") for f in found["fields"]}["@status"])


def test_a_pipeline_lives_from_its_making_to_its_end(shared: RunningYard) -> None:
    client = shared.client("datapipeline")
    pipeline = made(client, "life")
    assert made(client, "life") == pipeline
    client.activate_pipeline(pipelineId=pipeline)
    (name,) = instances(client, pipeline)
    task = client.poll_for_task(workerGroup="g")["taskObject"]
    assert task["pipelineId"] == pipeline
    assert status(client, pipeline, name) == "RUNNING"
    words = client.evaluate_expression(
        pipelineId=pipeline, objectId=task["attemptId"], expression="#{command}, #{@status}"
    )
    assert words["evaluatedExpression"] == "echo you, RUNNING"
    client.set_task_status(taskId=task["taskId"], taskStatus="FINISHED")
    assert status(client, pipeline, name) == "FINISHED"
    assert state(client, pipeline) == "FINISHED"
    client.delete_pipeline(pipelineId=pipeline)
    listed = client.get_paginator("list_pipelines").paginate().build_full_result()
    assert pipeline not in [each["id"] for each in listed["pipelineIdList"]]
    with pytest.raises(client.exceptions.PipelineDeletedException, match=pipeline):
        client.describe_pipelines(pipelineIds=[pipeline])


def test_regions_know_nothing_of_each_other(shared: RunningYard) -> None:
    here, there = shared.client("datapipeline"), shared.client("datapipeline", "eu-west-1")
    pipeline = made(here, "region")
    assert made(there, "region") != pipeline
    with pytest.raises(there.exceptions.PipelineNotFoundException, match="eu-west-1"):
        there.describe_pipelines(pipelineIds=[pipeline])


def test_refusals_are_typed(shared: RunningYard) -> None:
    client = shared.client("datapipeline")
    pipeline = made(client, "refused")
    invalid = client.exceptions.InvalidRequestException
    with pytest.raises(invalid, match="does not run"):
        client.deactivate_pipeline(pipelineId=pipeline)
    with pytest.raises(invalid, match="not supported for field type"):
        client.query_objects(
            pipelineId=pipeline,
            sphere="COMPONENT",
            query={
                "selectors": [{"fieldName": "type", "operator": {"type": "EQ", "values": ["x"]}}]
            },
        )
    with pytest.raises(invalid, match="RERUN"):
        client.set_status(pipelineId=pipeline, objectIds=["Hi"], status="RERUN")
    empty = [{"id": "A", "name": "A", "fields": [{"key": "command", "stringValue": ""}]}]
    with pytest.raises(invalid, match="FATAL errors"):
        client.put_pipeline_definition(pipelineId=pipeline, pipelineObjects=empty)
    with pytest.raises(client.exceptions.TaskNotFoundException, match="Nobody"):
        client.evaluate_expression(pipelineId=pipeline, objectId="Nobody", expression="x")


def posted(yard: RunningYard, target: str, body: bytes) -> tuple[int, str]:
    """Send a signed request as somebody does who has read the guide only; status and answer."""
    env = yard.env()
    credentials = Credentials(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"])
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}
    request = AWSRequest("POST", f"{yard.url}/", headers, body)
    SigV4Auth(credentials, "datapipeline", "us-east-1").add_auth(request)
    line = HTTPConnection(urlsplit(yard.url).netloc)
    line.request("POST", "/", body, dict(request.headers.items()))
    response = line.getresponse()
    answer = response.status, response.read().decode()
    line.close()
    return answer


def test_the_guides_target_and_error_body_are_understood_and_given(shared: RunningYard) -> None:
    # https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-make-http-request.html
    guide, model = "DataPipeline_20121129.ListPipelines", "DataPipeline.ListPipelines"
    assert posted(shared, guide, b"{}") == posted(shared, model, b"{}")
    code, answer = posted(shared, guide, b'{"marker":"df-x"}')
    assert code == 400
    assert answer.startswith('{"__type":"com.amazon.setl.webservice#InvalidRequestException",')
    code, answer = posted(shared, "DataPipeline.CreatePipeline", b'{"name":"n"')
    assert (code, "SerializationException" in answer) == (400, True)
    code, answer = posted(shared, "DataPipeline.CreatePipeline", b'{"name":"n"}')
    assert (code, "uniqueId" in answer) == (400, True)


def test_what_was_answered_outlives_a_killed_yard(tmp_path: Path) -> None:
    with RunningYard(tmp_path) as yard:
        client = yard.client("datapipeline")
        pipeline = made(client, "kept")
        tags = [{"key": "a", "value": "b"}]
        client.add_tags(pipelineId=pipeline, tags=tags)
        client.activate_pipeline(pipelineId=pipeline)
        client.set_status(pipelineId=pipeline, objectIds=["Hi"], status="PAUSE")
        (name,) = instances(client, pipeline)
        gone = made(client, "gone")
        client.delete_pipeline(pipelineId=gone)
        yard.stop(signal.SIGKILL)
    with RunningYard(tmp_path) as yard:
        client = yard.client("datapipeline")
        assert made(client, "kept") == pipeline
        (found,) = client.describe_pipelines(pipelineIds=[pipeline])["pipelineDescriptionList"]
        assert found["tags"] == tags
        assert status(client, pipeline, "Hi") == "PAUSED"
        with pytest.raises(client.exceptions.PipelineDeletedException):
            client.describe_pipelines(pipelineIds=[gone])
        client.set_status(pipelineId=pipeline, objectIds=[name], status="TRY_CANCEL")
        assert until(lambda: status(client, pipeline, name) == "CANCELED")
        client.set_status(pipelineId=pipeline, objectIds=[name], status="MARK_FINISHED")
        assert until(lambda: state(client, pipeline) == "FINISHED")


def test_long_definitions_and_texts_are_worked_out_beside_everything_else(
    shared: RunningYard,
) -> None:
    client = shared.client("datapipeline")
    many = ["#{myWhom} " * 25 for _ in range(40)]
    hi = ONCE["objects"][1] | {"scriptArgument": many}
    others = [hi | {"id": f"Hi{number}"} for number in range(2)]
    pipeline = made(client, "long", {"objects": [ONCE["objects"][0], hi, *others]})
    text = "-- a long script\n" * 10_000 + "#{myWhom}"
    asked = {"pipelineId": pipeline, "objectId": "Hi", "expression": text}
    worked = client.evaluate_expression(**asked)["evaluatedExpression"]
    assert worked == text.replace("#{myWhom}", "you")
    client.delete_pipeline(pipelineId=pipeline)


def test_awss_quotas_hold_where_they_are_asked_for(tmp_path: Path) -> None:
    with RunningYard(tmp_path, "--ephemeral", "--aws-quotas") as yard:
        client = yard.client("datapipeline")
        for number in range(100):
            client.create_pipeline(name="p", uniqueId=str(number))

        def refused(unique: str) -> str | None:
            try:
                client.create_pipeline(name="p", uniqueId=unique)
            except ClientError as error:
                return str(error.response["Error"]["Code"])
            return None

        assert until(lambda: refused("0") == "ThrottlingException")  # the calls saved up are made
        assert until(lambda: refused("another") == "InvalidRequestException")  # once one may be
        elsewhere = yard.client("datapipeline", "eu-west-1")
        elsewhere.create_pipeline(name="p", uniqueId="0")
