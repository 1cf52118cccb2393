"""What brings state changes of jobs to a queue, as documents: rule, queue, policy and target.

All that is decided about them is decided here, from what was found; `batchyard.client.installing`
looks and does.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from batchyard.errors import Refused
from batchyard.polling.messages import DETAIL_TYPE, SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from batchyard.client.calls import Answer

PREFIX = "batchyard-"
NAME = re.compile(r"[A-Za-z0-9_-]{1,54}")
"""What may follow the prefix: a rule's name has 64 characters at most, and a queue's has only these
(EventBridge's RuleName and SQS's CreateQueue)."""

MARK = "batchyard:events"
"""The tag of what batchyard made; its value is the installation's name."""

TARGET = "batchyard"
"""The rule's target, by its Id."""

STATUSES = ("RUNNING", "SUCCEEDED", "FAILED")
"""Those that somebody waits for."""

RETENTION = 300
"""Seconds that a queue keeps what nobody reads: by then a waiting process has asked by itself, and
one that begins to wait asks first of all."""


class Found(NamedTuple):
    """What there is of an installation.

    Attributes:
        rule: EventBridge's answer to DescribeRule; None without a rule.
        rule_tags: the rule's.
        targets: the rule's, as ListTargetsByRule shows them.
        queue_url: of the queue; empty without one.
        queue: its attributes, by SQS's names.
        queue_tags: the queue's.
    """

    rule: Answer | None
    rule_tags: Mapping[str, str]
    targets: tuple[Answer, ...]
    queue_url: str
    queue: Mapping[str, str]
    queue_tags: Mapping[str, str]

    @property
    def own_rule(self) -> bool:
        """Whether the rule is there, and batchyard's."""
        return self.rule is not None and MARK in self.rule_tags

    @property
    def own_queue(self) -> bool:
        """Whether the queue is there, and batchyard's."""
        return bool(self.queue_url) and MARK in self.queue_tags


def resource(name: str) -> str:
    """Form the name that the rule and the queue of an installation share.

    Raises:
        Refused: the installation's name is none for them.
    """
    if not NAME.fullmatch(name):
        raise Refused(f"name {name!r}: give 1 to 54 letters, digits, hyphens and underscores")
    return f"{PREFIX}{name}"


def pattern(statuses: Iterable[str] = STATUSES, queues: Iterable[str] = ()) -> str:
    """Form the rule's event pattern.

    Args:
        statuses: of the jobs whose changes are sent.
        queues: ARNs of the only job queues whose jobs matter; without any, all do.
    """
    detail = {"status": sorted(set(statuses))}
    if only := sorted(set(queues)):
        detail["jobQueue"] = only
    return json.dumps({"source": [SOURCE], "detail-type": [DETAIL_TYPE], "detail": detail})


def queue_arn(rule_arn: str, name: str) -> str:
    """Form the ARN of the queue beside a rule: a rule sends within its region."""
    _, partition, _, region, account, _ = rule_arn.split(":", 5)
    return f"arn:{partition}:sqs:{region}:{account}:{name}"


def policy(queue: str, rule_arn: str) -> str:
    """Form a queue's policy: EventBridge may send on behalf of this rule, and nobody else.

    Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """
    statement = {
        "Sid": "StateChangesOfJobs",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def attributes(queue: str, rule_arn: str) -> dict[str, str]:
    """Form a queue's attributes; with SQS's own keys, since EventBridge may not use KMS's unasked.

    Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
    """
    return {
        "MessageRetentionPeriod": str(RETENTION),
        "Policy": policy(queue, rule_arn),
        "SqsManagedSseEnabled": "true",
    }


def target(queue: str) -> dict[str, str]:
    """Form the rule's target."""
    return {"Id": TARGET, "Arn": queue}


def rule_lacks(rule: Answer | None, wanted: str | None) -> str:
    """Say what is wrong with a rule; nothing when it is as it should be.

    Args:
        rule: None when there is none.
        wanted: its event pattern; None for any.
    """
    if rule is None:
        return "missing"
    if (state := rule.get("State")) != "ENABLED":
        return str(state)
    same = wanted is None or _same(rule.get("EventPattern"), wanted)
    return "" if same else "filtering otherwise"


def queue_lacks(found: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """Name the attributes of a queue that are not as they should be."""
    return [name for name, value in wanted.items() if not _same(found.get(name), value)]


def target_lacks(targets: Iterable[Answer], queue: str) -> bool:
    """Tell whether a rule does not send to its queue."""
    return target(queue) not in targets


def strangers(targets: Iterable[Answer]) -> list[str]:
    """Name the targets that somebody else gave a rule."""
    return [one["Id"] for one in targets if one["Id"] != TARGET]


def _same(found: str | None, wanted: str) -> bool:
    """Compare values by what they mean as JSON, which AWS may lay out anew."""
    return found is not None and _read(found) == _read(wanted)


def _read(text: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    try:
        return json.loads(text)
    except ValueError:
        return text
