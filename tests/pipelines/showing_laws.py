"""What instances, attempts and tasks look like from outside.

The oracle: the examples of
https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_DescribeObjects.html and
API_PollForTask.html beside it
"""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from batchyard.pipelines import events, files, showing
from batchyard.pipelines.expressions.scopes import ObjectScope, rendered
from batchyard.pipelines.inheritance import resolved
from batchyard.pipelines.instances import Failure, component_of
from batchyard.pipelines.model import Field, PipelineObject
from batchyard.pipelines.pipeline import Pipeline
from tests.pipelines.samples import document, ref
from tests.pipelines.worlds import World

PIPELINE = Pipeline(
    id="df-1",
    account="123456789012",
    region="us-east-1",
    name="hello",
    unique_id="1",
    user="AKID",
    created_at=0,
    version=3,
)


def shown(
    world: World, whole: dict[str, Any], name: str
) -> tuple[dict[str, PipelineObject], dict[str, str]]:
    """What is handed out for an instance's latest attempt."""
    definition = files.read(json.dumps(whole))
    known = resolved(definition.pipeline_objects)

    def find(wanted: str) -> PipelineObject | None:
        instance = world.instances.get(wanted)
        if instance is None:
            return known.get(wanted)
        return showing.instance_object(instance, known[instance.component], PIPELINE)

    instance = world.instances[name]
    item = showing.attempt_object(
        instance.attempts[-1], instance, known[instance.component], PIPELINE
    )
    return showing.task_objects(item, find, definition.values())


def hello(**fields: object) -> dict[str, Any]:
    activity = {
        "id": "SayHello",
        "type": "ShellCommandActivity",
        "command": "echo #{myWhom} #{format(@scheduledStartTime,'YYYY-MM-dd')} #{input.filePath}",
        "scriptArgument": ["a", "#{1 + 1}"],
        "input": ref("In"),
        "parent": ref("Common"),
    }
    return document(
        {"id": "Default", "scheduleType": "ondemand", "maximumRetries": "0"},
        {"id": "Common", "workerGroup": "g", "myNote": "inherited"},
        activity | fields,
        {"id": "In", "type": "S3DataNode", "filePath": "s3://#{name}/#{@scheduledStartTime}"},
        {"id": "In_2", "type": "S3DataNode", "filePath": "s3://other"},
        values={"myWhom": "world"},
    )


NAME = "@SayHello_2012-01-01T00:00:00"
ATTEMPT = f"{NAME}_Attempt=1"


def test_a_task_is_its_attempt_with_every_expression_worked_out_and_what_it_refers_to() -> None:
    whole = hello()
    world = World(whole)
    world.live()
    world.tell(NAME, events.Taken(world.now, attempt=ATTEMPT))
    found, wrong = shown(world, whole, NAME)
    assert wrong == {}
    task = found[ATTEMPT]
    assert task.name == "SayHello"
    place = "s3://In/2012-01-01T00:00:00"
    assert task.string("command") == f"echo world 2012-01-01 {place}"
    assert task.strings("scriptArgument") == ("a", "2")
    assert task.string("myNote") == "inherited"
    assert task.string("workerGroup") == "g"
    for key, value in {
        "@sphere": "ATTEMPT",
        "@status": "RUNNING",
        "@scheduledStartTime": "2012-01-01T00:00:00",
        "@scheduledEndTime": "2012-01-01T00:00:00",
        "@actualStartTime": "2012-01-01T00:00:00",
        "@pipelineId": "df-1",
    }.items():
        assert task.strings(key) == (value,)
    assert task.ref("@componentParent") == "SayHello"
    assert task.ref("@instanceParent") == NAME
    assert task.refs("input") == ("@In_2012-01-01T00:00:00",)
    assert task.ref("parent") == "SayHello"  # as in AWS's example, with the next two
    assert task.string("@version") == "3"
    assert task.ref("@activeInstances") == NAME
    assert found["@In_2012-01-01T00:00:00"].string("filePath") == place
    assert set(found) == {ATTEMPT, "@In_2012-01-01T00:00:00"}


FIELDS = st.lists(
    st.builds(
        Field,
        st.sampled_from(["command", "scriptArgument", "stdout"]),
        st.sampled_from(["", "plain", "[]", "#{id}", "a #{1 + 1}"]),
    ),
    max_size=6,
)


@given(FIELDS)
def test_an_object_in_which_nothing_is_to_be_worked_out_is_handed_out_as_it_is(
    fields: list[Field],
) -> None:
    item = PipelineObject("It", "It", tuple(fields))
    found, wrong = showing.task_objects(item, {item.id: item}.get, {})
    done, _ = rendered(item, ObjectScope(item, {item.id: item}.get, {}))
    assert not wrong
    for key in item.keys:
        assert found["It"].strings(key) == done[key]
    if not any("#{" in field.value for field in fields):
        assert found["It"] is item


@given(FIELDS, st.text())
def test_an_object_as_it_is_kept_is_what_the_wire_wants(fields: list[Field], name: str) -> None:
    item = PipelineObject("It", name, (*fields, Field("input", ref_value="In")))
    read = msgspec.json.decode(msgspec.json.encode(item))
    assert read == {
        "id": "It",
        "name": name,
        "fields": [
            *({"key": field.key, "stringValue": field.string_value} for field in fields),
            {"key": "input", "refValue": "In"},
        ],
    }
    empty = msgspec.json.decode(msgspec.json.encode(PipelineObject("It", name)))
    assert empty == {"id": "It", "name": name, "fields": []}


@given(st.integers(0, 4_102_444_800_000))
def test_moments_are_shown_to_the_second(millis: int) -> None:
    world = World(hello())
    world.live()
    instance = replace(world.instances[NAME], arrived_at=millis)
    known = resolved(files.read(json.dumps(hello())).pipeline_objects)
    item = showing.instance_object(instance, known["SayHello"], PIPELINE)
    told = datetime.fromtimestamp(millis // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    assert item.string("@actualStartTime") == told


def test_a_task_that_cannot_be_worked_out_says_where() -> None:
    whole = hello(command="echo #{input.nothing}")
    world = World(whole)
    world.live()
    _, wrong = shown(world, whole, NAME)
    assert list(wrong) == [f"{ATTEMPT}.command"]
    assert "»input.nothing" in wrong[f"{ATTEMPT}.command"]


def test_an_instance_tells_why_it_failed_and_what_it_waits_for() -> None:
    whole = hello()
    whole["objects"].append(
        {
            "id": "Then",
            "type": "ShellCommandActivity",
            "command": "true",
            "workerGroup": "g",
            "dependsOn": ref("SayHello"),
        }
    )
    world = World(whole)
    world.live()
    known = resolved(files.read(json.dumps(whole)).pipeline_objects)
    then = world.instances["@Then_2012-01-01T00:00:00"]
    waiting = showing.instance_object(then, known["Then"], PIPELINE)
    assert waiting.refs("@waitingOn") == (NAME,)
    assert waiting.refs("dependsOn") == (NAME,)
    told = Failure("E1", "it broke", "at line 1")
    world.tell(NAME, events.Failed(world.now, attempt=ATTEMPT, failure=told))
    failed = showing.instance_object(world.instances[NAME], known["SayHello"], PIPELINE)
    assert failed.string("@status") == "FAILED"
    assert failed.string("@actualEndTime") == "2012-01-01T00:00:00"
    assert [failed.string(key) for key in ("errorId", "errorMessage", "errorStackTrace")] == [
        "E1",
        "it broke",
        "at line 1",
    ]
    assert component_of("@Say_Hello_2012-01-01T00:00:00") == "Say_Hello"


def test_what_cannot_be_worked_out_can_stay_as_it_is_written() -> None:
    item = PipelineObject(
        "A", "A", (Field("a", "#{x}"), Field("a", "2"), Field("b", "#{1 + 1}"), Field("c"))
    )
    done = {"a": ("2",), "b": ("2", "3")}
    assert showing.worked_out(item, done, keeping={"a"}).fields == (
        *item.fields[:2],
        Field("b", "2"),
        Field("b", "3"),
        Field("c"),
    )
