"""What becomes of tasks, by type: real processes, a stand-in for the service."""

from pathlib import Path

from tests.runner.running import running
from tests.runner.stand_in import Service, node, task

GUIDE = "https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide"


def test_a_command_gets_its_arguments_as_positional_parameters(
    service: Service, tmp_path: Path
) -> None:
    """dp-object-shellcommandactivity.html: `echo $1 $2` with two scriptArguments."""
    service.offer(
        task("Say", "ShellCommandActivity", command="echo $1 $2", scriptArgument=["a b", "c"])
    )
    with running(service, tmp_path) as runner:
        assert service.ended("task-Say") == [{"taskId": "task-Say", "taskStatus": "FINISHED"}]
        (log,) = runner.output.rglob("stdout")
    assert log.read_text() == "a b c\n"
    instance = "@Say_2012-12-12T00:00:00"
    wanted = ("df-0123456789ABCDEFGHIJ", "Say", instance, f"{instance}_Attempt=1", "stdout")
    assert log.relative_to(runner.output).parts == wanted


def test_a_failing_command_tells_its_exit_code_and_its_last_words(
    service: Service, tmp_path: Path
) -> None:
    command = "echo fine; echo first >&2; echo no such table >/dev/stderr; exit 3"
    service.offer(task("Load", "ShellCommandActivity", command=command))
    with running(service, tmp_path):
        (told,) = service.ended("task-Load")
    assert told["taskStatus"] == "FAILED"
    assert told["errorId"] == "ExitCode:3"
    assert "code 3" in told["errorMessage"]
    assert "no such table" in told["errorMessage"]
    assert told["errorStackTrace"] == "first\nno such table"


def test_a_script_is_run_from_a_path_whatever_its_mode(service: Service, tmp_path: Path) -> None:
    script = tmp_path / "a script"
    script.write_text("#!/bin/sh\necho from $0 >&2\n[ -e script ] || exit 4\nexit 5\n")
    script.chmod(0o400)
    service.offer(task("Script", "ShellCommandActivity", scriptUri=f"file://{tmp_path}/a%20script"))
    with running(service, tmp_path):
        (told,) = service.ended("task-Script")
    assert told["errorId"] == "ExitCode:4"


def test_streams_go_to_local_paths_too(service: Service, tmp_path: Path) -> None:
    out, err = tmp_path / "here" / "out", tmp_path / "err"
    command = "echo out; echo err >&2"
    service.offer(
        task(
            "Both", "ShellCommandActivity", command=command, stdout=str(out), stderr=f"file://{err}"
        )
    )
    with running(service, tmp_path):
        service.ended("task-Both")
    assert out.read_text() == "out\n"
    assert err.read_text() == "err\n"


def test_other_types_fail_at_once_with_a_sentence(service: Service, tmp_path: Path) -> None:
    service.offer(task("Copy", "HiveActivity", hiveScript="select 1"))
    with running(service, tmp_path):
        (told,) = service.ended("task-Copy")
    assert told["taskStatus"] == "FAILED"
    assert not told["errorId"].startswith("Service_")
    assert "HiveActivity" in told["errorMessage"]


def test_neither_command_nor_script_is_said(service: Service, tmp_path: Path) -> None:
    service.offer(task("None", "ShellCommandActivity"))
    with running(service, tmp_path):
        (told,) = service.ended("task-None")
    assert "command or a scriptUri" in told["errorMessage"]


def test_a_command_gets_the_runners_environment(service: Service, tmp_path: Path) -> None:
    service.offer(task("Env", "ShellCommandActivity", command='test -n "$PATH"; echo $HOME'))
    with running(service, tmp_path) as runner:
        assert service.ended("task-Env")[0]["taskStatus"] == "FINISHED"
        (log,) = runner.output.rglob("stdout")
    assert log.read_text() == f"{Path.home()}\n"


def test_a_precondition_holds_when_its_command_exits_with_0(
    service: Service, tmp_path: Path
) -> None:
    service.offer(task("Ready", "ShellCommandPrecondition", command="exit $1", scriptArgument="0"))
    with running(service, tmp_path):
        assert service.ended("task-Ready")[0]["taskStatus"] == "FINISHED"


def test_exists_holds_while_a_local_file_is_there(service: Service, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    data = node("Data", filePath=f"{tmp_path}/data")
    service.offer(task("There", "Exists", node=data))
    with running(service, tmp_path):
        assert service.ended("task-There")[0]["taskStatus"] == "FINISHED"


def test_exists_of_what_cannot_be_looked_for_fails_with_a_sentence(
    service: Service, tmp_path: Path
) -> None:
    service.offer(task("Table", "Exists", node=node("Rows", "SqlDataNode", table="rows")))
    with running(service, tmp_path):
        (told,) = service.ended("task-Table")
    assert told["taskStatus"] == "FAILED"
    assert "Rows (SqlDataNode)" in told["errorMessage"]
