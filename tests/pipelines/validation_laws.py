"""What validation finds, and that it never raises.

The oracles: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_ValidatePipelineDefinition.html,
API_PutPipelineDefinition.html beside it, and
https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-pipeline-objects.html
"""

import copy
import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.pipelines import advice, files, parameters, types
from batchyard.pipelines.findings import Findings
from batchyard.pipelines.model import Definition, Field, ParameterValue, PipelineObject
from batchyard.pipelines.validation import validate
from tests.pipelines.definitions_given import ANY_FIELDS, definitions
from tests.pipelines.samples import ONCE, VALID, default, document, ref

NOW = datetime(2026, 1, 1)  # noqa: DTZ001 - naive and UTC, as AWS writes moments

BACKFILL = (
    "M has 'failureAndRerunMode' field set to 'cascade' and you are about to create a backfill "
    "with scheduleStartTime 2012-01-01T00:00:00. This can result in rapid creation of pipeline "
    "objects in case of failures."
)


def checked(whole: dict[str, Any]) -> Findings:
    return validate(files.read(json.dumps(whole)), NOW)


def shell(**fields: object) -> dict[str, Any]:
    given = {"id": "A", "type": "ShellCommandActivity", "command": "true", "workerGroup": "g"}
    return {key: value for key, value in (given | fields).items() if value is not None}


def one(item: dict[str, Any], *others: dict[str, Any], **more: object) -> Findings:
    return checked(document(default(), ONCE, item, *others, **more))


@pytest.mark.parametrize("whole", VALID.values(), ids=list(VALID))
def test_what_aws_publishes_is_valid(whole: dict[str, Any]) -> None:
    assert checked(whole).errors == {}
    assert checked(whole).fatal is None


@pytest.mark.parametrize("whole", VALID.values(), ids=list(VALID))
@given(data=st.data())
def test_a_valid_definition_with_one_object_gone_names_who_missed_it(
    whole: dict[str, Any], data: st.DataObject
) -> None:
    broken = copy.deepcopy(whole)
    gone = data.draw(st.sampled_from([o for o in broken["objects"] if o["id"] != "Default"]))
    broken["objects"].remove(gone)
    missed = {o["id"] for o in broken["objects"] if f'"ref": "{gone["id"]}"' in json.dumps(o)}
    told = {
        name
        for name, texts in checked(broken).errors.items()
        if f"INVALID_REFERENCE: Object references invalid id: '{gone['id']}'." in texts
    }
    assert told == missed


def test_a_bad_date_is_told_in_aws_own_words() -> None:
    found = one(shell(), {**ONCE, "id": "S", "startAt": [], "startDateTime": "bad-time"})
    text = "INVALID_FIELD_VALUE: 'startDateTime' value must be a literal datetime value."
    assert found.errors == {"S": (text,)}


@pytest.mark.parametrize(
    "fields,text",
    [
        ({"type": "ShellCommand"}, "'type' value 'ShellCommand' is no type"),
        ({"comand": "x"}, "UNKNOWN_FIELD: 'comand' is no field of ShellCommandActivity"),
        ({"s3Key": "x"}, "UNKNOWN_FIELD: 's3Key' is no field of ShellCommandActivity"),
        ({"stage": "maybe"}, "'stage' value must be true or false"),
        ({"maximumRetries": "x"}, "'maximumRetries' value must be an integer"),
        ({"maximumRetries": "-1"}, "'maximumRetries' value must be positive"),
        ({"maximumRetries": "6"}, "'maximumRetries' value must be at most 5"),
        ({"maxActiveInstances": "0"}, "'maxActiveInstances' value must be positive"),
        ({"maxActiveInstances": "6"}, "'maxActiveInstances' value must be at most 5"),
        ({"attemptTimeout": "soon"}, "'attemptTimeout' value must be a period"),
        ({"attemptTimeout": "0 days"}, "'attemptTimeout' value must be a period"),
        ({"retryDelay": "1 minute"}, "'retryDelay' value must be at least 2 minutes"),
        ({"failureAndRerunMode": "x"}, "value must be one of none, cascade"),
        ({"command": ref("Daily")}, "'command' value must be a string, no reference"),
        ({"dependsOn": "A"}, "'dependsOn' value must be a reference"),
        ({"dependsOn": ref("B")}, "Object references invalid id: 'B'"),
        ({"myRef": ref("B")}, "Object references invalid id: 'B'"),
        ({"input": ref("Daily")}, "'input' must refer to an object that is a node"),
        ({"schedule": ref("Default")}, "'Default' is without a type"),
        ({"dependsOn": ref("A")}, "CIRCULAR_REFERENCE: Objects depend on each other: A -> A"),
        ({"parent": ref("A")}, "CIRCULAR_REFERENCE: Objects are each other's parents: A -> A"),
        ({"command": None}, "MISSING_FIELD: 'command' or 'scriptUri' is required"),
        ({"workerGroup": None}, "MISSING_FIELD: 'runsOn' or 'workerGroup' is required"),
        ({"scriptUri": "s3://x"}, "'command' and 'scriptUri' exclude each other"),
        ({"command": "#{1 +}"}, "INVALID_EXPRESSION: the expression ends too early"),
        ({"command": "#{f(1)}"}, "no function called 'f'"),
        ({"command": "#{myNothing}"}, "'myNothing' is no field of 'A' and no parameter"),
        ({"command": "#{input.x}"}, "'input' is no field of 'A'"),
        ({"command": "#{stage.x}", "stage": "true"}, "'stage' of 'A' is no reference"),
        ({"command": "#{schedule.x}"}, "'x' is no field of 'Daily'"),
        ({"command": "x" * 10_241}, "'command' can have 10240 bytes, and has 10241"),
        ({f"my{'X' * 300}": "x"}, "The name of a field can have 256 bytes"),
        ({"command": "x" * 8000, "stdout": "x" * 8000}, "fields of an object can have 15360"),
        ({"myX": ["x"] * 60}, "An object can have 50 fields"),
        ({"scheduleType": "ondemand"}, "must stand on the Default object"),
    ],
)
def test_what_is_wrong_is_told_of_its_object(fields: dict[str, Any], text: str) -> None:
    found = checked(document({"id": "Default", "schedule": ref("Daily")}, ONCE, shell(**fields)))
    assert any(text in told for told in found.errors["A"]), found.errors


def test_a_schedule_is_required_of_what_runs_unless_on_demand() -> None:
    text = "MISSING_FIELD: 'schedule' is required unless the pipeline runs on demand."
    assert checked(document(shell())).errors == {"A": (text,)}
    assert checked(document({"id": "Default", "scheduleType": "onDemand"}, shell())).errors == {}


def test_an_activitys_schedule_is_enough_for_what_it_uses() -> None:
    text = "MISSING_FIELD: 'schedule' is required unless the pipeline runs on demand."
    bare = default(schedule=[])
    machine = {"id": "M", "type": "Ec2Resource", "terminateAfter": "1 hour"}
    nodes = [{"id": name, "type": "S3DataNode", "filePath": "s3://x"} for name in ("In", "Out")]
    activity = shell(
        workerGroup=None,
        runsOn=ref("M"),
        schedule=ref("Daily"),
        input=ref("In"),
        output=ref("Out"),
    )
    assert checked(document(bare, ONCE, machine, *nodes, activity)).errors == {}
    unused = checked(document(bare, ONCE, machine, *nodes, shell(schedule=ref("Daily"))))
    assert unused.errors == dict.fromkeys(("M", "In", "Out"), (text,))


def test_default_may_have_its_own_name_as_its_type_and_nobody_else() -> None:
    assert checked(document(default(type="Default"), ONCE, shell())).errors == {}
    text = "INVALID_FIELD_VALUE: 'type' value 'Default' is that of 'Default' only."
    assert one({"id": "Mine", "type": "Default"}).errors == {"Mine": (text,)}


@pytest.mark.parametrize(
    "item",
    [
        {"id": "M", "type": "Ec2Resource", "logUri": "s3://l", "terminateAfter": "3"},
        {"id": "M", "type": "EmrCluster", "emrLogUri": "s3://l", "terminateAfter": "12 hours"},
        {
            "id": "P",
            "type": "PigActivity",
            "script": "x",
            "generatedScriptsPath": "s3://g",
            "workerGroup": "g",
        },
        ONCE | {"id": "S", "maxActiveInstances": "1"},
    ],
)
def test_what_the_older_api_knew_is_known(item: dict[str, Any]) -> None:
    assert one(item).errors == {}


@pytest.mark.parametrize(
    "fields,text",
    [
        ({"period": "10 minutes"}, "between 15 minutes and 3 years"),
        ({"period": "4 years"}, "between 15 minutes and 3 years"),
        ({"period": "15 Period"}, "'period' value must be a period"),
        ({"period": []}, "'period' is required"),
        ({"startAt": []}, "'startAt' or 'startDateTime' is required"),
        ({"startDateTime": "2012-01-01T00:00:00"}, "'startAt' and 'startDateTime' exclude"),
        ({"endDateTime": "2012-01-01T00:00:00"}, "'endDateTime' and 'occurrences' exclude"),
        ({"startAt": "NOW"}, "one of FIRST_ACTIVATION_DATE_TIME"),
        ({"occurrences": "0"}, "'occurrences' value must be positive"),
        (
            {
                "startAt": [],
                "occurrences": [],
                "startDateTime": "2012-01-02T00:00:00",
                "endDateTime": "2012-01-02T00:00:00",
            },
            "'endDateTime' value must be later than 'startDateTime'",
        ),
        ({"startAt": [], "startDateTime": "#{myWhen}"}, "literal datetime value"),
    ],
)
def test_what_is_wrong_with_a_schedule_is_told(fields: dict[str, Any], text: str) -> None:
    found = checked(document(default(), ONCE | fields, shell(), values={"myWhen": "noon"}))
    assert any(text in told for told in found.errors["Daily"]), found.errors


@pytest.mark.parametrize("period", ["15 minutes", "3 years", "1 Day", "2 WEEKS", "1 hour"])
def test_periods_are_read_in_either_number_and_any_case(period: str) -> None:
    assert checked(document(default(), ONCE | {"period": period}, shell())).errors == {}


def test_a_date_may_come_from_a_parameter_or_a_function() -> None:
    for start in ("#{myWhen}", "#{makeDate(2011,5,24)}"):
        timed: dict[str, Any] = ONCE | {"startAt": [], "startDateTime": start}
        whole = document(default(), timed, shell(), values={"myWhen": "2012-01-01T00:00:00"})
        assert checked(whole).errors == {}


@pytest.mark.parametrize(
    "key,string,reference",
    [("command", "a", "A"), ("command", None, None), ("command", "", None), ("parent", None, "")],
)
def test_both_and_neither_of_string_and_reference_are_told(
    key: str, string: str | None, reference: str | None
) -> None:
    item = PipelineObject("A", "A", (Field(key, string, reference),))
    found = validate(Definition((item,)))
    assert any(f"'{key}' " in text for text in found.errors["A"])
    assert (found.fatal is not None) == (not string and not reference)


def test_what_aws_does_not_save_is_fatal_and_nothing_else() -> None:
    nameless = PipelineObject("", "x"), PipelineObject("x", "")
    for item in nameless:
        message = validate(Definition((item,))).fatal or ""
        assert message.startswith("Pipeline definition has errors: Could not save the pipeline")
    many = tuple(PipelineObject(f"o{n}", "n") for n in range(101))
    assert validate(Definition(many)).fatal
    assert validate(Definition(many[:100])).fatal is None
    twice = validate(Definition((many[0], many[0])))
    assert twice.errored
    assert twice.fatal is None


def test_circles_are_told_to_each_who_is_in_them() -> None:
    node = {"id": "N", "type": "S3DataNode", "filePath": "s3://x"}
    found = one(shell(output=ref("N"), dependsOn=ref("B")), node, shell(id="B", input=ref("N")))
    assert set(found.errors) == {"A", "B", "N"}
    assert len(one(shell(output=ref("N")), node, shell(id="B", input=ref("N"))).errors) == 0


@pytest.mark.parametrize(
    "parameter,values,text",
    [
        ({"id": "param"}, {}, "'param' does not begin with 'my'"),
        ({"id": "myX", "type": "Number"}, {}, "'type' must be one of String"),
        ({"id": "myX", "type": "Integer"}, {"myX": "1.5"}, "'1.5' is no Integer"),
        ({"id": "myX", "type": "Double", "default": "x"}, {}, "'x' is no Double"),
        ({"id": "myX", "allowedValues": ["a", "b"]}, {"myX": "c"}, "'c' is none of a, b"),
        ({"id": "myX"}, {"myX": ["a", "b"]}, "It is no array, and has 2 values"),
        ({"id": "myX"}, {"myX": "a#{1 +}"}, "an expression that is none: the expression ends"),
    ],
)
def test_what_is_wrong_with_a_parameter_is_told_of_it(
    parameter: dict[str, Any], values: dict[str, Any], text: str
) -> None:
    found = one(shell(), parameters=[parameter], values=values)
    assert any(text in told for told in found.errors[parameter["id"]])


def test_the_value_of_a_parameter_may_be_an_expression() -> None:
    given = [{"id": "myX", "type": "Integer", "default": "#{"}, {"id": "myY", "type": "Integer"}]
    values = {"myX": "#{1 + 1}", "myY": "#{myX}", "myPath": "s3://b/#{myPlace}", "myPlace": "x"}
    activity = shell(maximumRetries="#{myY}", stdout="#{myPath}")
    assert one(activity, parameters=given, values=values).errors == {}
    text = "INVALID_FIELD_VALUE: 'maximumRetries' value must be at most 5."
    found = one(activity, parameters=given, values=values | {"myX": "#{2 * 3}"})
    assert found.errors == {"A": (text,)}


def test_parameters_without_a_value_stop_the_activation_unless_optional() -> None:
    given = [
        {"id": "myA"},
        {"id": "myB", "default": "b"},
        {"id": "myC", "optional": "true"},
        {"id": "myD"},
    ]
    found = files.read(json.dumps(document(parameters=given, values={"myD": "d"})))
    assert parameters.unset(found) == ("myA",)


def test_aws_warnings_are_given_word_for_word() -> None:
    past = ONCE | {"startAt": [], "startDateTime": "2012-01-01T00:00:00"}
    machine = {"id": "M", "type": "Ec2Resource"}
    script = shell(command=None, scriptUri="s3://x", scriptArgument="a", failureAndRerunMode="none")
    found = checked(document(default(pipelineLogUri=[]), past, machine, script))
    assert found.errors == {}
    assert found.warnings == {
        "M": (
            advice.NO_END,
            BACKFILL,
        ),
        "A": (advice.ARGUMENTS,),
        "Default": (advice.NO_LOGS,),
    }
    assert not found.errored
    assert advice.NO_LOGS not in one(shell()).warnings.get("Default", ())


@given(definitions(ANY_FIELDS), st.lists(st.builds(ParameterValue, st.text(), st.text())))
def test_nothing_raises_whatever_the_definition_holds(
    definition: Definition, values: list[ParameterValue]
) -> None:
    whole = Definition(
        definition.pipeline_objects,
        definition.parameter_objects,
        (*definition.parameter_values, *values),
    )
    found = validate(whole, NOW)
    assert found.errored == bool(found.errors)
    assert not (found.fatal and not found.errored)


def test_the_table_of_types_is_whole() -> None:
    for name, found in types.known().items():
        assert set(found.slots.values()) <= set(types.SLOTS), name
        for group in found.required:
            assert set(group) <= set(found.slots), name
    assert len(types.known()) == 41
