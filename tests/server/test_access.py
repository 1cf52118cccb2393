"""What a job's own clients of AWS are led to, and by whom it is found.

The oracles: botocore's own fetcher of container credentials, and
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-response.html
"""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.batch.model import Attempt, Demand, Job, Spec
from batchyard.batch.states import JobState
from batchyard.server.access import Access
from batchyard.server.keys import LEARNT_MS, Keys, Ring, generate

KEYS = Keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
ARN = "arn:aws:batch:eu-west-1:123456789012:"
NOW = 1_700_000_000_000


class Jobs:
    """As much of an engine as is asked."""

    def __init__(self, *jobs: Job) -> None:
        self.jobs = {job.id: job for job in jobs}


def job(name: str = "p:1", state: JobState = JobState.RUNNING, group: str | None = None) -> Job:
    spec = Spec(
        account="123456789012",
        region="eu-west-1",
        name="job",
        queue=f"{ARN}job-queue/default",
        definition=f"{ARN}job-definition/count:7",
        command=("true",),
        environment={},
        demand=Demand(1500, 64),
        image="lab/count",
    )
    attempt = Attempt("a1", f"{ARN}compute-environment/local", 1, worker_group=group)
    return Job(name, spec, 0, state=state, attempts=(attempt,))


def access(*jobs: Job, url: str | None = "http://127.0.0.1:4680", moto: bool = False) -> Access:
    engine: Any = Jobs(*jobs)
    made = Access(KEYS, lambda: engine, lambda: NOW, every_service=moto)
    made.url = url
    return made


async def answered(made: Access, path: str, method: str = "GET") -> tuple[int, Any]:
    sent: list[Any] = []

    async def send(message: Any) -> None:  # noqa: ANN401 - an ASGI message
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
    }
    await made(scope, send, send)  # type: ignore[arg-type] # nothing is received
    return sent[0]["status"], json.loads(sent[1]["body"])


def path_of(made: Access, a_job: Job, name: str) -> str:
    return made.offered(a_job)[name].removeprefix("http://127.0.0.1:4680")


async def test_a_running_attempt_is_given_a_key_that_the_yard_believes() -> None:
    made = access(job())
    status, key = await answered(made, path_of(made, job(), "AWS_CONTAINER_CREDENTIALS_FULL_URI"))
    assert status == 200
    assert key["AccessKeyId"].startswith("ASIA")
    assert Ring(KEYS, lambda: 0).secret_of(key["AccessKeyId"]) == key["SecretAccessKey"]
    assert key["Expiration"] == "2023-11-14T23:13:20Z"
    assert key["Token"]


@pytest.mark.parametrize(
    "other", [job(state=JobState.RUNNABLE), job(state=JobState.SUCCEEDED), job("p:2")], ids=str
)
async def test_an_attempt_that_does_not_run_is_given_nothing(other: Job) -> None:
    path = path_of(access(job()), job(), "AWS_CONTAINER_CREDENTIALS_FULL_URI")
    status, said = await answered(access(other), path)
    assert status == 404
    assert "p:1" in said["message"]


async def test_no_attempt_is_given_what_is_anothers() -> None:
    made, other = access(job(), job("p:2")), job("p:2")
    path = path_of(made, job(), "AWS_CONTAINER_CREDENTIALS_FULL_URI").split("/")
    theirs = path_of(made, other, "AWS_CONTAINER_CREDENTIALS_FULL_URI").split("/")
    assert (await answered(made, "/".join(theirs)))[0] == 200
    theirs[-2] = path[-2]
    assert (await answered(made, "/".join(theirs)))[0] == 404


async def test_metadata_says_what_is_known_in_the_words_of_ecs() -> None:
    made = access(job())
    path = path_of(made, job(), "ECS_CONTAINER_METADATA_URI_V4")
    status, container = await answered(made, path)
    assert (status, container["Name"], container["Image"]) == (200, "default", "lab/count")
    assert container["Limits"] == {"CPU": 1536, "Memory": 64}
    assert container["LogOptions"]["awslogs-stream"] == "count/default/a1"
    task = "arn:aws:ecs:eu-west-1:123456789012:task/local/a1"
    assert container["Labels"]["com.amazonaws.ecs.task-arn"] == task
    status, found = await answered(made, f"{path}/task")
    assert (status, found["TaskARN"], found["Containers"]) == (200, task, [container])
    assert (found["Family"], found["Revision"]) == ("count", "7")
    assert found["AvailabilityZone"] == "eu-west-1a"
    assert (await answered(made, f"{path}/stats"))[1]["memory_stats"]["limit"] == 64 << 20
    assert set((await answered(made, f"{path}/task/stats"))[1]) == {"a1"}
    assert (await answered(made, f"{path}/other"))[0] == 404
    assert (await answered(made, path, "POST"))[0] == 405


def test_whoever_runs_elsewhere_or_beside_no_address_is_led_nowhere() -> None:
    assert access().offered(job(group="g")) == {}
    assert access(url=None).offered(job()) == {}


def test_with_every_service_everything_leads_to_the_yard_and_no_profile_takes_part() -> None:
    found = access(moto=True).offered(job())
    assert found["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4680"
    assert found["AWS_CONFIG_FILE"] == found["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"
    alone = access().offered(job())
    assert alone["AWS_ENDPOINT_URL_BATCH"] == "http://127.0.0.1:4680"
    assert "AWS_ENDPOINT_URL" not in alone
    assert "AWS_CONFIG_FILE" not in alone


@pytest.mark.parametrize(
    "url, found",
    [
        ("http://0.0.0.0:1", "http://127.0.0.1:1"),
        ("http://[::]:1", "http://[::1]:1"),
        ("http://localhost:1", "http://localhost:1"),
        ("http://127.0.0.7:1", "http://127.0.0.7:1"),
    ],
)
def test_a_yard_on_any_address_is_found_on_loopback(url: str, found: str) -> None:
    offered = access(url=url).offered(job())
    assert offered["AWS_ENDPOINT_URL_BATCH"] == found
    assert offered["AWS_CONTAINER_CREDENTIALS_FULL_URI"].startswith(found)


def test_where_no_client_would_ask_for_a_key_it_is_given() -> None:
    offered = access(url="http://192.0.2.1:4680").offered(job())
    assert "AWS_CONTAINER_CREDENTIALS_FULL_URI" not in offered
    secret = Ring(KEYS, lambda: 0).secret_of(offered["AWS_ACCESS_KEY_ID"])
    assert offered["AWS_SECRET_ACCESS_KEY"] == secret
    assert offered["AWS_SESSION_TOKEN"]


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=16, max_size=16))
def test_a_temporary_key_is_believed_only_if_it_was_derived(letters: str) -> None:
    assert KEYS.secret_of(f"ASIA{letters}") is None
    derived = KEYS.session(letters)
    assert KEYS.secret_of(derived.access_key_id) == derived.secret_access_key
    assert KEYS.secret_of(f"AKIA{derived.access_key_id[4:]}") is None
    assert generate().secret_of(derived.access_key_id) is None


def test_a_key_that_was_learnt_is_believed_until_it_is_forgotten() -> None:
    ring = Ring(KEYS, lambda: 0)
    assert ring.secret_of("ASIAOTHER") is None
    ring.learn("ASIAOTHER", "secret")
    assert ring.secret_of("ASIAOTHER") == "secret"
    assert ring.secret_of(KEYS.access_key_id) == KEYS.secret_access_key
    ring.forget()
    assert ring.secret_of("ASIAOTHER") is None


def test_a_key_that_was_learnt_is_asked_about_again_after_a_while() -> None:
    now = [0]
    ring = Ring(KEYS, lambda: now[0])
    ring.learn("ASIAOTHER", "secret")
    now[0] = LEARNT_MS - 1
    assert ring.secret_of("ASIAOTHER") == "secret"
    now[0] = LEARNT_MS
    assert ring.secret_of("ASIAOTHER") is None
    assert ring.secret_of(KEYS.access_key_id) == KEYS.secret_access_key
