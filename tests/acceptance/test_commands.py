"""The commands for jobs, as people type them, on a real yard."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from tests.acceptance.terminal import Terminal, typed
from tests.acceptance.yards import (
    RunningYard,
    clean_environment,
    described,
    ended,
    reached,
    register,
    submit,
)

NOBODY = "00000000-0000-0000-0000-000000000000"


def unique() -> str:
    return f"n{uuid4().hex}"


def waiting(terminal: Terminal) -> tuple[str, str]:
    """A job that runs until it is ended, and one that waits for it."""
    first = submit(terminal.batch, "sleep", "60")
    reached(terminal.batch, first, "RUNNING")
    return first, submit(terminal.batch, "true", dependsOn=[{"jobId": first}])


def test_describe_tells_what_is_known_of_a_job(terminal: Terminal) -> None:
    job = ended(terminal.batch, submit(terminal.batch, "sh", "-c", "exit 3", tags={"a": "b"}))
    said = terminal.reads("describe", job["jobId"])
    facts = dict(line.split(maxsplit=1) for line in said.splitlines())
    assert facts["job"] == job["jobId"]
    assert facts["status"] == "FAILED"
    assert facts["command"] == "sh -c 'exit 3'"
    assert facts["tags"] == "a=b"
    assert "exit code 3" in facts["attempt"]
    assert json.loads(terminal.reads("describe", "--json", job["jobId"])) == [job]


def test_what_is_shown_in_a_pipe_is_plain(terminal: Terminal) -> None:
    job_id = submit(terminal.batch, "true")
    ended(terminal.batch, job_id)
    for words in (["describe", job_id], ["list"]):
        _, out, _ = terminal.type(*words, COLUMNS="20", FORCE_COLOR="1")
        assert "\x1b" not in out
        assert all(line == line.rstrip() for line in out.splitlines())
        assert job_id in out


def test_a_job_that_is_not_there_is_named_in_one_line(terminal: Terminal) -> None:
    for name in ("describe", "logs", "cancel", "terminate"):
        assert NOBODY in terminal.refused(name, NOBODY)


def test_list_shows_the_jobs_of_a_name_a_queue_and_a_status(terminal: Terminal) -> None:
    name, definition = unique(), register(terminal.batch, "true")
    answer = terminal.batch.submit_job(jobName=name, jobQueue="default", jobDefinition=definition)
    job = ended(terminal.batch, answer["jobId"])
    listed = json.loads(terminal.reads("list", "--json", "--name", f"{name[:9]}*"))
    assert [one["jobId"] for one in listed] == [job["jobId"]]
    chosen = ["--queue", "default", "--name", name, "--status"]
    assert job["jobId"] in terminal.reads("list", *chosen, "succeeded")
    assert job["jobId"] not in terminal.reads("list", *chosen, "FAILED")
    assert job["jobId"] in terminal.reads("list", "-s", "SUCCEEDED", "--limit", "10000")


def test_list_says_that_there_are_more(terminal: Terminal) -> None:
    for _ in range(2):
        submit(terminal.batch, "true")
    code, out, err = terminal.type("list", "--limit", "1")
    assert code == 0
    assert len(out.splitlines()) == 2
    assert "more than 1" in err


def test_list_refuses_what_is_no_status_and_no_queue(terminal: Terminal) -> None:
    assert "WAITING" in terminal.refused("list", "--status", "WAITING")
    assert "nowhere" in terminal.refused("list", "--queue", "nowhere")


RETRIED = 'echo "try $AWS_BATCH_JOB_ATTEMPT"; [ $AWS_BATCH_JOB_ATTEMPT = 2 ]'


def test_logs_shows_the_last_attempt_one_of_them_or_all(terminal: Terminal) -> None:
    job_id = submit(terminal.batch, "sh", "-c", RETRIED, retryStrategy={"attempts": 2})
    ended(terminal.batch, job_id)
    assert terminal.reads("logs", job_id) == "try 2\n"
    assert terminal.reads("logs", "--attempt", "1", job_id) == "try 1\n"
    assert terminal.reads("logs", "--all", job_id) == "try 1\ntry 2\n"
    assert terminal.reads("logs", "--times", job_id).endswith("  try 2\n")
    assert "attempt 3" in terminal.refused("logs", "--attempt", "3", job_id)
    assert "--attempt" in terminal.refused("logs", "--attempt", "1", "--all", job_id)


def test_the_logs_of_an_array_are_those_of_its_children(terminal: Terminal) -> None:
    script = ["sh", "-c", "echo $AWS_BATCH_JOB_ARRAY_INDEX"]
    job_id = submit(terminal.batch, *script, arrayProperties={"size": 2})
    ended(terminal.batch, job_id)
    assert f"{job_id}:1" in terminal.refused("logs", job_id)
    assert terminal.reads("logs", f"{job_id}:1") == "1\n"


def test_submit_runs_a_command_of_an_image(terminal: Terminal) -> None:
    told = ["--env", "WHO=you", "--vcpus", "2", "--memory", "64", "--tag", "a=b"]
    more = ["--name", unique(), "--attempts", "2", "--timeout", "100"]
    script = ["sh", "-c", "echo hello $WHO"]
    job_id = terminal.changes("submit", "--image", "x", *told, *more, "--", *script).strip()
    job = ended(terminal.batch, job_id)
    assert job["jobName"] == more[1]
    assert job["tags"] == {"a": "b"}
    assert job["timeout"] == {"attemptDurationSeconds": 100}
    assert job["retryStrategy"]["attempts"] == 2
    needs = {one["type"]: one["value"] for one in job["container"]["resourceRequirements"]}
    assert needs == {"VCPU": "2", "MEMORY": "64"}
    assert terminal.reads("logs", job_id) == "hello you\n"


def test_submit_runs_a_registered_definition_as_told(terminal: Terminal) -> None:
    name = unique()
    register(terminal.batch, "echo", "Ref::word", name=name, parameters={"word": "default"})
    first = terminal.changes("submit", "-d", name, "-p", "word=given").strip()
    second = json.loads(terminal.changes("submit", "-d", f"{name}:1", "--json", "--", "echo", "-x"))
    assert terminal.reads("wait", first, second["jobId"]).count("SUCCEEDED") == 2
    assert terminal.reads("logs", first) == "given\n"
    assert terminal.reads("logs", second["jobId"]) == "-x\n"
    assert set(second) == {"jobArn", "jobId", "jobName"}


def test_submit_makes_arrays_and_jobs_that_wait(terminal: Terminal) -> None:
    name = unique()
    register(terminal.batch, "true", name=name)
    array = terminal.changes("submit", "-d", name, "--array", "3").strip()
    after = terminal.changes("submit", "-d", name, "--depends-on", array).strip()
    job = ended(terminal.batch, after)
    assert job["dependsOn"] == [{"jobId": array}]
    assert described(terminal.batch, array)["arrayProperties"]["size"] == 3


@pytest.mark.parametrize(
    "words, named",
    [
        ([], "--definition"),
        (["-d", "x", "--image", "y"], "--definition"),
        (["--image", "x"], "command"),
        (["-d", "nothing-of-this-name"], "nothing-of-this-name"),
        (["-d", "x", "--env", "novalue"], "novalue"),
        (["-d", "x", "--tag", "=novalue"], "novalue"),
        (["-d", "x", "--name", "a b"], "a b"),
        (["-d", "x", "--array", "1"], "--array"),
    ],
)
def test_submit_refuses_what_cannot_work(terminal: Terminal, words: list[str], named: str) -> None:
    code, out, err = terminal.type("submit", *words)
    assert (code, out) == (2, "")
    assert len(err.removeprefix(terminal.where).splitlines()) == 1
    assert named in err


def test_cancel_ends_what_waits_and_leaves_alone_what_runs(terminal: Terminal) -> None:
    first, second = waiting(terminal)
    said = terminal.changes("cancel", "--reason", "not needed", first, second)
    assert said.splitlines()[0].startswith(f"{first} left alone: it is RUNNING")
    assert said.splitlines()[1] == f"{second} cancelled"
    assert described(terminal.batch, first)["status"] == "RUNNING"
    terminal.changes("terminate", first)
    assert ended(terminal.batch, second)["statusReason"] == "not needed"


def test_terminate_takes_ids_from_a_list(terminal: Terminal) -> None:
    name = unique()
    words = ["--name", name, "--image", "x", "--", "sleep", "60"]
    job_id = terminal.changes("submit", *words).strip()
    reached(terminal.batch, job_id, "RUNNING")
    listed = terminal.reads("list", "--name", name)
    assert terminal.changes("terminate", given=listed) == f"{job_id} terminated\n"
    job = ended(terminal.batch, job_id)
    assert job["statusReason"] == "Terminated by batchyard terminate"
    assert terminal.changes("terminate", job_id) == f"{job_id} left alone: it is FAILED\n"


def test_none_is_touched_when_one_is_unknown(terminal: Terminal) -> None:
    first, _ = waiting(terminal)
    assert NOBODY in terminal.refused("terminate", first, NOBODY)
    assert described(terminal.batch, first)["status"] == "RUNNING"
    terminal.changes("terminate", first)


def test_array_shows_the_children_as_a_grid(terminal: Terminal) -> None:
    script = ["sh", "-c", "exit $AWS_BATCH_JOB_ARRAY_INDEX"]
    job_id = submit(terminal.batch, *script, arrayProperties={"size": 3})
    ended(terminal.batch, job_id)
    assert terminal.reads("array", job_id) == "0  .FF\n. 1 SUCCEEDED   F 2 FAILED\n"
    failed = terminal.reads("array", "--failed", job_id).splitlines()
    assert [line.split()[0] for line in failed] == [f"{job_id}:1", f"{job_id}:2"]
    assert "exit code 2" in failed[1]
    assert len(json.loads(terminal.reads("array", "--json", job_id))) == 3
    assert "no array" in terminal.refused("array", f"{job_id}:0")


def test_definitions_lists_what_can_be_submitted(terminal: Terminal) -> None:
    name = unique()
    for _ in range(2):
        register(terminal.batch, "echo", "a b", name=name)
    terminal.batch.deregister_job_definition(jobDefinition=f"{name}:1")
    lines = terminal.reads("definitions", name).splitlines()
    assert lines[1].split() == [f"{name}:2", "ACTIVE", "1", "128", "busybox", "echo", "'a", "b'"]
    assert len(lines) == 2
    both = json.loads(terminal.reads("definitions", name, "--all", "--json"))
    assert [one["revision"] for one in both] == [2, 1]
    assert name in terminal.reads("definitions")
    assert "nothing" in terminal.refused("definitions", "nothing")


def test_queues_and_environments_list_where_jobs_go(terminal: Terminal) -> None:
    (queue,) = json.loads(terminal.reads("queues", "default", "--json"))
    (environment,) = json.loads(terminal.reads("environments", "--json"))
    name = environment["computeEnvironmentName"]
    assert queue["computeEnvironmentOrder"][0]["computeEnvironment"].endswith(f"/{name}")
    shown = terminal.reads("queues").splitlines()[1].split()
    assert shown == ["default", "ENABLED", "VALID", str(queue["priority"]), name]
    assert name in terminal.reads("environments", name)
    for listed in ("queues", "environments"):
        assert "nowhere" in terminal.refused(listed, "nowhere")


def test_the_users_running_yard_is_found_with_its_keys(tmp_path: Path) -> None:
    with RunningYard(tmp_path / "data") as yard:
        env = clean_environment() | {"BATCHYARD_DATA_DIR": str(yard.data_dir)}
        for chosen in ([], ["--endpoint", yard.url]):
            code, out, err = typed(env, "submit", *chosen, "--image", "x", "--", "true")
            assert (code, err) == (0, f"→ yard 127.0.0.1:{yard.port}\n")
            assert typed(env, "wait", *chosen, out.strip())[0] == 0


def test_a_profile_that_is_not_there_is_one_line(terminal: Terminal) -> None:
    assert "no-such-profile" in terminal.refused("list", "--profile", "no-such-profile")
