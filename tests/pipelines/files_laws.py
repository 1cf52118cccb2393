"""Definition files, against the AWS CLI's own translator.

The oracle: awscli.customizations.datapipeline.translator, which every
``aws datapipeline put-pipeline-definition`` and ``get-pipeline-definition`` goes through.
"""

import copy
import json
from typing import Any

import msgspec
import pytest
from awscli.customizations.datapipeline import translator
from hypothesis import given
from hypothesis import strategies as st

from batchyard.errors import Refused
from batchyard.pipelines import files
from batchyard.pipelines.model import Definition, Field, PipelineObject
from tests.pipelines.definitions_given import definitions

TEXT = st.text(max_size=6)
GIVEN = st.one_of(TEXT, st.builds(lambda name: {"ref": name}, TEXT))
MEMBERS = st.dictionaries(TEXT, st.one_of(GIVEN, st.lists(GIVEN, max_size=3)), max_size=4)
ATTRIBUTES = st.dictionaries(TEXT, st.one_of(TEXT, st.lists(TEXT, max_size=3)), max_size=4)


def named(members: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    plain = members.map(lambda m: {k: v for k, v in m.items() if k != "name"})
    return st.lists(st.builds(lambda m, name: m | {"id": name}, plain, TEXT), max_size=4)


FILES = st.fixed_dictionaries(
    {"objects": named(MEMBERS)},
    optional={"parameters": named(ATTRIBUTES), "values": ATTRIBUTES, "metadata": st.just({})},
)


def wire(definition: Definition) -> dict[str, Any]:
    """What a request holds: every member, empty ones too, as the CLI sends it."""
    return {
        "pipelineObjects": [
            {"id": o.id, "name": o.name, "fields": [msgspec.to_builtins(f) for f in o.fields]}
            for o in definition.pipeline_objects
        ],
        "parameterObjects": [
            {
                "id": p.id,
                "attributes": [{"key": a.key, "stringValue": a.string_value} for a in p.attributes],
            }
            for p in definition.parameter_objects
        ],
        "parameterValues": [msgspec.to_builtins(v) for v in definition.parameter_values],
    }


@given(FILES)
def test_a_file_is_read_as_the_aws_cli_reads_it(document: dict[str, Any]) -> None:
    theirs = copy.deepcopy(document)
    assert wire(files.read(json.dumps(document))) == {
        "pipelineObjects": translator.definition_to_api_objects(theirs),
        "parameterObjects": translator.definition_to_api_parameters(theirs) or [],
        "parameterValues": translator.definition_to_parameter_values(theirs) or [],
    }


@given(definitions())
def test_a_file_is_written_as_the_aws_cli_writes_it(definition: Definition) -> None:
    theirs = translator.api_to_definition(wire(definition))
    ours = files.written(definition)
    assert {"parameters": [], "values": {}} | ours == theirs


@given(definitions())
def test_what_is_written_is_read_again_with_every_value_in_order(definition: Definition) -> None:
    again = files.read(json.dumps(files.written(definition)))
    for was, now in zip(definition.pipeline_objects, again.pipeline_objects, strict=True):
        assert (was.id, was.name) == (now.id, now.name)
        assert sorted(was.fields, key=lambda f: f.key) == list(now.fields)
    assert definition.values() == again.values()


@given(definitions())
def test_the_wire_form_carries_everything(definition: Definition) -> None:
    encoded = msgspec.json.encode(definition)
    assert msgspec.json.decode(encoded, type=Definition) == definition


@pytest.mark.parametrize("field", [Field("k"), Field("k", "a", "b"), Field("id", "a")])
def test_what_no_file_can_say_is_refused(field: Field) -> None:
    with pytest.raises(Refused, match=r"k|id"):
        files.written(Definition((PipelineObject("A", "A", (field,)),)))


@pytest.mark.parametrize(
    "text,place",
    [
        ("{", "no JSON"),
        ("[]", '"objects"'),
        ("{}", '"objects"'),
        ('{"objects": {}}', "objects must be a list"),
        ('{"objects": ["a"]}', r"objects\[0\] must be an object"),
        ('{"objects": [{"id": "A"}, {"type": "x"}]}', r'objects\[1\] has no "id"'),
        ('{"objects": [{"id": "A", "n": 3}]}', r"objects\[0\]\.n must be a string.* is 3"),
        ('{"objects": [{"id": "A", "n": [[]]}]}', r"objects\[0\]\.n must be"),
        ('{"objects": [{"id": "A", "n": {"ref": 1}}]}', r"objects\[0\]\.n\.ref must be"),
        ('{"objects": [{"id": "A", "n": {"ref": "B", "x": "C"}}]}', r"objects\[0\]\.n must be"),
        ('{"objects": [{"id": null}]}', r"objects\[0\]\.id must be"),
        ('{"objects": [], "values": []}', "values must be"),
        ('{"objects": [], "values": {"myX": [1]}}', r"values\.myX must be"),
        ('{"objects": [], "parameters": [{"id": "myX", "default": 1}]}', r"parameters\[0\]\.def"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_a_file_of_another_form_is_refused_by_its_place(text: str, place: str) -> None:
    with pytest.raises(Refused, match=place):
        files.read(text)


@given(definitions())
def test_what_the_api_answers_is_read_as_well(definition: Definition) -> None:
    answer = wire(definition) | {"pipelineId": "df-1", "ResponseMetadata": {"RetryAttempts": 0}}
    assert files.read(json.dumps(answer)) == definition


@pytest.mark.parametrize(
    "item",
    [{"id": "A"}, {"id": "A", "name": "A", "fields": {}}, {"id": "A", "name": "A", "fields": [1]}],
)
def test_an_answer_of_another_form_is_refused_and_the_place_is_named(item: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"the API has: .*pipelineObjects\[0\]"):
        files.read(json.dumps({"pipelineObjects": [item]}))


@given(FILES)
def test_a_mark_before_the_file_is_passed_over(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    expected = files.read(text)
    assert files.read("\ufeff" + text) == expected
    assert files.read(text.encode("utf-8-sig")) == expected
    assert files.read(json.dumps(document, indent=1).replace("\n", "\r\n")) == expected
