"""The command beside other programs: closed pipes, Ctrl-C, completion."""

import os
import select
import signal
import subprocess
from pathlib import Path

import pytest

from batchyard.cli import COMMANDS
from tests.acceptance.terminal import Terminal, typed
from tests.acceptance.yards import BATCHYARD, PATIENCE, clean_environment, reached, submit, until
from tests.requires import require


def test_a_reader_that_goes_away_is_no_error(terminal: Terminal) -> None:
    for words in (["list"], ["serve", "--help"], ["queues", "--json"]):
        ours, theirs = os.pipe()
        os.close(ours)
        done = subprocess.run(
            [BATCHYARD, *words],
            env=terminal.env,
            stdout=theirs,
            stderr=subprocess.PIPE,
            check=False,
        )
        os.close(theirs)
        assert (done.returncode, done.stderr) == (1, b"")


def test_ctrl_c_ends_a_command_without_a_word(terminal: Terminal) -> None:
    job = submit(terminal.batch, "sh", "-c", "echo begun; sleep 60")
    reached(terminal.batch, job, "RUNNING")
    with subprocess.Popen(
        [BATCHYARD, "logs", "-f", job],
        env=terminal.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert select.select([process.stdout], [], [], PATIENCE)[0]
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err.strip()) == (130, b"")
    terminal.changes("terminate", job)


def test_without_a_command_there_is_help() -> None:
    code, out, err = typed(clean_environment())
    assert (code, err) == (0, "")
    assert all(name in out for name in COMMANDS)


def completed(env: dict[str, str], *words: str) -> list[str]:
    """What bash is offered for the last word."""
    asked = {
        "_BATCHYARD_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(("batchyard", *words)),
        "COMP_CWORD": str(len(words)),
    }
    _, out, err = typed(env | asked)
    assert err == ""
    return [line.partition(",")[2] for line in out.splitlines() if line]


def test_commands_and_options_are_completed(terminal: Terminal) -> None:
    assert completed(terminal.env, "que") == ["queues"]
    assert set(completed(terminal.env, "")) == set(COMMANDS)
    assert completed(terminal.env, "submit", "--evaluate") == ["--evaluate-on-exit"]
    statuses = completed(terminal.env, "list", "--status", "RUN")
    assert [one.upper() for one in statuses] == ["RUNNABLE", "RUNNING"]


def test_what_the_yard_has_is_completed(terminal: Terminal) -> None:
    """Whoever presses a key waits for a moment only; on a busy machine he presses it again."""
    job = submit(terminal.batch, "true")
    until(lambda: completed(terminal.env, "list", "--queue", "def") == ["default"])
    until(lambda: job in completed(terminal.env, "describe", job[:8]))
    until(lambda: "job" in completed(terminal.env, "submit", "-d", "jo"))


def test_without_a_yard_nothing_is_completed_and_nothing_is_made(tmp_path: Path) -> None:
    env = clean_environment() | {"BATCHYARD_DATA_DIR": str(tmp_path / "none")}
    assert completed(env, "describe", "") == []
    gone = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"}
    assert completed(env | gone | {"AWS_SECRET_ACCESS_KEY": "x"}, "describe", "") == []
    assert not (tmp_path / "none").exists()


ASK = """
source /dev/stdin
COMP_WORDS=(batchyard queu) COMP_CWORD=1
_batchyard_completion batchyard
echo "${COMPREPLY[@]}"
"""


def test_bash_takes_what_completion_prints() -> None:
    bash = Path("/bin/bash")
    require("bash", "apt-get install bash", present=bash.exists())
    _, script, _ = typed(clean_environment(), "completion", "bash")
    env = os.environ | {"PATH": f"{BATCHYARD.parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        [bash, "--norc", "-c", ASK],
        input=script,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "queues\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_has_its_script(shell: str) -> None:
    code, out, err = typed(clean_environment(), "completion", shell)
    assert (code, err) == (0, "")
    assert f"_BATCHYARD_COMPLETE={shell}_complete" in out
