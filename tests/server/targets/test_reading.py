"""Targets as `serve --events-to` takes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from batchyard.errors import Refused
from batchyard.server.targets import targets_of
from batchyard.server.targets.eventbridge import EventBridge
from batchyard.server.targets.files import File
from batchyard.server.targets.sqs import Queue
from batchyard.server.targets.webhooks import Webhook

AWS = "https://sqs.eu-west-1.amazonaws.com/123456789012/q"


@pytest.mark.parametrize(
    "text, kind, name",
    [
        ("sqs:http://127.0.0.1:9324/1/q", Queue, "sqs:http://127.0.0.1:9324/1/q"),
        (AWS, Queue, f"sqs:{AWS}"),
        (f"sqs:{AWS}", Queue, f"sqs:{AWS}"),
        ("https://hooks.example.org/x?secret=1", Webhook, "https://hooks.example.org/x"),
        ("http://sqs.example.org/x", Webhook, "http://sqs.example.org/x"),
        ("eventbridge:default", EventBridge, "eventbridge:default"),
        ("eventbridge:b@http://h:1", EventBridge, "eventbridge:b@http://h:1"),
        ("file:/x/y", File, "file:/x/y"),
    ],
)
def test_each_form_is_read(text: str, kind: type, name: str) -> None:
    (target,) = targets_of([text])
    assert type(target) is kind
    assert target.name == name


def test_a_path_is_where_the_yard_was_started() -> None:
    (target,) = targets_of(["file:events.jsonl"])
    assert target.name == f"file:{Path.cwd() / 'events.jsonl'}"


@pytest.mark.parametrize("text", ["", "sqs:", "file:", "ftp://x", "queue", "eventbridge:", "sqs:q"])
def test_what_is_no_target_is_refused_by_name(text: str) -> None:
    with pytest.raises(Refused) as told:
        targets_of([text])
    assert repr(text.removeprefix("sqs:")) in str(told.value) or repr(text) in str(told.value)


def test_a_target_is_given_once() -> None:
    with pytest.raises(Refused, match="given twice"):
        targets_of(["https://h/x?a", "https://h/x?b"])
