"""`batchyard events` as people type it, on moto_server."""

import json
import os
import subprocess
from collections.abc import Iterator

import pytest

from tests.acceptance.yards import BATCHYARD, clean_environment
from tests.motos import ACCOUNT, KEYS, REGION, Moto


class Terminal:
    """Types commands that go to a moto_server."""

    def __init__(self, moto: Moto) -> None:
        self.moto = moto
        self.where = f"→ 127.0.0.1:{moto.port}\n"
        self.url = f"{moto.url}/{ACCOUNT}/batchyard-nightly\n"
        self.env = clean_environment() | {
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            **{name.upper(): value for name, value in KEYS.items()},
        }

    def type(self, *words: str, **variables: str) -> tuple[int, str, str]:
        """Run a command; give its exit code and what it said on stdout and stderr."""
        done = subprocess.run(
            [BATCHYARD, "events", *words],
            env=self.env | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def to_moto(self, *words: str) -> tuple[int, str, str]:
        """Run a command with moto's endpoint, for an installation called nightly."""
        return self.type(*words, "--name", "nightly", "--endpoint", self.moto.url)


@pytest.fixture(scope="module")
def moto() -> Iterator[Moto]:
    with Moto() as running:
        yield running


@pytest.fixture
def terminal(moto: Moto) -> Terminal:
    return Terminal(moto)


def test_install_prints_the_url_and_can_be_typed_again_and_undone(terminal: Terminal) -> None:
    made = (
        "made rule batchyard-nightly\n"
        "made queue batchyard-nightly\n"
        "let rule batchyard-nightly send to the queue\n"
    )
    missing = "rule batchyard-nightly is missing\nqueue batchyard-nightly is missing\n"
    removed = "removed rule batchyard-nightly\nremoved queue batchyard-nightly\n"
    assert terminal.to_moto("status") == (1, "", missing)
    assert terminal.to_moto("install") == (0, terminal.url, terminal.where + made)
    assert terminal.to_moto("install") == (0, terminal.url, terminal.where + "nothing to change\n")
    assert terminal.to_moto("status") == (0, terminal.url, "")
    assert terminal.to_moto("uninstall") == (0, "", terminal.where + removed)
    assert terminal.to_moto("uninstall") == (0, "", terminal.where + "nothing to remove\n")
    assert terminal.to_moto("status") == (1, "", missing)


def test_programs_are_told_in_json(terminal: Terminal) -> None:
    code, out, err = terminal.to_moto("install", "--json", "--status", "failed")
    told = json.loads(out)
    assert (code, err) == (0, terminal.where)
    assert json.loads(told.pop("eventPattern"))["detail"] == {"status": ["FAILED"]}
    assert told == {
        "name": "nightly",
        "queueUrl": terminal.url.strip(),
        "queueArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:batchyard-nightly",
        "ruleArn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/batchyard-nightly",
        "missing": [],
        "changes": [
            "made rule batchyard-nightly",
            "made queue batchyard-nightly",
            "let rule batchyard-nightly send to the queue",
        ],
    }
    code, out, err = terminal.to_moto("status", "--json")
    assert (code, json.loads(out)["missing"], err) == (0, [], "")
    code, out, err = terminal.to_moto("uninstall", "--json")
    removed = ["removed rule batchyard-nightly", "removed queue batchyard-nightly"]
    assert json.loads(out) == {"name": "nightly", "changes": removed}
    code, out, err = terminal.to_moto("status", "--json")
    assert (code, json.loads(out)["queueUrl"], err) == (1, None, "")


def test_the_endpoints_of_the_environment_are_used_and_not_that_of_batch(
    terminal: Terminal,
) -> None:
    elsewhere = {"AWS_ENDPOINT_URL_BATCH": "http://127.0.0.1:9"}
    at = terminal.moto.url
    code, out, err = terminal.type("install", AWS_ENDPOINT_URL=at, **elsewhere)
    assert (code, err.splitlines()[0] + "\n") == (0, terminal.where)
    assert out == f"{at}/{ACCOUNT}/batchyard-events\n"
    own = {"AWS_ENDPOINT_URL_SQS": at, "AWS_ENDPOINT_URL_EVENTBRIDGE": at} | elsewhere
    assert terminal.type("status", **own) == (0, out, "")
    assert terminal.type("uninstall", **own)[0] == 0


def test_queues_are_filtered_by_their_arns_and_must_be_there(terminal: Terminal) -> None:
    code, out, err = terminal.to_moto("install", "--queue", "nowhere")
    assert (code, out) == (2, "")
    assert err == f"{terminal.where}batchyard: there is no jobQueue nowhere here\n"
    assert terminal.to_moto("status")[0] == 1


@pytest.mark.parametrize(
    "words, said",
    [
        (["install", "--name", "a.b", "--region", REGION], "name 'a.b'"),
        (["install", "--name", "x"], "region"),
        (["install", "--status", "DONE"], "DONE"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(terminal: Terminal, words: list[str], said: str) -> None:
    code, out, err = terminal.type(*words)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert said in err
