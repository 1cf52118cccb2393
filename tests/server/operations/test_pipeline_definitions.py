"""Definitions: put, validated, given back.

The oracles: API_PutPipelineDefinition.html, API_ValidatePipelineDefinition.html and
API_GetPipelineDefinition.html below https://docs.aws.amazon.com/datapipeline/latest/APIReference/;
dp-manage-pipeline-modify-console.html and dp-pipeline-characters.html of the guide beside it
"""

from copy import deepcopy
from typing import Any

import pytest

from batchyard.pipelines.secrets import HIDDEN
from tests.pipelines.samples import document
from tests.server.operations.pipelines_yard import HOURLY, ONCE, PipelinesYard, sent

INVALID = "InvalidRequestException"


@pytest.fixture
def yard() -> PipelinesYard:
    return PipelinesYard()


def got(yard: PipelinesYard, pipeline: str, **more: str) -> dict[str, Any]:
    return yard.ask("GetPipelineDefinition", pipelineId=pipeline, **more)


def changed(whole: dict[str, Any], name: str, **fields: object) -> dict[str, Any]:
    """The same definition, with other fields of one object."""
    other = deepcopy(whole)
    (found,) = (item for item in other["objects"] if item["id"] == name)
    found.update(fields)
    return other


PARAMETERS = document(
    *ONCE["objects"],
    parameters=[
        {"id": "myA", "type": "Integer", "default": "1"},
        {"id": "myList", "isArray": "true"},
    ],
    values={"myA": "2", "myList": ["x", "y"]},
)


def test_a_definition_comes_back_as_it_was_put(yard: PipelinesYard) -> None:
    pipeline = yard.put(PARAMETERS)
    assert got(yard, pipeline) == sent(PARAMETERS)
    assert got(yard, pipeline, version="latest") == sent(PARAMETERS)


def test_a_pipeline_without_a_definition_gives_an_empty_one(yard: PipelinesYard) -> None:
    empty: dict[str, Any] = {"pipelineObjects": [], "parameterObjects": [], "parameterValues": []}
    pipeline = yard.create()
    assert got(yard, pipeline) == got(yard, pipeline, version="active") == empty
    code, message = yard.refusal("GetPipelineDefinition", pipelineId=pipeline, version="3")
    assert (code, "'3'" in message) == (INVALID, True)


def test_the_active_version_is_the_one_that_was_activated(yard: PipelinesYard) -> None:
    pipeline = yard.activate(HOURLY)
    later = changed(HOURLY, "Hi", command="echo later")
    yard.put(later, pipeline)
    assert got(yard, pipeline) == sent(later)
    assert got(yard, pipeline, version="active") == sent(HOURLY)
    yard.ask("ActivatePipeline", pipelineId=pipeline)
    assert got(yard, pipeline, version="active") == sent(later)


def test_what_is_in_error_is_kept_and_told_object_by_object(yard: PipelinesYard) -> None:
    pipeline = yard.create()
    wrong = changed(ONCE, "Hi", dependsOn={"ref": "Nobody"}, retryDelay="soon")
    answer = yard.ask("PutPipelineDefinition", pipelineId=pipeline, **sent(wrong))
    assert answer["errored"] is True
    (errors,) = answer["validationErrors"]
    assert errors["id"] == "Hi"
    assert len(errors["errors"]) == 2
    assert [each["id"] for each in answer["validationWarnings"]] == ["Default"]
    assert got(yard, pipeline) == sent(wrong)
    assert yard.ask("ValidatePipelineDefinition", pipelineId=pipeline, **sent(wrong)) == answer
    code, message = yard.refusal("ActivatePipeline", pipelineId=pipeline)
    assert code == INVALID
    assert "Nobody" in message


def test_validating_keeps_nothing(yard: PipelinesYard) -> None:
    pipeline = yard.put(ONCE)
    answer = yard.ask("ValidatePipelineDefinition", pipelineId=pipeline, **sent(HOURLY))
    assert answer["errored"] is False
    assert got(yard, pipeline) == sent(ONCE)


@pytest.mark.parametrize(
    "members",
    [
        {
            "pipelineObjects": [
                {"id": "A", "name": "A", "fields": [{"key": "k", "stringValue": ""}]}
            ]
        },
        {
            "pipelineObjects": [
                {"id": f"A{number}", "name": "A", "fields": []} for number in range(101)
            ]
        },
    ],
    ids=["an empty field", "too many objects"],
)
def test_what_aws_does_not_save_is_not_saved(yard: PipelinesYard, members: dict[str, Any]) -> None:
    pipeline = yard.put(ONCE)
    code, message = yard.refusal("PutPipelineDefinition", pipelineId=pipeline, **members)
    assert code == INVALID
    assert message.startswith("Pipeline definition has errors: Could not save the pipeline")
    assert got(yard, pipeline) == sent(ONCE)
    assert yard.ask("ValidatePipelineDefinition", pipelineId=pipeline, **members)["errored"]


def test_what_an_activation_fixed_cannot_be_edited(yard: PipelinesYard) -> None:
    pipeline = yard.activate(HOURLY)
    edited = changed(HOURLY, "Hourly", period="2 hours")
    answer = yard.ask("PutPipelineDefinition", pipelineId=pipeline, **sent(edited))
    assert [each["id"] for each in answer["validationErrors"]] == ["Hourly"]
    assert yard.refusal("ActivatePipeline", pipelineId=pipeline)[0] == INVALID
    assert yard.fields(pipeline)["@pipelineState"] == "SCHEDULED"


def test_a_finished_pipeline_takes_another_end_and_nothing_else(yard: PipelinesYard) -> None:
    pipeline = yard.activate(changed(HOURLY, "Hourly", endDateTime="2024-03-01T11:00:00"))
    (only,) = yard.ids(pipeline, "INSTANCE")
    yard.ask("SetStatus", pipelineId=pipeline, objectIds=[only], status="MARK_FINISHED")
    assert yard.fields(pipeline)["@pipelineState"] == "FINISHED"
    other = changed(HOURLY, "Hourly", endDateTime="2024-03-01T11:00:00")
    other = changed(other, "Hi", command="echo other")
    code, message = yard.refusal("PutPipelineDefinition", pipelineId=pipeline, **sent(other))
    assert (code, "FINISHED" in message) == (INVALID, True)
    yard.put(HOURLY, pipeline)
    yard.ask("ActivatePipeline", pipelineId=pipeline)
    assert len(yard.ids(pipeline, "INSTANCE")) == 3


SECRETS = document(
    {"id": "Default", "workerGroup": "g", "scheduleType": "ondemand"},
    {
        "id": "Hi",
        "type": "ShellCommandActivity",
        "command": "login #{*myOwn} #{*myPassword}",
        "*myOwn": "hunter2",
        "*myOther": "#{*myPassword}",
    },
    parameters=[{"id": "*myPassword", "default": "letmein"}],
    values={"*myPassword": "sesame"},
)
WORDS = ("hunter2", "letmein", "sesame")


def test_secrets_are_never_shown_and_survive_an_edit(yard: PipelinesYard) -> None:
    pipeline = yard.put(SECRETS)
    shown = got(yard, pipeline)
    assert not [word for word in WORDS if word in str(shown)]
    assert HIDDEN in str(shown)
    assert "#{*myPassword}" in str(shown)  # the name of a secret is none
    yard.ask("PutPipelineDefinition", pipelineId=pipeline, **shown)
    yard.ask("ActivatePipeline", pipelineId=pipeline)
    (instance,) = yard.ids(pipeline, "INSTANCE")
    (attempt,) = yard.ids(pipeline, "ATTEMPT")
    for name in ("Hi", instance, attempt):
        for evaluate in (True, False):
            described = yard.object(pipeline, name, evaluate=evaluate)
            assert not [word for word in WORDS if word in str(described)]
        worked = yard.ask(
            "EvaluateExpression",
            pipelineId=pipeline,
            objectId=name,
            expression="#{command} #{*myOther}",
        )
        assert worked["evaluatedExpression"] == f"login {HIDDEN} {HIDDEN} {HIDDEN}"
    handed = yard.yard.engine.pipelines.objects(pipeline, f"{pipeline}{attempt}")
    assert handed is not None
    assert handed[attempt].string("command") == "login hunter2 sesame"
