"""From EventBridge to a watcher through a real moto_server, and back to polling when it is gone."""

import json
import logging
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from batchyard import Fixed, wait
from batchyard.client import wiring
from batchyard.client.events import EventSource
from batchyard.client.installing import Installation
from batchyard.client.sessions import REGISTRY
from batchyard.testing import yard
from tests.acceptance.yards import until
from tests.client.definitions import registered, run
from tests.client.hurried import PATIENCE, Watched, message
from tests.motos import Moto

JOBS = [f"4c7599ae-0a82-49aa-ba5a-{number:012}" for number in range(12)]


@pytest.fixture
def moto() -> Iterator[Moto]:
    with Moto() as running:
        yield running


def installed(moto: Moto, name: str = "x") -> Installation:
    made = Installation(name, moto.client("events"), moto.client("sqs"))
    made.install(wiring.pattern())
    return made


@contextmanager
def reading(moto: Moto, url: str, watcher: Watched) -> Iterator[None]:
    """Let a source read a queue; at the end moto is gone, and the thread with it."""
    before = set(threading.enumerate())
    source = EventSource(url, watcher, pause=lambda _: 0.05, longest=99, session=moto.session())
    with source:
        yield
    moto.end()
    for thread in set(threading.enumerate()) - before:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def changes(made: Installation, *jobs: str, status: str = "SUCCEEDED") -> None:
    """Let EventBridge have events as AWS Batch sends them."""
    for start in range(0, len(jobs), 10):
        made.events.put_events(
            Entries=[
                {
                    "Source": "aws.batch",
                    "DetailType": "Batch Job State Change",
                    "Resources": [f"arn:aws:batch:us-east-1:123456789012:job/{job_id}"],
                    "Detail": json.dumps({"jobId": job_id, "status": status}),
                }
                for job_id in jobs[start : start + 10]
            ]
        )


def held(made: Installation) -> int:
    """How many messages a queue holds, those under way included."""
    found = made.find().queue
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    return sum(int(found[name]) for name in names)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]


def test_a_change_hurries_its_job_and_leaves_nothing_in_the_queue(moto: Moto) -> None:
    made, watcher = installed(moto), Watched(*JOBS)
    with reading(moto, made.find().queue_url, watcher):
        watcher.until_relaxed(99)
        changes(made, *JOBS, "somebody-elses")
        watcher.until(lambda: set(watcher.hurried) == set(JOBS))
        changes(made, JOBS[0], status="RUNNABLE")
        until(lambda: held(made) == 0)
    assert sorted(watcher.hurried) == JOBS
    assert watcher.relaxed == [99, None]


def test_late_double_and_forged_messages_hurry_at_most(moto: Moto) -> None:
    made, watcher = installed(moto), Watched("job", "last")
    url = made.find().queue_url
    forged = message("job").replace("aws.batch", "my.batch")
    junk = ["junk", "{}", "[]", "null", forged, message("nobodys"), "x" * 200_000]
    late = [message("job", "SUCCEEDED"), message("job", "RUNNING"), message("job", "RUNNING")]
    for body in (*junk, *late, message("last")):
        made.sqs.send_message(QueueUrl=url, MessageBody=body)
    with reading(moto, url, watcher):
        watcher.until(lambda: "last" in watcher.hurried)
        until(lambda: held(made) == 0)
        assert set(watcher.hurried) == {"job", "last"}
        assert watcher.relaxed == [99]


def test_without_its_queue_the_watcher_asks_as_usual_until_there_is_one_again(
    moto: Moto, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "batchyard")
    made, watcher = installed(moto), Watched("job", "again")
    url = made.find().queue_url
    watcher.when_hurried = lambda: watcher.relaxed == [99] and made.sqs.delete_queue(QueueUrl=url)
    with reading(moto, url, watcher):
        watcher.until_relaxed(99)
        changes(made, "job")
        watcher.until(lambda: watcher.relaxed[:3] == [99, None, None])
        assert len(warnings(caplog)) == 1
        assert "NonExistentQueue" in warnings(caplog)[0]
        made.install(wiring.pattern())
        watcher.until(lambda: watcher.relaxed[-1] == 99)
        changes(made, "again")
        watcher.until(lambda: watcher.hurried == ["job", "again"])
    assert len(warnings(caplog)) == 1
    assert f"events come again from {url}" in caplog.text


def test_while_sqs_is_down_the_watcher_asks_as_usual(
    moto: Moto, caplog: pytest.LogCaptureFixture
) -> None:
    made, watcher = installed(moto), Watched("job")
    url = made.find().queue_url
    with reading(moto, url, watcher):
        watcher.until_relaxed(99)
        moto.end()
        watcher.until(lambda: watcher.relaxed[:3] == [99, None, None])
        with Moto(moto.port) as back:
            made = installed(back)
            watcher.until(lambda: watcher.relaxed[-1] == 99)
            changes(made, "job")
            watcher.until(lambda: watcher.hurried == ["job"])
    assert len(warnings(caplog)) == 1
    assert url in warnings(caplog)[0]


def test_who_may_not_read_the_queue_is_told_and_the_watcher_asks_as_usual(
    moto: Moto, caplog: pytest.LogCaptureFixture
) -> None:
    made, watcher = installed(moto), Watched("job")
    url = made.find().queue_url
    authenticate(moto, "0")
    with reading(moto, url, watcher):
        watcher.until(lambda: watcher.relaxed[:2] == [None, None])
        authenticate(moto, "inf")
        watcher.until(lambda: watcher.relaxed[-1] == 99)
    assert len(warnings(caplog)) == 1
    assert "receive_message" in warnings(caplog)[0]


def authenticate(moto: Moto, after: str) -> None:
    """Let moto check keys, which here nobody has, after so many requests."""
    url = f"{moto.url}/moto-api/reset-auth"
    plain = {"Content-Type": "text/plain"}
    request = urllib.request.Request(url, after.encode(), plain)  # noqa: S310 - moto's own address
    urllib.request.urlopen(request).close()  # noqa: S310 - as above


@pytest.mark.parametrize("whom", ["session", "client"])
def test_the_url_of_the_queue_says_where_sqs_is_whoever_answers_for_batch(
    moto: Moto, whom: str
) -> None:
    made, watcher = installed(moto), Watched()
    batch = moto.session().client("batch", endpoint_url="http://127.0.0.1:9")
    where: Any = (
        {"client": batch}
        if whom == "client"
        else {"session": moto.session(), "endpoint": "http://127.0.0.1:9"}
    )
    with EventSource(made.find().queue_url, watcher, **where):
        watcher.until_relaxed(300)
    with EventSource("http://127.0.0.1:9/1/q", watcher, queue_endpoint=moto.url, **where):
        watcher.until(lambda: watcher.relaxed[:3] == [300, None, None])
    moto.end()


def test_a_wait_hears_of_the_end_from_its_queue(moto: Moto) -> None:
    made = installed(moto)
    seen = threading.Event()
    with yard() as here:
        registered(here)
        job = run(here, "sleep 600")

        def end() -> None:
            assert seen.wait(PATIENCE)
            job.terminate("enough")
            until(job.is_done)
            changes(made, str(job.job_id), status="FAILED")

        ending = threading.Thread(target=end)
        ending.start()
        (outcome,) = wait(
            [job],
            check=False,
            cadence=Fixed(1000),
            events=made.find().queue_url,
            progress=lambda _: seen.set(),
        )
        ending.join()
    assert (outcome.status, outcome.reason) == ("FAILED", "enough")
    assert not [key for key in REGISTRY.shared if isinstance(key, tuple) and key[0] == "events"]
