"""What earlier versions wrote of pipelines can be read for ever, and nothing is lost in writing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from batchyard.pipelines.instances import Attempt, Failure, Instance
from batchyard.pipelines.model import (
    Attribute,
    Definition,
    Field,
    ParameterObject,
    ParameterValue,
    PipelineObject,
)
from batchyard.pipelines.pipeline import Pipeline, PipelineState
from batchyard.pipelines.rules import Rules
from batchyard.pipelines.states import Status
from batchyard.pipelines.tasks import Taken, Task
from batchyard.store import codec

# Every member of the first version, away from its default. Bytes are never rewritten here: a
# change of the model that cannot read them needs a migration.
DEFINITION = Definition(
    (PipelineObject("o", "n", (Field("k", "s"), Field("r", ref_value="x"))),),
    (ParameterObject("myP", (Attribute("type", "String"),)),),
    (ParameterValue("myP", "v"),),
)
PIPELINE = Pipeline(
    id="df-1",
    account="1",
    region="r",
    name="n",
    unique_id="u",
    user="AKIA",
    created_at=1,
    description="d",
    tags={"a": "b"},
    state=PipelineState.DEACTIVATING,
    latest=DEFINITION,
    active=Definition(),
    version=2,
    first_activated_at=3,
    activated_at=4,
    deactivated_at=5,
    run_at=6,
    planned_until=7,
    resumed_at=8,
    paused=frozenset({"c"}),
    ended_at=9,
    deleted_at=10,
)
INSTANCE = Instance(
    id="@c_1",
    component="c",
    kind="precondition",
    start=1,
    end=2,
    due=3,
    rules=Rules(
        maximum_retries=1,
        retry_delay=2,
        attempt_timeout=3,
        report_progress_timeout=4,
        late_after=5,
        precondition_timeout=6,
        terminate_after=7,
        cascade=True,
        max_active=8,
        worker_group="g",
        system_managed=True,
        on_fail=("f",),
        on_success=("s",),
        on_late=("l",),
        terminate_late=True,
    ),
    needs=("@n",),
    preconditions=("@p",),
    resource="@r",
    consumers=("@c",),
    users=("@u",),
    node="node",
    status=Status.TIMEDOUT,
    waits_for=frozenset({"@w"}),
    missed="@m",
    planned=True,
    arrived=True,
    asked=True,
    admitted=True,
    wants=True,
    hosted=True,
    wanted_by=("@y",),
    paused=True,
    late=True,
    retry_at=4,
    checked_since=5,
    tries=6,
    attempts=(
        Attempt("@c_1_Attempt=1", 7, 8, 9, Status.FAILED, Failure("i", "m", "t"), "h", "d", "s"),
    ),
    ended_at=10,
    cascade_failed_on="@f",
    cancellation_reason="why",
)
TAKEN = Taken(
    id="t",
    task=Task("a", "g", 1.5, again=False),
    service="batch",
    owner="o",
    account="1",
    region="r",
    hostname="h",
    at=1,
    stale=True,
)
Codec = tuple[Callable[[Any], bytes], Callable[[bytes], Any]]
PIPELINES: Codec = codec.encode_pipeline, codec.decode_pipeline
INSTANCES: Codec = codec.encode_instance, codec.decode_instance
TASKS: Codec = codec.encode_taken, codec.decode_taken
VERSION_1 = [
    pytest.param(
        PIPELINES,
        PIPELINE,
        (
            "de0016a26964a464662d31a76163636f756e74a131a6726567696f6ea172a46e616d65a16ea8"
            "756e697175654964a175a475736572a4414b4941a963726561746564417401ab646573637269"
            "7074696f6ea164a47461677381a161a162a57374617465ac444541435449564154494e47a66c"
            "617465737483af706970656c696e654f626a656374739183a26964a16fa46e616d65a16ea666"
            "69656c64739282a36b6579a16bab737472696e6756616c7565a17382a36b6579a172a8726566"
            "56616c7565a178b0706172616d657465724f626a656374739182a26964a36d7950aa61747472"
            "6962757465739182a36b6579a474797065ab737472696e6756616c7565a6537472696e67af70"
            "6172616d6574657256616c7565739182a26964a36d7950ab737472696e6756616c7565a176a6"
            "61637469766580a776657273696f6e02b06669727374416374697661746564417403ab616374"
            "697661746564417404ad6465616374697661746564417405a572756e417406ac706c616e6e65"
            "64556e74696c07a9726573756d6564417408a670617573656491a163a7656e646564417409a9"
            "64656c6574656441740a"
        ),
        id="pipeline",
    ),
    pytest.param(
        INSTANCES,
        INSTANCE,
        (
            "de0020a26964a440635f31a9636f6d706f6e656e74a163a46b696e64ac707265636f6e646974"
            "696f6ea5737461727401a3656e6402a364756503a572756c65738fae6d6178696d756d526574"
            "7269657301aa726574727944656c617902ae617474656d707454696d656f757403b57265706f"
            "727450726f677265737354696d656f757404a96c617465416674657205b3707265636f6e6469"
            "74696f6e54696d656f757406ae7465726d696e617465416674657207a763617363616465c3a9"
            "6d617841637469766508ab776f726b657247726f7570a167ad73797374656d4d616e61676564"
            "c3a66f6e4661696c91a166a96f6e5375636365737391a173a66f6e4c61746591a16cad746572"
            "6d696e6174654c617465c3a56e6565647391a2406ead707265636f6e646974696f6e7391a240"
            "70a87265736f75726365a24072a9636f6e73756d65727391a24063a5757365727391a24075a4"
            "6e6f6465a46e6f6465a6737461747573a854494d45444f5554a87761697473466f7291a24077"
            "a66d6973736564a2406da7706c616e6e6564c3a761727269766564c3a561736b6564c3a86164"
            "6d6974746564c3a577616e7473c3a6686f73746564c3a877616e746564427991a24079a67061"
            "75736564c3a46c617465c3a77265747279417404ac636865636b656453696e636505a5747269"
            "657306a8617474656d7074739189a26964ae40635f315f417474656d70743d31a96f66666572"
            "6564417407a973746172746564417408a7656e646564417409a6737461747573a64641494c45"
            "44a76661696c75726583a76572726f724964a169ac6572726f724d657373616765a16daf6572"
            "726f72537461636b5472616365a174a8686f73746e616d65a168a8646f63756d656e74a164a9"
            "7369676e6174757265a173a7656e64656441740aaf636173636164654661696c65644f6ea240"
            "66b263616e63656c6c6174696f6e526561736f6ea3776879"
        ),
        id="instance",
    ),
    pytest.param(
        TASKS,
        TAKEN,
        (
            "89a26964a174a47461736b84a7617474656d7074a161a567726f7570a167a870726f67726573"
            "73cb3ff8000000000000a5616761696ec2a773657276696365a56261746368a56f776e6572a1"
            "6fa76163636f756e74a131a6726567696f6ea172a8686f73746e616d65a168a2617401a57374"
            "616c65c3"
        ),
        id="task",
    ),
]
SMALLEST = [
    pytest.param(
        PIPELINES,
        Pipeline(
            id="df-1", account="1", region="r", name="n", unique_id="u", user="", created_at=1
        ),
        {
            "id": "df-1",
            "account": "1",
            "region": "r",
            "name": "n",
            "uniqueId": "u",
            "user": "",
            "createdAt": 1,
        },
        id="pipeline",
    ),
    pytest.param(
        INSTANCES,
        Instance("@c_1", "c", "activity", 1, 2, 3, Rules()),
        {
            "id": "@c_1",
            "component": "c",
            "kind": "activity",
            "start": 1,
            "end": 2,
            "due": 3,
            "rules": {},
        },
        id="instance",
    ),
    pytest.param(
        TASKS,
        Taken(id="t", task=Task("a", "g"), service="batch", owner="o", account="1", region="r"),
        {
            "id": "t",
            "task": {"attempt": "a", "group": "g"},
            "service": "batch",
            "owner": "o",
            "account": "1",
            "region": "r",
        },
        id="task",
    ),
]


@pytest.mark.parametrize("of,value,written", VERSION_1)
def test_what_the_first_version_wrote_can_be_read(of: Codec, value: object, written: str) -> None:
    assert of[1](bytes.fromhex(written)) == value


@pytest.mark.parametrize("of,value,_", [*VERSION_1, *SMALLEST])
def test_nothing_is_lost_in_writing(of: Codec, value: object, _: object) -> None:
    encode, decode = of
    assert decode(encode(value)) == value


@pytest.mark.parametrize("of,value,_", VERSION_1)
def test_what_a_version_does_not_know_is_passed_over(of: Codec, value: object, _: str) -> None:
    encode, decode = of
    later = msgspec.msgpack.decode(encode(value)) | {"new": [1, {"a": None}]}
    assert decode(msgspec.msgpack.encode(later)) == value


@pytest.mark.parametrize("of,value,members", SMALLEST)
def test_what_has_its_default_is_not_written_and_may_be_missing(
    of: Codec, value: object, members: dict[str, object]
) -> None:
    encode, decode = of
    assert msgspec.msgpack.decode(encode(value)) == members
    assert decode(msgspec.msgpack.encode(members)) == value
