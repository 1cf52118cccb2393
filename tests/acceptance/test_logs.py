"""CloudWatch Logs through boto3 and the AWS CLI, on yards in their own processes."""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.acceptance.environments import bin_of
from tests.acceptance.yards import (
    RunningYard,
    ended,
    printed,
    reached,
    submit,
)

pytestmark = pytest.mark.xdist_group("logs")

GROUP = "/aws/batch/job"
MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="module")
def batch(shared: RunningYard) -> Any:
    return shared.client("batch")


@pytest.fixture(scope="module")
def logs(shared: RunningYard) -> Any:
    return shared.client("logs")


def now() -> int:
    return time.time_ns() // 1_000_000


def aws(yard: RunningYard, *arguments: str) -> Any:
    """What ``aws logs …`` answers."""
    env = {**yard.env(), "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}
    command = [str(bin_of("awscli") / "aws"), "logs", *arguments, "--output", "json"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout or "null")


def messages(answer: dict[str, Any]) -> list[str]:
    return [event["message"] for event in answer["events"]]


@pytest.mark.timeout(600)  # each call starts the CLI anew, which is slow on a busy machine
def test_the_cli_makes_fills_and_searches_a_group(shared: RunningYard, logs: Any) -> None:
    named = ("--log-group-name", "cli")
    stream = (*named, "--log-stream-name", "one")
    aws(shared, "create-log-group", *named, "--tags", "a=b")
    aws(shared, "create-log-stream", *stream)
    at = now()
    lines = ["127.0.0.1 - ann GET 200 10", "127.0.0.1 - bob GET 404 20", "ERROR grün"]
    events = json.dumps([{"timestamp": at + n, "message": line} for n, line in enumerate(lines)])
    assert "nextSequenceToken" in aws(shared, "put-log-events", *stream, "--log-events", events)
    assert messages(logs.get_log_events(logGroupName="cli", logStreamName="one")) == lines
    found = aws(shared, "filter-log-events", *named, "--filter-pattern", "[..., status=4*, size]")
    assert messages(found) == [lines[1]]
    aws(shared, "put-retention-policy", *named, "--retention-in-days", "3")
    (group,) = logs.describe_log_groups(logGroupNamePrefix="cli")["logGroups"]
    assert group["retentionInDays"] == 3
    aws(shared, "delete-log-group", *named)
    assert logs.describe_log_groups(logGroupNamePrefix="cli")["logGroups"] == []


def test_what_was_put_is_there_after_the_yard_was_killed(tmp_path: Path) -> None:
    with RunningYard(tmp_path / "data") as yard:
        logs = yard.client("logs")
        logs.create_log_group(logGroupName="g")
        logs.put_retention_policy(logGroupName="g", retentionInDays=30)
        logs.create_log_stream(logGroupName="g", logStreamName="s")
        named, at = {"logGroupName": "g", "logStreamName": "s"}, now()
        for number in range(20):
            event = {"timestamp": at + number, "message": f"line {number}"}
            logs.put_log_events(**named, logEvents=[event])
        yard.process.kill()
        yard.process.communicate()
    with RunningYard(tmp_path / "data") as yard:
        logs = yard.client("logs")
        answer = logs.get_log_events(**named, startFromHead=True)
        assert messages(answer) == [f"line {number}" for number in range(20)]
        (group,) = logs.describe_log_groups()["logGroups"]
        assert group["retentionInDays"] == 30
        found = logs.filter_log_events(logGroupName="g", filterPattern='"line 19"')
        assert messages(found) == ["line 19"]
        with pytest.raises(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_stream(**named)


def test_a_tail_that_asks_again_and_again_sees_each_event_once(logs: Any) -> None:
    logs.create_log_group(logGroupName="tail")
    logs.create_log_stream(logGroupName="tail", logStreamName="s")
    begun = at = now()
    seen: list[str] = []
    known: set[str] = set()
    for number in range(5):
        event = {"timestamp": at + number // 2, "message": str(number)}
        logs.put_log_events(logGroupName="tail", logStreamName="s", logEvents=[event])
        # As ``aws logs tail --follow`` of the AWS CLI's second version asks.
        answer = logs.filter_log_events(logGroupName="tail", startTime=begun, interleaved=True)
        seen += [e["message"] for e in answer["events"] if e["eventId"] not in known]
        known |= {e["eventId"] for e in answer["events"]}
        begun = max(e["timestamp"] for e in answer["events"])
    assert seen == ["0", "1", "2", "3", "4"]


def test_somebody_may_put_events_beside_what_a_running_job_prints(batch: Any, logs: Any) -> None:
    job = reached(batch, submit(batch, "sh", "-c", "echo mine; sleep 60"), "RUNNING")
    stream = job["container"]["logStreamName"]
    named = {"logGroupName": GROUP, "logStreamName": stream}
    assert "events" in logs.get_log_events(**named)  # there from RUNNING on
    logs.put_log_events(**named, logEvents=[{"timestamp": now(), "message": "theirs"}])
    batch.terminate_job(jobId=job["jobId"], reason="enough")
    job = ended(batch, job["jobId"])
    assert sorted(printed(logs, job)) == ["mine", "theirs"]


def test_a_job_logs_again_after_its_group_was_deleted(tmp_path: Path) -> None:
    with RunningYard(tmp_path / "data", "--ephemeral") as yard:
        batch, logs = yard.client("batch"), yard.client("logs")
        logs.create_log_group(logGroupName=GROUP)  # by hand, before any job
        assert printed(logs, ended(batch, submit(batch, "echo", "one"))) == ["one"]
        logs.delete_log_group(logGroupName=GROUP)
        with pytest.raises(logs.exceptions.ResourceNotFoundException):
            logs.describe_log_streams(logGroupName=GROUP)
        assert printed(logs, ended(batch, submit(batch, "echo", "two"))) == ["two"]
        assert len(logs.describe_log_streams(logGroupName=GROUP)["logStreams"]) == 1


def test_a_job_prints_any_bytes_and_they_are_read_as_lines(batch: Any, logs: Any) -> None:
    script = (
        r"printf 'žluťoučký kůň 🐎\n'; printf 'err\n' >&2; printf 'dev\n' > /dev/stderr;"
        r"printf '\377\376\000junk\r\n\n\n'; printf 'no end'"
    )
    job = ended(batch, submit(batch, "sh", "-c", script))
    expected = ["žluťoučký kůň 🐎", "err", "dev", "\ufffd\ufffd\0junk", "no end"]
    assert printed(logs, job) == expected


def test_each_attempt_has_a_stream_of_its_own(batch: Any, logs: Any) -> None:
    script = "echo out $AWS_BATCH_JOB_ATTEMPT; exit $((AWS_BATCH_JOB_ATTEMPT < 2))"
    job = ended(batch, submit(batch, "sh", "-c", script, retryStrategy={"attempts": 2}))
    streams = [attempt["container"]["logStreamName"] for attempt in job["attempts"]]
    told = [
        messages(logs.get_log_events(logGroupName=GROUP, logStreamName=each)) for each in streams
    ]
    assert told == [["out 1"], ["out 2"]]


def test_a_flood_of_output_costs_the_yard_little_memory(tmp_path: Path) -> None:
    with RunningYard(tmp_path / "data") as yard:
        batch, logs = yard.client("batch"), yard.client("logs")
        ended(batch, submit(batch, "true"))
        before = peak_memory(yard)
        script = "yes 0123456789abcde | head -c 104857600; echo; echo last"
        job = ended(batch, submit(batch, "sh", "-c", script))
        named = {"logGroupName": GROUP, "logStreamName": job["container"]["logStreamName"]}
        assert messages(logs.get_log_events(**named))[-1] == "last"
        first = logs.get_log_events(**named, startFromHead=True)
        assert set(messages(first)) == {"0123456789abcde"}
        assert peak_memory(yard) - before < 100 * MEBIBYTE


def peak_memory(yard: RunningYard) -> int:
    """The most that server and supervisor ever held, in bytes."""
    total = 0
    for pid in (yard.process.pid, yard.supervisor()):
        status = Path(f"/proc/{pid}/status").read_text().splitlines()
        total += int(next(line for line in status if line.startswith("VmHWM:")).split()[1]) * 1024
    return total


def test_names_that_aws_does_not_take_are_refused(logs: Any) -> None:
    for members in ({"logGroupName": "a b"}, {"logGroupName": "a" * 513}):
        with pytest.raises(ClientError, match="logGroupName") as refusal:
            logs.create_log_group(**members)
        assert refusal.value.response["Error"]["Code"] == "InvalidParameterException"
    logs.create_log_group(logGroupName="named")
    with pytest.raises(ClientError, match="logStreamName"):
        logs.create_log_stream(logGroupName="named", logStreamName="a:b")
