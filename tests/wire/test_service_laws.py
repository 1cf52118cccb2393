"""Laws: what is decoded is what was sent; and whatever is sent, only a Fault is raised."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.errors import Fault
from batchyard.wire import Call, Request, Service
from tests.wire.samples import MODELS, Json, sample, values

SHAPES = MODELS["batch"]["shapes"]
BATCH = Service(MODELS["batch"])
LOGS = Service(MODELS["logs"])
PIPELINES = Service(MODELS["datapipeline"])
ECHOED = ("RegisterJobDefinition", "SubmitJob", "CreateComputeEnvironment", "CreateJobQueue")

texts = st.text(max_size=8)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
)


def post(operation: str, body: bytes) -> Request:
    path = MODELS["batch"]["operations"][operation]["http"]["requestUri"]
    return Request("POST", path, "", {"content-type": "application/json"}, body)


@pytest.mark.parametrize("operation", ECHOED)
@given(data=st.data())
def test_what_is_decoded_and_encoded_is_what_was_sent(operation: str, data: st.DataObject) -> None:
    sent = data.draw(values(SHAPES, MODELS["batch"]["operations"][operation]["input"]["shape"]))
    call = BATCH.decode(post(operation, json.dumps(sent).encode()))
    assert json.loads(BATCH.encode(operation, call.params).body) == sent


def outcome(service: Service, request: Request) -> Call | Fault:
    """A request's call or fault, which can always be answered; anything else is raised."""
    try:
        return service.decode(request)
    except Fault as fault:
        response = service.fault(fault, "id")
        assert isinstance(json.loads(response.body)["message"], str)
        assert 400 <= response.status < 500
        return fault


@given(st.binary(max_size=64))
def test_no_bytes_raise_anything_but_a_fault(body: bytes) -> None:
    for service, name in (
        (LOGS, "Logs_20140328.PutLogEvents"),
        (PIPELINES, "DataPipeline.PollForTask"),
    ):
        outcome(service, Request("POST", "/", "", {"x-amz-target": name}, body))
    outcome(BATCH, post("SubmitJob", body))


@given(st.data())
def test_no_damaged_bytes_raise_anything_but_a_fault(data: st.DataObject) -> None:
    whole = msgspec.json.encode(sample(SHAPES, "SubmitJobRequest"))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 8)))
    damaged = whole[:start] + data.draw(st.binary(max_size=4)) + whole[end:]
    outcome(BATCH, post("SubmitJob", damaged))


def places(value: Json, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to all parts of a JSON value."""
    parts: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = list(enumerate(value))
    return [path, *(place for key, inner in parts for place in places(inner, (*path, key)))]


def replaced(value: Json, path: tuple[Any, ...], by: Json) -> Json:
    if not path:
        return by
    items = value.items() if isinstance(value, dict) else enumerate(value)
    new = {k: replaced(inner, path[1:], by) if k == path[0] else inner for k, inner in items}
    return new if isinstance(value, dict) else list(new.values())


WHOLE = [
    (BATCH, "SubmitJob", {}, sample(SHAPES, "SubmitJobRequest")),
    (BATCH, "RegisterJobDefinition", {}, sample(SHAPES, "RegisterJobDefinitionRequest")),
    (
        LOGS,
        None,
        {"x-amz-target": "Logs_20140328.PutMetricFilter"},
        sample(MODELS["logs"]["shapes"], "PutMetricFilterRequest"),
    ),
    (
        PIPELINES,
        None,
        {"x-amz-target": "DataPipeline.ActivatePipeline"},
        sample(MODELS["datapipeline"]["shapes"], "ActivatePipelineInput"),
    ),
]


@pytest.mark.parametrize("whole", WHOLE, ids=lambda whole: str(whole[1] or whole[2]))
@given(data=st.data())
def test_no_foreign_value_raises_anything_but_a_fault_that_says_something(
    whole: tuple[Service, str | None, dict[str, str], Any], data: st.DataObject
) -> None:
    service, operation, headers, value = whole
    place = data.draw(st.sampled_from(places(value)))
    body = json.dumps(replaced(value, place, data.draw(anything))).encode()
    request = post(operation, body) if operation else Request("POST", "/", "", headers, body)
    result = outcome(service, request)
    if isinstance(result, Fault):
        assert result.code in {service.invalid, "SerializationException"}
        assert result.message


@given(
    st.sampled_from(["GET", "POST", "DELETE", "PUT", ""]),
    st.sampled_from(["/", "/v1/tags/", "/v1/submitjob", ""]),
    st.text(max_size=12) | st.text("%/?&=+a0fF\udcff", max_size=12),
    st.text(max_size=12) | st.text("%&=;+a0fF\udcff", max_size=12),
    st.dictionaries(st.sampled_from(["x-amz-target", "content-type"]), st.text(max_size=12)),
)
def test_no_path_query_or_header_raises_anything_but_a_fault(
    method: str, start: str, rest: str, query: str, headers: dict[str, str]
) -> None:
    for service in (BATCH, LOGS, PIPELINES):
        outcome(service, Request(method, start + rest, query, headers, b""))
        outcome(service, Request(method, start + rest, f"tagKeys={query}", headers, b"{}"))
