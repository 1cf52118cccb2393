"""Log groups and streams that are made by hand, and what is put into them, by botocore's client.

Sources: API_CreateLogGroup, API_CreateLogStream, API_PutLogEvents and API_PutRetentionPolicy below
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/; for the words of answers the
recordings of AWS in https://github.com/localstack/localstack/tree/main/tests/aws/services/logs
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from batchyard.batch.model import DEFAULT_LOG_GROUP
from tests.logs.logged_yard import ELSEWHERE, LoggedYard
from tests.wire.line import Line

NOW = 1_700_000_000_000
DAY = 86_400_000
ARN = "arn:aws:logs:eu-west-1:123456789012:log-group:g"
NO_GROUP = ("ResourceNotFoundException", "The specified log group does not exist.")
NO_STREAM = ("ResourceNotFoundException", "The specified log stream does not exist.")
NAMED = {"logGroupName": "g", "logStreamName": "s"}


@pytest.fixture(scope="module")
def line() -> Callable[[], Line]:
    return cache(lambda: Line("logs"))


@pytest.fixture
def yard(tmp_path: Path, line: Callable[[], Line]) -> LoggedYard:
    return LoggedYard(tmp_path, line(), NOW)


@pytest.fixture
def made(yard: LoggedYard) -> LoggedYard:
    """A yard with a group ``g`` and its stream ``s``."""
    yard.ask("CreateLogGroup", logGroupName="g")
    yard.ask("CreateLogStream", **NAMED)
    return yard


def put(yard: LoggedYard, *events: tuple[int, str]) -> Any:  # noqa: ANN401 - an answer
    return yard.put("s", *events, group="g")


def got(yard: LoggedYard, **params: object) -> list[str]:
    answer = yard.ask("GetLogEvents", **{**NAMED, **params})
    return [event["message"] for event in answer["events"]]


def filtered(yard: LoggedYard, **params: object) -> list[str]:
    answer = yard.ask("FilterLogEvents", **{"logGroupName": "g", **params})
    return [event["message"] for event in answer["events"]]


def names(yard: LoggedYard, group: str = "g") -> list[str]:
    answer = yard.ask("DescribeLogStreams", logGroupName=group)
    return [each["logStreamName"] for each in answer["logStreams"]]


# -- groups and streams ----------------------------------------------------------------------


def test_a_group_is_made_once_and_shown(yard: LoggedYard) -> None:
    yard.ask("CreateLogGroup", logGroupName="g", tags={"a": "b"})
    (shown,) = yard.ask("DescribeLogGroups")["logGroups"]
    assert shown == {
        "logGroupName": "g",
        "creationTime": NOW,
        "metricFilterCount": 0,
        "arn": f"{ARN}:*",
        "logGroupArn": ARN,
        "storedBytes": 0,
        "logGroupClass": "STANDARD",
        "deletionProtectionEnabled": False,
    }
    assert yard.refusal("CreateLogGroup", logGroupName="g") == (
        "ResourceAlreadyExistsException",
        "The specified log group already exists",
    )
    assert names(yard) == []


def test_a_stream_is_made_once_and_shown(made: LoggedYard) -> None:
    (shown,) = made.ask("DescribeLogStreams", logGroupName="g")["logStreams"]
    assert shown == {
        "logStreamName": "s",
        "creationTime": NOW,
        "arn": f"{ARN}:log-stream:s",
        "storedBytes": 0,
    }
    assert made.refusal("CreateLogStream", **NAMED) == (
        "ResourceAlreadyExistsException",
        "The specified log stream already exists",
    )
    assert got(made) == []


def test_what_is_deleted_is_gone_and_may_be_made_again(made: LoggedYard) -> None:
    put(made, (NOW, "a"))
    made.ask("DeleteLogStream", **NAMED)
    assert names(made) == []
    assert made.refusal("GetLogEvents", **NAMED) == NO_STREAM
    assert made.refusal("DeleteLogStream", **NAMED) == NO_STREAM
    made.ask("CreateLogStream", **NAMED)
    assert got(made) == []
    made.ask("DeleteLogGroup", logGroupName="g")
    assert made.ask("DescribeLogGroups")["logGroups"] == []
    made.ask("CreateLogGroup", logGroupName="g")
    assert names(made) == []


@pytest.mark.parametrize(
    "operation, members",
    [
        ("DeleteLogGroup", {}),
        ("PutRetentionPolicy", {"retentionInDays": 1}),
        ("DeleteRetentionPolicy", {}),
        ("CreateLogStream", {"logStreamName": "s"}),
        ("DeleteLogStream", {"logStreamName": "s"}),
        ("PutLogEvents", {"logStreamName": "s", "logEvents": [{"timestamp": NOW, "message": "x"}]}),
        ("GetLogEvents", {"logStreamName": "s"}),
        ("FilterLogEvents", {}),
    ],
)
def test_nothing_is_done_to_a_group_that_is_not_there(
    yard: LoggedYard, operation: str, members: dict[str, Any]
) -> None:
    assert yard.refusal(operation, logGroupName="g", **members) == NO_GROUP


@pytest.mark.parametrize(
    "members, word",
    [
        ({"logGroupName": "aws/x"}, "Log groups starting with AWS/ are reserved for AWS."),
        ({"logGroupName": "AWS/x"}, "Log groups starting with AWS/ are reserved for AWS."),
        ({"logGroupName": "x", "kmsKeyId": "arn:aws:kms:a:b:key/c"}, "arn:aws:kms:a:b:key/c"),
        ({"logGroupName": "x", "logGroupClass": "DELIVERY"}, "DELIVERY"),
        ({"logGroupName": "x", "deletionProtectionEnabled": True}, "deletionProtectionEnabled"),
    ],
)
def test_a_group_that_cannot_be_made_is_refused_with_what_is_wrong(
    yard: LoggedYard, members: dict[str, Any], word: str
) -> None:
    code, message = yard.refusal("CreateLogGroup", **members)
    assert code == "InvalidParameterException"
    assert word in message
    assert yard.ask("DescribeLogGroups")["logGroups"] == []


def test_a_change_is_seen_by_the_next_one_before_it_is_on_disk(made: LoggedYard) -> None:
    made.writer.held = True
    made.ask("CreateLogGroup", logGroupName="h")
    stream = {"logGroupName": "h", "logStreamName": "s"}
    assert made.refusal("CreateLogGroup", logGroupName="h")[0] == "ResourceAlreadyExistsException"
    made.ask("CreateLogStream", **stream)
    assert made.refusal("CreateLogStream", **stream)[0] == "ResourceAlreadyExistsException"
    made.put("s", (NOW, "a"), group="h")
    made.ask("DeleteLogStream", **stream)
    assert made.refusal("DeleteLogStream", **stream) == NO_STREAM
    made.ask("DeleteLogGroup", logGroupName="g")
    assert made.refusal("CreateLogStream", **NAMED) == NO_GROUP
    made.ask("CreateLogGroup", logGroupName="g")
    assert made.refusal("DeleteLogStream", **NAMED) == NO_STREAM
    made.ask("PutRetentionPolicy", logGroupName="g", retentionInDays=3)
    made.ask("CreateLogStream", **NAMED)
    made.ask("DeleteRetentionPolicy", logGroupName="g")
    made.writer.held = False
    made.writer.write()
    made.clock.run()
    assert [each["logGroupName"] for each in made.ask("DescribeLogGroups")["logGroups"]] == [
        "g",
        "h",
    ]
    assert (names(made), names(made, "h")) == (["s"], [])
    assert made.refusal("CreateLogStream", **NAMED)[0] == "ResourceAlreadyExistsException"


def test_a_group_that_goes_takes_a_stream_that_is_not_on_disk_with_it(made: LoggedYard) -> None:
    made.writer.held = True
    made.ask("CreateLogStream", logGroupName="g", logStreamName="t")
    made.ask("DeleteLogGroup", logGroupName="g")
    made.ask("CreateLogGroup", logGroupName="g")
    assert made.refusal("DeleteLogStream", logGroupName="g", logStreamName="t") == NO_STREAM


def test_what_is_on_disk_does_not_take_with_it_what_is_not(made: LoggedYard) -> None:
    made.writer.held = True
    for name in ("a", "b"):
        made.ask("CreateLogGroup", logGroupName=name)
        made.ask("CreateLogStream", logGroupName="g", logStreamName=name)
    made.writer.write()
    made.clock.run()
    for name in ("a", "b"):
        asked = {"logGroupName": "g", "logStreamName": name}
        assert made.refusal("CreateLogStream", **asked)[0] == "ResourceAlreadyExistsException"
        refusal = made.refusal("CreateLogGroup", logGroupName=name)
        assert refusal[0] == "ResourceAlreadyExistsException"


# -- PutLogEvents ----------------------------------------------------------------------------


def test_events_that_are_put_are_read_with_their_times(made: LoggedYard) -> None:
    answer = put(made, (NOW - 5, "zwei"), (NOW, "drei\n…"))
    assert "rejectedLogEventsInfo" not in answer
    assert len(answer["nextSequenceToken"]) == 56
    made.clock.advance(10)
    put(made, (NOW - 9, "eins"))
    assert made.ask("GetLogEvents", **NAMED)["events"] == [
        {"timestamp": NOW - 9, "message": "eins", "ingestionTime": NOW + 10},
        {"timestamp": NOW - 5, "message": "zwei", "ingestionTime": NOW},
        {"timestamp": NOW, "message": "drei\n…", "ingestionTime": NOW},
    ]
    found = made.ask("FilterLogEvents", logGroupName="g", filterPattern="?eins ?zwei")["events"]
    assert [event["message"] for event in found] == ["eins", "zwei"]
    assert [event["ingestionTime"] for event in found] == [NOW + 10, NOW]
    (shown,) = made.ask("DescribeLogStreams", logGroupName="g")["logStreams"]
    assert (shown["firstEventTimestamp"], shown["lastEventTimestamp"]) == (NOW - 9, NOW)
    assert shown["lastIngestionTime"] == NOW + 10
    (group,) = made.ask("DescribeLogGroups")["logGroups"]
    assert group["storedBytes"] == 3 * 26 + 4 + 4 + 8


def test_a_sequence_token_is_ignored(made: LoggedYard) -> None:
    events = [{"timestamp": NOW, "message": "a"}]
    for token in ("nonsense", "49590302938479329"):
        made.ask("PutLogEvents", **NAMED, logEvents=events, sequenceToken=token)
    assert got(made) == ["a", "a"]


def test_what_is_too_old_or_too_new_is_rejected_and_the_rest_taken(made: LoggedYard) -> None:
    old, new = (NOW - 15 * DAY, "old"), (NOW + 3 * 3_600_000, "new")
    answer = put(made, old, (NOW, "a"), (NOW + 1, "b"), new)
    assert answer["rejectedLogEventsInfo"] == {
        "tooOldLogEventEndIndex": 1,
        "tooNewLogEventStartIndex": 3,
    }
    assert got(made) == ["a", "b"]
    assert put(made, old)["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
    assert put(made, new)["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 0}
    made.ask("PutRetentionPolicy", logGroupName="g", retentionInDays=1)
    answer = put(made, (NOW - DAY - 1, "expired"), (NOW, "c"))
    assert answer["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 1}
    assert got(made) == ["a", "c", "b"]


@pytest.mark.parametrize(
    "events, word",
    [
        ([(NOW, "a"), (NOW - 1, "b")], "chronological order"),
        ([(NOW - DAY - 1, "a"), (NOW, "b")], "24 hours"),
        ([(NOW, "x" * 1_048_551)], "Log event too large"),
        ([(NOW, "x" * 600_000)] * 2, "Upload too large"),
    ],
)
def test_a_batch_that_cannot_be_taken_is_refused_whole(
    made: LoggedYard, events: list[tuple[int, str]], word: str
) -> None:
    given = [{"timestamp": at, "message": message} for at, message in events]
    code, message = made.refusal("PutLogEvents", **NAMED, logEvents=given)
    assert code == "InvalidParameterException"
    assert word in message
    assert got(made) == []


def test_ten_thousand_events_are_one_batch_and_one_page(made: LoggedYard) -> None:
    put(made, *((NOW + number, str(number)) for number in range(10_000)))
    assert got(made, startFromHead=True) == [str(number) for number in range(10_000)]


def test_nothing_is_put_into_a_stream_that_is_not_there(made: LoggedYard) -> None:
    events = [{"timestamp": NOW, "message": "a"}]
    other = {"logGroupName": "g", "logStreamName": "t", "logEvents": events}
    assert made.refusal("PutLogEvents", **other) == NO_STREAM


def test_tokens_page_through_what_was_put(made: LoggedYard) -> None:
    put(made, *((NOW + number, str(number)) for number in range(5)))
    answer = made.ask("GetLogEvents", **NAMED, startFromHead=True, limit=2)
    found = [event["message"] for event in answer["events"]]
    while answer["events"]:
        token = answer["nextForwardToken"]
        answer = made.ask("GetLogEvents", **NAMED, nextToken=token, limit=2)
        found += [event["message"] for event in answer["events"]]
    assert found == ["0", "1", "2", "3", "4"]
    assert answer["nextForwardToken"] == token
    put(made, (NOW + 9, "new"))
    assert got(made, nextToken=token) == ["new"]
    assert got(made, nextToken=answer["nextBackwardToken"], limit=1) == ["4"]


def test_an_empty_stream_can_be_followed_from_its_end(made: LoggedYard) -> None:
    token = made.ask("GetLogEvents", **NAMED)["nextForwardToken"]
    put(made, (NOW, "first"))
    assert got(made, nextToken=token) == ["first"]


def test_a_filter_pages_through_streams_by_time(made: LoggedYard) -> None:
    made.ask("CreateLogStream", logGroupName="g", logStreamName="r")
    put(made, *((NOW + number, f"s{number}") for number in range(0, 200, 2)))
    made.put("r", *((NOW + number, f"r{number}") for number in range(1, 200, 2)), group="g")
    found, more = [], dict[str, str]()
    while True:
        answer = made.ask("FilterLogEvents", logGroupName="g", limit=7, **more)
        found += [event["message"] for event in answer["events"]]
        if "nextToken" not in answer:
            break
        more = {"nextToken": answer["nextToken"]}
    assert found == [f"{'rs'[number % 2 == 0]}{number}" for number in range(200)]
    assert filtered(made, startTime=NOW + 3, endTime=NOW + 5) == ["r3", "s4", "r5"]
    assert filtered(made, logStreamNamePrefix="r", endTime=NOW + 3) == ["r1", "r3"]


# -- beside what attempts print --------------------------------------------------------------


def test_events_are_put_between_what_an_attempt_prints(yard: LoggedYard) -> None:
    stream = yard.attempt((NOW, b"one\n"), (NOW + 20, b"three\nfour"), stopped_at=None)
    yard.put(stream, (NOW + 10, "two"), (NOW + 20, "put"))
    assert yard.messages(stream) == ["one", "two", "three", "put"]
    assert yard.messages(stream, limit=2) == ["three", "put"]
    assert filtered(yard, logGroupName=DEFAULT_LOG_GROUP) == ["one", "two", "three", "put"]
    (shown,) = yard.ask("DescribeLogStreams", logGroupName=DEFAULT_LOG_GROUP)["logStreams"]
    assert (shown["firstEventTimestamp"], shown["lastEventTimestamp"]) == (NOW, NOW + 20)
    last = yard.events(stream)["nextForwardToken"]
    yard.prints(stream, (NOW + 30, b"th\n"))
    yard.put(stream, (NOW + 40, "last"))
    assert yard.messages(stream, nextToken=last) == ["fourth", "last"]


def test_events_may_be_put_before_the_attempt_is_seen_to_run(yard: LoggedYard) -> None:
    stream = yard.attempt(started_at=None, stopped_at=None)
    yard.put(stream, (NOW, "early"))
    assert yard.messages(stream) == ["early"]
    assert names(yard, DEFAULT_LOG_GROUP) == [stream]


def test_one_group_holds_streams_of_both_kinds(yard: LoggedYard) -> None:
    yard.ask("CreateLogGroup", logGroupName=DEFAULT_LOG_GROUP)
    yard.ask("CreateLogStream", logGroupName=DEFAULT_LOG_GROUP, logStreamName="by hand")
    one = yard.attempt((NOW - 1, b"printed\n"), started_at=NOW - 2)
    yard.attempt((NOW, b"x\n"), place=ELSEWHERE)
    yard.put("by hand", (NOW, "put"))
    assert names(yard, DEFAULT_LOG_GROUP) == ["by hand", one]
    assert filtered(yard, logGroupName=DEFAULT_LOG_GROUP) == ["printed", "put"]
    asked = {"logGroupName": DEFAULT_LOG_GROUP, "orderBy": "LastEventTime", "descending": True}
    answer = yard.ask("DescribeLogStreams", **asked)
    assert [each["logStreamName"] for each in answer["logStreams"]] == ["by hand", one]


def test_with_an_attempts_stream_goes_what_it_printed(yard: LoggedYard) -> None:
    one, other = yard.attempt((NOW, b"a\n")), yard.attempt((NOW, b"b\n"))
    yard.ask("DeleteLogStream", logGroupName=DEFAULT_LOG_GROUP, logStreamName=one)
    assert names(yard, DEFAULT_LOG_GROUP) == [other]
    assert {path.stem for path in yard.directory.iterdir()} == {other.rpartition("/")[2]}
    yard.ask("DeleteLogGroup", logGroupName=DEFAULT_LOG_GROUP)
    assert [*yard.directory.iterdir()] == []
    assert yard.ask("DescribeLogGroups")["logGroups"] == []
    again = yard.attempt((NOW, b"c\n"))
    assert names(yard, DEFAULT_LOG_GROUP) == [again]


# -- retention -------------------------------------------------------------------------------


def test_a_retention_is_shown_and_taken_away(made: LoggedYard) -> None:
    made.ask("PutRetentionPolicy", logGroupName="g", retentionInDays=7)
    (shown,) = made.ask("DescribeLogGroups")["logGroups"]
    assert shown["retentionInDays"] == 7
    made.ask("DeleteRetentionPolicy", logGroupName="g")
    made.ask("DeleteRetentionPolicy", logGroupName="g")
    (shown,) = made.ask("DescribeLogGroups")["logGroups"]
    assert "retentionInDays" not in shown


def test_a_retention_that_aws_does_not_know_is_refused(made: LoggedYard) -> None:
    code, message = made.refusal("PutRetentionPolicy", logGroupName="g", retentionInDays=2)
    assert code == "InvalidParameterException"
    assert "'2' at 'retentionInDays'" in message
    assert "[1, 3, 5, 7, 14," in message


def test_what_is_older_than_the_retention_is_not_shown(yard: LoggedYard) -> None:
    stream = yard.attempt((NOW - DAY - 1, b"old\n"), (NOW - DAY, b"young\n"), stopped_at=None)
    yard.put(stream, (NOW - DAY - 1, "put old"), (NOW - DAY, "put young"))
    everything = ["old", "put old", "young", "put young"]
    asked = {"logGroupName": DEFAULT_LOG_GROUP}
    assert yard.messages(stream) == filtered(yard, **asked) == everything
    yard.ask("PutRetentionPolicy", **asked, retentionInDays=1)
    young = ["young", "put young"]
    assert yard.messages(stream) == yard.messages(stream, startFromHead=True) == young
    assert yard.messages(stream, startTime=1) == filtered(yard, **asked, startTime=1) == young
    yard.ask("DeleteRetentionPolicy", **asked)
    assert yard.messages(stream) == everything
