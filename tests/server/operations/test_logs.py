"""CloudWatch Logs' operations, asked by botocore's own client.

Sources: API_GetLogEvents, API_DescribeLogStreams and API_DescribeLogGroups below
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/; for the words of refusals
https://github.com/boto/boto3/issues/1467 and
https://github.com/turbot/steampipe-plugin-aws/issues/1949
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.logs.logged_yard import ELSEWHERE, HERE, LoggedYard
from tests.wire.line import Line

GROUP = "/aws/batch/job"
ARN = f"arn:aws:logs:eu-west-1:123456789012:log-group:{GROUP}"
ABSENT = "def/default/" + "f" * 32
INVALID_TOKEN = ("InvalidParameterException", "The specified nextToken is invalid.")
NO_GROUP = ("ResourceNotFoundException", "The specified log group does not exist.")
NO_STREAM = ("ResourceNotFoundException", "The specified log stream does not exist.")


@pytest.fixture(scope="module")
def line() -> Callable[[], Line]:
    return cache(lambda: Line("logs"))


@pytest.fixture
def yard(tmp_path: Path, line: Callable[[], Line]) -> LoggedYard:
    return LoggedYard(tmp_path, line())


# -- GetLogEvents ----------------------------------------------------------------------------


def test_events_carry_text_and_times(yard: LoggedYard) -> None:
    stream = yard.attempt((1500, b"one\r\nt\xc3\xbc"), (2500, b"r\n\nbr\xffken"))
    assert yard.events(stream)["events"] == [
        {"timestamp": 1500, "message": "one", "ingestionTime": 1500},
        {"timestamp": 1500, "message": "tür", "ingestionTime": 1500},
        {"timestamp": 2500, "message": "br\ufffdken", "ingestionTime": 2500},
    ]


def test_the_latest_come_first_unless_asked_from_the_head(yard: LoggedYard) -> None:
    stream = yard.attempt((1, b"a\nb\nc\nd\n"))
    assert yard.messages(stream, limit=2) == ["c", "d"]
    assert yard.messages(stream, limit=2, startFromHead=False) == ["c", "d"]
    assert yard.messages(stream, limit=2, startFromHead=True) == ["a", "b"]


def test_tokens_lead_to_either_end_and_stay_there(yard: LoggedYard) -> None:
    stream = yard.attempt((1, b"a\nb\nc\nd\n"))
    middle = yard.events(stream, limit=2)
    assert yard.messages(stream, nextToken=middle["nextBackwardToken"]) == ["a", "b"]
    for token in ("nextForwardToken", "nextBackwardToken"):
        answer = yard.events(stream, limit=2, nextToken=middle[token])
        while answer["events"]:
            answer = yard.events(stream, limit=2, nextToken=answer[token])
        assert yard.events(stream, nextToken=answer[token])[token] == answer[token]


def test_a_forward_token_goes_on_when_more_is_printed(yard: LoggedYard) -> None:
    stream = yard.attempt((1, b"a\nb"), stopped_at=None)
    first = yard.events(stream, startFromHead=True)
    assert [event["message"] for event in first["events"]] == ["a"]
    yard.prints(stream, (2, b"c\n"))
    assert yard.messages(stream, nextToken=first["nextForwardToken"]) == ["bc"]


def test_a_time_range_takes_its_start_and_leaves_its_end(yard: LoggedYard) -> None:
    stream = yard.attempt((10, b"a\n"), (20, b"b\n"), (30, b"c\n"))
    assert yard.messages(stream, startTime=20) == ["b", "c"]
    assert yard.messages(stream, endTime=20) == ["a"]
    assert yard.messages(stream, startTime=20, endTime=30) == ["b"]
    assert yard.messages(stream, startTime=0, endTime=0) == []


def test_a_running_attempt_without_output_has_an_empty_stream(yard: LoggedYard) -> None:
    answer = yard.events(yard.attempt(stopped_at=None))
    assert answer["events"] == []
    assert answer["nextForwardToken"].startswith("f/")
    assert answer["nextBackwardToken"].startswith("b/")


@pytest.mark.parametrize("identifier", [GROUP, ARN])
def test_a_group_goes_by_its_name_and_its_arn(yard: LoggedYard, identifier: str) -> None:
    stream = yard.attempt((1, b"a\n"))
    assert yard.messages(stream, logGroupIdentifier=identifier) == ["a"]
    found = yard.ask("DescribeLogStreams", logGroupIdentifier=identifier)
    assert [each["logStreamName"] for each in found["logStreams"]] == [stream]


@pytest.mark.parametrize("token", ["f/1", "x", "f/" + "0" * 56])
def test_a_token_from_nowhere_is_refused(yard: LoggedYard, token: str) -> None:
    stream = yard.attempt((1, b"a\n"))
    asked = {"logGroupName": GROUP, "logStreamName": stream, "nextToken": token}
    assert yard.refusal("GetLogEvents", **asked) == INVALID_TOKEN


def test_a_token_of_another_stream_is_refused(yard: LoggedYard) -> None:
    one, other = yard.attempt((1, b"a\nb\n")), yard.attempt((1, b"a\nb\n"))
    token = yard.events(one)["nextForwardToken"]
    asked = {"logGroupName": GROUP, "logStreamName": other, "nextToken": token}
    assert yard.refusal("GetLogEvents", **asked) == INVALID_TOKEN


def test_what_does_not_exist_is_not_found(yard: LoggedYard) -> None:
    asked: dict[str, Any] = {"logGroupName": GROUP, "logStreamName": ABSENT}
    assert yard.refusal("GetLogEvents", **asked) == NO_GROUP
    assert yard.refusal("DescribeLogStreams", logGroupName=GROUP) == NO_GROUP
    yard.attempt()
    assert yard.refusal("GetLogEvents", **asked) == NO_STREAM
    foreign = ARN.replace("eu-west-1", "eu-west-2")
    assert yard.refusal("DescribeLogStreams", logGroupIdentifier=foreign) == NO_GROUP


def test_there_is_no_stream_before_the_attempt_runs(yard: LoggedYard) -> None:
    stream = yard.attempt(started_at=None, stopped_at=None)
    asked = {"logGroupName": GROUP, "logStreamName": stream}
    assert yard.refusal("GetLogEvents", **asked) == NO_STREAM
    assert yard.ask("DescribeLogStreams", logGroupName=GROUP)["logStreams"] == []


# As AWS answered in recordings of it:
# https://github.com/localstack/localstack/blob/main/tests/aws/services/logs/test_logs_streams.snapshot.json
@pytest.mark.parametrize("operation", ["GetLogEvents", "DescribeLogStreams", "FilterLogEvents"])
def test_a_group_is_named_exactly_once(yard: LoggedYard, operation: str) -> None:
    stream = {"logStreamName": yard.attempt()} if operation == "GetLogEvents" else {}
    code, message = yard.refusal(operation, **stream)
    assert code == "InvalidParameterException"
    assert "logGroupIdentifier" in message
    both = {"logGroupName": GROUP, "logGroupIdentifier": ARN}
    assert yard.refusal(operation, **stream, **both) == (
        "ValidationException",
        "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
    )


# -- DescribeLogStreams ----------------------------------------------------------------------


def streams(yard: LoggedYard, **params: Any) -> list[str]:  # noqa: ANN401 - members
    """The names of all streams, page after page."""
    names: list[str] = []
    more: dict[str, str] = {}
    for _ in range(20):
        answer = yard.ask("DescribeLogStreams", logGroupName=GROUP, **params, **more)
        assert len(answer["logStreams"]) <= params.get("limit", 50)
        names += [each["logStreamName"] for each in answer["logStreams"]]
        if "nextToken" not in answer:
            return names
        more = {"nextToken": answer["nextToken"]}
    raise AssertionError(f"no end of streams: {names}")


def test_a_stream_says_when_it_printed(yard: LoggedYard) -> None:
    name = yard.attempt((1500, b"a\n"), (2500, b"b\n"), started_at=1000)
    (shown,) = yard.ask("DescribeLogStreams", logGroupName=GROUP)["logStreams"]
    assert shown == {
        "logStreamName": name,
        "creationTime": 1000,
        "firstEventTimestamp": 1500,
        "lastEventTimestamp": 2500,
        "lastIngestionTime": 2500,
        "arn": f"{ARN}:log-stream:{name}",
        "storedBytes": 0,
    }


def test_a_stream_says_anew_when_its_running_attempt_printed(yard: LoggedYard) -> None:
    name = yard.attempt((1500, b"a\n"), stopped_at=None)
    for at in (1500, 2500):
        (shown,) = yard.ask("DescribeLogStreams", logGroupName=GROUP)["logStreams"]
        assert (shown["firstEventTimestamp"], shown["lastEventTimestamp"]) == (1500, at)
        yard.prints(name, (2500, b"b\n"))


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_pages_of_streams_show_each_once_in_order(yard: LoggedYard, limit: int) -> None:
    printed = [yard.attempt((at, b"x\n")) for at in (50, 20, 40, 30)]
    silent = yard.attempt(started_at=45)
    for unborn in ("a", "def", "z"):
        yard.attempt(definition=unborn, started_at=None)
    yard.attempt(place=ELSEWHERE)
    yard.attempt(group="/other")
    by_name = [*printed, silent]
    by_time = [printed[at] for at in (1, 3, 2)] + [silent, printed[0]]
    assert streams(yard, limit=limit) == by_name
    assert streams(yard, limit=limit, descending=True) == by_name[::-1]
    assert streams(yard, limit=limit, orderBy="LastEventTime") == by_time
    assert streams(yard, limit=limit, orderBy="LastEventTime", descending=True) == by_time[::-1]


def test_a_prefix_narrows_streams(yard: LoggedYard) -> None:
    one, other = yard.attempt(definition="one"), yard.attempt(definition="other")
    assert streams(yard, logStreamNamePrefix="o") == [one, other]
    assert streams(yard, logStreamNamePrefix="one/") == [one]
    assert streams(yard, logStreamNamePrefix="ot", descending=True) == [other]


def test_a_prefix_does_not_go_with_the_time_of_events(yard: LoggedYard) -> None:
    yard.attempt()
    asked = {"logGroupName": GROUP, "logStreamNamePrefix": "d", "orderBy": "LastEventTime"}
    assert yard.refusal("DescribeLogStreams", **asked) == (
        "InvalidParameterException",
        "Cannot order by LastEventTime with a logStreamNamePrefix.",
    )


def test_a_token_fits_its_own_list_only(yard: LoggedYard) -> None:
    for _ in range(3):
        yard.attempt()
    token = yard.ask("DescribeLogStreams", logGroupName=GROUP, limit=1)["nextToken"]
    for wrong in ({"descending": True}, {"orderBy": "LastEventTime"}):
        asked = {"logGroupName": GROUP, "nextToken": token, **wrong}
        assert yard.refusal("DescribeLogStreams", **asked) == INVALID_TOKEN
    for nonsense in ("x", "é", "W10="):
        assert yard.refusal("DescribeLogGroups", nextToken=nonsense) == INVALID_TOKEN


# -- DescribeLogGroups -----------------------------------------------------------------------


def groups(yard: LoggedYard, **params: object) -> list[str]:
    answer = yard.ask("DescribeLogGroups", **params)
    return [each["logGroupName"] for each in answer["logGroups"]]


def test_a_group_is_there_with_its_first_attempt(yard: LoggedYard) -> None:
    assert groups(yard) == []
    yard.attempt((1, b"ab"), (2, b"c\n"))
    (shown,) = yard.ask("DescribeLogGroups")["logGroups"]
    assert shown == {
        "logGroupName": GROUP,
        "creationTime": 900,
        "metricFilterCount": 0,
        "arn": f"{ARN}:*",
        "logGroupArn": ARN,
        "storedBytes": 4,
        "logGroupClass": "STANDARD",
        "deletionProtectionEnabled": False,
    }


def test_a_group_found_by_a_pattern_shows_less(yard: LoggedYard) -> None:
    yard.attempt()
    (shown,) = yard.ask("DescribeLogGroups", logGroupNamePattern="batch")["logGroups"]
    assert shown == {
        "logGroupName": GROUP,
        "creationTime": 900,
        "metricFilterCount": 0,
        "arn": f"{ARN}:*",
        "logGroupArn": ARN,
        "logGroupClass": "STANDARD",
    }


def test_groups_are_filtered_and_paged(yard: LoggedYard) -> None:
    for name in ("/b/one", "/a/two", "/b/three"):
        yard.attempt(group=name)
    yard.attempt(group="/b/elsewhere", place=ELSEWHERE)
    assert groups(yard) == ["/a/two", "/b/one", "/b/three"]
    assert groups(yard, logGroupNamePrefix="/b") == ["/b/one", "/b/three"]
    assert groups(yard, logGroupNamePattern="t") == ["/a/two", "/b/three"]
    assert groups(yard, logGroupIdentifiers=["/a/two", "/absent"]) == ["/a/two"]
    assert groups(yard, logGroupClass="INFREQUENT_ACCESS") == []
    assert groups(yard, includeLinkedAccounts=True, accountIdentifiers=["210987654321"]) == []
    assert groups(yard, includeLinkedAccounts=True, accountIdentifiers=[HERE.account]) == groups(
        yard
    )
    first = yard.ask("DescribeLogGroups", limit=2)
    assert [each["logGroupName"] for each in first["logGroups"]] == ["/a/two", "/b/one"]
    last = yard.ask("DescribeLogGroups", limit=2, nextToken=first["nextToken"])
    assert [each["logGroupName"] for each in last["logGroups"]] == ["/b/three"]
    assert "nextToken" not in last


@pytest.mark.parametrize("other", ["logGroupNamePattern", "logGroupIdentifiers"])
def test_filters_of_groups_exclude_each_other(yard: LoggedYard, other: str) -> None:
    value = [GROUP] if other == "logGroupIdentifiers" else GROUP
    code, message = yard.refusal("DescribeLogGroups", logGroupNamePrefix=GROUP, **{other: value})
    assert code == "InvalidParameterException"
    assert "prefix" in message.lower()
