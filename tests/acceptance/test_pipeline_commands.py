"""``batchyard pipeline``: definitions run from nothing, and pipelines of a yard seen and rerun."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.yards import BATCHYARD, PATIENCE, RunningYard, clean_environment, until

DAILY = {
    "id": "Daily",
    "type": "Schedule",
    "period": "1 day",
    "startDateTime": "2012-09-25T00:00:00",
    "endDateTime": "2012-10-25T00:00:00",
}
DEFAULT = {"id": "Default", "scheduleType": "cron", "failureAndRerunMode": "CASCADE"}
ONDEMAND = DEFAULT | {"scheduleType": "ondemand"}


def shell(name: str, command: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "type": "ShellCommandActivity", "command": command} | more


def ref(name: str) -> dict[str, str]:
    return {"ref": name}


def written(folder: Path, *objects: dict[str, Any], **more: Any) -> Path:
    path = folder / "definition.json"
    path.write_text(json.dumps({"objects": objects, **more}))
    return path


def batchyard(*words: object, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BATCHYARD, "pipeline", *map(str, words)],
        env=clean_environment() | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE * 2,
        check=False,
    )


def test_a_definition_of_2012_runs_once_on_machines_of_its_own(tmp_path: Path) -> None:
    """The shape of the guide's first tutorial: a schedule, a resource, a command."""
    definition = written(
        tmp_path,
        DEFAULT | {"schedule": ref("Daily")},
        DAILY,
        {"id": "Machine", "type": "Ec2Resource", "terminateAfter": "1 hours"},
        shell(
            "Hello", "echo on #{format(@scheduledStartTime, 'YYYY-MM-dd')}", runsOn=ref("Machine")
        ),
        shell("After", "echo #{myWord}", workerGroup="mine", dependsOn=ref("Hello")),
        parameters=[{"id": "myWord", "type": "String"}],
    )
    logs = tmp_path / "logs"
    done = batchyard("run", definition, "-p", "myWord=later", "--output", logs)
    assert done.returncode == 0, done.stderr
    assert "3 of 3 instances finished" in done.stderr
    printed = {path.read_text() for path in logs.glob("*/*/*/*/stdout")}
    assert printed == {"on 2012-10-24\n", "later\n"}


def test_the_interval_of_a_moment_can_be_chosen(tmp_path: Path) -> None:
    definition = written(
        tmp_path,
        DEFAULT | {"schedule": ref("Daily"), "workerGroup": "mine"},
        DAILY,
        shell("Hello", "echo #{@scheduledStartTime}"),
    )
    done = batchyard("run", definition, "--at", "2012-09-27T12:00:00")
    assert done.returncode == 0, done.stderr
    assert "@Hello_2012-09-27T00:00:00" in done.stdout


def test_a_failure_exits_with_1_and_shows_what_was_printed(tmp_path: Path) -> None:
    definition = written(
        tmp_path,
        ONDEMAND | {"workerGroup": "mine"},
        shell("Fails", "echo to standard output; echo to standard error >&2; exit 3"),
        shell("After", "echo never", dependsOn=ref("Fails")),
    )
    done = batchyard("run", definition)
    assert done.returncode == 1
    assert "to standard output" in done.stderr
    assert "to standard error" in done.stderr
    assert "CASCADE_FAILED" in done.stdout
    assert "exited with code 3" in done.stdout


def test_what_waits_in_vain_without_cascade_ends_the_run(tmp_path: Path) -> None:
    """AWS leaves such instances WAITING_ON_DEPENDENCIES; a command has to come to an end."""
    definition = written(
        tmp_path,
        {"id": "Default", "scheduleType": "ondemand", "workerGroup": "mine"},
        {"id": "Machine", "type": "Ec2Resource"},
        shell("Fails", "exit 3"),
        shell("After", "true", dependsOn=ref("Fails")),
        {
            "id": "Last",
            "type": "ShellCommandActivity",
            "command": "true",
            "runsOn": ref("Machine"),
            "dependsOn": ref("After"),
        },
    )
    done = batchyard("run", definition)
    assert done.returncode == 1
    assert "WAITING_ON_DEPENDENCIES" in done.stdout


def test_a_failing_command_is_tried_again_as_often_as_is_said(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    definition = written(
        tmp_path,
        ONDEMAND | {"workerGroup": "mine"},
        shell("Fails", f"echo try >> {ledger}; test $(wc -l < {ledger}) = 2"),
    )
    done = batchyard("run", definition, "--retries", "1")
    assert done.returncode == 0, done.stderr
    assert ledger.read_text().split() == ["try", "try"]


def test_a_wrong_definition_is_refused_before_anything_runs(tmp_path: Path) -> None:
    definition = written(tmp_path, ONDEMAND, {"id": "X", "type": "NoSuchActivity"})
    for word in ("run", "validate"):
        done = batchyard(word, definition)
        assert done.returncode == (2 if word == "run" else 1)
        assert "NoSuchActivity" in done.stdout + done.stderr


@pytest.mark.parametrize(
    "text, named",
    [
        ("{", "no JSON"),
        ("[]", "objects"),
        ('{"objects": [{"name": "x"}]}', "id"),
        ('{"objects": [{"id": "x", "a": 3}]}', "objects[0].a"),
    ],
)
def test_a_file_that_is_no_definition_is_refused_in_a_line(
    tmp_path: Path, text: str, named: str
) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    for word in ("run", "validate"):
        done = batchyard(word, path)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert named in done.stderr
    missing = batchyard("run", tmp_path / "none.json")
    assert missing.returncode == 2
    assert "none.json" in missing.stderr


def test_values_come_from_a_file_and_options_win(tmp_path: Path) -> None:
    definition = written(
        tmp_path,
        ONDEMAND | {"workerGroup": "mine"},
        shell("Say", "echo #{myOne} #{myTwo}"),
        parameters=[{"id": "myOne"}, {"id": "myTwo"}],
    )
    values = tmp_path / "values.json"
    values.write_text(json.dumps({"values": {"myOne": "1", "myTwo": "2"}}))
    logs = tmp_path / "logs"
    done = batchyard("run", definition, "--values", values, "-p", "myTwo=two", "--output", logs)
    assert done.returncode == 0, done.stderr
    assert [path.read_text() for path in logs.glob("*/*/*/*/stdout")] == ["1 two\n"]
    assert batchyard("run", definition).returncode == 2


def test_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    definition = written(
        tmp_path,
        ONDEMAND | {"workerGroup": "mine"},
        {"id": "Machine", "type": "Ec2Resource"},
        shell("One", f"echo $$ >> {pids}; exec sleep 1000"),
        shell("Two", f"echo $$ >> {pids}; exec sleep 1000", runsOn=ref("Machine")),
    )
    running = subprocess.Popen(
        [BATCHYARD, "pipeline", "run", definition],
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    until(lambda: pids.exists() and len(pids.read_text().split()) == 2)
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=PATIENCE)
    assert running.returncode == 130
    left = list(map(int, pids.read_text().split()))
    until(lambda: all(map(_gone, left)))


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().split()[2] == "Z"


def test_too_long_is_said_with_what_is_left(tmp_path: Path) -> None:
    definition = written(
        tmp_path, ONDEMAND | {"workerGroup": "mine"}, shell("Sleeps", "sleep 1000")
    )
    done = batchyard("run", definition, "--timeout", "1")
    assert done.returncode == 1
    assert "@Sleeps_" in done.stderr.splitlines()[-1]


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningYard]:
    with RunningYard(tmp_path_factory.mktemp("yard"), "--maximum-retries", "0") as running:
        yield running


def test_pipelines_of_a_yard_are_listed_shown_run_again_and_saved(
    yard: RunningYard, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger"
    content = {
        "objects": [
            ONDEMAND | {"workerGroup": "mine"},
            shell("Fails", f"echo again | tee -a {ledger}; test $(wc -l < {ledger}) = 2"),
            shell("After", "true", dependsOn=ref("Fails")),
        ]
    }
    definition = tmp_path / "d.json"
    definition.write_text(json.dumps(content))
    client, env = yard.client("datapipeline"), yard.env()
    pipeline = client.create_pipeline(name="nightly", uniqueId="1")["pipelineId"]
    objects = [
        {
            "id": each["id"],
            "name": each["id"],
            "fields": [
                {"key": key, "refValue": value["ref"]}
                if isinstance(value, dict)
                else {"key": key, "stringValue": value}
                for key, value in each.items()
                if key != "id"
            ],
        }
        for each in content["objects"]
    ]
    put = client.put_pipeline_definition(pipelineId=pipeline, pipelineObjects=objects)
    assert not put["errored"], put
    assert "PENDING" in batchyard("list", **env).stdout
    client.activate_pipeline(pipelineId=pipeline)
    runner = subprocess.Popen(
        [BATCHYARD, "runner", "--worker-group", "mine", "--output", tmp_path / "logs", "--quiet"],
        env=clean_environment() | env,
        stdin=subprocess.DEVNULL,
    )
    try:
        until(lambda: "CASCADE_FAILED" in batchyard("show", "nightly", **env).stdout)
        shown = batchyard("show", pipeline, **env).stdout
        assert "FAILED" in shown
        assert "exited with code 1" in shown
        printed = batchyard("logs", "nightly", "--output", tmp_path / "logs", **env)
        assert printed.returncode == 0, printed.stderr
        assert "again\n" in printed.stdout
        again = batchyard("rerun", "nightly", "--failed", **env)
        assert again.returncode == 0, again.stderr
        assert "@Fails_" in again.stdout
        until(lambda: "FINISHED" in batchyard("list", **env).stdout)
    finally:
        runner.terminate()
        runner.wait(PATIENCE)
    saved = batchyard("pull", "--directory", tmp_path / "saved", **env)
    assert saved.returncode == 0, saved.stderr
    (path,) = (tmp_path / "saved").iterdir()
    assert path.name == f"nightly-{pipeline}.json"
    assert {each["id"] for each in json.loads(path.read_text())["objects"]} == {
        "Default",
        "Fails",
        "After",
    }
    assert batchyard("validate", path).returncode == 0


@pytest.mark.parametrize(
    "words, named",
    [
        (("show", "nobody"), "nobody"),
        (("logs", "nobody"), "nobody"),
        (("rerun", "nobody", "--failed"), "nobody"),
        (("rerun", "nobody"), "--failed"),
        (("run", "x.json", "--at", "noon"), "x.json"),
        (("run",), "FILE"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(
    yard: RunningYard, words: tuple[str, ...], named: str
) -> None:
    done = batchyard(*words, **yard.env())
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert named in done.stderr


def test_a_killed_run_leaves_nothing_behind_either(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    definition = written(
        tmp_path,
        ONDEMAND | {"workerGroup": "mine"},
        shell("One", f"echo $$ $PPID >> {pids}; exec sleep 1000"),
    )
    running = subprocess.Popen(
        [BATCHYARD, "pipeline", "run", definition],
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until(lambda: pids.exists() and len(pids.read_text().split()) == 2)
    children = f"/proc/{running.pid}/task/{running.pid}/children"
    left = [int(pid) for pid in [*pids.read_text().split(), *Path(children).read_text().split()]]
    assert len(left) == 4  # the command and its supervisor, the yard and the task runner
    running.kill()
    running.wait(PATIENCE)
    until(lambda: all(map(_gone, left)))
