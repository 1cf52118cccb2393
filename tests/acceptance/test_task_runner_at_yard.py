"""``batchyard runner`` at a yard: pipelines' activities and Batch jobs' attempts, for real."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.test_task_runner import RunnerProcess
from tests.acceptance.yards import RunningYard, described, ended, register, until

GROUP = "wg"


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningYard]:
    with RunningYard(tmp_path_factory.mktemp("yard") / "data") as yard:
        yield yard


@pytest.fixture(scope="module")
def runner(yard: RunningYard, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A runner that found the yard by its data directory; gives its folder."""
    folder = tmp_path_factory.mktemp("runner")
    with RunnerProcess(folder, "--data-dir", str(yard.data_dir)):
        yield folder


def pipeline(client: Any, name: str, *objects: dict[str, Any]) -> str:
    """Activate a pipeline that runs once."""
    made: str = client.create_pipeline(name=name, uniqueId=name)["pipelineId"]
    default = {"id": "Default", "scheduleType": "ondemand", "workerGroup": GROUP}
    put = client.put_pipeline_definition(
        pipelineId=made, pipelineObjects=[shown(each) for each in (default, *objects)]
    )
    assert not put["errored"], put
    client.activate_pipeline(pipelineId=made)
    return made


def shown(fields: dict[str, Any]) -> dict[str, Any]:
    pairs = [(key, value) for key, value in fields.items() if key != "id"]
    own = [
        {"key": key, "refValue": value[1:]}
        if value[0] == ">"
        else {"key": key, "stringValue": value}
        for key, value in pairs
    ]
    return {"id": fields["id"], "name": fields["id"], "fields": own}


def over(client: Any, made: str) -> dict[str, dict[str, str]]:
    """Wait until every instance has ended; give their fields by component."""

    def found() -> dict[str, dict[str, str]] | None:
        ids = client.query_objects(pipelineId=made, sphere="INSTANCE")["ids"]
        if not ids:
            return None
        objects = client.describe_objects(pipelineId=made, objectIds=ids)["pipelineObjects"]
        fields = [
            {f["key"]: f.get("stringValue", f.get("refValue", "")) for f in each["fields"]}
            for each in objects
        ]
        if any(each["@status"] not in {"FINISHED", "FAILED"} for each in fields):
            return None
        return {each["@componentParent"]: each for each in fields}

    ended_ones: dict[str, dict[str, str]] = until(found)
    return ended_ones


def test_a_pipeline_runs(yard: RunningYard, runner: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    (tmp_path / "there").touch()
    client = yard.client("datapipeline")
    activity = "ShellCommandActivity"
    made = pipeline(
        client,
        "runs",
        {"id": "Make", "type": activity, "command": f"echo made > {data}; echo told"},
        {"id": "Data", "type": "S3DataNode", "filePath": f"{tmp_path}/there"}
        | {"precondition": ">There"},
        {"id": "There", "type": "Exists"},
        {"id": "Ready", "type": "ShellCommandPrecondition", "command": "true"},
        {"id": "Use", "type": activity, "command": f"cat {data}; echo bad >&2; exit 3"}
        | {"dependsOn": ">Make", "precondition": ">Ready", "maximumRetries": "0", "input": ">Data"},
    )
    found = over(client, made)
    statuses = {name: fields["@status"] for name, fields in found.items()}
    assert statuses["Use"] == "FAILED"
    assert {s for name, s in statuses.items() if name != "Use"} == {"FINISHED"}
    assert found["Use"]["errorId"] == "ExitCode:3"
    assert "bad" in found["Use"]["errorMessage"]
    (log,) = (runner / "logs" / made / "Use").rglob("stdout")
    assert log.read_text() == "made\n"


def queue(batch: Any) -> None:
    """Make the queue of a compute environment whose attempts go to the worker group."""
    batch.create_compute_environment(
        computeEnvironmentName="far",
        type="UNMANAGED",
        unmanagedvCpus=2,
        tags={"batchyard:worker-group": GROUP},
    )
    batch.create_job_queue(
        jobQueueName="far",
        priority=1,
        computeEnvironmentOrder=[{"order": 1, "computeEnvironment": "far"}],
    )


def test_jobs_of_batch_run(yard: RunningYard, runner: Path, tmp_path: Path) -> None:
    assert runner.exists()
    batch, logs = yard.client("batch"), yard.client("logs")
    queue(batch)

    def submitted(*command: str) -> str:
        definition = register(batch, *command, name="far")
        answer = batch.submit_job(jobName="far", jobQueue="far", jobDefinition=definition)
        return str(answer["jobId"])

    good = ended(batch, submitted("sh", "-c", "echo hello; echo world >&2"))
    assert (good["status"], good["container"]["exitCode"]) == ("SUCCEEDED", 0)
    events = logs.get_log_events(
        logGroupName="/aws/batch/job", logStreamName=good["container"]["logStreamName"]
    )["events"]
    assert [event["message"] for event in events] == ["hello", "world"]
    bad = ended(batch, submitted("sh", "-c", "exit 7"))
    assert (bad["status"], bad["container"]["exitCode"]) == ("FAILED", 7)
    started = tmp_path / "started"
    job = submitted(
        "sh", "-c", f"touch {started}; trap 'exit 5' TERM; while :; do sleep 0.05; done"
    )
    until(started.exists)
    batch.terminate_job(jobId=job, reason="enough")
    gone = ended(batch, job)
    assert (gone["status"], gone["container"]["exitCode"]) == ("FAILED", 5)
    assert described(batch, job)["statusReason"] == "enough"
    missing = ended(batch, submitted("no-such-program"))
    assert "no-such-program" in missing["attempts"][0]["container"]["reason"]
