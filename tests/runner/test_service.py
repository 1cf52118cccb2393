"""What goes over the wire: as botocore sends it, and what answers come to."""

import json
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.session import Session

from batchyard import errors
from batchyard.client.sessions import Client
from batchyard.runner.access import Keys, access
from batchyard.runner.service import LOGS, PIPELINES, Key, Protocol
from batchyard.runner.service import Service as Wire
from tests.runner.stand_in import HANG_UP, KEY, Fate, Service

CALLS = [
    (PIPELINES, "PollForTask", {"workerGroup": "größe", "hostname": "here"}),
    (PIPELINES, "ReportTaskProgress", {"taskId": "t"}),
    (PIPELINES, "SetTaskStatus", {"taskId": "t", "taskStatus": "FAILED", "errorMessage": "a\nb"}),
    (PIPELINES, "ReportTaskRunnerHeartbeat", {"taskrunnerId": "r", "workerGroup": "g"}),
    (LOGS, "CreateLogStream", {"logGroupName": "/g", "logStreamName": "s"}),
    (
        LOGS,
        "PutLogEvents",
        {
            "logGroupName": "/g",
            "logStreamName": "s",
            "logEvents": [{"timestamp": 1, "message": "✓"}],
        },
    ),
]


def botocores(protocol: Protocol, operation: str, members: dict[str, Any]) -> Client:
    """The request that botocore's client makes of the same call."""
    sent: list[Any] = []

    def answer(request: Client, **_: object) -> Client:
        sent.append(request)
        raw: Any = type("Raw", (), {"stream": staticmethod(lambda **_: [b"{}"])})()
        headers: Any = HeadersDict({})
        return AWSResponse(request.url, 200, headers, raw)

    session: Client = Session()
    session.set_credentials(KEY.access, KEY.secret)
    session.register("before-send.*.*", answer)
    client: Any = session.create_client(protocol.signing, region_name="us-east-1")
    client._make_api_call(operation, members)  # noqa: SLF001 - by AWS's name
    return sent[0]


@pytest.mark.parametrize("protocol, operation, members", CALLS, ids=[c[1] for c in CALLS])
def test_a_request_says_what_botocores_says(
    service: Service, protocol: Protocol, operation: str, members: dict[str, Any]
) -> None:
    service.hold = 0
    service.streams.add(("/g", "s"))
    seen: list[dict[str, str]] = []
    service.heard = seen.append
    Wire(service.place(), protocol).call(operation, members, dict)
    theirs = botocores(protocol, operation, members)
    assert service.asked[0].members == json.loads(theirs.body) == members
    for name in ("X-Amz-Target", "Content-Type"):
        assert seen[0][name.lower()] == theirs.headers[name].decode()
    assert f"/us-east-1/{protocol.signing}/aws4_request" in seen[0]["authorization"]


def test_a_token_is_sent_and_signed(service: Service) -> None:
    seen: list[dict[str, str]] = []
    service.heard = seen.append
    key = Key(KEY.access, KEY.secret, "the-token")
    Wire(service.place(key), PIPELINES).call("ReportTaskProgress", {"taskId": "t"}, dict)
    assert seen[0]["x-amz-security-token"] == "the-token"
    assert "x-amz-security-token" in seen[0]["authorization"]


@pytest.mark.parametrize(
    "fate, error",
    [
        (500, errors.ServiceError),
        (503, errors.ServiceError),
        (429, errors.Throttled),
        ((400, "ThrottlingException"), errors.Throttled),
        ((400, "TaskNotFoundException"), errors.NotFound),
        ((400, "com.amazon.setl.webservice#TaskNotFoundException"), errors.NotFound),
        ((400, "InvalidRequestException"), errors.Refused),
        ((400, "UnrecognizedClientException"), errors.RefusedCredentials),
        ((400, "ExpiredTokenException"), errors.RefusedCredentials),
        (403, errors.RefusedCredentials),
        (HANG_UP, errors.Unreachable),
    ],
)
def test_each_failure_is_told_by_whose_it_is(
    service: Service, fate: Fate, error: type[Exception]
) -> None:
    service.fate = lambda *_: fate
    with pytest.raises(error) as caught:
        Wire(service.place(), PIPELINES).call("ReportTaskProgress", {"taskId": "t"}, dict)
    assert type(caught.value) is error
    assert "ReportTaskProgress" in str(caught.value)


def test_nothing_is_sent_twice(service: Service) -> None:
    """A poll that is repeated by a library may take a second task."""
    service.fate = lambda *_: HANG_UP
    with pytest.raises(errors.Unreachable):
        Wire(service.place(), PIPELINES).call("PollForTask", {"workerGroup": "g"}, dict)
    assert len(service.asked) == 1


def test_an_answer_that_does_not_come_in_time_is_not_waited_for(service: Service) -> None:
    with pytest.raises(errors.Unreachable):
        Wire(service.place(), PIPELINES, read=0.05).call("PollForTask", {"workerGroup": "g"}, dict)


def test_nobody_there_is_unreachable() -> None:
    place = Service().place()._replace(url="http://127.0.0.1:1")
    with pytest.raises(errors.Unreachable):
        Wire(place, PIPELINES).call("PollForTask", {"workerGroup": "g"}, dict)


def test_an_answer_of_another_shape_is_the_services_fault(service: Service) -> None:
    with pytest.raises(errors.ServiceError):
        Wire(service.place(), PIPELINES).call("ReportTaskProgress", {"taskId": "t"}, int)


def session() -> Client:
    return Session()


def test_aws_itself_is_found_as_botocore_finds_it() -> None:
    made = session()
    made.set_credentials("AKID", "secret", "token")
    place = access({"session": made, "region": "eu-west-1"})
    assert place.url == "https://datapipeline.eu-west-1.amazonaws.com"
    assert (place.region, place.key()) == ("eu-west-1", ("AKID", "secret", "token"))


def test_a_proxy_that_was_named_is_taken() -> None:
    proxies = {"https": "http://proxy:3128"}
    found = access({"session": session(), "region": "eu-west-1"}, proxies)
    assert found.proxies == proxies


class Credentials:
    """Those of a session, which may be lost."""

    def __init__(self, *answers: Client) -> None:
        self.answers = list(answers)

    def get_credentials(self) -> Client:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_without_credentials_it_is_said_how_to_give_them() -> None:
    with pytest.raises(errors.RefusedCredentials, match="--config"):
        Keys(Credentials(None))()


def test_credentials_that_cannot_be_renewed_are_waited_for() -> None:
    """What runs is not ended because a renewal failed; what never was there is the caller's."""
    from botocore.credentials import Credentials as Known
    from botocore.exceptions import CredentialRetrievalError

    lost = CredentialRetrievalError(provider="made up", error_msg="away")
    keys = Keys(Credentials(Known("a", "b"), lost))
    assert keys() == Key("a", "b")
    with pytest.raises(errors.ServiceError):
        keys()
    with pytest.raises(errors.RefusedCredentials):
        Keys(Credentials(lost))()
