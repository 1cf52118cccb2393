"""Pipelines as a whole: made, listed, described, tagged, deleted.

The oracles: API_CreatePipeline.html, API_DescribePipelines.html, API_ListPipelines.html,
API_DeletePipeline.html and API_AddTags.html below
https://docs.aws.amazon.com/datapipeline/latest/APIReference/
"""

import re
from typing import Any

import pytest

from batchyard.server.operations.pipelines import listing
from tests.server.operations.pipelines_yard import HOURLY, ONCE, PipelinesYard, sent

ABSENT = "df-00000000000000000000"


@pytest.fixture
def yard() -> PipelinesYard:
    return PipelinesYard()


def test_the_same_name_and_unique_id_give_the_same_pipeline(yard: PipelinesYard) -> None:
    first = yard.create("n", "u", description="the first")
    assert re.fullmatch(r"df-[A-Z0-9]{20}", first)
    assert yard.create("n", "u", description="another") == first
    others = {yard.create("n", "v"), yard.create("m", "u")}
    yard.user = "OTHER"
    others.add(yard.create("n", "u"))  # "scoped to the AWS account or IAM user credentials"
    assert len(others | {first}) == 4
    assert yard.fields(first)["description"] == "the first"


def test_a_deleted_pipeline_is_made_anew_and_its_old_id_is_gone(yard: PipelinesYard) -> None:
    first = yard.create()
    yard.ask("DeletePipeline", pipelineId=first)
    assert yard.create() != first
    asked: dict[str, dict[str, Any]] = {
        "DescribeObjects": {"objectIds": ["Default"]},
        "QueryObjects": {"sphere": "INSTANCE"},
        "GetPipelineDefinition": {},
        "ActivatePipeline": {},
        "DeactivatePipeline": {},
        "SetStatus": {"objectIds": ["Hi"], "status": "PAUSE"},
        "EvaluateExpression": {"objectId": "Hi", "expression": "x"},
        "AddTags": {"tags": []},
        "RemoveTags": {"tagKeys": []},
        "PutPipelineDefinition": sent(ONCE),
        "ValidatePipelineDefinition": sent(ONCE),
    }
    for operation, more in asked.items():
        deleted, never = (yard.refusal(operation, pipelineId=p, **more) for p in (first, ABSENT))
        assert (deleted[0], never[0]) == ("PipelineDeletedException", "PipelineNotFoundException")
        assert first in deleted[1]
        assert ABSENT in never[1]
    assert yard.refusal("DescribePipelines", pipelineIds=[first])[0] == "PipelineDeletedException"
    yard.ask("DeletePipeline", pipelineId=first)  # API_DeletePipeline.html has no such error
    assert yard.refusal("DeletePipeline", pipelineId=ABSENT)[0] == "PipelineNotFoundException"


def test_a_pipeline_is_described_as_awss_example_is(yard: PipelinesYard) -> None:
    pipeline = yard.create("myPipeline", "1234567890", description="This is my first pipeline")
    asked = yard.ask("DescribePipelines", pipelineIds=[pipeline])
    (described,) = asked["pipelineDescriptionList"]
    assert {key: described[key] for key in ("name", "description", "pipelineId", "tags")} == {
        "name": "myPipeline",
        "description": "This is my first pipeline",
        "pipelineId": pipeline,
        "tags": [],
    }
    assert yard.fields(pipeline) == {
        "@pipelineState": "PENDING",
        "description": "This is my first pipeline",
        "name": "myPipeline",
        "@creationTime": "2024-03-01T12:00:00",
        "@id": pipeline,
        "@sphere": "PIPELINE",
        "@userId": "123456789012",
        "@accountId": "123456789012",
        "pipelineCreator": "AKID",
        "uniqueId": "1234567890",
    }


def test_times_of_runs_follow_from_the_schedule(yard: PipelinesYard) -> None:
    fields = yard.fields(yard.activate(HOURLY))
    assert fields["@pipelineState"] == "SCHEDULED"
    assert fields["@version"] == "1"
    assert {key: fields[key] for key in fields if key.endswith(("RunTime", "Period"))} == {
        "@scheduledPeriod": "1 hours",
        "@latestRunTime": "2024-03-01T12:00:00",
        "@nextRunTime": "2024-03-01T13:00:00",
    }
    assert fields["@scheduledStartTime"] == "2024-03-01T10:00:00"
    assert fields["@scheduledEndTime"] == "2024-03-01T14:00:00"
    assert fields["@firstActivationTime"] == fields["@lastActivationTime"] == "2024-03-01T12:00:00"


def test_health_is_that_of_what_ended_last(yard: PipelinesYard) -> None:
    pipeline = yard.activate(HOURLY)
    first, second, _ = yard.ids(pipeline, "INSTANCE")
    assert "@healthStatus" not in yard.fields(pipeline)
    yard.fail(pipeline, first)
    fields = yard.fields(pipeline)
    assert fields["@healthStatus"] == "ERROR"
    assert fields["@healthStatusUpdatedTime"] == "2024-03-01T12:00:00"
    assert yard.object(pipeline, "Hi")["@healthStatusFromInstanceId"] == first
    yard.yard.clock.advance(60_000)
    yard.ask("SetStatus", pipelineId=pipeline, objectIds=[second], status="MARK_FINISHED")
    assert yard.fields(pipeline)["@healthStatus"] == "HEALTHY"
    assert yard.object(pipeline, "Hi")["@healthStatus"] == "HEALTHY"


def test_all_pipelines_are_listed_once_over_pages(yard: PipelinesYard) -> None:
    made = [yard.create(f"n{number}") for number in range(2 * listing.PAGE + 1)]
    first = yard.ask("ListPipelines")
    assert first["hasMoreResults"]
    yard.ask("DeletePipeline", pipelineId=first["marker"])  # what a marker says outlives it
    second = yard.ask("ListPipelines", marker=first["marker"])
    third = yard.ask("ListPipelines", marker=second["marker"])
    assert third["hasMoreResults"] is False
    assert "marker" not in third
    pages = (first, second, third)
    listed = [each["id"] for page in pages for each in page["pipelineIdList"]]
    assert sorted(listed) == sorted(made)
    assert yard.refusal("ListPipelines", marker=ABSENT)[0] == "InvalidRequestException"


def test_too_many_ids_are_refused(yard: PipelinesYard) -> None:
    pipeline = yard.create()
    many = [pipeline] * (listing.MOST_IDS + 1)
    code, message = yard.refusal("DescribePipelines", pipelineIds=many)
    assert code == "InvalidRequestException"
    assert "holds 101" in message


def test_tags_are_added_replaced_and_removed(yard: PipelinesYard) -> None:
    tags = [{"key": "a", "value": "1"}, {"key": "b", "value": ""}]
    pipeline = yard.create(tags=tags)
    assert yard.fields(pipeline)["*tags"] == '[{"key":"a","value":"1"},{"key":"b","value":""}]'
    yard.ask("AddTags", pipelineId=pipeline, tags=[{"key": "b", "value": "2"}])
    yard.ask("RemoveTags", pipelineId=pipeline, tagKeys=["a", "never"])
    (found,) = yard.ask("DescribePipelines", pipelineIds=[pipeline])["pipelineDescriptionList"]
    assert found["tags"] == [{"key": "b", "value": "2"}]
    more = [{"key": f"k{number}", "value": ""} for number in range(10)]
    assert "11" in yard.refusal("AddTags", pipelineId=pipeline, tags=more)[1]
    twice = [{"key": "c", "value": "1"}, {"key": "c", "value": "2"}]
    assert "'c'" in yard.refusal("AddTags", pipelineId=pipeline, tags=twice)[1]
    (still,) = yard.ask("DescribePipelines", pipelineIds=[pipeline])["pipelineDescriptionList"]
    assert still["tags"] == found["tags"]
