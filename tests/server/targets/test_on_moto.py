"""Queues and buses as targets, on a real moto_server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from batchyard.client.sessions import Client
from batchyard.errors import CallerError, Unreachable
from batchyard.polling.messages import changed
from batchyard.server.targets.eventbridge import EventBridge
from batchyard.server.targets.sqs import LARGEST, Queue
from tests.motos import KEYS, Moto
from tests.server.targets.told import notice

OWN = (KEYS["aws_access_key_id"], KEYS["aws_secret_access_key"])


@pytest.fixture(scope="module")
def moto() -> Iterator[Moto]:
    with Moto() as running:
        yield running


def queue(moto: Moto, name: str, **attributes: str) -> str:
    made = moto.client("sqs").create_queue(QueueName=name, Attributes=attributes)
    return str(made["QueueUrl"])


def bodies(moto: Moto, url: str, count: int) -> list[str]:
    """What a queue holds."""
    sqs = moto.client("sqs")
    found: list[str] = []
    while len(found) < count:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=5)
        assert answer.get("Messages"), found
        found += [message["Body"] for message in answer["Messages"]]
        for message in answer["Messages"]:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def test_more_than_one_call_takes_arrive_in_a_queue_as_waits_read_them(moto: Moto) -> None:
    url = queue(moto, "plain")
    target = Queue(url, keys=OWN)
    notices = [notice(number, f"job-{number}") for number in range(1, 24)]
    assert target.send(notices) == {}
    found = bodies(moto, url, len(notices))
    assert sorted(found) == sorted(each.body.decode() for each in notices)
    assert sorted(changed(found)) == sorted(each.job_id for each in notices)
    target.close()


def test_what_is_too_large_together_goes_in_several_calls(moto: Moto) -> None:
    url = queue(moto, "large")
    notices = [notice(n, f"job-{n}", filling=LARGEST // 3) for n in range(1, 5)]
    target = Queue(url, keys=OWN)
    assert target.send(notices) == {}
    assert len(bodies(moto, url, 4)) == 4
    target.close()


def test_in_a_fifo_queue_a_job_is_a_group_and_nothing_is_there_twice(moto: Moto) -> None:
    url = queue(moto, "ordered.fifo", FifoQueue="true")
    target = Queue(url, keys=OWN)
    notices = [notice(1, "a"), notice(2, "b"), notice(3, "a")]
    for _ in range(2):
        for each in notices:
            assert target.send([each]) == {}
    answer = moto.client("sqs").receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"]
    )
    found = [(m["Attributes"]["MessageGroupId"], m["Body"]) for m in answer["Messages"]]
    assert found == [(each.job_id, each.body.decode()) for each in notices]
    target.close()


def test_a_queue_that_is_not_there_takes_nothing(moto: Moto) -> None:
    with pytest.raises(CallerError):
        Queue(f"{moto.url}/123456789012/nowhere", keys=OWN).send([notice(1)])


def test_nobody_at_the_endpoint_is_told() -> None:
    with Moto() as gone:
        url = gone.url
    with pytest.raises(Unreachable):
        Queue(f"{url}/123456789012/q", keys=OWN).send([notice(1)])
    with pytest.raises(Unreachable):
        EventBridge("default", url, keys=OWN).send([notice(1)])


def test_a_bus_matches_events_as_those_of_aws_each_in_its_region(moto: Moto) -> None:
    target = EventBridge("default", moto.url, keys=OWN)
    regions = ("us-east-1", "eu-west-1")
    for region in regions:
        _let_through(moto, region)
    notices = [notice(n, f"job-{n}", regions[n % 2]) for n in range(1, 13)]
    for part in (notices[:10], notices[10:]):
        assert target.send(part) == {}
    for region in regions:
        found = [json.loads(each) for each in _received(moto, region, 6)]
        told = [json.loads(each.body) for each in notices if region.encode() in each.body]
        alike = ("source", "detail-type", "region", "resources", "detail", "time")
        assert [_only(each, alike) for each in _by_job(found)] == [
            _only(each, alike) for each in _by_job(told)
        ]
    target.close()


def _client(moto: Moto, service: str, region: str) -> Client:
    return moto.session().client(service, region_name=region, endpoint_url=moto.url)


def _let_through(moto: Moto, region: str) -> None:
    events, sqs = _client(moto, "events", region), _client(moto, "sqs", region)
    url = sqs.create_queue(QueueName="matched")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    pattern = {"source": ["aws.batch"], "detail-type": ["Batch Job State Change"]}
    events.put_rule(Name="r", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": arn["QueueArn"]}])


def _received(moto: Moto, region: str, count: int) -> list[str]:
    sqs = _client(moto, "sqs", region)
    url = sqs.get_queue_url(QueueName="matched")["QueueUrl"]
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=count)
    return [message["Body"] for message in answer["Messages"]]


def _by_job(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(events, key=lambda each: str(each["detail"]["jobId"]))


def _only(event: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: event[name] for name in names}
