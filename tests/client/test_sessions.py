"""Whose clients are used, and who shares them."""

import os
import subprocess
import sys
import threading
from typing import Any

import boto3
import pytest
from botocore.session import Session

from batchyard import Job, NotFound, Refused, RefusedCredentials, Unreachable
from batchyard.client.sessions import KEPT, Client, connect
from batchyard.testing import EphemeralYard
from tests.client.definitions import PATIENCE, Script, registered, run

KEYS: dict[str, Any] = {
    "aws_access_key_id": "AKIAIOSFODNN7EXAMPLE",
    "aws_secret_access_key": "secret",
}
NOWHERE = "http://127.0.0.1:9"


def client(service: str, **more: Client) -> Client:
    return Session().create_client(service, region_name="eu-west-1", **KEYS, **more)


def printed(program: str, env: dict[str, str] | None = None) -> str:
    """What a program prints, run by this Python."""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_client_that_was_given_is_the_one_that_is_used() -> None:
    batch = client("batch")
    assert connect(client=batch).client("batch") is batch


def test_beside_a_client_others_call_as_it_does() -> None:
    batch = client("batch", endpoint_url=NOWHERE)
    logs = connect(client=batch).client("logs")
    assert logs.meta.service_model.service_name == "logs"
    assert (logs.meta.region_name, logs.meta.endpoint_url) == ("eu-west-1", NOWHERE)
    assert logs._request_signer._credentials.access_key == KEYS["aws_access_key_id"]  # noqa: SLF001 - no public way to them


def test_an_endpoint_of_aws_is_one_services_alone() -> None:
    logs = connect(client=client("batch")).client("logs")
    assert logs.meta.endpoint_url == "https://logs.eu-west-1.amazonaws.com"


def test_who_means_the_same_place_shares_its_clients() -> None:
    place: Any = {"region": "eu-west-1", "endpoint": NOWHERE}
    assert connect(**place) is connect(**place)
    assert connect(**place).client("batch") is connect(**place).client("batch")
    assert connect(**place) is not connect(region="eu-west-1")
    assert connect(**place).client("batch").meta.endpoint_url == NOWHERE


def test_only_so_many_places_are_kept() -> None:
    first = connect(region="kept-0")
    for number in range(1, KEPT + 1):
        connect(region=f"kept-{number}")
    assert connect(region="kept-0") is not first


def test_sessions_of_botocore_and_of_boto3_make_the_clients(here: EphemeralYard) -> None:
    for session in (here.session, boto3.Session(botocore_session=here.session)):
        with pytest.raises(NotFound):
            Job.describe_job("nothing", session=session)


def test_a_client_of_a_yard_brings_it_along(here: EphemeralYard) -> None:
    batch = here.client("batch")
    with pytest.raises(NotFound, match="us-east-1"):
        Job.describe_job("nothing", client=batch)
    registered(here)
    job = run(here, "echo hello")
    job.wait(PATIENCE)
    (event,) = Job.attach(str(job.job_id), client=batch).log_stream_events()
    assert event.message == "hello"


@pytest.mark.parametrize(
    "connection",
    [
        {"client": object(), "region": "eu-west-1"},
        {"client": object(), "session": object()},
        {"session": object(), "profile": "lab"},
    ],
)
def test_what_contradicts_itself_is_refused(connection: Any) -> None:  # noqa: ANN401 - any
    with pytest.raises(Refused, match="give a"):
        Job(Script(), **connection)


def test_what_cannot_be_called_is_told_apart_by_whose_fault_it_is() -> None:
    hermetic = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    program = (
        "from batchyard import *\n"
        "def blame(**where):\n"
        "    try: Job.describe_job('x', **where)\n"
        "    except BatchyardError as error: print(type(error).__name__)\n"
        "blame()\n"
        "blame(profile='none')\n"
        "blame(endpoint='no url', region='eu-west-1')\n"
        "blame(region='eu-west-1')\n"
    )
    env = hermetic | {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    assert printed(program, env).split() == [
        "Refused",
        "Refused",
        "Refused",
        RefusedCredentials.__name__,
    ]


def test_where_nobody_answers_is_unreachable() -> None:
    from botocore.config import Config

    batch = client("batch", endpoint_url=NOWHERE, config=Config(retries={"total_max_attempts": 1}))
    with pytest.raises(Unreachable, match="127"):
        Job.describe_job("x", client=batch)


def test_a_forked_child_has_clients_of_its_own() -> None:
    program = (
        "import os; from batchyard.client.sessions import connect\n"
        "kept = connect(region='eu-west-1'); own = kept.client('batch')\n"
        "if (child := os.fork()) == 0:\n"
        "    same = connect(region='eu-west-1') is kept, kept.client('batch') is own\n"
        "    os._exit(any(same))\n"
        "print(os.waitpid(child, 0)[1])"
    )
    assert printed(program) == "0"


def test_making_a_job_loads_no_botocore() -> None:
    program = (
        "import sys; from batchyard import Job, JobDefinition\n"
        "assert not {'asyncio', 'botocore', 'msgspec'} & set(sys.modules)\n"
        "class One(JobDefinition):\n"
        "    name = 'one'\n"
        "    count: int = 1\n"
        "Job(One(), region='eu-west-1'); print('botocore' in sys.modules)"
    )
    assert printed(program) == "False"


class Slow:
    """A session that takes its time to make a client."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()

    def create_client(self, *_: object, **__: object) -> Client:
        self.begun.set()
        self.go.wait(5)
        return object()


def test_nobody_waits_for_the_client_of_another() -> None:
    slow = Slow()
    making = threading.Thread(target=lambda: connect(session=slow).client("batch"))
    making.start()
    assert slow.begun.wait(PATIENCE)
    connect(region="eu-west-1")
    assert making.is_alive()
    slow.go.set()
    making.join(PATIENCE)


def test_keys_that_the_environment_has_by_now_are_not_those_it_had() -> None:
    program = (
        "import os; from batchyard.client.sessions import connect\n"
        "place = dict(region='eu-west-1', endpoint='http://127.0.0.1:9')\n"
        "before = connect(**place); provider = before.provider\n"
        "os.environ['AWS_ACCESS_KEY_ID'] = 'another'\n"
        "print(before.provider == provider, connect(**place).provider == provider)"
    )
    assert printed(program) == "True False"
