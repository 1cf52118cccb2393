"""What commands say and ask before AWS is charged; AWS is a stand-in with a yard behind it."""

import os
import pty
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.aws_stand_in import (
    ACCOUNT,
    BATCH,
    REGION,
    UNKNOWN,
    StandIn,
    environment,
)
from tests.acceptance.yards import BATCHYARD, PATIENCE, RunningYard

WHERE = f"→ AWS {REGION}, account {ACCOUNT}\n"
SUBMIT = ("submit", "--image", "x", "--", "true")


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningYard]:
    folder = tmp_path_factory.mktemp("behind") / "data"
    with RunningYard(folder, "--ephemeral", "--no-auth", "--allow-host", BATCH) as yard:
        yield yard


@pytest.fixture
def aws(behind: RunningYard, tmp_path: Path) -> Iterator[StandIn]:
    with StandIn(behind, tmp_path) as stand_in:
        yield stand_in


def typed(env: dict[str, str], *words: str, answer: str | None = None) -> tuple[int, str, str]:
    """Run a command, with a terminal to answer at if there is an answer; nobody waits for none."""
    master, slave = pty.openpty()
    try:
        os.write(master, (answer or "").encode())
        done = subprocess.run(
            [BATCHYARD, *words],
            env=env,
            stdin=subprocess.DEVNULL if answer is None else slave,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    finally:
        os.close(master)
        os.close(slave)
    return done.returncode, done.stdout, done.stderr


def submitted(aws: StandIn) -> bool:
    return f"{BATCH}/v1/submitjob" in aws.asked


def test_a_yes_goes_on(aws: StandIn) -> None:
    code, out, err = typed(aws.env(), *SUBMIT, answer="y\n")
    assert (code, err) == (0, f"{WHERE}Go on? [y/N]: ")
    assert len(out.strip()) == 36
    assert submitted(aws)


@pytest.mark.parametrize("answer", ["n\n", "\n"])
def test_anything_else_changes_nothing(aws: StandIn, answer: str) -> None:
    code, out, err = typed(aws.env(), *SUBMIT, answer=answer)
    assert (code, out) == (130, "")
    assert err.startswith(f"{WHERE}Go on? [y/N]: ")
    assert not any(asked.startswith(BATCH) for asked in aws.asked)


def test_without_a_terminal_nothing_is_done(aws: StandIn) -> None:
    code, out, err = typed(aws.env(), *SUBMIT)
    assert (code, out) == (2, "")
    assert err.startswith(WHERE)
    assert "--yes" in err
    assert not any(asked.startswith(BATCH) for asked in aws.asked)


@pytest.mark.parametrize(
    "words", [("--yes",), ("--profile", "lab"), ("--endpoint", "aws"), ("-y", "--region", REGION)]
)
def test_who_chose_aws_is_told_and_not_asked(aws: StandIn, words: tuple[str, ...]) -> None:
    code, out, err = typed(aws.env(), "submit", *words, *SUBMIT[1:])
    assert (code, err) == (0, WHERE)
    assert len(out.strip()) == 36
    assert submitted(aws)


def test_aws_by_name_wins_over_an_endpoint_in_the_environment(aws: StandIn) -> None:
    env = aws.env() | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    assert typed(env, "submit", "--endpoint", "aws", *SUBMIT[1:])[0] == 0
    assert submitted(aws)


def test_who_only_reads_is_not_asked(aws: StandIn) -> None:
    code, out, err = typed(aws.env(), "list")
    assert (code, err) == (0, "")
    assert out.startswith("JOB")


def test_ending_jobs_asks_once_whatever_the_reason(aws: StandIn) -> None:
    for _ in range(2):
        run = ("--", "sleep", "60")
        assert typed(aws.env(), "submit", "-y", "--name", "two", "--image", "x", *run)[0] == 0
    code, out, err = typed(aws.env(), "terminate", "--name", "two", answer="y\n")
    assert code == 0
    assert err.count("[y/N]") == 1
    assert "Terminate 2 jobs?" in err
    assert WHERE in err
    assert out.count(" terminated\n") == 2


def test_unknown_credentials_are_refused_before_anything_is_asked(aws: StandIn) -> None:
    code, out, err = typed(aws.env(UNKNOWN), *SUBMIT, answer="y\n")
    assert (code, out) == (2, "")
    assert "InvalidClientTokenId" in err
    assert len(err.splitlines()) == 1
    assert "UnrecognizedClientException" in typed(aws.env(UNKNOWN), "list")[2]


def test_without_credentials_there_is_one_line(aws: StandIn) -> None:
    env = {key: value for key, value in aws.env().items() if "KEY" not in key}
    code, out, err = typed(env, *SUBMIT)
    assert (code, out) == (2, "")
    assert "credentials" in err
    assert len(err.splitlines()) == 1


def test_without_a_region_there_is_one_line(aws: StandIn) -> None:
    env = {key: value for key, value in aws.env().items() if key != "AWS_REGION"}
    code, out, err = typed(env, *SUBMIT)
    assert (code, out) == (2, "")
    assert "region" in err
    assert len(err.splitlines()) == 1


def test_where_sts_is_out_of_reach_the_account_is_unknown(
    behind: RunningYard, tmp_path: Path
) -> None:
    with StandIn(behind, tmp_path, sts=False) as aws:
        code, out, err = typed(aws.env(), *SUBMIT, answer="y\n")
        assert code == 0
        assert err.startswith(f"→ AWS {REGION}, account unknown")
        assert submitted(aws)
        assert len(out.strip()) == 36


def test_aws_out_of_reach_is_an_error_of_the_other_side(aws: StandIn, tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        env = environment(tmp_path, f"http://127.0.0.1:{nobody.getsockname()[1]}")
        code, out, err = typed(env, "submit", "--yes", *SUBMIT[1:])
    assert (code, out) == (1, "")
    assert "account unknown" in err
    assert len(err.splitlines()) == 2
    assert aws.asked == []
