"""What forbids an activation, and another definition.

The oracles: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-object-schedule.html
("earlier than 1 day ago"); API_ActivatePipeline.html and API_PutPipelineDefinition.html of
https://docs.aws.amazon.com/datapipeline/latest/APIReference/
"""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from batchyard.pipelines import activation, files, periods
from batchyard.pipelines.model import Definition, ParameterValue
from batchyard.pipelines.pipeline import Pipeline, PipelineState
from tests.pipelines.samples import document, ref

NOW = datetime(2024, 3, 1, 12)  # noqa: DTZ001 - naive and UTC, as AWS writes moments
NEW = Pipeline(
    id="df-1", account="1", region="r", name="n", unique_id="u", user="AKID", created_at=0
)


def scheduled(start: str, *more: dict[str, Any], **fields: object) -> Definition:
    schedule = {"id": "S", "type": "Schedule", "period": "1 hour", "startDateTime": start}
    return files.read(
        json.dumps(
            document(
                {"id": "Default", "workerGroup": "g", "schedule": ref("S")},
                schedule | fields,
                {"id": "A", "type": "ShellCommandActivity", "command": "true"},
                *more,
                parameters=[{"id": "myStart", "optional": "true"}, {"id": "myNeed"}],
                values={"myNeed": "1"},
            )
        )
    )


def told(pipeline: Pipeline, *values: ParameterValue, resumed: bool = False) -> str:
    return activation.unactivated(pipeline, values, NOW, resumed=resumed) or ""


@given(st.integers(-100_000, 300_000), st.booleans())
def test_a_schedule_may_begin_a_day_ago_and_no_earlier(seconds: int, expression: bool) -> None:  # noqa: FBT001 - drawn
    start = periods.shown(NOW - timedelta(seconds=seconds))
    text = "#{myStart}" if expression else start
    pipeline = replace(NEW, latest=scheduled(text))
    values = (ParameterValue("myStart", start),) if expression else ()
    long_ago = seconds > 86_400
    assert ("'S' begins at" in told(pipeline, *values)) == long_ago
    assert long_ago or not told(pipeline, *values)
    assert not told(pipeline, *values, resumed=True)
    again = replace(pipeline, first_activated_at=1, state=PipelineState.INACTIVE)
    assert not told(again, *values)


def test_a_schedule_that_nothing_runs_on_does_not_matter() -> None:
    old = {"id": "O", "type": "Schedule", "period": "1 day", "startDateTime": "2000-01-01T00:00:00"}
    assert not told(replace(NEW, latest=scheduled("2024-03-01T00:00:00", old)))


@pytest.mark.parametrize("latest", [None, Definition()])
def test_there_must_be_a_definition(latest: Definition | None) -> None:
    assert "no definition" in told(replace(NEW, latest=latest))


def test_a_pipeline_that_is_deactivating_waits() -> None:
    stopping = replace(
        NEW, latest=scheduled("2024-03-01T00:00:00"), state=PipelineState.DEACTIVATING
    )
    assert "DEACTIVATING" in told(stopping, resumed=True)


def test_every_parameter_needs_a_value() -> None:
    whole = scheduled("2024-03-01T00:00:00")
    pipeline = replace(NEW, latest=replace(whole, parameter_values=()))
    assert "no value: myNeed." in told(pipeline)
    assert not told(pipeline, ParameterValue("myNeed", "2"))


def test_errors_are_told_but_not_without_end() -> None:
    broken = [
        {"id": f"B{n}", "type": "ShellCommandActivity", "dependsOn": ref("Nobody")}
        for n in range(12)
    ]
    message = told(replace(NEW, latest=scheduled("2024-03-01T00:00:00", *broken)))
    assert message.startswith("Pipeline definition has errors: [B0: ")
    assert ", and 14 more. Please call Validate" in message


def test_what_an_activation_fixed_is_examined_from_then_on() -> None:
    before, after = (scheduled("2024-03-01T00:00:00", period=f"{n} hours") for n in (1, 2))
    assert not activation.examined(NEW, after, NOW).errored
    active = replace(NEW, active=before, latest=after, first_activated_at=1)
    assert set(activation.examined(active, after, NOW).errors) == {"S"}
    assert "period" in told(active)


@given(st.sampled_from(PipelineState))
def test_only_a_finished_pipeline_refuses_definitions_and_only_with_the_same_end(
    state: PipelineState,
) -> None:
    start, end = "2024-03-01T00:00:00", "2024-03-01T05:00:00"
    active = scheduled(start, endDateTime=end)
    pipeline = replace(NEW, state=state, active=active, latest=active)
    other = scheduled(start, {"id": "Note", "myNote": "x"}, endDateTime=end)
    later = scheduled(start, endDateTime="2024-03-02T05:00:00")
    counted = scheduled(start, occurrences="9")
    fewer = replace(active, pipeline_objects=active.pipeline_objects[:-1])
    assert (activation.unsaved(pipeline, fewer) is not None) == (state is PipelineState.FINISHED)
    refusals = [activation.unsaved(pipeline, d) for d in (active, later, counted)]
    finished = state is PipelineState.FINISHED
    assert [refusal is not None for refusal in refusals] == [finished, False, False]
    assert (activation.unsaved(pipeline, other) is not None) == finished
