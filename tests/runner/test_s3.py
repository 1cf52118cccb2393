"""Tasks whose data, scripts and logs are in S3: moto's, over a socket."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from batchyard.client.s3 import S3Uri
from batchyard.client.sessions import Connection
from batchyard.errors import BatchyardError
from batchyard.runner.storage import Storage
from tests.motos import Moto
from tests.runner.running import running
from tests.runner.stand_in import Service, node, task


@pytest.fixture(scope="module")
def moto() -> Iterator[Moto]:
    with Moto() as moto:
        moto.client("s3").create_bucket(Bucket="lab")
        yield moto


@pytest.fixture
def storage(moto: Moto) -> Connection:
    return {"session": moto.session(), "region": "us-east-1", "endpoint": moto.url}


def put(moto: Moto, **objects: str) -> None:
    for key, content in objects.items():
        moto.client("s3").put_object(Bucket="lab", Key=key, Body=content.encode())


def got(moto: Moto, key: str) -> str:
    body: Any = moto.client("s3").get_object(Bucket="lab", Key=key)["Body"]
    return str(body.read().decode())


def test_inputs_are_brought_and_outputs_taken(
    service: Service, tmp_path: Path, moto: Moto, storage: Connection
) -> None:
    """dp-concepts-staging.html: ${INPUT1_STAGING_DIR}, ${OUTPUT1_STAGING_DIR}."""
    put(moto, **{"in/a.txt": "a", "in/deep/b.txt": "b", "in/": "", "inner/c": "c", "one.csv": "1"})
    command = (
        "find $INPUT1_STAGING_DIR $INPUT3_STAGING_DIR -type f | xargs cat > all; "
        "mkdir $OUTPUT1_STAGING_DIR/x; cp all $OUTPUT1_STAGING_DIR/x/all; ls $INPUT3_STAGING_DIR"
    )
    service.offer(
        task(
            "Stage",
            "ShellCommandActivity",
            command=command,
            stage="true",
            stdout="s3://lab/said",
            pipelineLogUri="s3://lab/logs/",
            input=[
                node("In", directoryPath="s3://lab/in"),
                node("Rows", "MySqlDataNode", table="rows"),
                node("One", filePath="s3://lab/one.csv"),
            ],
            output=node("Out", directoryPath="s3://lab/out/"),
        )
    )
    with running(service, tmp_path, storage=storage):
        assert service.ended("task-Stage") == [{"taskId": "task-Stage", "taskStatus": "FINISHED"}]
    assert sorted(got(moto, "out/x/all")) == ["1", "a", "b"]
    assert got(moto, "said") == "one.csv\n"
    attempt = "@Stage_2012-12-12T00:00:00_Attempt=1"
    logs = f"logs/df-0123456789ABCDEFGHIJ/Stage/@Stage_2012-12-12T00:00:00/{attempt}"
    assert got(moto, f"{logs}/stdout") == "one.csv\n"
    assert got(moto, f"{logs}/stderr") == ""


def test_nothing_is_staged_unless_asked(
    service: Service, tmp_path: Path, storage: Connection
) -> None:
    service.offer(
        task(
            "Bare",
            "ShellCommandActivity",
            command='test -z "$INPUT1_STAGING_DIR"',
            input=node("In", directoryPath="s3://no-such-bucket/in"),
        )
    )
    with running(service, tmp_path, storage=storage):
        assert service.ended("task-Bare")[0]["taskStatus"] == "FINISHED"


def test_outputs_of_a_failed_command_are_not_taken(
    service: Service, tmp_path: Path, storage: Connection
) -> None:
    service.offer(
        task(
            "Fails",
            "ShellCommandActivity",
            command="touch $OUTPUT1_STAGING_DIR/made; exit 1",
            stage="TRUE",
            output=node("Out", directoryPath="s3://lab/failed"),
        )
    )
    with running(service, tmp_path, storage=storage):
        assert service.ended("task-Fails")[0]["errorId"] == "ExitCode:1"
    assert not Storage(storage).exists(S3Uri("s3://lab/failed"))


def test_a_script_is_brought_from_s3(
    service: Service, tmp_path: Path, moto: Moto, storage: Connection
) -> None:
    put(moto, **{"run.sh": "#!/bin/sh\nexit 6\n"})
    service.offer(task("Script", "ShellCommandActivity", scriptUri="s3://lab/run.sh"))
    with running(service, tmp_path, storage=storage):
        assert service.ended("task-Script")[0]["errorId"] == "ExitCode:6"


@pytest.mark.parametrize(
    "fields",
    [
        {"scriptUri": "s3://lab/missing.sh"},
        {"command": "true", "stage": "true", "input": node("In", filePath="s3://lab/missing")},
        {"command": "true", "stage": "true", "output": node("Out", filePath="s3://lab/file")},
        {"command": "true", "stdout": "s3://no-such-bucket/out"},
        {"command": "true", "stdout": "ftp://elsewhere/out"},
    ],
    ids=["script", "input", "output", "bucket", "scheme"],
)
def test_what_is_missing_in_s3_is_named(
    service: Service, tmp_path: Path, storage: Connection, fields: dict[str, str | dict[str, Any]]
) -> None:
    service.offer(task("Lacks", "ShellCommandActivity", **fields))
    with running(service, tmp_path, storage=storage):
        (told,) = service.ended("task-Lacks")
    assert told["taskStatus"] == "FAILED"
    assert any(word in told["errorMessage"] for word in ("missing", "Out", "bucket", "ftp://"))


def test_logs_that_cannot_be_taken_fail_no_task(
    service: Service, tmp_path: Path, storage: Connection
) -> None:
    service.offer(
        task("Ok", "ShellCommandActivity", command="true", pipelineLogUri="s3://no-such-bucket/l")
    )
    with running(service, tmp_path, storage=storage) as runner:
        assert service.ended("task-Ok")[0]["taskStatus"] == "FINISHED"
        assert any("no-such-bucket" in sentence for sentence in runner.said)


def test_exists_asks_s3(service: Service, tmp_path: Path, moto: Moto, storage: Connection) -> None:
    put(moto, **{"there/x": "x"})
    service.offer(task("There", "Exists", node=node("D", directoryPath="s3://lab/there/")))
    with running(service, tmp_path, storage=storage):
        assert service.ended("task-There")[0]["taskStatus"] == "FINISHED"


def test_a_prefix_of_many_pages_is_brought_whole(
    tmp_path: Path, moto: Moto, storage: Connection
) -> None:
    """API_ListObjectsV2.html: 1,000 keys a page."""
    s3 = moto.client("s3")
    s3.create_bucket(Bucket="many")
    for number in range(1_003):
        s3.put_object(Bucket="many", Key=f"p/{number}", Body=b"")
    Storage(storage).get_all(S3Uri("s3://many/p"), tmp_path)
    assert len(list(tmp_path.iterdir())) == 1_003


def test_a_key_that_climbs_out_of_its_folder_is_refused(
    tmp_path: Path, moto: Moto, storage: Connection
) -> None:
    put(moto, **{"climb/../../x": "x"})
    with pytest.raises(BatchyardError, match="below a folder"):
        Storage(storage).get_all(S3Uri("s3://lab/climb"), tmp_path / "in")
