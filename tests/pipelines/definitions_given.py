"""Definitions drawn for laws: fields of both kinds, parameters, values, wicked ones too."""

from hypothesis import strategies as st

from batchyard.pipelines.model import (
    Attribute,
    Definition,
    Field,
    ParameterObject,
    ParameterValue,
    PipelineObject,
)

NAMES = st.sampled_from(["Default", "A", "B", "C", "D", "my x", "ø", ""])
KEYS = st.sampled_from(
    ["type", "parent", "command", "schedule", "period", "myField", "*password", "runsOn", "x"]
)
TEXTS = st.one_of(
    st.sampled_from(["", "Schedule", "1 hour", "#{myParam}", "#{", "cron", "cascade"]),
    st.text(max_size=8),
)
FIELDS = st.one_of(
    st.builds(Field, KEYS, TEXTS),
    st.builds(lambda key, ref: Field(key, ref_value=ref), KEYS, NAMES),
)
ANY_FIELDS = st.builds(Field, st.one_of(KEYS, TEXTS), st.none() | TEXTS, st.none() | NAMES)


def objects(fields: st.SearchStrategy[Field] = FIELDS) -> st.SearchStrategy[PipelineObject]:
    return st.builds(PipelineObject, NAMES, NAMES, st.lists(fields, max_size=5).map(tuple))


PARAMETERS = st.builds(
    ParameterObject,
    st.sampled_from(["myParam", "*mySecret", "myList"]),
    st.lists(
        st.builds(Attribute, st.sampled_from(["type", "default", "isArray", "optional"]), TEXTS),
        max_size=4,
    ).map(tuple),
)
VALUES = st.builds(ParameterValue, st.sampled_from(["myParam", "*mySecret", "myList"]), TEXTS)


def definitions(fields: st.SearchStrategy[Field] = FIELDS) -> st.SearchStrategy[Definition]:
    return st.builds(
        Definition,
        st.lists(objects(fields), max_size=6).map(tuple),
        st.lists(PARAMETERS, max_size=3).map(tuple),
        st.lists(VALUES, max_size=4).map(tuple),
    )
