"""The documents of an installation: what they mean, and when they are the same."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard import Refused
from batchyard.client import wiring

ARN = "arn:aws:events:eu-west-1:123456789012:rule/batchyard-x"
STATUSES = st.lists(st.sampled_from(wiring.STATUSES), min_size=1)
QUEUES = st.lists(st.sampled_from([f"arn:aws:batch:eu-west-1:1:job-queue/{n}" for n in "abc"]))
LETTERS = "azAZ09_-"


@given(STATUSES, QUEUES)
def test_filters_are_the_same_in_any_order_and_doubled(
    statuses: list[str], queues: list[str]
) -> None:
    once = wiring.pattern(statuses, queues)
    assert wiring.pattern(reversed(statuses * 2), reversed(queues * 2)) == once
    detail = json.loads(once)["detail"]
    assert set(detail["status"]) == set(statuses)
    assert set(detail.get("jobQueue", ())) == set(queues)
    assert ("jobQueue" in detail) == bool(queues)


@given(STATUSES, QUEUES, st.integers(0, 4))
def test_a_document_that_aws_lays_out_anew_is_the_same(
    statuses: list[str], queues: list[str], indent: int
) -> None:
    wanted = wiring.pattern(statuses, queues)
    shown = json.dumps(json.loads(wanted), indent=indent, sort_keys=True)
    rule = {"State": "ENABLED", "EventPattern": shown}
    assert wiring.rule_lacks(rule, wanted) == ""
    queue = wiring.queue_arn(ARN, "batchyard-x")
    attributes = wiring.attributes(queue, ARN)
    policy = json.dumps(json.loads(attributes["Policy"]), indent=indent, sort_keys=True)
    assert wiring.queue_lacks(attributes | {"Policy": policy, "Other": "1"}, attributes) == []


@given(STATUSES, STATUSES, QUEUES, QUEUES)
def test_filters_differ_when_they_let_other_jobs_through(
    statuses: list[str], others: list[str], queues: list[str], more: list[str]
) -> None:
    rule = {"State": "ENABLED", "EventPattern": wiring.pattern(statuses, queues)}
    same = (set(statuses), set(queues)) == (set(others), set(more))
    assert (wiring.rule_lacks(rule, wiring.pattern(others, more)) == "") == same
    assert wiring.rule_lacks(rule, None) == ""


@given(st.sampled_from(["Policy", "MessageRetentionPeriod", "SqsManagedSseEnabled"]), st.text())
def test_each_attribute_counts(name: str, other: str) -> None:
    wanted = wiring.attributes("arn:aws:sqs:eu-west-1:123456789012:batchyard-x", ARN)
    missing = {key: value for key, value in wanted.items() if key != name}
    assert wiring.queue_lacks(missing, wanted) == [name]
    assert wiring.queue_lacks(missing | {name: f"x{other}"}, wanted) == [name]


@given(st.text(LETTERS, min_size=1, max_size=54))
def test_a_name_fits_a_rule_and_a_queue(name: str) -> None:
    made = wiring.resource(name)
    assert made.endswith(name)
    assert len(made) <= 64


@pytest.mark.parametrize("name", ["", "a" * 55, "a.b", "a b", "a\n", "ä", "../x"])
def test_a_name_that_does_not_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="name"):
        wiring.resource(name)


@pytest.mark.parametrize(
    "rule, queue",
    [
        (ARN, "arn:aws:sqs:eu-west-1:123456789012:q"),
        ("arn:aws-cn:events:cn-north-1:1:rule/r", "arn:aws-cn:sqs:cn-north-1:1:q"),
    ],
)
def test_a_queue_stands_where_its_rule_stands(rule: str, queue: str) -> None:
    assert wiring.queue_arn(rule, "q") == queue
