"""A webhook as a target: only an answer of success takes an event."""

from __future__ import annotations

import json

import pytest

from batchyard.errors import Refused, ServiceError, Unreachable
from batchyard.server.targets.webhooks import Webhook
from tests.server.targets.told import Hook, notice


def test_each_event_is_posted_as_json(request: pytest.FixtureRequest) -> None:
    with Hook() as hook:
        target = Webhook(hook.url.replace("http://", "http://me:pass%20word@"))
        request.addfinalizer(target.close)
        assert target.send([notice(1)]) == {}
        assert target.send([notice(2)]) == {}
    assert hook.events == [json.loads(notice(number).body) for number in (1, 2)]
    assert hook.headers["Content-Type"] == "application/json; charset=utf-8"
    assert hook.headers["authorization"] == "Basic bWU6cGFzcyB3b3Jk"


@pytest.mark.parametrize("status", [302, 307, 400, 404, 429, 500])
def test_what_is_no_success_takes_nothing(request: pytest.FixtureRequest, status: int) -> None:
    with Hook() as hook:
        target = Webhook(hook.url)
        request.addfinalizer(target.close)
        hook.answers = [status]
        with pytest.raises(ServiceError, match=f"/hook answered {status}"):
            target.send([notice(1)])
        assert hook.events == []


def test_nobody_there_is_said_without_secrets() -> None:
    with Hook() as hook:
        url = f"http://me:hidden@127.0.0.1:{hook.port}/hook?token=hidden"
    target = Webhook(url)
    assert target.name == f"http://127.0.0.1:{hook.port}/hook"
    with pytest.raises(Unreachable) as told:
        target.send([notice(1)])
    assert target.name in str(told.value)
    assert "hidden" not in str(told.value)


def test_a_url_without_a_host_is_refused() -> None:
    with pytest.raises(Refused, match="names no host"):
        Webhook("http:///hook")
