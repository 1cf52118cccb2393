"""``aws datapipeline …`` as it comes, from making a pipeline to deleting it.

The oracle: the AWS CLI itself, and its examples in awscli/examples/datapipeline
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.environments import bin_of
from tests.acceptance.test_awscli import Aws
from tests.acceptance.yards import RunningYard

pytestmark = pytest.mark.timeout(600)  # the first run ever downloads what it needs

WHOLE: dict[str, Any] = {
    "objects": [
        {"id": "Default", "workerGroup": "g", "scheduleType": "ondemand"},
        {
            "id": "Hi",
            "name": "Says hi",
            "type": "ShellCommandActivity",
            "command": "echo #{myWords}",
            "scriptArgument": ["a", "b"],
        },
        {
            "id": "After",
            "type": "ShellCommandActivity",
            "command": "true",
            "dependsOn": {"ref": "Hi"},
        },
    ],
    "parameters": [{"id": "myWords", "type": "String", "isArray": "true"}],
    "values": {"myWords": ["one", "two"]},
}


class Pipelines:
    """Types ``aws datapipeline`` commands about one pipeline."""

    def __init__(self, aws: Aws, folder: Path, client: Any) -> None:
        self.aws = aws
        self.client = client
        self.folder = folder
        made = aws("datapipeline", "create-pipeline", "--name", "greeting", "--unique-id", "one")
        self.id = str(made["pipelineId"])

    def __call__(self, command: str, *words: str) -> Any:
        """Type a command that succeeds; give its JSON."""
        return self.aws("datapipeline", command, "--pipeline-id", self.id, *words)

    def refusal(self, command: str, *words: str) -> str:
        """Type a command that fails; give what it says."""
        done = self.aws.type("datapipeline", command, "--pipeline-id", self.id, *words)
        assert done.returncode in {254, 255}
        return done.stderr

    def file(self, whole: dict[str, Any]) -> str:
        """Write a definition file; give what names it to the CLI."""
        path = self.folder / "definition.json"
        path.write_text(json.dumps(whole))
        return f"file://{path}"

    def runs(self, *words: str) -> list[str]:
        """The lines of ``list-runs`` for people, without heads and blanks."""
        done = self.aws.type("datapipeline", "list-runs", "--pipeline-id", self.id, *words)
        assert done.returncode == 0, done.stderr
        return [" ".join(line.split()) for line in done.stdout.splitlines()[3:] if line.strip()]


@pytest.fixture(scope="module")
def pipelines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipelines]:
    program = bin_of("awscli") / "aws"
    folder = tmp_path_factory.mktemp("aws")
    with RunningYard(folder / "data", "--ephemeral") as yard:
        yield Pipelines(Aws(program, yard, folder), folder, yard.client("datapipeline"))


def test_a_pipeline_is_driven_by_the_cli_alone(pipelines: Pipelines) -> None:
    # Definitions: a file goes in, and comes back.
    broken = {"objects": [{"id": "A", "type": "ShellCommandActivity", "dependsOn": {"ref": "B"}}]}
    told = pipelines("put-pipeline-definition", "--pipeline-definition", pipelines.file(broken))
    assert told["errored"] is True
    assert [each["id"] for each in told["validationErrors"]] == ["A"]
    assert "has errors" in pipelines.refusal("activate-pipeline")
    told = pipelines("put-pipeline-definition", "--pipeline-definition", pipelines.file(WHOLE))
    assert (told["errored"], told["validationErrors"]) == (False, [])
    back = pipelines("get-pipeline-definition")
    shown = {item["id"]: {"name": item["id"], **item} for item in WHOLE["objects"]}
    assert {item["id"]: item for item in back["objects"]} == shown
    assert back["parameters"] == WHOLE["parameters"]
    assert back["values"] == WHOLE["values"]

    # Runs: values of parameters at the activation, and the runs as a table.
    values = ("--parameter-values", "myWords=three", "myWords=four")
    pipelines("activate-pipeline", *values)
    instances = pipelines("query-objects", "--sphere", "INSTANCE")["ids"]
    moment = instances[0].removeprefix("@Hi_")
    assert instances == [f"@Hi_{moment}", f"@After_{moment}"]
    runs = pipelines.runs()
    assert runs[0] == f"1. After {moment} WAITING_ON_DEPENDENCIES"
    assert runs[1].startswith(f"@After_{moment} ")
    assert runs[2] == f"2. Hi {moment} WAITING_FOR_RUNNER"
    assert pipelines.runs("--status", "finished,failed") == []
    task = pipelines.client.poll_for_task(workerGroup="g")["taskObject"]
    pipelines.client.set_task_status(taskId=task["taskId"], taskStatus="FINISHED")
    ids = ("--object-ids", task["attemptId"], "Hi")
    found = pipelines("describe-objects", *ids, "--evaluate-expressions")["pipelineObjects"]
    assert [item["id"] for item in found] == [task["attemptId"], "Hi"]
    words = [f["stringValue"] for f in found[0]["fields"] if f["key"] == "command"]
    assert words == ["echo three", "echo four"]
    assert pipelines.runs("--status", "finished")[0] == f"1. Hi {moment} FINISHED"
    assert len(pipelines.runs("--schedule-interval", f"{moment},{moment}")) == 4

    # Statuses, tags and the end.
    pipelines("set-status", "--object-ids", f"@Hi_{moment}", "--status", "RERUN")
    assert (
        pipelines.runs("--status", "waiting_for_runner")[0]
        == f"1. After {moment} WAITING_FOR_RUNNER"
    )
    pipelines("add-tags", "--tags", "key=team,value=red", "key=other,value=")
    pipelines("remove-tags", "--tag-keys", "other")
    pipelines("deactivate-pipeline")
    (shown_as,) = pipelines.aws(
        "datapipeline", "describe-pipelines", "--pipeline-ids", pipelines.id
    )["pipelineDescriptionList"]
    assert shown_as["tags"] == [{"key": "team", "value": "red"}]
    assert {"key": "@pipelineState", "stringValue": "INACTIVE"} in shown_as["fields"]
    listed = pipelines.aws("datapipeline", "list-pipelines")["pipelineIdList"]
    assert listed == [{"id": pipelines.id, "name": "greeting"}]
    pipelines("delete-pipeline")
    assert "(PipelineDeletedException)" in pipelines.refusal("get-pipeline-definition")
