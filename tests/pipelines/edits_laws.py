"""What may be changed of a definition after its activation.

The oracle: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-manage-pipeline-modify-console.html
"""

import json
from typing import Any

import pytest
from hypothesis import given

from batchyard.pipelines import files
from batchyard.pipelines.edits import forbidden
from batchyard.pipelines.model import Definition
from tests.pipelines.definitions_given import definitions
from tests.pipelines.samples import document, ref

SCHEDULE = {
    "id": "S",
    "type": "Schedule",
    "period": "1 day",
    "startDateTime": "2012-01-01T00:00:00",
}
ACTIVITY = {"id": "A", "type": "ShellCommandActivity", "command": "true", "schedule": ref("S")}
NODE = {"id": "N", "type": "S3DataNode"}


def told(*objects: dict[str, Any]) -> dict[str, str]:
    active = files.read(json.dumps(document(SCHEDULE, ACTIVITY, NODE)))
    edited = files.read(json.dumps(document(*objects)))
    return {finding.id: finding.text for finding in forbidden(active, edited)}


@pytest.mark.parametrize(
    "objects",
    [
        (SCHEDULE, ACTIVITY, NODE),
        (NODE, SCHEDULE, ACTIVITY | {"command": "false", "workerGroup": "g"}),
        (SCHEDULE | {"endDateTime": "2013-01-01T00:00:00"}, ACTIVITY, NODE),
        (SCHEDULE, ACTIVITY, NODE, {"id": "B", "input": ref("N"), "output": ref("M")}, {"id": "M"}),
    ],
)
def test_what_the_guide_allows_is_allowed(objects: tuple[dict[str, Any], ...]) -> None:
    assert told(*objects) == {}


@pytest.mark.parametrize(
    "objects,name,text",
    [
        ((SCHEDULE, ACTIVITY), "N", "must stay"),
        ((SCHEDULE | {"period": "2 days"}, ACTIVITY, NODE), "S", "'period' must stay"),
        (
            (SCHEDULE | {"startDateTime": "2012-01-02T00:00:00"}, ACTIVITY, NODE),
            "S",
            "'startDateTime' must stay",
        ),
        ((SCHEDULE, ACTIVITY | {"input": ref("N")}, NODE), "A", "references of 'input'"),
        ((SCHEDULE, ACTIVITY | {"schedule": ref("N")}, NODE), "A", "references of 'schedule'"),
        ((SCHEDULE, ACTIVITY | {"schedule": []}, NODE), "A", "references of 'schedule'"),
        ((SCHEDULE, ACTIVITY, NODE, {"id": "B", "output": ref("N")}), "B", "refer to 'N'"),
    ],
)
def test_what_the_guide_forbids_is_told_of_its_object(
    objects: tuple[dict[str, Any], ...], name: str, text: str
) -> None:
    found = told(*objects)
    assert list(found) == [name]
    assert text in found[name]


@given(definitions())
def test_a_definition_may_always_stay_as_it_is(definition: Definition) -> None:
    first = {item.id: item for item in reversed(definition.pipeline_objects)}
    same = Definition(tuple(first.values()))
    assert list(forbidden(same, same)) == []
