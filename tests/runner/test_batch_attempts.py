"""Attempts of AWS Batch jobs that a yard offers: logs, exit codes and orders to stop."""

import json
import sys
from pathlib import Path
from typing import Any

from batchyard.launchers.seam import Exited, Lost, StartFailed
from batchyard.polling.cadence import BackOff
from batchyard.runner.activities.batch_job_attempt import ending
from tests.runner.running import QUICK, running
from tests.runner.stand_in import HANG_UP, Fate, Service

GROUP, STREAM = "/aws/batch/job", "count/default/0123"


def attempt(*command: str, **fields: str | list[str]) -> dict[str, Any]:
    """A task that is an attempt of a job."""
    pairs: list[tuple[str, str]] = [("type", "BatchJobAttempt"), ("jobId", "the-job")]
    pairs += [("logGroupName", GROUP), ("logStreamName", STREAM)]
    pairs += [("command", word) for word in command]
    for key, value in fields.items():
        pairs += [(key, one) for one in ([value] if isinstance(value, str) else value)]
    shown = [{"key": key, "stringValue": value} for key, value in pairs]
    objects = {"a1": {"id": "a1", "name": "count", "fields": shown}}
    return {"taskId": "t", "pipelineId": "the-job", "attemptId": "a1", "objects": objects}


def messages(service: Service) -> list[str]:
    """What was put and taken, in order."""
    puts = service.all("PutLogEvents")
    for put in puts:
        assert (put["logGroupName"], put["logStreamName"]) == (GROUP, STREAM)
    return [event["message"] for put in puts for event in put["logEvents"]]


def test_what_it_prints_is_put_before_its_status(service: Service, tmp_path: Path) -> None:
    service.streams.add((GROUP, STREAM))
    service.offer(attempt("sh", "-c", "seq 1 30000; echo end >&2; printf unfinished"))
    with running(service, tmp_path):
        assert service.ended("t") == [{"taskId": "t", "taskStatus": "FINISHED"}]
    operations = [asked.operation for asked in service.asked]
    assert operations.index("SetTaskStatus") > max(
        at for at, operation in enumerate(operations) if operation == "PutLogEvents"
    )
    assert messages(service) == [*map(str, range(1, 30_001)), "end", "unfinished"]
    for put in service.all("PutLogEvents"):
        assert len(put["logEvents"]) <= 10_000
        times = [event["timestamp"] for event in put["logEvents"]]
        assert times == sorted(times)


def test_it_is_acknowledged_when_its_process_runs(service: Service, tmp_path: Path) -> None:
    """A job is RUNNING then, and not before."""
    started = tmp_path / "started"
    seen: list[bool] = []

    def fate(operation: str, _: dict[str, Any]) -> Fate:
        if operation == "ReportTaskProgress":
            seen.append(started.exists())
        return None

    service.fate = fate
    service.offer(attempt("sh", "-c", f"sleep 0.3; touch {started}; sleep 0.3"))
    with running(service, tmp_path):
        service.ended("t")
    assert seen[0] is False
    assert len(seen) > 1


def test_its_first_report_does_not_wait(service: Service, tmp_path: Path) -> None:
    service.offer(attempt("sleep", "1000"))
    with running(service, tmp_path, pace=QUICK._replace(report=1e6)):
        service.until(lambda: service.all("ReportTaskProgress"))


def test_one_that_cannot_be_started_is_never_acknowledged(service: Service, tmp_path: Path) -> None:
    service.offer(attempt("no-such-program"))
    with running(service, tmp_path):
        (told,) = service.ended("t")
    assert told["taskStatus"] == "FAILED"
    assert told["errorId"] == "NotStarted"
    assert "no-such-program" in told["errorMessage"]
    assert service.all("ReportTaskProgress") == []


def test_it_gets_its_environment_directory_and_little_else(
    service: Service, tmp_path: Path
) -> None:
    service.streams.add((GROUP, STREAM))
    script = "import json, os; print(json.dumps([dict(os.environ), os.getcwd()]))"
    service.offer(
        attempt(
            *(sys.executable, "-c", script),
            environment=["A=1=2", "HOME=/nowhere"],
            workingDirectory=str(tmp_path),
        )
    )
    with running(service, tmp_path):
        service.ended("t")
    variables, directory = json.loads("".join(messages(service)))
    assert directory == str(tmp_path)
    assert (variables["A"], variables["HOME"]) == ("1=2", "/nowhere")
    names = {"A", "HOME", "PATH", "PWD", "BATCHYARD_ATTEMPT", "LC_CTYPE", "LANG", "TZ", "TMPDIR"}
    assert variables.keys() - names - {"LC_ALL"} == set()


def test_a_canceled_one_says_how_it_ended_all_the_same(service: Service, tmp_path: Path) -> None:
    """The job's exit code is shown, whoever ended it."""
    service.streams.add((GROUP, STREAM))
    service.offer(attempt("sh", "-c", "trap 'echo bye; exit 9' TERM; echo hi; while :; do :; done"))
    with running(service, tmp_path):
        service.until(lambda: "hi" in messages(service))
        service.canceled.add("t")
        assert service.ended("t")[0]["errorId"] == "ExitCode:9"
    assert messages(service) == ["hi", "bye"]


def test_a_canceled_one_is_reported_on_until_it_has_ended(service: Service, tmp_path: Path) -> None:
    """Its machine would count as lost otherwise, and its exit code with it."""
    gate = tmp_path / "gate"
    wait = f"while [ ! -e {gate} ]; do sleep 0.02; done"
    script = f"trap '{wait}; exit 9' TERM; echo hi; while :; do :; done"
    service.streams.add((GROUP, STREAM))
    service.offer(attempt("sh", "-c", script))
    with running(service, tmp_path, pace=QUICK._replace(grace=60)):
        service.until(lambda: "hi" in messages(service))
        service.canceled.add("t")
        reports = len(service.all("ReportTaskProgress"))
        service.until(lambda: len(service.all("ReportTaskProgress")) > reports + 3)
        gate.touch()
        assert service.ended("t")[0]["errorId"] == "ExitCode:9"


def test_a_service_that_is_back_hears_of_it_before_it_misses_a_report(
    service: Service, tmp_path: Path
) -> None:
    """Its patience is a minute, as in reportProgressTimeout: a runner's must not be longer."""
    away = {"ReportTaskProgress": 2, "SetTaskStatus": 2}

    def fate(operation: str, _: dict[str, Any]) -> Fate:
        away[operation] = away.get(operation, 0) - 1
        return HANG_UP if away[operation] >= 0 else None

    service.fate = fate
    service.offer(attempt("true"))
    with running(service, tmp_path, pace=QUICK._replace(patience=BackOff(3600, 2, 3600))):
        assert service.ended("t")


def test_a_log_stream_that_is_not_there_is_made(service: Service, tmp_path: Path) -> None:
    service.offer(attempt("echo", "hello"))
    with running(service, tmp_path):
        service.ended("t")
    assert service.streams == {(GROUP, STREAM)}
    assert messages(service)[-1] == "hello"


def test_output_waits_for_a_service_that_is_away(service: Service, tmp_path: Path) -> None:
    fates: list[Fate] = [HANG_UP, 500, (400, "ThrottlingException")]
    service.fate = lambda operation, _: (
        fates.pop(0) if operation == "PutLogEvents" and fates else None
    )
    service.streams.add((GROUP, STREAM))
    service.offer(attempt("echo", "hello"))
    with running(service, tmp_path):
        assert service.ended("t")[0]["taskStatus"] == "FINISHED"
    assert messages(service) == ["hello"] * 4
    assert fates == []


def test_output_that_the_service_refuses_stops_nothing(service: Service, tmp_path: Path) -> None:
    service.fate = lambda operation, _: (
        (400, "InvalidParameterException") if operation == "PutLogEvents" else None
    )
    service.offer(attempt("sh", "-c", "echo hello; exit 2"))
    with running(service, tmp_path) as runner:
        assert service.ended("t")[0]["errorId"] == "ExitCode:2"
        assert any("were not taken" in sentence for sentence in runner.said)


def test_memory_is_a_number_of_mib(service: Service, tmp_path: Path) -> None:
    service.offer(attempt("true", memory="much"))
    with running(service, tmp_path):
        assert "'much'" in service.ended("t")[0]["errorMessage"]


def test_an_end_says_its_exit_code_or_why_there_is_none() -> None:
    assert ending(Exited("a", 0, None, 0)).task_status == "FINISHED"
    killed = ending(Exited("a", 137, "OutOfMemoryError: Container killed due to memory usage", 0))
    assert (killed.error_id, killed.error_message[:16]) == ("ExitCode:137", "OutOfMemoryError")
    assert ending(StartFailed("a", "no program", 0)).error_message == "no program"
    assert ending(Lost("a", 0)).error_id == "ProcessLost"
