"""botocore's own client is the oracle: we understand what it asks, it understands our answers."""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec
import pytest
from botocore.exceptions import ClientError

from batchyard.errors import Fault
from batchyard.wire import Call, Response, Service
from tests.wire.line import Line
from tests.wire.samples import MODELS, SERVICES, Json, sample

Lines = Callable[[str], Line]
OPERATIONS = [
    (name, operation) for name in SERVICES for operation in Service(MODELS[name]).operations
]
ERRORS = [
    (name, shape)
    for name, model in MODELS.items()
    for shape, definition in model["shapes"].items()
    if definition.get("exception") and shape != "SessionStreamingException"
]
# Any request will do where only the answer matters.
PLAIN = {"batch": "ListJobs", "logs": "DescribeLogGroups", "datapipeline": "ListPipelines"}


def sampled(name: str, operation: str, end: str) -> Json:
    model = MODELS[name]
    if end not in model["operations"][operation]:
        return {}
    return sample(model["shapes"], model["operations"][operation][end]["shape"])


def in_json(value: Json) -> Json:
    """What a client's value is in JSON."""
    if isinstance(value, Mapping):
        return {key: in_json(of) for key, of in value.items()}
    if isinstance(value, list):
        return [in_json(of) for of in value]
    return value.timestamp() if isinstance(value, datetime) else value


@pytest.mark.parametrize("name,operation", OPERATIONS)
def test_what_botocore_asks_is_understood(line: Lines, name: str, operation: str) -> None:
    asked = sampled(name, operation, "input")
    line(name).reply = line(name).silence
    line(name).ask(operation, asked)
    call = line(name).call
    assert call is not None
    assert call.operation == operation
    assert msgspec.to_builtins(call.params) == asked


@pytest.mark.parametrize("name,operation", OPERATIONS)
def test_what_we_answer_botocore_understands(line: Lines, name: str, operation: str) -> None:
    expected = sampled(name, operation, "output")
    service = line(name).service

    def reply(call: Call) -> Response:
        answer = None
        if expected:
            output = MODELS[name]["operations"][operation]["output"]["shape"]
            answer = msgspec.convert(expected, service.type(output))
        return service.encode(call.operation, answer, "id-of-request")

    line(name).reply = reply
    answer = line(name).ask(operation, sampled(name, operation, "input"))
    metadata = answer.pop("ResponseMetadata")
    assert in_json(answer) == expected
    assert metadata["RequestId"] == "id-of-request"
    assert metadata["HTTPStatusCode"] == 200


@pytest.mark.parametrize("name,error", ERRORS)
@pytest.mark.parametrize("status", [400, 404, 429, 500])
def test_a_fault_is_raised_as_the_clients_typed_exception(
    line: Lines, name: str, error: str, status: int
) -> None:
    service = line(name).service
    fault = Fault(error, "what was wrong: 'é'", status)
    line(name).reply = lambda _: service.fault(fault, "id-of-request")
    with pytest.raises(ClientError) as raised:
        line(name).ask(PLAIN[name], sampled(name, PLAIN[name], "input"))
    assert type(raised.value) is getattr(line(name).client.exceptions, error)
    assert raised.value.response["Error"] == {"Code": error, "Message": "what was wrong: 'é'"}
    assert raised.value.response["ResponseMetadata"]["RequestId"] == "id-of-request"
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_a_definition_reads_back_as_it_was_registered_empty_lists_included(line: Lines) -> None:
    # Clients compare what they registered with what they read, and register again when it differs.
    batch = line("batch")
    container = {
        "image": "busybox",
        "command": [],
        "environment": [],
        "volumes": [],
        "linuxParameters": {"devices": [], "swappiness": 0, "initProcessEnabled": False},
        "logConfiguration": {"logDriver": "awslogs", "options": {}},
    }

    batch.reply = batch.silence
    batch.ask(
        "RegisterJobDefinition",
        {"jobDefinitionName": "a", "type": "container", "containerProperties": container},
    )
    assert batch.call is not None
    made = batch.service.types.JobDefinition(
        container_properties=batch.call.params.container_properties
    )
    described = batch.service.types.DescribeJobDefinitionsResponse(job_definitions=[made])
    batch.reply = lambda call: batch.service.encode(call.operation, described)
    answer = batch.ask("DescribeJobDefinitions", {})
    assert answer["jobDefinitions"] == [{"containerProperties": container}]
