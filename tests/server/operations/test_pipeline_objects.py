"""Objects: described, queried, and as what expressions are worked out for.

The oracles: API_DescribeObjects.html, API_QueryObjects.html, API_Operator.html and
API_EvaluateExpression.html below https://docs.aws.amazon.com/datapipeline/latest/APIReference/;
the AWS CLI's list-runs (awscli/customizations/datapipeline)
"""

import pytest

from batchyard.server.operations.pipelines import querying
from tests.pipelines.samples import document
from tests.server.operations.pipelines_yard import HOURLY, ONCE, PipelinesYard
from tests.server.operations.test_pipeline_definitions import changed

INVALID = "InvalidRequestException"
HOURS = [f"@Hi_2024-03-01T{hour}:00:00" for hour in (10, 11, 12)]


@pytest.fixture
def yard() -> PipelinesYard:
    return PipelinesYard()


def evaluated(yard: PipelinesYard, pipeline: str, name: str, text: str) -> str:
    asked = yard.ask("EvaluateExpression", pipelineId=pipeline, objectId=name, expression=text)
    return str(asked["evaluatedExpression"])


def test_a_component_is_described_as_awss_example_is(yard: PipelinesYard) -> None:
    pipeline = yard.put(HOURLY)
    assert yard.object(pipeline, "Hourly", evaluate=True) == {
        "startDateTime": "2024-03-01T10:00:00",
        "parent": "Default",
        "@sphere": "COMPONENT",
        "type": "Schedule",
        "period": "1 hour",
        "endDateTime": "2024-03-01T14:00:00",
        "@version": "1",
        "@status": "PENDING",
        "@pipelineId": pipeline,
    }
    assert "parent" not in yard.object(pipeline, "Default")


def test_instances_and_attempts_say_whose_they_are(yard: PipelinesYard) -> None:
    pipeline = yard.activate(HOURLY)
    instance = yard.object(pipeline, HOURS[0])
    assert instance["@componentParent"] == "Hi"  # the AWS CLI's list-runs needs it
    assert instance["@actualStartTime"] == "2024-03-01T12:00:00"
    assert instance["@scheduledStartTime"] == "2024-03-01T10:00:00"
    assert instance["command"] == "echo #{@scheduledStartTime}"
    attempt = yard.object(pipeline, f"{HOURS[0]}_Attempt=1", evaluate=True)
    assert attempt["@instanceParent"] == HOURS[0]
    assert attempt["command"] == "echo 2024-03-01T10:00:00"


def test_objects_come_in_the_order_they_are_asked_for(yard: PipelinesYard) -> None:
    pipeline = yard.activate(HOURLY)
    wanted = [HOURS[1], "Hi", HOURS[0]]
    asked = yard.ask("DescribeObjects", pipelineId=pipeline, objectIds=[*wanted, "Hi"])
    assert [item["id"] for item in asked["pipelineObjects"]] == wanted
    assert asked["hasMoreResults"] is False


@pytest.mark.parametrize("name", ["Nobody", "@Hi_1999-01-01T00:00:00", f"{HOURS[0]}_Attempt=9"])
def test_an_object_that_is_not_there_is_refused(yard: PipelinesYard, name: str) -> None:
    pipeline = yard.activate(HOURLY)
    code, message = yard.refusal("DescribeObjects", pipelineId=pipeline, objectIds=["Hi", name])
    assert (code, name in message) == (INVALID, True)
    asked = {"pipelineId": pipeline, "objectId": name, "expression": "x"}
    assert yard.refusal("EvaluateExpression", **asked)[0] == "TaskNotFoundException"


def test_a_hundred_objects_are_described_at_once_and_no_more(yard: PipelinesYard) -> None:
    many = [{"id": f"A{n}", "type": "ShellCommandActivity", "command": "true"} for n in range(99)]
    pipeline = yard.put(document(ONCE["objects"][0], *many))
    ids = yard.ids(pipeline, "COMPONENT")
    asked = yard.ask("DescribeObjects", pipelineId=pipeline, objectIds=ids)
    assert [item["id"] for item in asked["pipelineObjects"]] == ids
    assert len(ids) == 100
    code, message = yard.refusal("DescribeObjects", pipelineId=pipeline, objectIds=[*ids, "A1"])
    assert (code, "101" in message) == (INVALID, True)
    more = {"objectIds": ["A1"], "marker": "1"}
    assert yard.refusal("DescribeObjects", pipelineId=pipeline, **more)[0] == INVALID


def test_an_expression_that_cannot_be_worked_out_stays_and_is_told(yard: PipelinesYard) -> None:
    pipeline = yard.put(changed(ONCE, "Hi", command="echo #{@scheduledStartTime} #{myWhom}"))
    shown = yard.object(pipeline, "Hi", evaluate=True)
    assert shown["command"] == "echo #{@scheduledStartTime} #{myWhom}"
    assert "»@scheduledStartTime" in shown["@error"]


def test_spheres_hold_components_instances_and_attempts(yard: PipelinesYard) -> None:
    pipeline = yard.activate(HOURLY)
    assert yard.ids(pipeline, "COMPONENT") == ["Default", "Hourly", "Hi"]
    assert yard.ids(pipeline, "INSTANCE") == HOURS
    assert yard.ids(pipeline, "ATTEMPT") == [f"{name}_Attempt=1" for name in HOURS]


def test_queries_are_answered_by_every_selector(yard: PipelinesYard) -> None:
    pipeline = yard.activate(HOURLY)
    started = ("@scheduledStartTime", "BETWEEN", ["2024-03-01T11:00:00", "2024-03-01T12:00:00"])
    status = ("@status", "EQ", ["RUNNING", "CANCELED"])
    yard.ask("SetStatus", pipelineId=pipeline, objectIds=HOURS[:2], status="TRY_CANCEL")
    assert yard.ids(pipeline, "INSTANCE", started) == HOURS[1:]
    assert yard.ids(pipeline, "INSTANCE", status) == HOURS[:2]
    assert yard.ids(pipeline, "INSTANCE", started, status) == HOURS[1:2]
    assert yard.ids(pipeline, "INSTANCE", ("@componentParent", "REF_EQ", ["Hi"])) == HOURS
    assert yard.ids(pipeline, "INSTANCE", ("@componentParent", "REF_EQ", ["Ho"])) == []
    assert yard.ids(pipeline, "COMPONENT", ("@status", "EQ", ["SCHEDULED"])) == [
        "Default",
        "Hourly",
        "Hi",
    ]


def test_what_list_runs_asks_by_default_finds_what_waits(yard: PipelinesYard) -> None:
    pipeline = yard.activate(HOURLY)
    lately = ("@actualStartTime", "BETWEEN", ["2024-02-26T12:00:00", "2024-03-01T12:00:00"])
    assert yard.ids(pipeline, "INSTANCE", lately) == HOURS


def test_a_page_ends_where_the_limit_says_even_amid_an_instance(yard: PipelinesYard) -> None:
    pipeline = yard.activate(HOURLY)
    for _ in range(3):
        yard.ask("SetStatus", pipelineId=pipeline, objectIds=HOURS[:2], status="TRY_CANCEL")
        yard.ask("SetStatus", pipelineId=pipeline, objectIds=HOURS[:2], status="RERUN")
    counts = zip(HOURS, (4, 4, 1), strict=True)
    every = [f"{name}_Attempt={n + 1}" for name, count in counts for n in range(count)]
    assert yard.ids(pipeline, "ATTEMPT") == every  # two on a page
    whole = yard.ask("QueryObjects", pipelineId=pipeline, sphere="ATTEMPT")
    assert (whole["ids"], whole["hasMoreResults"]) == (every, False)
    for limit in range(1, 10):
        first = yard.ask("QueryObjects", pipelineId=pipeline, sphere="ATTEMPT", limit=limit)
        assert first["ids"] == every[:limit]
        assert first["hasMoreResults"] == (limit < len(every))


def test_a_request_looks_at_so_many_instances_and_no_more(yard: PipelinesYard) -> None:
    begin = changed(HOURLY, "Hourly", startDateTime="2024-02-09T00:00:00", period="15 minutes")
    pipeline = yard.put(begin)
    yard.ask("ActivatePipeline", pipelineId=pipeline, startTimestamp=0)
    last = ("@scheduledStartTime", "EQ", ["2024-03-01T12:00:00"])
    query = {
        "selectors": [{"fieldName": last[0], "operator": {"type": last[1], "values": last[2]}}]
    }
    asked = {"pipelineId": pipeline, "sphere": "INSTANCE", "query": query}
    first = yard.ask("QueryObjects", **asked)
    assert first["ids"] == []
    assert first["hasMoreResults"] is True
    assert yard.ids(pipeline, "INSTANCE", last) == [HOURS[2]]
    assert len(list(yard.yard.engine.pipelines._live[pipeline].all_of())) > querying.WALK  # noqa: SLF001 - to be sure


def test_a_status_that_no_instance_has_finds_none(yard: PipelinesYard) -> None:
    pipeline = yard.activate(HOURLY)  # WAITING is one that the AWS CLI's list-runs can ask for
    assert yard.ids(pipeline, "INSTANCE", ("@status", "EQ", ["WAITING"])) == []


@pytest.mark.parametrize(
    "members, told",
    [
        ({"sphere": "PO"}, "'PO'"),
        ({"limit": 0}, "limit"),
        ({"marker": "x"}, "'x'"),
        ({"marker": "0.nothing"}, "nothing"),
        ({"marker": "7."}, "'7.'"),
    ],
)
def test_what_no_query_can_have_is_refused(
    yard: PipelinesYard, members: dict[str, object], told: str
) -> None:
    pipeline = yard.activate(HOURLY)
    sphere = "COMPONENT" if members.get("marker") == "7." else "INSTANCE"
    asked = {"pipelineId": pipeline, "sphere": sphere, **members}
    code, message = yard.refusal("QueryObjects", **asked)
    assert (code, told in message) == (INVALID, True)


def test_a_comparison_that_a_field_does_not_take_is_refused_in_awss_words(
    yard: PipelinesYard,
) -> None:
    # https://github.com/aws/aws-cli/issues/1224
    pipeline = yard.activate(HOURLY)
    operator = {"type": "BETWEEN", "values": ["2015-03-17", "2015-03-18"]}
    query = {"selectors": [{"fieldName": "@scheduleStartTime", "operator": operator}]}
    code, message = yard.refusal(
        "QueryObjects", pipelineId=pipeline, sphere="INSTANCE", query=query
    )
    assert code == INVALID
    assert message.startswith("The given input is not valid: Operator: BETWEEN not supported")


def test_texts_are_worked_out_as_in_awss_example(yard: PipelinesYard) -> None:
    pipeline = yard.activate(HOURLY)
    text = "Transform started at #{startDateTime} and finished at #{endDateTime}"
    assert evaluated(yard, pipeline, "Hourly", text) == (
        "Transform started at 2024-03-01T10:00:00 and finished at 2024-03-01T14:00:00"
    )
    moment = "#{format(@scheduledStartTime, 'YYYY')} #{schedule.period}"
    assert evaluated(yard, pipeline, HOURS[0], moment) == "2024 1 hour"
    assert evaluated(yard, pipeline, f"{HOURS[0]}_Attempt=1", "#{@instanceParent}") == HOURS[0]


def test_a_text_that_cannot_be_worked_out_is_refused_at_the_spot(yard: PipelinesYard) -> None:
    pipeline = yard.activate(HOURLY)
    asked = {"pipelineId": pipeline, "objectId": "Hi"}
    text = "x" * 500 + "#{nothing}" + "y" * 500
    code, message = yard.refusal("EvaluateExpression", expression=text, **asked)
    assert code == INVALID
    assert "#{»nothing}" in message
    assert "at character 503" in message
    assert len(message) < 400


def test_a_text_of_too_many_expressions_is_refused(yard: PipelinesYard) -> None:
    pipeline = yard.activate(HOURLY)
    asked = {"pipelineId": pipeline, "objectId": "Hourly"}
    code, message = yard.refusal("EvaluateExpression", expression="#{period}" * 10_001, **asked)
    assert (code, "10001" in message) == (INVALID, True)
