"""Pipelines that run: activated, deactivated; components and instances whose status is set.

The oracles: API_ActivatePipeline.html, API_DeactivatePipeline.html and API_SetStatus.html below
https://docs.aws.amazon.com/datapipeline/latest/APIReference/; dp-object-schedule.html of the guide
"""

from datetime import UTC, datetime

import pytest

from batchyard.errors import Fault
from batchyard.wire import Call
from tests.pipelines.samples import document
from tests.server.operations.pipelines_yard import HOURLY, LINE, ONCE, PipelinesYard
from tests.server.operations.test_pipeline_definitions import changed

INVALID = "InvalidRequestException"


@pytest.fixture
def yard() -> PipelinesYard:
    return PipelinesYard()


def state(yard: PipelinesYard, pipeline: str) -> str:
    return yard.fields(pipeline)["@pipelineState"]


def status(yard: PipelinesYard, pipeline: str, name: str) -> str:
    return str(yard.object(pipeline, name)["@status"])


def set_status(yard: PipelinesYard, pipeline: str, wanted: str, *names: str) -> None:
    yard.ask("SetStatus", pipelineId=pipeline, objectIds=list(names), status=wanted)


def refused(yard: PipelinesYard, pipeline: str, wanted: str, *names: str) -> str:
    code, message = yard.refusal(
        "SetStatus", pipelineId=pipeline, objectIds=list(names), status=wanted
    )
    assert code == INVALID
    return message


def test_without_a_definition_nothing_is_activated(yard: PipelinesYard) -> None:
    pipeline = yard.create()
    code, message = yard.refusal("ActivatePipeline", pipelineId=pipeline)
    assert (code, "PutPipelineDefinition" in message) == (INVALID, True)
    assert state(yard, pipeline) == "PENDING"


def test_a_parameter_without_a_value_is_given_one_by_the_activation(yard: PipelinesYard) -> None:
    whole = document(*ONCE["objects"], parameters=[{"id": "myA", "type": "Integer"}])
    pipeline = yard.put(whole)
    assert "myA" in yard.refusal("ActivatePipeline", pipelineId=pipeline)[1]
    wrong = [{"id": "myA", "stringValue": "many"}]
    message = yard.refusal("ActivatePipeline", pipelineId=pipeline, parameterValues=wrong)[1]
    assert "many" in message
    right = [{"id": "myA", "stringValue": "3"}]
    yard.ask("ActivatePipeline", pipelineId=pipeline, parameterValues=right)
    active = yard.ask("GetPipelineDefinition", pipelineId=pipeline, version="active")
    assert active["parameterValues"] == right


def test_a_schedule_of_more_than_a_day_ago_needs_a_start_timestamp(yard: PipelinesYard) -> None:
    old = changed(HOURLY, "Hourly", startDateTime="2024-02-29T11:59:59")
    pipeline = yard.put(old)
    code, message = yard.refusal("ActivatePipeline", pipelineId=pipeline)
    assert code == INVALID
    assert "2024-02-29T11:59:59" in message
    assert state(yard, pipeline) == "PENDING"
    start = datetime(2024, 3, 1, 11, tzinfo=UTC)
    yard.ask("ActivatePipeline", pipelineId=pipeline, startTimestamp=start)
    skipped = yard.ids(pipeline, "INSTANCE", ("@status", "EQ", ["SKIPPED"]))
    others = yard.ids(pipeline, "INSTANCE", ("@status", "EQ", ["WAITING_FOR_RUNNER"]))
    assert len(skipped) == 24
    assert others == ["@Hi_2024-03-01T11:59:59"]
    yard.ask("DeactivatePipeline", pipelineId=pipeline)
    yard.ask("ActivatePipeline", pipelineId=pipeline)  # only the first one is guarded


def test_a_schedule_of_a_day_ago_is_activated(yard: PipelinesYard) -> None:
    yesterday = changed(HOURLY, "Hourly", startDateTime="2024-02-29T12:00:00")
    assert len(yard.ids(yard.activate(yesterday), "INSTANCE")) == 25


def test_a_start_timestamp_that_no_calendar_has_is_refused(yard: PipelinesYard) -> None:
    pipeline = yard.put(HOURLY)
    asked = Call(
        "ActivatePipeline",
        LINE.service.types.ActivatePipelineInput(pipeline_id=pipeline, start_timestamp=1e15),
    )  # which botocore would not send
    with pytest.raises(Fault, match="startTimestamp 1000000000000000"):
        yard.perform(asked)


def test_a_start_timestamp_to_come_leaves_all_before_it_out(yard: PipelinesYard) -> None:
    pipeline = yard.activate(HOURLY, startTimestamp=datetime(2024, 3, 1, 13, tzinfo=UTC))
    assert len(yard.ids(pipeline, "INSTANCE", ("@status", "EQ", ["SKIPPED"]))) == 3
    assert state(yard, pipeline) == "SCHEDULED"
    yard.yard.clock.advance(3_600_000)
    assert status(yard, pipeline, "@Hi_2024-03-01T13:00:00") == "WAITING_FOR_RUNNER"


def test_deactivating_cancels_or_waits_for_what_runs(yard: PipelinesYard) -> None:
    pipeline = yard.activate(ONCE)
    (name,) = yard.ids(pipeline, "INSTANCE")
    yard.ask("DeactivatePipeline", pipelineId=pipeline, cancelActive=False)
    assert (state(yard, pipeline), status(yard, pipeline, name)) == (
        "DEACTIVATING",
        "WAITING_FOR_RUNNER",
    )
    message = yard.refusal("ActivatePipeline", pipelineId=pipeline)[1]
    assert "DEACTIVATING" in message
    yard.ask("DeactivatePipeline", pipelineId=pipeline)  # no longer patient
    assert (state(yard, pipeline), status(yard, pipeline, name)) == ("INACTIVE", "CANCELED")
    code, message = yard.refusal("DeactivatePipeline", pipelineId=pipeline)
    assert (code, "INACTIVE" in message) == (INVALID, True)


def test_what_was_never_activated_is_not_deactivated(yard: PipelinesYard) -> None:
    pipeline = yard.put(ONCE)
    assert "PENDING" in yard.refusal("DeactivatePipeline", pipelineId=pipeline)[1]


def test_components_pause_and_resume_in_any_case(yard: PipelinesYard) -> None:
    pipeline = yard.put(HOURLY)
    set_status(yard, pipeline, "pause", "Hi")  # as API_SetStatus.html's example has it
    assert status(yard, pipeline, "Hi") == "PAUSED"
    yard.ask("ActivatePipeline", pipelineId=pipeline)
    first, *_ = yard.ids(pipeline, "INSTANCE")
    assert status(yard, pipeline, first) == "PAUSED"
    set_status(yard, pipeline, "Resume", "Hi")
    assert status(yard, pipeline, "Hi") == "SCHEDULED"
    assert status(yard, pipeline, first) == "WAITING_FOR_RUNNER"


def test_instances_are_canceled_finished_and_run_again(yard: PipelinesYard) -> None:
    pipeline = yard.activate(HOURLY)
    first, second, third = yard.ids(pipeline, "INSTANCE")
    set_status(yard, pipeline, "TRY_CANCEL", first, second)
    assert status(yard, pipeline, first) == status(yard, pipeline, second) == "CANCELED"
    set_status(yard, pipeline, "try_cancel", first)  # it only tries
    set_status(yard, pipeline, "MARK_FINISHED", first)
    set_status(yard, pipeline, "RERUN", second)
    assert status(yard, pipeline, first) == "FINISHED"
    assert status(yard, pipeline, second) == "WAITING_FOR_RUNNER"
    assert yard.ids(pipeline, "ATTEMPT", ("@instanceParent", "REF_EQ", [second])) == [
        f"{second}_Attempt=1",
        f"{second}_Attempt=2",
    ]
    assert third in refused(yard, pipeline, "RERUN", first, third)
    assert status(yard, pipeline, first) == "FINISHED"


def test_statuses_and_objects_that_do_not_go_together_are_refused(yard: PipelinesYard) -> None:
    pipeline = yard.activate(HOURLY)
    first, *_ = yard.ids(pipeline, "INSTANCE")
    assert "MARK_FINISHED" in refused(yard, pipeline, "STOP", "Hi")
    assert first in refused(yard, pipeline, "PAUSE", "Hi", first)
    assert "Hi" in refused(yard, pipeline, "TRY_CANCEL", first, "Hi")
    attempt = f"{first}_Attempt=1"
    assert attempt in refused(yard, pipeline, "TRY_CANCEL", attempt)
    assert "Nobody" in refused(yard, pipeline, "PAUSE", "Nobody")
    absent = "@Hi_1999-01-01T00:00:00"
    assert absent in refused(yard, pipeline, "TRY_CANCEL", first, absent)
    assert status(yard, pipeline, first) == "WAITING_FOR_RUNNER"
    assert status(yard, pipeline, "Hi") == "SCHEDULED"


def test_no_status_of_a_finished_pipeline_is_set(yard: PipelinesYard) -> None:
    pipeline = yard.activate(ONCE)
    (name,) = yard.ids(pipeline, "INSTANCE")
    set_status(yard, pipeline, "MARK_FINISHED", name)
    assert state(yard, pipeline) == "FINISHED"
    for wanted, of in (("RERUN", name), ("MARK_FINISHED", name), ("PAUSE", "Hi")):
        assert "FINISHED" in refused(yard, pipeline, wanted, of)
    assert status(yard, pipeline, name) == "FINISHED"


def test_nothing_is_run_again_in_a_pipeline_that_was_deactivated(yard: PipelinesYard) -> None:
    pipeline = yard.activate(HOURLY)
    name, *_ = yard.ids(pipeline, "INSTANCE")
    yard.ask("DeactivatePipeline", pipelineId=pipeline)
    assert state(yard, pipeline) == "INACTIVE"
    assert "activate" in refused(yard, pipeline, "RERUN", name)
    yard.ask("ActivatePipeline", pipelineId=pipeline)
    assert status(yard, pipeline, name) == "WAITING_FOR_RUNNER"


def test_a_pipeline_in_which_something_failed_stays_scheduled_and_can_be_rerun(
    yard: PipelinesYard,
) -> None:
    """SCHEDULED: it is ready, does work, or has done its work (dp-interpret-status.html)."""
    pipeline = yard.activate(ONCE)
    (name,) = yard.ids(pipeline, "INSTANCE")
    yard.fail(pipeline, name)
    assert (status(yard, pipeline, name), state(yard, pipeline)) == ("FAILED", "SCHEDULED")
    set_status(yard, pipeline, "RERUN", name)
    assert status(yard, pipeline, name) == "WAITING_FOR_RUNNER"
