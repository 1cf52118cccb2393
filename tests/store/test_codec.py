"""What earlier versions wrote can be read for ever, and nothing of a job is lost in writing."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from batchyard.batch import ids
from batchyard.batch.model import (
    Attempt,
    Consumed,
    Demand,
    Dependency,
    Entry,
    Job,
    Retry,
    RetryRule,
    ServiceRequest,
    Spec,
    Stop,
)
from batchyard.batch.resources import (
    Capacity,
    ComputeEnvironment,
    ConsumableResource,
    FairShare,
    JobDefinition,
    JobQueue,
    QuotaShare,
    Resource,
    SchedulingPolicy,
    ServiceEnvironment,
    TimeLimit,
    Weight,
)
from batchyard.batch.states import JobState
from batchyard.store import codec
from batchyard.store.rows import key_of

# Every member of version 1, away from its default. Bytes are never rewritten here: a change of
# the model that cannot read them needs a migration.
SPEC = Spec(
    account="1",
    region="r",
    name="n",
    queue="q",
    definition="d",
    command=("a", "b"),
    environment={"A": "b"},
    demand=Demand(1000, 128),
    log_group="g",
    retry=Retry(3, (RetryRule("RETRY", "Host*", "r", "1"),)),
    timeout=60,
    depends_on=(Dependency("x", "N_TO_N"),),
    array_size=2,
    share="s",
    priority=5,
    directory="/",
    detail=b'{"a":1}',
    container_detail=b'{"b":2}',
)
JOB = Job(
    "p:1",
    SPEC,
    5,
    JobState.RUNNING,
    index=1,
    waits_for=frozenset({"w"}),
    attempts=(Attempt("a", "e", 6, 7, 8, 9, 10, 11, "r", "s"),),
    status_reason="why",
    stopped_at=12,
    cancelled=True,
    terminated=True,
    stop=Stop("terminate", "t"),
    tally={JobState.RUNNING: 2},
    tally_at=13,
    story=(Entry(5, "Submitted", JobState.SUBMITTED, "c"),),
)
VERSION_1 = {
    "spec": (
        "de0012a76163636f756e74a131a6726567696f6ea172a46e616d65a16ea57175657565a171aa6465"
        "66696e6974696f6ea164a7636f6d6d616e6492a161a162ab656e7669726f6e6d656e7481a141a162"
        "a664656d616e6482a57663707573cd03e8a66d656d6f7279cc80a96c6f675f67726f7570a167a572"
        "6574727982a8617474656d70747303a572756c65739184a6616374696f6ea55245545259b06f6e5f"
        "7374617475735f726561736f6ea5486f73742aa96f6e5f726561736f6ea172ac6f6e5f657869745f"
        "636f6465a131a774696d656f75743caa646570656e64735f6f6e9182a66a6f625f6964a178a46b69"
        "6e64a64e5f544f5f4eaa61727261795f73697a6502a57368617265a173a87072696f7269747905a9"
        "6469726563746f7279a12fa664657461696cc4077b2261223a317db0636f6e7461696e65725f6465"
        "7461696cc4077b2262223a327d"
    ),
    "job": (
        "8ea26964a3703a31aa637265617465645f617405a57374617465a752554e4e494e47a5696e646578"
        "01a977616974735f666f7291a177a8617474656d707473918aa26964a161ab656e7669726f6e6d65"
        "6e74a165a9706c616365645f617406a370696407a57469636b7308aa737461727465645f617409aa"
        "73746f707065645f61740aa9657869745f636f64650ba6726561736f6ea172ad7374617475735f72"
        "6561736f6ea173ad7374617475735f726561736f6ea3776879aa73746f707065645f61740ca96361"
        "6e63656c6c6564c3aa7465726d696e61746564c3a473746f7082a46b696e64a97465726d696e6174"
        "65a6726561736f6ea174a574616c6c7981a752554e4e494e4702a874616c6c795f61740da573746f"
        "72799184a2617405a56576656e74a95375626d6974746564a57374617465a95355424d4954544544"
        "a56361757365a163"
    ),
}
RESOURCES_1: list[tuple[Resource, str]] = [
    (
        ComputeEnvironment("c", "arn", "ENABLED", 4, "ok", b"{1}"),
        (
            "86a46e616d65a163a361726ea361726ea57374617465a7454e41424c4544a5766370757304ad7374"
            "617475735f726561736f6ea26f6ba664657461696cc4037b317d"
        ),
    ),
    (
        JobQueue("q", "arn", "DISABLED", 3, ("a", "b"), "ok", b"{2}"),
        (
            "87a46e616d65a171a361726ea361726ea57374617465a844495341424c4544a87072696f72697479"
            "03ac656e7669726f6e6d656e747392a161a162ad7374617475735f726561736f6ea26f6ba6646574"
            "61696cc4037b327d"
        ),
    ),
    (
        JobDefinition("d", "arn", 2, "INACTIVE", b"{3}"),
        (
            "85a46e616d65a164a361726ea361726ea87265766973696f6e02a6737461747573a8494e41435449"
            "5645a664657461696cc4037b337d"
        ),
    ),
]

LIMIT = TimeLimit("CAPACITY:X", 600, "TERMINATE")
RESOURCES: list[Resource] = [
    JobQueue("q", "a", "ENABLED", 1, ("e",), "ok", b"{}", "policy", (LIMIT,)),
    SchedulingPolicy("p", "a", FairShare(600, 50, (Weight("A*", 0.125),)), b"{1}"),
    ConsumableResource("c", "a", 5, 3, 2, "NON_REPLENISHABLE", b"{1}"),
    ServiceEnvironment("s", "a", "DISABLED", (Capacity("NUM_INSTANCES", 5),), detail=b"{1}"),
    QuotaShare(
        "n",
        "q/quota-share/n",
        "q",
        "ENABLED",
        (Capacity("ml.m5.large", 2),),
        "LEND_AND_BORROW",
        borrow_limit=200,
        preempts=True,
        detail=b"{1}",
    ),
]


def test_a_spec_and_a_job_of_version_1_can_be_read() -> None:
    spec = codec.decode_spec(bytes.fromhex(VERSION_1["spec"]))
    assert spec == SPEC
    assert codec.decode_job(bytes.fromhex(VERSION_1["job"]), spec) == JOB


@pytest.mark.parametrize("resource,written", RESOURCES_1)
def test_resources_of_version_1_can_be_read(resource: Resource, written: str) -> None:
    assert codec.decode_resource(key_of(resource)[0], bytes.fromhex(written)) == resource


def test_nothing_is_lost_in_writing() -> None:
    small = replace(JOB, index=None, attempts=(), stop=None, tally=None, story=())
    for job in (JOB, small, Job("a", SPEC, 1)):
        assert codec.decode_job(codec.encode_job(job), SPEC) == job
    assert codec.decode_spec(codec.encode_spec(SPEC)) == SPEC


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda each: type(each).__name__)
def test_nothing_of_a_resource_is_lost_in_writing(resource: Resource) -> None:
    written = codec.encode_resource(resource)
    assert codec.decode_resource(key_of(resource)[0], written) == resource


def test_what_a_job_consumes_and_asks_of_a_service_is_kept() -> None:
    service = ServiceRequest("SAGEMAKER_TRAINING", "ml.m5.large", 2, "share", 3)
    spec = replace(SPEC, consumes=(Consumed("arn", 2),), service=service)
    assert codec.decode_spec(codec.encode_spec(spec)) == spec


def test_a_job_is_written_without_its_spec() -> None:
    assert "spec" not in msgspec.msgpack.decode(codec.encode_job(JOB))


@pytest.mark.parametrize("of", [JOB, SPEC], ids=["job", "spec"])
def test_what_a_version_does_not_know_is_passed_over(of: Job | Spec) -> None:
    written = codec.encode_job(of) if isinstance(of, Job) else codec.encode_spec(of)
    later = msgspec.msgpack.encode(msgspec.msgpack.decode(written) | {"new": [1, {"a": None}]})
    read = codec.decode_job(later, SPEC) if isinstance(of, Job) else codec.decode_spec(later)
    assert read == of


def test_what_a_version_adds_has_a_default_in_what_was_written_before() -> None:
    first = {"id": "a", "created_at": 1}
    assert codec.decode_job(msgspec.msgpack.encode(first), SPEC) == Job("a", SPEC, 1)


def test_quota_shares_of_two_queues_are_told_apart() -> None:
    one, other = (QuotaShare("n", f"{q}/quota-share/n", q, "ENABLED", (), "LEND") for q in "ab")
    assert key_of(one) != key_of(other)


def test_definitions_are_told_apart_by_revision() -> None:
    keys = [key_of(resource) for resource, _ in RESOURCES_1]
    assert keys == [(ids.ENVIRONMENT, "c"), (ids.QUEUE, "q"), (ids.DEFINITION, "d:2")]
