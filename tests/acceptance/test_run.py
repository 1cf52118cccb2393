"""`batchyard run`, as a person at a terminal meets it."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.yards import BATCHYARD, PATIENCE, until

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "token",
    "AWS_PROFILE": "work",
}


def run(
    *arguments: str, cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BATCHYARD, "run", *arguments],
        cwd=cwd,
        env=os.environ | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.parametrize("code", [0, 1, 3, 255])
def test_the_exit_code_is_the_jobs(code: int) -> None:
    assert run("--", "sh", "-c", f"exit {code}").returncode == code


def test_the_job_has_your_directory_and_your_environment_less_credentials(tmp_path: Path) -> None:
    script = tmp_path / "script.sh"
    script.write_text('#!/bin/sh\necho "$1 $COLOUR [$AWS_ACCESS_KEY_ID$AWS_SESSION_TOKEN]"\npwd\n')
    script.chmod(0o755)
    done = run("--", "./script.sh", "arg", cwd=tmp_path, COLOUR="green", **CREDENTIALS)
    assert done.stdout.splitlines() == ["arg green []", str(tmp_path)]


def test_a_clean_job_has_a_fresh_directory_and_a_minimal_environment(tmp_path: Path) -> None:
    script = 'echo "[$COLOUR]"; ls -A; [ "$PWD" != "$1" ] && echo elsewhere'
    done = run("--clean", "--", "sh", "-c", script, "sh", str(tmp_path), cwd=tmp_path, COLOUR="red")
    assert done.stdout.splitlines() == ["[]", "elsewhere"]


def test_output_is_passed_on_byte_for_byte() -> None:
    done = subprocess.run(
        [BATCHYARD, "run", "--", "printf", r"a\r\n\n\377\000tail"],
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )
    assert done.stdout == b"a\r\n\n\xff\x00tail"


def test_an_array_says_which_child_printed_what_and_how_many_succeeded() -> None:
    script = "echo child $AWS_BATCH_JOB_ARRAY_INDEX of $AWS_BATCH_JOB_ARRAY_SIZE"
    done = run("--clean", "--array", "4", "--", "sh", "-c", script)
    assert sorted(done.stdout.splitlines()) == [f"[{i}] child {i} of 4" for i in range(4)]
    assert "4 of 4 children succeeded" in done.stderr
    assert done.returncode == 0


def test_a_failed_child_gives_its_exit_code() -> None:
    done = run("--array", "3", "--", "sh", "-c", "exit $AWS_BATCH_JOB_ARRAY_INDEX")
    assert done.returncode == 1
    assert "1 of 3 children succeeded" in done.stderr


def test_a_command_that_does_not_exist_is_127_and_named() -> None:
    done = run("--", "no-such-program")
    assert done.returncode == 127
    assert "no-such-program" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_failing_job_is_tried_as_often_as_asked() -> None:
    done = run("--attempts", "2", "--", "sh", "-c", "echo $AWS_BATCH_JOB_ATTEMPT; exit 5")
    assert done.stdout.splitlines() == ["1", "2"]
    assert done.returncode == 5


@pytest.mark.parametrize(
    "arguments",
    [
        ["--array", "1", "--", "true"],
        ["--array", "10001", "--", "true"],
        ["--attempts", "0", "--", "true"],
        ["--vcpus", "100000", "--", "true"],
        ["--memory", "999999999", "--", "true"],
        ["--no-such-option", "--", "true"],
        [],
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def started(script: str) -> subprocess.Popen[str]:
    """A run whose job has begun: it has printed a line."""
    process = subprocess.Popen(
        [BATCHYARD, "run", "--", "sh", "-c", script],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def test_the_first_interrupt_asks_the_job_to_stop() -> None:
    process = started('trap "echo stopped; exit 7" TERM; echo up; sleep 60 & wait')
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=PATIENCE)
    assert stdout == "stopped\n"
    assert process.returncode == 7
    assert "SIGTERM now" in stderr


def test_the_second_interrupt_leaves_at_once_and_nothing_stays_behind(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    process = started(f'trap "" TERM; echo $$ > {mark}; echo up; while :; do sleep 1; done')
    pid = int(mark.read_text())
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    assert "SIGTERM now" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "left at once" in stderr
    until(lambda: not Path(f"/proc/{pid}").exists())


def test_a_killed_run_leaves_no_job_behind(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    process = started(f"echo $$ > {mark}; echo up; sleep 60")
    pid = int(mark.read_text())
    process.kill()
    process.communicate()
    until(lambda: not Path(f"/proc/{pid}").exists())


def test_a_reader_that_goes_away_ends_the_job() -> None:
    script = f"{BATCHYARD} run -- yes | head -n 1"
    done = subprocess.run(
        ["sh", "-c", script], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert done.stdout == "y\n"
    assert "Traceback" not in done.stderr


def test_a_run_imports_neither_boto3_nor_a_server() -> None:
    script = (
        "import sys; from batchyard.cli import _run; code = _run(['run', '--', 'true']);"
        "heavy = {'boto3', 'botocore', 'uvicorn', 'sqlite3'} & set(sys.modules);"
        "print(sorted(heavy)); sys.exit(code)"
    )
    done = subprocess.run(
        [BATCHYARD.parent / "python", "-c", script],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert done.stdout == "[]\n"
