"""`batchyard serve`: how it starts, stops, refuses, and what it never loses."""

import os
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.acceptance.yards import (
    BATCHYARD,
    PATIENCE,
    RunningYard,
    clean_environment,
    described,
    ended,
    printed,
    reached,
    submit,
    until,
)


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A data directory whose supervisor is ended afterwards, whoever started it."""
    directory = tmp_path / "data"
    yield directory
    yard = object.__new__(RunningYard)
    yard.data_dir = directory
    if (pid := yard.supervisor()) is not None:
        os.kill(pid, signal.SIGTERM)
        until(lambda: yard.supervisor() is None)


def batchyard(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BATCHYARD, *arguments],
        env=clean_environment() | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


WAITING = "echo begun; while [ ! -e {mark} ]; do sleep 0.05; done; echo done; exit 7"


def test_a_killed_server_finds_its_running_jobs_again_with_exit_codes_and_logs(
    data_dir: Path, tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    with RunningYard(data_dir) as first:
        job_id = submit(first.client("batch"), "sh", "-c", WAITING.format(mark=mark))
        reached(first.client("batch"), job_id, "RUNNING")
        first.process.kill()
        first.process.wait()
        with RunningYard(data_dir) as second:
            batch = second.client("batch")
            assert described(batch, job_id)["status"] == "RUNNING"
            mark.touch()
            job = ended(batch, job_id)
            assert job["container"]["exitCode"] == 7
            assert printed(second.client("logs"), job) == ["begun", "done"]


def test_a_job_that_ends_while_nobody_serves_is_reported_by_the_next_server(
    data_dir: Path, tmp_path: Path
) -> None:
    mark, gone = tmp_path / "mark", tmp_path / "gone"
    script = WAITING.format(mark=mark).replace("exit 7", f"touch {gone}; exit 7")
    with RunningYard(data_dir) as first:
        job_id = submit(first.client("batch"), "sh", "-c", script)
        reached(first.client("batch"), job_id, "RUNNING")
        code, said = first.stop()
        assert code == 0
        assert "1 job keeps running" in said
        mark.touch()
        until(gone.exists)
        with RunningYard(data_dir) as second:
            job = ended(second.client("batch"), job_id)
            assert job["container"]["exitCode"] == 7
            assert printed(second.client("logs"), job) == ["begun", "done"]


def test_stop_jobs_ends_what_runs(data_dir: Path) -> None:
    with RunningYard(data_dir, "--stop-jobs") as first:
        job_id = submit(first.client("batch"), "sleep", "60")
        reached(first.client("batch"), job_id, "RUNNING")
        first.stop()
        with RunningYard(data_dir) as second:
            assert described(second.client("batch"), job_id)["status"] == "FAILED"


def test_a_lost_supervisor_is_a_lost_host_and_retry_rules_apply(data_dir: Path) -> None:
    with RunningYard(data_dir) as yard:
        batch = yard.client("batch")
        rule = {"onStatusReason": "Host EC2*", "action": "RETRY"}
        rest = {"onReason": "*", "action": "EXIT"}
        retry = {"attempts": 2, "evaluateOnExit": [rule, rest]}
        job_id = submit(
            batch,
            "sh",
            "-c",
            "[ $AWS_BATCH_JOB_ATTEMPT = 2 ] || sleep 60",
            retryStrategy=retry,
        )
        reached(batch, job_id, "RUNNING")
        supervisor = yard.supervisor()
        assert supervisor is not None
        os.kill(supervisor, signal.SIGKILL)
        job = ended(batch, job_id)
        assert job["status"] == "SUCCEEDED"
        assert job["attempts"][0]["statusReason"].startswith("Host EC2 (instance i-")
        assert "exitCode" not in job["attempts"][0]["container"]


def test_everything_is_there_after_a_restart(data_dir: Path) -> None:
    with RunningYard(data_dir) as first:
        job_id = submit(first.client("batch"), "echo", "kept")
        before = ended(first.client("batch"), job_id)
        first.stop()
    with RunningYard(data_dir) as second:
        batch, logs = second.client("batch"), second.client("logs")
        assert described(batch, job_id) == before
        assert printed(logs, before) == ["kept"]
        assert batch.describe_job_definitions()["jobDefinitions"][0]["revision"] == 1


def test_a_second_yard_on_a_data_directory_is_refused_and_told_of_the_first(data_dir: Path) -> None:
    with RunningYard(data_dir) as first:
        done = batchyard("serve", "--port", "0", "--data-dir", data_dir)
        assert done.returncode != 0
        assert first.url in done.stderr
        assert str(first.process.pid) in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_a_taken_port_is_refused_in_one_line(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = batchyard("serve", "--port", port, "--data-dir", data_dir)
    assert done.returncode == 2
    assert port in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--account-id", "12"],
        ["--pass-env", "NO_SUCH_VARIABLE"],
        ["--minimum-timeout", "0"],
        ["--retention", "0"],
        ["--retention", "nan"],
        ["--retention", "inf"],
        ["--host", "192.0.2.1", "--no-auth"],  # an address of no machine (RFC 5737)
        ["--port", "70000"],
        ["--image-command", "busybox"],
        ["--image-entrypoint", "busybox='"],
        ["--images", "no/such/file.toml"],
    ],
)
def test_an_option_that_cannot_work_is_one_line_and_exit_code_2(
    data_dir: Path, arguments: list[str]
) -> None:
    done = batchyard("serve", "--data-dir", data_dir, *arguments)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def get(url: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(url, method=method, headers=headers)  # noqa: S310 - a yard's own address
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=PATIENCE) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_health_needs_no_key_and_everything_else_does(data_dir: Path) -> None:
    with RunningYard(data_dir) as yard:
        assert get(f"{yard.url}/_batchyard/health")[0] == 200
        for path in ("/_batchyard/stories/x", "/v1/describejobqueues", "/x", "/../etc/passwd"):
            status, body = get(yard.url + path)
            assert status == 403
            assert b"batchyard env" in body


def test_a_page_of_another_origin_cannot_submit(data_dir: Path) -> None:
    with RunningYard(data_dir, "--no-auth") as yard:
        status, _ = get(
            f"{yard.url}/v1/submitjob",
            "POST",
            Origin="http://elsewhere.example",
            Authorization="AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/batch/aws4_request",
        )
        assert status == 403
        assert get(f"{yard.url}/_batchyard/health", Host="elsewhere.example")[0] == 403


def test_a_yard_without_auth_accepts_any_key_and_says_so(data_dir: Path) -> None:
    with RunningYard(data_dir, "--no-auth") as yard:
        key = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
        batch = boto3.client("batch", "eu-west-1", endpoint_url=yard.url, **key)
        (queue,) = batch.describe_job_queues()["jobQueues"]
        assert queue["jobQueueName"] == "default"
        _, said = yard.stop()
        assert "--no-auth" in said


def test_only_an_ephemeral_yard_can_be_emptied(data_dir: Path, tmp_path: Path) -> None:
    from batchyard.cli.asking import Target

    del Target
    with RunningYard(tmp_path / "short", "--ephemeral") as yard:
        batch = yard.client("batch")
        job_id = submit(batch, "sleep", "60")
        reached(batch, job_id, "RUNNING")
        assert signed_post(yard, "/_batchyard/reset") == 200
        assert batch.describe_jobs(jobs=[job_id])["jobs"] == []
        assert batch.describe_job_definitions()["jobDefinitions"] == []
    with RunningYard(data_dir) as yard:
        assert signed_post(yard, "/_batchyard/reset") == 400


def signed_post(yard: RunningYard, path: str) -> int:
    env = yard.env()
    keys = Credentials(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"])
    request = AWSRequest("POST", yard.url + path)
    SigV4Auth(keys, "batch", "us-east-1").add_auth(request)
    return get(yard.url + path, "POST", **dict(request.headers.items()))[0]


def test_a_story_tells_a_jobs_life(data_dir: Path) -> None:
    with RunningYard(data_dir) as yard:
        job_id = submit(yard.client("batch"), "sh", "-c", "exit 3")
        ended(yard.client("batch"), job_id)
        done = batchyard("story", job_id, "--data-dir", data_dir)
        told = done.stdout.split()
        for word in ("Submitted", "Placed", "Started", "Exited", "FAILED"):
            assert word in told
        missing = batchyard("story", "nobody", "--data-dir", data_dir)
        assert missing.returncode == 2
        assert "nobody" in missing.stderr
    gone = batchyard("story", job_id, "--data-dir", data_dir)
    assert gone.returncode == 1
    assert "batchyard serve" in gone.stderr


def test_no_default_queue_leaves_it_out(data_dir: Path) -> None:
    with RunningYard(data_dir, "--no-default-queue") as yard:
        assert yard.client("batch").describe_job_queues()["jobQueues"] == []


def test_a_variable_is_passed_on_when_asked_for(data_dir: Path) -> None:
    os.environ["BATCHYARD_TEST_COLOUR"] = "green"
    try:
        yard = RunningYard(data_dir, "--pass-env", "BATCHYARD_TEST_COLOUR")
    finally:
        del os.environ["BATCHYARD_TEST_COLOUR"]
    with yard:
        job = ended(yard.client("batch"), submit(yard.client("batch"), "env"))
        assert "BATCHYARD_TEST_COLOUR=green" in printed(yard.client("logs"), job)


def test_what_images_would_run_is_said_at_each_start_and_tags_are_kept(
    data_dir: Path, tmp_path: Path
) -> None:
    file = tmp_path / "images.toml"
    file.write_text('[busybox]\nentrypoint = ["echo", "entry"]\ncommand = "none"\n')
    with RunningYard(data_dir, "--images", str(file)) as yard:
        batch, logs = yard.client("batch"), yard.client("logs")
        jobs = [ended(batch, submit(batch, *command)) for command in ((), ("own",))]
        assert [printed(logs, job) for job in jobs] == [["entry none"], ["entry own"]]
        batch.tag_resource(resourceArn=jobs[0]["jobArn"], tags={"kept": "yes"})
        yard.stop()
    options = ("--image-command", "busybox=echo command", "--image-entrypoint", "busybox:1=false")
    with RunningYard(data_dir, *options) as yard:
        batch, logs = yard.client("batch"), yard.client("logs")
        assert printed(logs, ended(batch, submit(batch))) == ["command"]
        assert described(batch, jobs[0]["jobId"])["tags"] == {"kept": "yes"}


def test_a_dead_yards_address_is_not_given_out(data_dir: Path) -> None:
    with RunningYard(data_dir) as yard:
        assert yard.url in batchyard("env", "--data-dir", data_dir).stdout
        yard.process.kill()
        yard.process.wait()
        said = batchyard("env", "--data-dir", data_dir).stdout
    assert yard.url not in said
    assert "AWS_ENDPOINT_URL=http://127.0.0.1:4680" in said


def test_a_data_directory_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = batchyard("serve", "--port", "0", "--data-dir", tmp_path / "file" / "below")
    assert done.returncode == 2
    assert str(tmp_path / "file") in done.stderr
    assert len(done.stderr.splitlines()) == 1
