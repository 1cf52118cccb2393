"""What objects inherit.

The oracle: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-writing-pipeline-definition.html
"""

from hypothesis import given

from batchyard.pipelines.inheritance import inherited, resolved
from batchyard.pipelines.model import Definition, Field, ParameterValue, PipelineObject
from tests.pipelines.definitions_given import definitions


def item(name: str, *fields: Field) -> PipelineObject:
    return PipelineObject(name, name, fields)


def parent(name: str) -> Field:
    return Field("parent", ref_value=name)


A = item("A", Field("A1", "value"), Field("A2", "value"))
B = item("B", parent("A"), Field("B1", "value"), Field("B2", "value"))
DEFAULT = item("Default", Field("workerGroup", "g"), Field("maximumRetries", "3"))


def test_aws_own_example_has_the_fields_of_both() -> None:
    assert resolved([A, B])["B"].keys == {"parent", "B1", "B2", "A1", "A2"}


def test_default_reaches_whoever_names_no_other_parent_and_through_the_last_of_a_chain() -> None:
    found = resolved([A, B, DEFAULT])
    assert found["A"].string("workerGroup") == "g"
    assert found["B"].string("workerGroup") == "g"
    assert found["Default"] == DEFAULT


def test_a_parents_parent_is_not_inherited_as_such() -> None:
    found = resolved([item("Default", parent("A")), A, item("C")])["C"]
    assert found.refs("parent") == ()
    assert found.string("A1") == "value"


def test_own_values_replace_all_inherited_ones() -> None:
    child = item("C", parent("P"), Field("arg", "mine"))
    above = item(
        "P", Field("arg", "1"), Field("arg", "2"), Field("other", "1"), Field("other", "2")
    )
    found = resolved([child, above])["C"]
    assert found.strings("arg") == ("mine",)
    assert found.strings("other") == ("1", "2")


def test_of_several_parents_the_first_counts() -> None:
    others = [item("P1", Field("k", "1")), item("P2", Field("k", "2"))]
    assert resolved([item("C", parent("P1"), parent("P2")), *others])["C"].strings("k") == ("1",)


def test_the_nearer_ancestor_counts() -> None:
    found = resolved([item("C", parent("B")), B, A, item("Default", Field("A1", "far"))])
    assert found["C"].strings("A1") == ("value",)


@given(definitions())
def test_every_object_is_resolved_whatever_its_parents(definition: Definition) -> None:
    known = {o.id: o for o in reversed(definition.pipeline_objects)}
    for name, found in resolved(definition.pipeline_objects).items():
        own = known[name]
        assert found.fields[: len(own.fields)] == own.fields
        assert own.refs("parent") == found.refs("parent")
        assert inherited(own, known) == found
        assert found.keys <= {f.key for o in known.values() for f in o.fields}


@given(definitions())
def test_a_parameter_comes_to_what_was_given_or_its_default(definition: Definition) -> None:
    found = definition.values()
    for value in definition.parameter_values:
        assert value.string_value in found[value.id]
    more = Definition(
        definition.pipeline_objects,
        definition.parameter_objects,
        (*definition.parameter_values, ParameterValue("myParam", "new")),
    )
    given = tuple(v.string_value for v in more.parameter_values if v.id == "myParam")
    assert more.values()["myParam"] == given
