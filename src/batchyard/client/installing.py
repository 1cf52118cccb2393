"""Makes, shows and removes what brings state changes of jobs to a queue of their own.

Made anew or again, it ends the same: each part is looked at, and only what is missing or different
is made. Whatever does not carry batchyard's tag is left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from batchyard.client import wiring
from batchyard.client.calls import call
from batchyard.errors import NotFound, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchyard.client.calls import Answer
    from batchyard.client.sessions import Client, Clients
    from batchyard.client.wiring import Found


class Installation(NamedTuple):
    """What brings events to a queue, under one name.

    Attributes:
        name: the installation's.
        events: a botocore client of EventBridge.
        sqs: a botocore client of SQS, of the same account and region.
    """

    name: str
    events: Client
    sqs: Client

    @property
    def resource(self) -> str:
        """The name of its rule and of its queue."""
        return wiring.resource(self.name)

    def find(self) -> Found:
        """Look at what there is."""
        return wiring.Found(*self._rule(), *self._queue())

    def install(self, pattern: str) -> list[str]:
        """Make what is missing, and mend what is different.

        Args:
            pattern: the event pattern of its rule.

        Returns:
            What was changed, a line for each; nothing when all was as it should be.

        Raises:
            Refused: something of its name is there, and not batchyard's.
        """
        found = self.find()
        if others := self._others(found):
            raise Refused(f"{' and '.join(others)}: take another name")
        rule_arn, changes = self._put_rule(found, pattern)
        queue = wiring.queue_arn(rule_arn, self.resource)
        changes += self._put_queue(found, queue, rule_arn)
        return changes + self._put_target(found, queue)

    def uninstall(self) -> list[str]:
        """Remove what `install` made.

        Returns:
            What was done, or left and why, a line for each; nothing when there is nothing.
        """
        found = self.find()
        return self._remove_rule(found) + self._remove_queue(found)

    def lacks(self, found: Found) -> list[str]:
        """Say what keeps events from coming, a line for each; nothing when all is well."""
        lines = self._others(found)
        if lack := wiring.rule_lacks(found.rule, None):
            lines.append(f"rule {self.resource} is {lack}")
        if not found.queue_url:
            lines.append(f"queue {self.resource} is missing")
        elif found.rule is not None:
            lines += self._unconnected(found, found.rule["Arn"])
        return lines

    def _unconnected(self, found: Found, rule_arn: str) -> list[str]:
        queue = found.queue["QueueArn"]
        others = wiring.queue_lacks(found.queue, wiring.attributes(queue, rule_arn))
        lines = [f"queue {self.resource} has another {name}" for name in others]
        if wiring.target_lacks(found.targets, queue):
            lines.append(f"rule {self.resource} does not send to the queue")
        return lines

    def _others(self, found: Found) -> list[str]:
        """Say what carries the name of a part, and is somebody else's."""
        parts = (
            ("rule", found.rule is not None, found.own_rule),
            ("queue", bool(found.queue_url), found.own_queue),
        )
        return [
            f"{kind} {self.resource} is not batchyard's, since it lacks the tag {wiring.MARK}"
            for kind, there, own in parts
            if there and not own
        ]

    def _rule(self) -> tuple[Answer | None, dict[str, str], tuple[Answer, ...]]:
        try:
            rule = call(self.events, "describe_rule", Name=self.resource)
            tags = call(self.events, "list_tags_for_resource", ResourceARN=rule["Arn"])["Tags"]
            targets = call(self.events, "list_targets_by_rule", Rule=self.resource)["Targets"]
        except NotFound:
            return None, {}, ()
        return rule, {tag["Key"]: tag["Value"] for tag in tags}, tuple(targets)

    def _queue(self) -> tuple[str, dict[str, str], dict[str, str]]:
        try:
            url = call(self.sqs, "get_queue_url", QueueName=self.resource)["QueueUrl"]
            wanted: Sequence[str] = ["All"]
            found = call(self.sqs, "get_queue_attributes", QueueUrl=url, AttributeNames=wanted)
            tags = call(self.sqs, "list_queue_tags", QueueUrl=url).get("Tags") or {}
        except NotFound:
            return "", {}, {}
        return url, found.get("Attributes") or {}, tags

    def _put_rule(self, found: Found, pattern: str) -> tuple[str, list[str]]:
        lack = wiring.rule_lacks(found.rule, pattern)
        if found.rule is not None and not lack:
            return found.rule["Arn"], []
        # PutRule ignores the tags of a rule that is there; it has them.
        tags = {} if found.rule else {"Tags": [{"Key": wiring.MARK, "Value": self.name}]}
        answer = call(
            self.events,
            "put_rule",
            Name=self.resource,
            EventPattern=pattern,
            State="ENABLED",
            Description="State changes of AWS Batch jobs, for `batchyard events`",
            **tags,
        )
        done = f"changed rule {self.resource}, which was {lack}"
        return answer["RuleArn"], [done if found.rule else f"made rule {self.resource}"]

    def _put_queue(self, found: Found, queue: str, rule_arn: str) -> list[str]:
        wanted = wiring.attributes(queue, rule_arn)
        if not found.queue_url:
            tags = {wiring.MARK: self.name}
            call(self.sqs, "create_queue", QueueName=self.resource, Attributes=wanted, tags=tags)
            return [f"made queue {self.resource}"]
        if not (others := wiring.queue_lacks(found.queue, wanted)):
            return []
        call(self.sqs, "set_queue_attributes", QueueUrl=found.queue_url, Attributes=wanted)
        return [f"changed {', '.join(others)} of queue {self.resource}"]

    def _put_target(self, found: Found, queue: str) -> list[str]:
        if not wiring.target_lacks(found.targets, queue):
            return []
        targets = [wiring.target(queue)]
        _all(call(self.events, "put_targets", Rule=self.resource, Targets=targets), "put_targets")
        return [f"let rule {self.resource} send to the queue"]

    def _remove_rule(self, found: Found) -> list[str]:
        if found.rule is None:
            return []
        if not found.own_rule:
            return [f"left rule {self.resource}, which batchyard did not make"]
        others = wiring.strangers(found.targets)
        if len(others) < len(found.targets):
            ids = [wiring.TARGET]
            _all(call(self.events, "remove_targets", Rule=self.resource, Ids=ids), "remove_targets")
        if others:
            return [f"left rule {self.resource}, which sends to {', '.join(others)} as well"]
        call(self.events, "delete_rule", Name=self.resource)
        return [f"removed rule {self.resource}"]

    def _remove_queue(self, found: Found) -> list[str]:
        if not found.queue_url:
            return []
        if not found.own_queue:
            return [f"left queue {self.resource}, which batchyard did not make"]
        try:
            call(self.sqs, "delete_queue", QueueUrl=found.queue_url)
        except NotFound:  # AWS shows a queue for up to a minute after it was deleted
            return []
        return [f"removed queue {self.resource}"]


def installation(name: str, clients: Clients) -> Installation:
    """Give the installation of a name, whether it is there or not.

    Raises:
        Refused: the name is none, or there is no region.
    """
    wiring.resource(name)
    return Installation(name, clients.client("events"), clients.client("sqs"))


def _all(answer: Answer, operation: str) -> None:
    """See to it that EventBridge took every entry: what it did not is in a good answer."""
    for failed in answer.get("FailedEntries") or ():
        raise Refused(f"{operation}: {failed.get('ErrorMessage')} ({failed.get('ErrorCode')})")
