"""What `batchyard events` makes and removes, on a real moto_server."""

import json
from collections.abc import Callable, Iterator

import pytest

from batchyard import Refused
from batchyard.client import wiring
from batchyard.client.installing import Installation
from tests.motos import ACCOUNT, REGION, Moto

PATTERN = wiring.pattern()
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/batchyard-x"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:batchyard-x"
OTHER = {"Id": "other", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:other"}

Change = Callable[[Installation], object]


@pytest.fixture(scope="module")
def moto() -> Iterator[Moto]:
    with Moto() as running:
        yield running


@pytest.fixture
def x(moto: Moto) -> Iterator[Installation]:
    made = Installation("x", moto.client("events"), moto.client("sqs"))
    assert state(made) == ([], [])
    yield made
    for rule in made.events.list_rules()["Rules"]:
        targets = made.events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
        if targets:
            ids = [one["Id"] for one in targets]
            made.events.remove_targets(Rule=rule["Name"], Ids=ids)
        made.events.delete_rule(Name=rule["Name"])
    for url in made.sqs.list_queues().get("QueueUrls", ()):
        made.sqs.delete_queue(QueueUrl=url)


def state(made: Installation) -> tuple[list[str], list[str]]:
    """The names of every rule, and the URLs of every queue."""
    rules = [rule["Name"] for rule in made.events.list_rules()["Rules"]]
    return rules, made.sqs.list_queues().get("QueueUrls", [])


def attribute(made: Installation, name: str, value: str) -> None:
    found = made.find()
    kept = {key: found.queue[key] for key in wiring.attributes("", "") if key in found.queue}
    made.sqs.set_queue_attributes(QueueUrl=found.queue_url, Attributes=kept | {name: value})


def without_target(made: Installation) -> None:
    made.events.remove_targets(Rule="batchyard-x", Ids=["batchyard"])


def without_rule(made: Installation) -> None:
    without_target(made)
    made.events.delete_rule(Name="batchyard-x")


def without_queue(made: Installation) -> None:
    made.sqs.delete_queue(QueueUrl=made.find().queue_url)


def other_target(made: Installation) -> None:
    aimed = {"Id": "batchyard", "Arn": OTHER["Arn"]}
    made.events.put_targets(Rule="batchyard-x", Targets=[aimed])


def transformed(made: Installation) -> None:
    aimed = {"Id": "batchyard", "Arn": QUEUE, "InputPath": "$.detail"}
    made.events.put_targets(Rule="batchyard-x", Targets=[aimed])


HALF_MADE: dict[str, tuple[Change, str, str]] = {
    "no target": (
        without_target,
        "rule batchyard-x does not send to the queue",
        "let rule batchyard-x send to the queue",
    ),
    "another target": (
        other_target,
        "rule batchyard-x does not send to the queue",
        "let rule batchyard-x send to the queue",
    ),
    "a target that changes events": (
        transformed,
        "rule batchyard-x does not send to the queue",
        "let rule batchyard-x send to the queue",
    ),
    "no queue": (without_queue, "queue batchyard-x is missing", "made queue batchyard-x"),
    "a rule that is off": (
        lambda made: made.events.disable_rule(Name="batchyard-x"),
        "rule batchyard-x is DISABLED",
        "changed rule batchyard-x, which was DISABLED",
    ),
    "a queue that lets anybody send": (
        lambda made: attribute(made, "Policy", json.dumps({"Version": "2012-10-17"})),
        "queue batchyard-x has another Policy",
        "changed Policy of queue batchyard-x",
    ),
    "a queue that keeps events for days": (
        lambda made: attribute(made, "MessageRetentionPeriod", "345600"),
        "queue batchyard-x has another MessageRetentionPeriod",
        "changed MessageRetentionPeriod of queue batchyard-x",
    ),
    "a queue that is not encrypted": (
        lambda made: attribute(made, "SqsManagedSseEnabled", "false"),
        "queue batchyard-x has another SqsManagedSseEnabled",
        "changed SqsManagedSseEnabled of queue batchyard-x",
    ),
}


def test_an_installation_is_a_rule_that_alone_may_send_to_an_encrypted_queue(
    x: Installation,
) -> None:
    assert x.install(PATTERN) == [
        "made rule batchyard-x",
        "made queue batchyard-x",
        "let rule batchyard-x send to the queue",
    ]
    found = x.find()
    assert found.rule is not None
    assert (found.rule["Arn"], found.rule["State"]) == (RULE, "ENABLED")
    assert json.loads(found.rule["EventPattern"]) == {
        "source": ["aws.batch"],
        "detail-type": ["Batch Job State Change"],
        "detail": {"status": ["FAILED", "RUNNING", "SUCCEEDED"]},
    }
    assert found.targets == ({"Id": "batchyard", "Arn": QUEUE},)
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    (statement,) = json.loads(found.queue["Policy"])["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert (statement["Action"], statement["Resource"]) == ("sqs:SendMessage", QUEUE)
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": RULE}}
    assert found.queue["SqsManagedSseEnabled"] == "true"
    assert found.rule_tags == found.queue_tags == {"batchyard:events": "x"}


def test_installing_again_changes_nothing(x: Installation) -> None:
    x.install(PATTERN)
    before = x.find().queue, state(x)
    assert x.install(PATTERN) == []
    assert (x.find().queue, state(x)) == before
    assert x.lacks(x.find()) == []


@pytest.mark.parametrize("half", HALF_MADE)
def test_what_is_half_made_is_told_and_completed(x: Installation, half: str) -> None:
    x.install(PATTERN)
    whole = x.find()
    damage, lack, mended = HALF_MADE[half]
    damage(x)
    assert lack in x.lacks(x.find())
    assert x.install(PATTERN) == [mended]
    found = x.find()
    assert (found.targets, x.lacks(found)) == (whole.targets, [])
    assert {name: found.queue[name] for name in wiring.attributes("", "")} == {
        name: whole.queue[name] for name in wiring.attributes("", "")
    }
    assert x.install(PATTERN) == []


def test_a_queue_without_its_rule_gets_one(x: Installation) -> None:
    x.install(PATTERN)
    without_rule(x)
    assert x.lacks(x.find()) == ["rule batchyard-x is missing"]
    assert x.install(PATTERN) == [
        "made rule batchyard-x",
        "let rule batchyard-x send to the queue",
    ]
    assert x.find().own_rule


def test_other_filters_take_the_place_of_the_old_ones(x: Installation) -> None:
    x.install(PATTERN)
    assert x.install(wiring.pattern(["FAILED"])) == [
        "changed rule batchyard-x, which was filtering otherwise"
    ]
    assert x.install(wiring.pattern(["FAILED"])) == []
    assert (x.find().own_rule, x.lacks(x.find())) == (True, [])


def test_what_others_made_is_neither_changed_nor_removed(x: Installation) -> None:
    x.sqs.create_queue(QueueName="batchyard-x")
    x.events.put_rule(Name="batchyard-x", EventPattern=PATTERN)
    before = x.find()
    with pytest.raises(Refused, match=r"rule batchyard-x is not .* and queue batchyard-x is not"):
        x.install(PATTERN)
    assert x.uninstall() == [
        "left rule batchyard-x, which batchyard did not make",
        "left queue batchyard-x, which batchyard did not make",
    ]
    after = x.find()
    assert (after.queue, after.targets) == (before.queue, before.targets)
    assert len(x.lacks(after)) >= 2


def test_uninstalling_leaves_nothing_and_can_be_done_again(x: Installation) -> None:
    beside = Installation("y", x.events, x.sqs)
    beside.install(PATTERN)
    kept = state(beside)
    x.install(PATTERN)
    assert x.uninstall() == ["removed rule batchyard-x", "removed queue batchyard-x"]
    assert state(x) == kept
    assert x.uninstall() == []
    assert beside.lacks(beside.find()) == []


@pytest.mark.parametrize(
    "damage",
    [without_target, without_queue, without_rule, other_target],
)
def test_what_is_half_made_is_removed_too(x: Installation, damage: Change) -> None:
    x.install(PATTERN)
    damage(x)
    x.uninstall()
    assert state(x) == ([], [])


def test_a_rule_that_sends_to_others_as_well_goes_on_doing_so(x: Installation) -> None:
    x.install(PATTERN)
    x.events.put_targets(Rule="batchyard-x", Targets=[OTHER])
    assert x.install(PATTERN) == []
    assert x.uninstall() == [
        "left rule batchyard-x, which sends to other as well",
        "removed queue batchyard-x",
    ]
    assert x.find().targets == (OTHER,)
