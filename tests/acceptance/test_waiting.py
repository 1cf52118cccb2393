"""`batchyard wait` and `batchyard logs -f` as people type them, on a real yard."""

import json
import os
import pty
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.terminal import Terminal
from tests.acceptance.test_commands import NOBODY, waiting
from tests.acceptance.yards import BATCHYARD, PATIENCE, RunningYard, described, ended, submit


@pytest.fixture(scope="module")
def terminal(shared: RunningYard) -> Terminal:
    return Terminal(shared)


def begun(terminal: Terminal, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [BATCHYARD, *words],
        env=terminal.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def shell(terminal: Terminal, script: str, **more: object) -> str:
    return submit(terminal.batch, "sh", "-c", script, **more)


def test_wait_tells_of_each_job_and_succeeds_when_all_have(terminal: Terminal) -> None:
    good, bad = (shell(terminal, f"exit {code}") for code in (0, 4))
    assert terminal.reads("wait", given=f"{good} job\n\n{good}\n") == f"{good} job SUCCEEDED\n"
    code, out, err = terminal.type("wait", good, bad)
    assert (code, err) == (1, "")
    assert sorted(out.splitlines()) == sorted(
        [
            f"{good} job SUCCEEDED",
            f"{bad} job FAILED: exit code 4; Essential container in task exited",
        ]
    )


def test_wait_gives_up_in_time_and_refuses_to_wait_for_nobody(terminal: Terminal) -> None:
    first, second = waiting(terminal)
    code, out, err = terminal.type("wait", "--timeout", "0", first, second)
    assert (code, err) == (1, "")
    assert {line.split(" after")[0] for line in out.splitlines()} == {
        f"job {first} is RUNNING",
        f"job {second} is PENDING",
    }
    assert terminal.reads("wait", "--until", "running", first) == f"{first} job RUNNING\n"
    terminal.changes("terminate", first)
    assert "no job is named" in terminal.refused("wait")
    assert "interval" in terminal.refused("wait", "--interval", "0", first)


def test_wait_misses_a_job_that_is_not_there(terminal: Terminal) -> None:
    code, out, err = terminal.type("wait", "--unseen", "0", NOBODY)
    assert (code, err) == (1, "")
    assert out.startswith(f"there is no job {NOBODY}")


def test_programs_are_told_in_json(terminal: Terminal) -> None:
    bad = shell(terminal, "exit 4")
    array = shell(terminal, "exit $AWS_BATCH_JOB_ARRAY_INDEX", arrayProperties={"size": 2})
    code, out, err = terminal.type("wait", "--json", bad, array)
    assert (code, err) == (1, "")
    told = [json.loads(line) for line in out.splitlines()]
    over = {one["jobId"]: one for one in told if one["event"] == "ended"}
    assert over[bad]["exitCode"] == 4
    assert over[bad]["statusReason"] == "Essential container in task exited"
    assert over[array]["statusSummary"]["FAILED"] == 1
    assert not over[array]["succeeded"]
    assert told[-1]["event"] == "over"
    assert (told[-1]["total"], told[-1]["over"], told[-1]["failed"]) == (2, 2, 2)
    assert {one["event"] for one in told} == {"ended", "progress", "over"}


def test_a_failure_can_stop_the_wait_or_end_the_others(terminal: Terminal) -> None:
    first, second = waiting(terminal)
    bad = shell(terminal, "exit 4")
    code, out, _ = terminal.type("wait", "--on-failure", "stop", first, bad)
    assert (code, out.split()[0]) == (1, bad)
    code, out, _ = terminal.type("wait", "--on-failure", "terminate", first, second, bad)
    assert code == 1
    assert described(terminal.batch, first)["statusReason"] == f"{bad} did not succeed"


def test_ctrl_c_stops_the_wait_and_leaves_the_jobs(terminal: Terminal) -> None:
    first, _ = waiting(terminal)
    done = shell(terminal, "true")
    with begun(terminal, "wait", first, done) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{done} job SUCCEEDED\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (130, "")
    assert err == "batchyard: stopped waiting; jobs that go on: 1\n"
    assert described(terminal.batch, first)["status"] == "RUNNING"
    terminal.changes("terminate", first)


def test_ctrl_c_ends_the_jobs_where_that_is_wanted(terminal: Terminal) -> None:
    first, second = waiting(terminal)
    done = shell(terminal, "true")
    with begun(terminal, "wait", "--terminate-on-interrupt", first, second, done) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{done} job SUCCEEDED\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "terminating jobs: 2" in err
    assert {line.split()[0] for line in out.splitlines()} == {first, second}
    assert ended(terminal.batch, first)["statusReason"] == "Terminated by Ctrl-C of batchyard wait"


def test_ctrl_c_waits_for_all_whom_it_ends_though_a_failure_would_stop_the_wait(
    terminal: Terminal,
) -> None:
    done = shell(terminal, "true")
    slow = shell(terminal, "trap 'sleep 2; exit' TERM; while :; do sleep 0.1; done")
    quick = shell(terminal, "true", dependsOn=[{"jobId": slow}])
    terminal.reads("wait", "--until", "running", slow, done)
    options = ("--terminate-on-interrupt", "--on-failure", "stop")
    with begun(terminal, "wait", *options, quick, slow, done) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{done} job SUCCEEDED\n"
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert {line.split()[0] for line in out.splitlines()} == {quick, slow}


def test_a_terminal_sees_a_bar_the_failures_and_a_sum(terminal: Terminal) -> None:
    jobs = [shell(terminal, "sleep 1"), shell(terminal, "exit 4")]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [BATCHYARD, "wait", *jobs],
        env=terminal.env | {"TERM": "xterm", "COLUMNS": "100"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    while chunk := _read(ours):
        shown += chunk
    os.close(ours)
    assert process.wait(PATIENCE) == 1
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert f"{jobs[1]} job FAILED: exit code 4" in text
    assert "2/2" in text
    assert "1 SUCCEEDED  1 FAILED" in text
    assert re.search(r"1 succeeded, 1 failed after [\d.]+ s\r\n$", text)
    assert jobs[0] not in text


def _read(terminal: int) -> bytes:
    """Read what a terminal shows; nothing once nobody writes to it (EIO on Linux)."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def test_logs_follows_a_job_to_its_end(terminal: Terminal, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    script = f"echo begun; while [ ! -e {mark} ]; do sleep 0.05; done; echo done"
    job_id = shell(terminal, script)
    with begun(terminal, "logs", "-f", job_id) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        mark.touch()
        assert process.communicate(timeout=PATIENCE)[0] == "done\n"
    assert process.returncode == 0


def test_logs_follows_many_jobs_and_tells_them_apart(terminal: Terminal) -> None:
    script = "echo $AWS_BATCH_JOB_ARRAY_INDEX"
    array = shell(terminal, script, arrayProperties={"size": 3})
    retried = shell(
        terminal, 'echo try; test "$AWS_BATCH_JOB_ATTEMPT" = 2', retryStrategy={"attempts": 2}
    )
    out = terminal.reads("logs", "-f", given=f"{array}\n{retried}\n")
    assert sorted(out.splitlines()) == sorted(
        [
            *(f"{array[-8:]}:{index} | {index}" for index in range(3)),
            f"{retried[-8:]} | try",
            f"{retried[-8:]}#2 | try",
        ]
    )
    assert terminal.reads("logs", "-f", f"{array}:1") == "1\n"
