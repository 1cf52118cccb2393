"""Requests find their operation, and what is no request of a service's gets one clear fault."""

import json
from collections.abc import Callable
from functools import partial

import pytest

from batchyard.errors import Fault
from batchyard.wire import Call, Request, Service
from tests.wire.samples import MODELS
from tests.wire.toy import TOY

BATCH = Service(MODELS["batch"])
LOGS = Service(MODELS["logs"])
PIPELINES = Service(MODELS["datapipeline"])
JSON11 = "application/x-amz-json-1.1"


def rest(
    path: str, body: bytes = b"", *, method: str = "POST", query: str = "", media: str | None = None
) -> Call:
    headers = {} if media is None else {"content-type": media}
    return BATCH.decode(Request(method, path, query, headers, body))


def target(service: Service, name: str, body: bytes = b"{}", *, media: str = JSON11) -> Call:
    headers = {"content-type": media, "x-amz-target": name}
    return service.decode(Request("POST", "/", "", headers, body))


def fault_of(ask: Callable[[], Call]) -> tuple[str, int]:
    with pytest.raises(Fault) as refused:
        ask()
    return refused.value.code, refused.value.status


def test_services_know_their_names_and_how_they_call_what_is_invalid() -> None:
    assert [one.name for one in (BATCH, LOGS, PIPELINES)] == ["batch", "logs", "datapipeline"]
    assert BATCH.invalid == "ClientException"
    assert LOGS.invalid == "InvalidParameterException"
    assert PIPELINES.invalid == "InvalidRequestException"
    assert Service(TOY).invalid == "ValidationException"
    assert Service(TOY, invalid="Wrong").invalid == "Wrong"


def test_a_signing_name_goes_before_the_endpoints_prefix() -> None:
    metadata = {**TOY["metadata"], "signingName": "signed"}
    assert Service({**TOY, "metadata": metadata}).name == "signed"


def test_every_operation_is_served_but_those_that_stream() -> None:
    assert len(BATCH.operations) == len(MODELS["batch"]["operations"])
    assert len(PIPELINES.operations) == len(MODELS["datapipeline"]["operations"])
    streaming = {"GetLogObject", "StartLiveTail"}.intersection(MODELS["logs"]["operations"])
    assert set(LOGS.unsupported) == streaming
    assert set(LOGS.operations) == set(MODELS["logs"]["operations"]) - streaming
    assert set(Service(TOY).unsupported) == {"Upload", "Watch"}


def test_a_further_target_prefix_is_understood_as_well() -> None:
    # dp-api-http.html of Data Pipeline's guide has another prefix than botocore's model.
    service = Service(MODELS["datapipeline"], also="DataPipeline_20121129")
    for prefix in ("DataPipeline", "DataPipeline_20121129"):
        call = target(service, f"{prefix}.DeletePipeline", b'{"pipelineId":"df-1"}')
        assert call.operation == "DeletePipeline"
    for prefix in ("DataPipeline_20121029", "Datapipeline", "None"):
        ask = partial(target, service, f"{prefix}.DeletePipeline", b'{"pipelineId":"df-1"}')
        assert fault_of(ask) == ("UnknownOperationException", 400)


def test_a_namespace_stands_before_the_codes_of_the_models_own_errors() -> None:
    service = Service(MODELS["datapipeline"], namespace="com.amazon.setl.webservice#")
    for code, told in (
        ("InvalidRequestException", "com.amazon.setl.webservice#InvalidRequestException"),
        ("SerializationException", "SerializationException"),
    ):
        answer = service.fault(Fault(code, "no"), "id-of-request")
        assert json.loads(answer.body) == {"__type": told, "message": "no"}


def test_a_service_says_in_its_own_words_that_it_has_failed() -> None:
    assert BATCH.failure == "ServerException"
    assert PIPELINES.failure == "InternalServiceError"


def test_a_service_that_speaks_another_protocol_is_refused() -> None:
    with pytest.raises(ValueError, match="toy speaks query"):
        Service({**TOY, "metadata": {**TOY["metadata"], "protocol": "query"}})


def test_the_first_protocol_that_is_spoken_is_chosen() -> None:
    protocols = {"protocol": "smithy-rpc-v2-cbor", "protocols": ["smithy-rpc-v2-cbor", "rest-json"]}
    service = Service({**TOY, "metadata": {**TOY["metadata"], **protocols}})
    assert service.decode(Request("POST", "/v1/silent", "", {}, b"")).operation == "Silent"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/tags/arn%3Aaws%3Abatch%3Aus-east-1%3A1%3Ajob%2Fa%20b%25",
        "/v1/tags/arn:aws:batch:us-east-1:1:job/a%20b%25",
    ],
)
def test_an_arn_in_a_path_may_hold_slashes_encoded_or_not(path: str) -> None:
    call = rest(path, method="GET")
    assert call.operation == "ListTagsForResource"
    assert call.params.resource_arn == "arn:aws:batch:us-east-1:1:job/a b%"


def test_the_method_tells_operations_of_one_path_apart() -> None:
    assert rest("/v1/tags/a", b'{"tags":{"b":"c"}}').operation == "TagResource"
    untag = rest("/v1/tags/a", method="DELETE", query="tagKeys=b%26c&tagKeys=d+e")
    assert untag.operation == "UntagResource"
    assert untag.params.tag_keys == ["b&c", "d e"]


def test_a_member_outside_the_body_is_not_taken_from_the_body() -> None:
    call = rest("/v1/tags/a", b'{"tags":{"b":"c"},"resourceArn":"other"}')
    assert call.params.resource_arn == "a"
    put = Service(TOY).decode(Request("PUT", "/v1/a/of/b", "", {}, b'{"size":2,"some":2}'))
    assert (put.params.size, put.params.some) == (None, 2)


def test_text_outside_the_body_is_read_as_what_the_model_says() -> None:
    toy = Service(TOY)
    asked = Request("PUT", "/v1/a/of/b/c", "size=2&s=1&s=3", {"x-deep": "true"}, b"")
    params = toy.decode(asked).params
    assert (params.first, params.rest, params.size, params.sizes) == ("a", "b/c", 2, [1, 3])
    assert params.deep is True
    for query, field in (("size=4", "size"), ("size=x", "size"), ("s=1&s=", "sizes")):
        with pytest.raises(Fault, match=field):
            toy.decode(Request("PUT", "/v1/a/of/b", query, {}, b""))
    # In the body, text is no number.
    with pytest.raises(Fault, match="wide"):
        toy.decode(Request("PUT", "/v1/a/of/b", "", {}, b'{"wide":"1"}'))


@pytest.mark.parametrize(
    "method,path",
    [
        ("POST", "/"),
        ("POST", "/v1/nothing"),
        ("GET", "/v1/submitjob"),
        ("POST", "/v1/submitjob/"),
        ("POST", "/V1/SUBMITJOB"),
        ("GET", "/v1/tags/"),
        ("PUT", "/v1/tags/a"),
        ("GET", "/v1/tags/%ff"),
        ("GET", "*"),
        ("GET", "/\udcff\n"),
    ],
)
def test_an_unknown_path_is_a_404_that_names_it(method: str, path: str) -> None:
    with pytest.raises(Fault) as refused:
        rest(path, method=method)
    assert (refused.value.code, refused.value.status) == ("UnknownOperationException", 404)
    assert path in refused.value.message


@pytest.mark.parametrize("name", ["Logs_20140328.Nothing", "Other.PutLogEvents", "PutLogEvents"])
def test_an_unknown_target_is_a_400_that_names_it(name: str) -> None:
    with pytest.raises(Fault, match=name) as refused:
        target(LOGS, name)
    assert (refused.value.code, refused.value.status) == ("UnknownOperationException", 400)


def test_a_request_without_a_target_is_told_which_header_it_lacks() -> None:
    with pytest.raises(Fault, match=r"GET /index\.html .*X-Amz-Target"):
        LOGS.decode(Request("GET", "/index.html", "", {}, b""))
    headers = {"x-amz-target": "Logs_20140328.DescribeLogGroups"}
    with pytest.raises(Fault, match=r"GET /\); operations are asked for with POST"):
        LOGS.decode(Request("GET", "/", "", headers, b""))


def test_a_streaming_operation_is_told_that_it_streams() -> None:
    with pytest.raises(Fault, match=r"StartLiveTail .* stream of events"):
        target(LOGS, "Logs_20140328.StartLiveTail")


NOT_JSON = [
    b"jobName=a",
    b"{",
    b'{"jobName":"a"}}',
    b"\xef\xbb\xbf{}",
    b'{"jobName":"\xff"}',
    b'{"jobName":"\\ud800"}',
    b'{"jobName":"\\udc00x"}',
    b'{"jobName":"\xed\xa0\x80"}',
    b'{"jobName":NaN}',
    b" ",
    b"[" * 100_000,
    b'{"x":' * 100_000,
    b"\x00",
]


@pytest.mark.parametrize("body", NOT_JSON, ids=lambda body: body[:20])
def test_a_body_that_is_not_json_is_one_fault(body: bytes) -> None:
    assert fault_of(partial(rest, "/v1/submitjob", body)) == ("ClientException", 400)
    logs = partial(target, LOGS, "Logs_20140328.PutLogEvents", body)
    assert fault_of(logs) == ("SerializationException", 400)
    pipelines = partial(target, PIPELINES, "DataPipeline.PollForTask", body)
    assert fault_of(pipelines) == ("SerializationException", 400)


@pytest.mark.parametrize("body", [b"[]", b'"a"', b"1", b"null", b"true"])
def test_a_body_that_is_not_an_object_is_named(body: bytes) -> None:
    for ask in (
        partial(rest, "/v1/submitjob", body),
        partial(rest, "/v1/tags/a", body),
        partial(target, LOGS, "Logs_20140328.PutLogEvents", body),
    ):
        with pytest.raises(Fault, match="must be a JSON object, not"):
            ask()


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 5000, "9" * 30, "-" + "9" * 400])
def test_a_number_beyond_all_bounds_is_refused_where_it_counts(number: str) -> None:
    names = b'{"jobName":"a","jobQueue":"b","jobDefinition":"c",'
    body = names + f'"retryStrategy":{{"attempts":{number}}}}}'.encode()
    with pytest.raises(Fault, match="attempts"):
        rest("/v1/submitjob", body)
    elsewhere = names + f'"unknown":{number}}}'.encode()
    assert rest("/v1/submitjob", elsewhere).operation == "SubmitJob"


def test_an_empty_body_is_an_empty_input() -> None:
    assert rest("/v1/describejobqueues").params == BATCH.types.DescribeJobQueuesRequest()
    with pytest.raises(Fault, match='"jobName"'):
        rest("/v1/submitjob")
    assert Service(TOY).decode(Request("POST", "/v1/silent", "", {}, b"")).operation == "Silent"


def test_a_query_that_is_not_utf8_is_a_fault() -> None:
    for query in ("tagKeys=%ff", "tagKeys=\udcff"):
        ask = partial(rest, "/v1/tags/a", method="DELETE", query=query)
        assert fault_of(ask) == ("ClientException", 400)
    assert fault_of(partial(rest, "/v1/tags/\udcff", method="GET")) == ("ClientException", 400)


@pytest.mark.parametrize("media", ["application/json; charset=utf-8", "Application/JSON", JSON11])
def test_json_by_any_of_its_names_is_taken(media: str) -> None:
    assert rest("/v1/describejobqueues", b"{}", media=media).operation == "DescribeJobQueues"


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "json", ""])
def test_a_body_of_another_type_is_refused_by_name(media: str) -> None:
    with pytest.raises(Fault, match=f"'{media}'.*application/json") as refused:
        rest("/v1/describejobqueues", b"{}", media=media)
    assert (refused.value.code, refused.value.status) == ("UnsupportedMediaTypeException", 415)


def test_without_a_body_its_type_does_not_matter() -> None:
    assert rest("/v1/describejobqueues", media="text/plain").operation == "DescribeJobQueues"


def test_a_fault_may_quote_what_no_json_can_hold() -> None:
    for service in (BATCH, LOGS):
        body = json.loads(service.fault(Fault("X", "a\udcffb"), "id").body)
        assert body["message"] == r"a\udcffb"


def test_answers_are_json_by_the_name_of_their_protocol() -> None:
    answer = BATCH.encode("CancelJob", None, "id")
    assert answer.headers == (("Content-Type", "application/json"), ("x-amzn-RequestId", "id"))
    assert (answer.status, answer.body) == (200, b"{}")
    silent = LOGS.encode("CreateLogGroup", None, "id")
    assert silent.headers[0] == ("Content-Type", JSON11)
    assert (silent.status, silent.body) == (200, b"")
