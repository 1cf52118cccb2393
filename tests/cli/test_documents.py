"""A job from a document: of JSON or YAML, of AWS's members, each as the model has it."""

import json

import pytest
from botocore.session import get_session

from batchyard.cli.documents import Document, read
from batchyard.errors import Refused
from tests.docs.markdown_files import ROOT, blocks

MODEL = get_session().get_service_model("batch")

YAML = """
jobDefinitionName: align
containerProperties:
  image: busybox
  command: [echo, yes, 1.10, ~]
  environment: [{name: FLAG, value: no}]
  resourceRequirements: [{type: VCPU, value: 1}]
  readonlyRootFilesystem: true
timeout: {attemptDurationSeconds: 90}
tags: {team: 7}
jobQueue: prod
"""


def test_yaml_is_read_as_the_model_says_and_as_it_was_written() -> None:
    found = read(YAML, "job.yaml", MODEL)
    assert found.registration["containerProperties"] == {
        "image": "busybox",
        "command": ["echo", "yes", "1.10", "~"],
        "environment": [{"name": "FLAG", "value": "no"}],
        "resourceRequirements": [{"type": "VCPU", "value": "1"}],
        "readonlyRootFilesystem": True,
    }
    assert found.registration["timeout"] == {"attemptDurationSeconds": 90}
    assert found.registration["type"] == "container"
    assert found.submission == {"jobQueue": "prod", "tags": {"team": "7"}}


def test_json_says_the_same() -> None:
    found = read(YAML, "job.yaml", MODEL)
    text = json.dumps(found.registration | found.submission)
    for name in ("job.json", "standard input"):
        assert read(text, name, MODEL) == found


def test_a_document_of_submit_job_registers_nothing() -> None:
    members = {"jobDefinition": "align:3", "parameters": {"a": "b"}, "timeout": {}}
    assert read(json.dumps(members), "x", MODEL) == Document({}, members)


@pytest.mark.parametrize(
    "text, said",
    [
        ("jobDefinitonName: x", "do you mean jobDefinitionName"),
        ("JobQueue: x", "do you mean jobQueue"),
        ("job_queue: x", "do you mean jobQueue"),
        ("zebra: x", "'zebra'"),
        ("containerOverrides: {environment: [{nmae: x}]}", "environment[0]: 'nmae'"),
        ("containerProperties: {imgae: x}", "do you mean image"),
        ("timeout: {attemptDurationSeconds: soon}", "'soon' is no integer"),
        ("propagateTags: 1", "'1' is no boolean"),
        ("containerProperties: {image: x}", "jobDefinitionName is missing"),
        ("jobDefinitionName: x\njobDefinition: y", "leave one out"),
        ("a: b: c", "not valid YAML"),
        ("{", "not valid JSON"),
        ("[1]", "no job in it"),
        ("", "no job in it"),
        ("{}", "no job in it"),
    ],
)
def test_what_is_wrong_is_named(text: str, said: str) -> None:
    with pytest.raises(Refused) as caught:
        read(text, "standard input", MODEL)
    assert said in str(caught.value)
    assert str(caught.value).startswith("standard input")


def test_a_document_may_not_make_anything_but_texts() -> None:
    text = "jobName: !!python/object/apply:os.system ['true']"
    found = read(text, "x.yaml", MODEL)
    assert found.submission == {"jobName": ["true"]}


def test_the_pages_example_is_one() -> None:
    (text,) = blocks(ROOT / "docs/how-to/work-with-jobs.md", "yaml")
    found = read(text, "job.yaml", MODEL)
    needs = found.registration["containerProperties"]["resourceRequirements"]
    assert needs[0] == {"type": "VCPU", "value": "4"}
    assert found.submission == {"jobQueue": "prod"}
