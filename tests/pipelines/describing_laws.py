"""When pipelines run, how healthy they are, what they and their components are shown as.

The oracles: API_DescribePipelines.html and API_DescribeObjects.html of
https://docs.aws.amazon.com/datapipeline/latest/APIReference/; @healthStatus of
https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-object-shellcommandactivity.html
"""

import json
from datetime import timedelta
from itertools import count, takewhile
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from batchyard.pipelines import files, health, periods
from batchyard.pipelines.blueprint import blueprint
from batchyard.pipelines.describing import Timetable, timetable
from batchyard.pipelines.ids import pipeline_id
from batchyard.pipelines.instances import Instance
from batchyard.pipelines.pipeline import Pipeline
from batchyard.pipelines.rules import Rules
from batchyard.pipelines.states import BAD, Status
from tests.pipelines.samples import document, ref
from tests.pipelines.worlds import START

PIPELINE = Pipeline(
    id="df-1", account="1", region="r", name="n", unique_id="u", user="AKID", created_at=0
)


def shown(hours: int, minutes: int, ends: dict[str, str]) -> Timetable:
    """The timetable of an hourly schedule, so long after its start."""
    whole = document(
        {"id": "Default", "workerGroup": "g", "schedule": ref("S")},
        {
            "id": "S",
            "type": "Schedule",
            "period": f"{hours} hours",
            "startDateTime": periods.shown(START),
        }
        | ends,
        {"id": "A", "type": "ShellCommandActivity", "command": "true"},
    )
    made = blueprint(files.read(json.dumps(whole)), START)
    until = periods.millis(START + timedelta(minutes=minutes)) + 1
    return timetable(replace(PIPELINE, planned_until=until), made, 7)


@given(st.integers(1, 3), st.integers(0, 3000), st.integers(1, 12), st.sampled_from("exo-"))
def test_a_timetable_is_that_of_its_schedules_intervals(
    hours: int, minutes: int, number: int, kind: str
) -> None:
    length = timedelta(hours=hours)
    end = START + number * length
    ends = {
        "e": {"endDateTime": periods.shown(end - timedelta(minutes=1))},
        "x": {"endDateTime": periods.shown(end)},
        "o": {"occurrences": str(number)},
        "-": {},
    }
    found = shown(hours, minutes, ends[kind])
    starts = (START + n * length for n in count())
    begun = list(takewhile(lambda moment: moment <= START + timedelta(minutes=minutes), starts))
    begun = begun if kind == "-" else begun[:number]
    assert found == Timetable(
        periods.millis(START),
        None if kind == "-" else periods.millis(START + number * length),
        f"{hours} hours",
        periods.millis(begun[-1]),
        7,
    )


def test_several_schedules_make_one_timetable() -> None:
    beside = {"id": "Later", "type": "Schedule", "period": "1 day", "occurrences": "2"}
    objects: list[dict[str, Any]] = [
        {"id": "Default", "workerGroup": "g"},
        {"id": "Ever", "type": "Schedule", "period": "1 hour"},
        {"id": "A", "type": "ShellCommandActivity", "command": "true", "schedule": ref("Ever")},
        {"id": "B", "type": "ShellCommandActivity", "command": "true", "schedule": ref("Later")},
    ]
    begin = {"Ever": START, "Later": START + timedelta(days=9)}
    for last in (None, "2"):
        whole = [
            item | {"startDateTime": periods.shown(begin[item["id"]])}
            if item["id"] in begin
            else item
            for item in [*objects, beside]
        ]
        if last is not None:
            whole[1] = whole[1] | {"occurrences": last}
        made = blueprint(files.read(json.dumps(document(*whole))), START)
        until = periods.millis(START + timedelta(hours=1)) + 1
        found = timetable(replace(PIPELINE, planned_until=until), made, None)
        over = None if last is None else periods.millis(START + timedelta(days=11))
        hour = periods.millis(START + timedelta(hours=1))
        assert found == Timetable(periods.millis(START), over, "1 hours", hour, None)


def test_a_run_on_demand_is_at_its_moment() -> None:
    whole = document(
        {"id": "Default", "workerGroup": "g", "scheduleType": "ondemand"},
        {"id": "A", "type": "ShellCommandActivity", "command": "true"},
    )
    at = periods.millis(START)
    made = blueprint(files.read(json.dumps(whole)), START)
    found = timetable(replace(PIPELINE, planned_until=at + 5000), made, None)
    assert found == Timetable(at, at, None, at, None)


ends = st.lists(st.tuples(st.sampled_from(Status), st.integers(0, 9)), max_size=6)


def instance(number: int, status: Status, at: int) -> Instance:
    ended = at if status in BAD | {Status.FINISHED, Status.SKIPPED} else None
    rules = Rules()
    return Instance(f"@A_{number}", "A", "activity", 0, 0, 0, rules, status=status, ended_at=ended)


@given(ends)
def test_health_is_that_of_the_last_instance_that_succeeded_or_failed(
    ended: list[tuple[Status, int]],
) -> None:
    known = None
    for number, (status, at) in enumerate(ended):
        known = health.after(known, instance(number, status, at))
    good, bad = {Status.FINISHED}, {Status.FAILED, Status.TIMEDOUT, Status.CASCADE_FAILED}
    told = [(at, n, s in good) for n, (s, at) in enumerate(ended) if s in good | bad]
    if not told:
        assert known is None
    else:
        at, number, healthy = max(told)
        assert known == health.Health(healthy, at, f"@A_{number}")


@given(
    st.lists(st.builds(health.Health, st.booleans(), st.integers(0, 9), st.just("@A")), max_size=5)
)
def test_one_component_in_error_is_enough(components: list[health.Health]) -> None:
    found = health.overall(components)
    if not components:
        assert found is None
    else:
        assert found is not None
        assert found.healthy == all(each.healthy for each in components)
        assert found.at == max(each.at for each in components if each.healthy == found.healthy)


@given(st.lists(st.text(max_size=30), unique=True, min_size=1, max_size=20))
def test_ids_have_awss_form_and_differ(new: list[str]) -> None:
    made = {pipeline_id(text) for text in new}
    assert len(made) == len(new)
    for each in made:
        assert each.startswith("df-")
        assert len(each) == len("df-297EG78HU43EEXAMPLE") + 1  # df-00627471SOVYZEXAMPLE
        assert each[3:].isascii()
        assert each[3:].isalnum()
        assert each[3:].upper() == each[3:]
