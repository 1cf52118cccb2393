"""Secrets: hidden when shown, kept when put again.

The oracle: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-pipeline-characters.html
"""

from hypothesis import assume, given
from hypothesis import strategies as st

from batchyard.pipelines.model import (
    Attribute,
    Definition,
    Field,
    ParameterObject,
    ParameterValue,
    PipelineObject,
)
from batchyard.pipelines.secrets import HIDDEN, hidden, hidden_object, hidden_values, kept

SECRET = "§"
"""What every secret below holds, and nothing else does."""

open_texts = st.sampled_from(["", "a", "#{myA}", "x#{*myA}", "#{", "#{1 + 1}"])
secret_texts = st.sampled_from(["", "x", "#{*myA}", "#{", "#{'y'}"]).map(lambda t: SECRET + t)
fields = st.one_of(
    st.builds(Field, st.sampled_from(["command", "myA"]), open_texts),
    st.builds(Field, st.sampled_from(["*password", "*myA"]), secret_texts),
    st.builds(Field, st.sampled_from(["*password", "*myA"]), st.just("#{*myA}")),
    st.builds(lambda key: Field(key, ref_value="B"), st.sampled_from(["*password", "parent"])),
)
objects = st.builds(
    PipelineObject, st.sampled_from("AB"), st.just("n"), st.lists(fields, max_size=5).map(tuple)
)
parameters = st.one_of(
    st.builds(
        lambda key, text: ParameterObject(
            "*myA", (Attribute("type", "String"), Attribute(key, text))
        ),
        st.sampled_from(["default", "allowedValues"]),
        secret_texts,
    ),
    st.builds(lambda text: ParameterObject("myA", (Attribute("default", text),)), open_texts),
)
values = st.one_of(
    st.builds(ParameterValue, st.sampled_from(["*myA", "*myB"]), secret_texts),
    st.builds(ParameterValue, st.just("myA"), open_texts),
)


def unique(items: list[PipelineObject]) -> tuple[PipelineObject, ...]:
    return tuple({item.id: item for item in items}.values())


definitions = st.builds(
    Definition,
    st.lists(objects, max_size=3).map(unique),
    st.lists(parameters, max_size=2, unique_by=lambda parameter: parameter.id).map(tuple),
    st.lists(values, max_size=4).map(tuple),
)


@given(definitions)
def test_no_secret_is_shown_and_nothing_else_is_hidden(definition: Definition) -> None:
    shown = hidden(definition)
    assert SECRET not in repr(shown)
    assert repr(shown).count(HIDDEN) == repr(definition).count(SECRET)
    for before, item in zip(definition.pipeline_objects, shown.pipeline_objects, strict=True):
        assert hidden_object(before) == item
        for was, now in zip(before.fields, item.fields, strict=True):
            assert now == was or (SECRET in was.value and now.value == HIDDEN)
    assert SECRET not in repr(hidden_values(definition.values()))


@given(definitions)
def test_what_is_shown_and_put_again_is_what_it_was(definition: Definition) -> None:
    assert kept(hidden(definition), definition) == definition
    assert kept(definition, hidden(definition)) == definition
    assert kept(definition, None) == definition


@given(definitions, st.data())
def test_an_edit_beside_a_secret_leaves_it(definition: Definition, data: st.DataObject) -> None:
    assume(definition.pipeline_objects)
    shown = hidden(definition)
    gone = data.draw(st.integers(0, len(shown.pipeline_objects) - 1))
    rest = tuple(item for n, item in enumerate(shown.pipeline_objects) if n != gone)
    more = PipelineObject("C", "C", (Field("*password", "new"),))
    edited = Definition((*rest, more), shown.parameter_objects, shown.parameter_values)
    found = kept(edited, definition)
    known = {item.id: item for item in definition.pipeline_objects}
    assert found.pipeline_objects == (*(known[item.id] for item in rest), more)
    assert found.parameter_values == definition.parameter_values


def test_a_new_secret_takes_the_old_ones_place() -> None:
    before = Definition(
        parameter_values=(ParameterValue("*myA", "old"), ParameterValue("*myA", "2"))
    )
    given = (ParameterValue("*myA", "new"), ParameterValue("*myA", HIDDEN))
    after = kept(Definition(parameter_values=given), before)
    assert [value.string_value for value in after.parameter_values] == ["new", "2"]
