"""``batchyard runner`` in a process of its own, at a stand-in for the service."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from tests.acceptance.terminal import typed
from tests.acceptance.yards import BATCHYARD, PATIENCE, clean_environment
from tests.motos import Moto
from tests.runner.stand_in import HANG_UP, KEY, Service, served, task


class RunnerProcess:
    """A task runner of the worker group ``wg``."""

    def __init__(self, folder: Path, *arguments: str, **variables: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [BATCHYARD, "runner", "--workerGroup=wg", f"--output={folder}/logs", *arguments],
            env=clean_environment() | {"BATCHYARD_DATA_DIR": f"{folder}/data"} | variables,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def ends(self) -> tuple[int, str]:
        """Wait for its end; give its exit code and what it said."""
        out, said = self.process.communicate(timeout=PATIENCE)
        assert out == ""
        return self.process.returncode, said


@pytest.fixture
def service() -> Iterator[Service]:
    with served() as service:
        yield service


def keys() -> dict[str, str]:
    return {"AWS_ACCESS_KEY_ID": KEY.access, "AWS_SECRET_ACCESS_KEY": KEY.secret}


def test_it_runs_tasks_with_the_keys_of_the_environment_and_leaves_on_sigterm(
    service: Service, tmp_path: Path
) -> None:
    variables = keys() | {"AWS_ENDPOINT_URL_DATA_PIPELINE": service.url, "MINE": "yours"}
    service.offer(task("Hello", "ShellCommandActivity", command="echo hello $MINE"))
    with RunnerProcess(tmp_path, **variables) as runner:
        service.ended("task-Hello")
        runner.process.send_signal(signal.SIGTERM)
        code, said = runner.ends()
    assert code == 0
    assert f"polling {service.url} for worker group 'wg'" in said
    assert "FINISHED ShellCommandActivity @Hello_2012-12-12T00:00:00_Attempt=1" in said
    (log,) = (tmp_path / "logs").rglob("stdout")
    assert log.read_text() == "hello yours\n"


def test_it_takes_aws_task_runners_options(service: Service, tmp_path: Path) -> None:
    """dp-taskrunner-config-options.html, in its spelling."""
    config = tmp_path / "credentials.json"
    config.write_text(json.dumps({"access-id": KEY.access, "private-key": KEY.secret}))
    options = (f"--config={config}", f"--endpoint={service.url}", "--region=eu-west-1")
    seen: list[dict[str, str]] = []
    service.heard = seen.append
    with RunnerProcess(tmp_path, *options, "--taskrunnerId=me", "--tasks=1") as runner:
        service.until(lambda: service.all("PollForTask"))
        beaten = service.until(lambda: service.all("ReportTaskRunnerHeartbeat"))
        runner.process.send_signal(signal.SIGTERM)
        assert runner.ends()[0] == 0
    assert beaten[0]["taskrunnerId"] == "me"
    assert "/eu-west-1/datapipeline/" in seen[0]["authorization"]


def test_options_win_over_the_file(service: Service, tmp_path: Path) -> None:
    config = tmp_path / "credentials.json"
    config.write_text('{"access-id": "other", "private-key": "other"}')
    more = (f"--accessId={KEY.access}", f"--secretKey={KEY.secret}", f"--endpoint={service.url}")
    with RunnerProcess(tmp_path, f"--config={config}", *more):
        service.until(lambda: service.all("PollForTask"))


def test_keys_that_are_not_known_end_it_with_a_sentence(service: Service, tmp_path: Path) -> None:
    options = ("--access-id", KEY.access, "--secret-key", "wrong", "--endpoint", service.url)
    with RunnerProcess(tmp_path, *options) as runner:
        code, said = runner.ends()
    assert code == 2
    assert said.splitlines()[-1].startswith("batchyard: PollForTask: The request signature")


def test_ctrl_c_finishes_what_it_has_and_a_second_stops_it(
    service: Service, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    service.offer(task("Long", "ShellCommandActivity", command=f"touch {started}; sleep 1000"))
    with RunnerProcess(tmp_path, f"--endpoint={service.url}", **keys()) as runner:
        service.until(started.exists)
        runner.process.send_signal(signal.SIGINT)
        assert runner.process.stderr is not None
        line = ""
        while "no more polls" not in line:
            line = runner.process.stderr.readline()
        assert "1 task is finished first" in line
        assert service.status("task-Long") is None
        runner.process.send_signal(signal.SIGINT)
        assert runner.ends()[0] == 130
    assert service.ended("task-Long")[0]["errorId"] == "RunnerStopped"


def test_a_killed_runner_leaves_no_processes(service: Service, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    command = f"echo $$ > {pid}.new; mv {pid}.new {pid}; sleep 1000; :"
    service.offer(task("Long", "ShellCommandActivity", command=command))
    with RunnerProcess(tmp_path, f"--endpoint={service.url}", **keys()) as runner:
        service.until(pid.exists)
        runner.process.kill()
    service.until(lambda: not Path(f"/proc/{int(pid.read_text())}/cwd").exists())


def test_it_leaves_with_whoever_started_it_if_asked_to(service: Service, tmp_path: Path) -> None:
    started = tmp_path / "started"
    service.offer(task("Long", "ShellCommandActivity", command=f"touch {started}; sleep 1000"))
    options = (f"--endpoint={service.url}", "--leave-with-parent")
    with RunnerProcess(tmp_path, *options, **keys()) as runner:
        service.until(started.exists)
        assert runner.process.stdin is not None
        runner.process.stdin.close()
        runner.process.stdin = None
        assert runner.ends()[0] == 0
    assert service.ended("task-Long")[0]["taskStatus"] == "FAILED"


def test_it_leaves_on_sigterm_although_its_parent_is_there(
    service: Service, tmp_path: Path
) -> None:
    options = (f"--endpoint={service.url}", "--leave-with-parent")
    with RunnerProcess(tmp_path, *options, **keys()) as runner:
        service.until(lambda: service.all("PollForTask"))
        runner.process.send_signal(signal.SIGTERM)
        code = runner.process.wait(PATIENCE)
        assert runner.process.stderr is not None
        assert (code, "Fatal" in runner.process.stderr.read()) == (0, False)


def test_it_waits_for_a_service_that_is_away(service: Service, tmp_path: Path) -> None:
    service.fate = lambda *_: HANG_UP
    with RunnerProcess(tmp_path, f"--endpoint={service.url}", **keys()) as runner:
        service.until(lambda: len(service.all("PollForTask")) > 1)
        service.fate = lambda *_: None
        service.offer(task("Hello", "ShellCommandActivity", command="true"))
        service.ended("task-Hello")
        runner.process.send_signal(signal.SIGTERM)
        assert runner.ends()[0] == 0


def test_what_it_says_is_copied_to_s3(service: Service, tmp_path: Path) -> None:
    """dp-taskrunner-config-options.html: --logUri."""
    service.offer(task("Hello", "ShellCommandActivity", command="true"))
    with Moto() as moto:
        s3 = moto.client("s3")
        s3.create_bucket(Bucket="lab")
        variables = keys() | {"AWS_ENDPOINT_URL_S3": moto.url}
        options = (f"--endpoint={service.url}", "--logUri=s3://lab/runner/")
        with RunnerProcess(tmp_path, *options, **variables) as runner:
            service.ended("task-Hello")
            runner.process.send_signal(signal.SIGTERM)
            assert runner.ends()[0] == 0
        found = s3.list_objects_v2(Bucket="lab")["Contents"]
        (key,) = [item["Key"] for item in found]
        text = s3.get_object(Bucket="lab", Key=key)["Body"].read().decode()
    assert re.fullmatch(r"runner/Task Runner\.log\.\d{4}-\d\d-\d\d-\d\d", key)
    assert "FINISHED ShellCommandActivity" in text


@pytest.mark.parametrize(
    "options, word",
    [
        (("--access-id", "A"), "--secret-key"),
        (("--config", "{file}"), "access-id"),
        (("--proxy-port", "80"), "--proxy-host"),
        (("--proxyDomain", "corp"), "NTLM"),
        (("--logUri", "/tmp"), "s3://"),
        (("--endpoint", "nowhere"), "nowhere"),
        (("--output", "{file}/below"), "kept"),
    ],
)
def test_wrong_options_are_refused_by_name(
    tmp_path: Path, options: tuple[str, str], word: str
) -> None:
    file = tmp_path / "file"
    file.write_text("{}")
    given = [option.format(file=file) for option in options]
    environment = clean_environment() | keys() | {"BATCHYARD_DATA_DIR": str(tmp_path / "data")}
    code, _, said = typed(environment, "runner", "--worker-group", "wg", *given)
    assert code == 2
    assert word in said
    assert len(said.splitlines()) == 1


def test_without_keys_it_says_how_to_give_them(tmp_path: Path) -> None:
    environment = clean_environment() | {
        "BATCHYARD_DATA_DIR": str(tmp_path / "data"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    where = ("--endpoint", "http://127.0.0.1:1", "--output", str(tmp_path))
    code, _, said = typed(environment, "runner", "--worker-group", "wg", *where)
    assert code == 2
    assert "--access-id" in said.splitlines()[-1]
