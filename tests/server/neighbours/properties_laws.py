"""What CloudFormation writes and what AWS Batch takes, by botocore's model of Batch.

The oracle: botocore's validator, and the property names of
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Batch.html, which are the
API's with a capital letter.
"""

import json
from typing import Any, TypeAlias

import pytest
from botocore.session import Session
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from batchyard.server.neighbours.properties import UnknownProperty, translated
from batchyard.server.neighbours.stack_types import KINDS, Kind

MODEL: Any = Session().get_service_model("batch")
Shape: TypeAlias = Any
Value: TypeAlias = Any
Draw: TypeAlias = Any
MOST = 3
"""Levels of a shape that are filled in: some hold themselves."""
PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "boolean": st.booleans(),
    "double": st.integers(0, 100).map(float),
    "float": st.integers(0, 100).map(float),
    "integer": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**31), 2**31 - 1),
    "string": st.text(max_size=5),
}


def values(shape: Shape, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values of a shape as the API takes them."""
    match shape.type_name:
        case "structure":
            members = {} if depth > MOST else shape.members
            return st.fixed_dictionaries(
                {}, optional={n: values(each, depth + 1) for n, each in members.items()}
            )
        case "list":
            return st.lists(values(shape.member, depth + 1), max_size=2)
        case "map":
            return st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2)
    return PLAIN[shape.type_name]


def as_in_a_template(value: Value, shape: Shape, draw: Draw) -> Value:
    """The same as a template may hold it: capital letters, and numbers as texts."""
    match shape.type_name:
        case "structure":
            return {
                name[:1].upper() + name[1:]: as_in_a_template(each, shape.members[name], draw)
                for name, each in value.items()
            }
        case "list":
            return [as_in_a_template(each, shape.member, draw) for each in value]
        case "integer" | "long":
            return draw(st.sampled_from([value, str(value)]))
        case "boolean":
            return draw(st.sampled_from([value, str(value).lower()]))
    return value


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.type)
@given(data=st.data())
def test_what_a_template_says_is_what_the_api_is_asked(kind: Kind, data: st.DataObject) -> None:
    shape = MODEL.operation_model(kind.create).input_shape
    asked = data.draw(values(shape))
    found = translated(as_in_a_template(asked, shape, data.draw), shape)
    assert json.dumps(found) == json.dumps(asked)  # 4 is not 4.0 there


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.type)
def test_the_table_names_what_the_model_has(kind: Kind) -> None:
    create = MODEL.operation_model(kind.create)
    members = {name.lower() for name in create.input_shape.members}
    assert kind.name.lower() in members
    assert kind.arn in create.output_shape.members
    assert kind.by in MODEL.operation_model(kind.delete).input_shape.members
    if kind.update:
        assert kind.update_by in MODEL.operation_model(kind.update).input_shape.members
    if kind.switched:
        assert "state" in MODEL.operation_model(kind.update).input_shape.members


def test_a_property_that_nobody_knows_is_named_with_its_place() -> None:
    shape = MODEL.operation_model("CreateJobQueue").input_shape
    wrong = {"ComputeEnvironmentOrder": [{"Order": 1, "Colour": "red"}]}
    with pytest.raises(UnknownProperty) as unknown:
        translated(wrong, shape)
    assert unknown.value.path == "ComputeEnvironmentOrder.Colour"
    found = translated(wrong, shape, strict=False)
    assert found == {"computeEnvironmentOrder": [{"order": 1}]}


def test_numbers_where_texts_are_meant_become_texts() -> None:
    shape = MODEL.operation_model("RegisterJobDefinition").input_shape
    said = {
        "JobDefinitionName": "d",
        "Type": "container",
        "Parameters": {"Count": 4, "On": True},
        "ContainerProperties": {"ResourceRequirements": [{"Type": "VCPU", "Value": 0.25}]},
    }
    found = translated(said, shape)
    assert found["parameters"] == {"Count": "4", "On": "true"}
    assert found["containerProperties"]["resourceRequirements"][0]["value"] == "0.25"
    report = ParamValidator().validate(found, shape)
    assert not report.has_errors(), report.generate_report()


@pytest.mark.parametrize("value", ["four", "", None, {"Ref": "X"}])
def test_what_is_no_number_is_refused_by_its_place(value: object) -> None:
    shape = MODEL.operation_model("CreateJobQueue").input_shape
    with pytest.raises(ValueError, match="Priority takes a number"):
        translated({"Priority": value}, shape)
