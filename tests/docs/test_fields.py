"""What the reference says of a field is what becomes of it."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from tests.docs.markdown_files import ROOT
from tests.server.operations.world import MODEL, SLEEPS, World
from tests.wire.samples import sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.wire.samples import Json

ROW = re.compile(r"^\| `([\w.]+)` \| (honoured|kept|refused) \|", re.MULTILINE)
DEFINITION: dict[str, Json] = {
    "jobDefinitionName": "new",
    "type": "container",
    "containerProperties": SLEEPS,
}
FARGATE: dict[str, Json] = {
    "ephemeralStorage": {"sizeInGiB": 30},
    "fargatePlatformConfiguration": {"platformVersion": "1.4.0"},
    "networkConfiguration": {"assignPublicIp": "ENABLED"},
}
"""What only Fargate takes, and within which bounds."""

ON_FARGATE: dict[str, Json] = {
    "image": "busybox",
    "executionRoleArn": "arn:aws:iam::123456789012:role/r",
    "resourceRequirements": [
        {"type": "VCPU", "value": "1"},
        {"type": "MEMORY", "value": "2048"},
    ],
}
SUBMISSION: dict[str, Json] = {"jobName": "new", "jobQueue": "queue", "jobDefinition": "sleeps"}


def rows(operation: str) -> Iterator[tuple[str, str]]:
    text = (ROOT / "docs/reference/fields.md").read_text()
    _, _, rest = text.partition(f"\n## {operation}\n")
    yield from ROW.findall(rest.partition("\n## ")[0])


def fields(fate: str, operation: str) -> list[str]:
    return [field for field, said in rows(operation) if said == fate]


@cache
def world() -> World:
    return World()


def shape_of(operation: str, field: str) -> str:
    shapes = MODEL["shapes"]
    shape = str(MODEL["operations"][operation]["input"]["shape"])
    for member in field.split("."):
        shape = str(shapes[shape]["members"][member]["shape"])
    return shape


def with_field(request: dict[str, Json], operation: str, field: str) -> dict[str, Json]:
    """A request with a value of the model's for one field."""
    outer, _, inner = field.partition(".")
    value = sample(MODEL["shapes"], shape_of(operation, field))
    if not inner:
        return {**request, outer: value}
    return {**request, outer: {**request.get(outer, {}), inner: value}}


@pytest.mark.parametrize("operation", ["SubmitJob", "RegisterJobDefinition"])
def test_every_field_has_its_line_and_every_line_its_field(operation: str) -> None:
    shapes = MODEL["shapes"]
    members = shapes[MODEL["operations"][operation]["input"]["shape"]]["members"]
    outer = {field for field, _ in rows(operation) if "." not in field}
    assert outer == set(members)
    for field, _ in rows(operation):
        shape_of(operation, field)


@pytest.mark.parametrize("field", fields("refused", "RegisterJobDefinition"))
def test_what_a_definition_is_refused_for_is_refused(field: str) -> None:
    request = with_field(DEFINITION, "RegisterJobDefinition", field)
    refusal = world().refusal("RegisterJobDefinition", request)
    assert refusal is not None
    assert field.rpartition(".")[2] in refusal.message


@pytest.mark.parametrize("field", fields("refused", "SubmitJob"))
def test_what_a_submission_is_refused_for_is_refused(field: str) -> None:
    refusal = world().refusal("SubmitJob", with_field(SUBMISSION, "SubmitJob", field))
    assert refusal is not None
    assert field.rpartition(".")[2] in refusal.message


@pytest.mark.parametrize("field", fields("kept", "RegisterJobDefinition"))
def test_what_is_kept_of_a_definition_is_shown_again_also_of_its_jobs(field: str) -> None:
    here, inner = World(), field.rpartition(".")[2]
    request = with_field(DEFINITION, "RegisterJobDefinition", field)
    if inner in FARGATE:
        container = ON_FARGATE | {inner: FARGATE[inner]}
        request |= {"containerProperties": container, "platformCapabilities": ["FARGATE"]}
    given: Json = request["containerProperties"][inner]
    here.ask("RegisterJobDefinition", **request)
    found = here.ask("DescribeJobDefinitions", jobDefinitionName="new")["jobDefinitions"][0]
    assert found["containerProperties"][inner] == given
    job = here.ask("SubmitJob", **SUBMISSION | {"jobDefinition": "new"})["jobId"]
    shown: dict[str, Any] = here.ask("DescribeJobs", jobs=[job])["jobs"][0]
    if inner in _shown_of_jobs():
        assert shown["container"][inner] == given


def _shown_of_jobs() -> frozenset[str]:
    """The members that a job's container shows."""
    return frozenset(MODEL["shapes"]["ContainerDetail"]["members"])


def test_every_fate_has_fields() -> None:
    found = {
        fate for operation in ("SubmitJob", "RegisterJobDefinition") for _, fate in rows(operation)
    }
    assert found == {"honoured", "kept", "refused"}, json.dumps(sorted(found))
