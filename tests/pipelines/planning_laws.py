"""When intervals begin and end, and which instances a window has.

The oracle: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-concepts-schedules.html
and dp-object-schedule.html beside it
"""

import json
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.pipelines import files, periods
from batchyard.pipelines.blueprint import Blueprint, blueprint
from batchyard.pipelines.instances import Instance
from batchyard.pipelines.planning import plan
from batchyard.pipelines.rules import Policy
from batchyard.pipelines.schedules import Interval, Schedule, Style, due
from batchyard.pipelines.states import Status
from tests.pipelines.samples import VALID, default, document, ref

START = datetime(2012, 1, 31, 22)  # noqa: DTZ001 - naive and UTC, as AWS writes moments
STAMP = "2012-01-31T22:00:00"
PERIODS = st.builds(
    periods.Period,
    st.integers(1, 40),
    st.sampled_from(["minutes", "hours", "days", "weeks", "months", "years"]),
)
MOMENTS = st.datetimes(START - timedelta(days=400), START + timedelta(days=4000))
SCHEDULES = st.builds(
    Schedule,
    MOMENTS,
    PERIODS | st.none(),
    MOMENTS | st.none(),
    st.integers(1, 30) | st.none(),
)
STYLES: st.SearchStrategy[Style] = st.sampled_from(["cron", "timeseries"])


def listed(schedule: Schedule, style: Style, most: int = 400) -> list[Interval]:
    found = []
    for number in range(most):
        interval = schedule.interval(number, style)
        if interval is None:
            break
        found.append(interval)
    return found


def test_the_guides_schedules_run_when_the_guide_says() -> None:
    hour = periods.Period(1, "hours")
    hourly = Schedule(datetime(2012, 9, 1), hour, datetime(2012, 10, 1))  # noqa: DTZ001 - as above
    found = listed(hourly, "cron", 1000)
    assert len(found) == len(listed(hourly, "timeseries", 1000)) == 30 * 24
    assert found[0].end == datetime(2012, 9, 1, 1)  # noqa: DTZ001 - as above
    half = Schedule(START, periods.Period(30, "minutes"))
    first = listed(half, "timeseries", 1)[0]
    assert due(first, "timeseries") == START + timedelta(minutes=30)
    assert due(first, "cron") == START
    assert len(listed(Schedule(START, hour, None, 3), "cron")) == 3
    assert listed(Schedule(START, None), "ondemand") == [Interval(START, START)]


def test_a_partial_last_interval_runs_at_its_beginning_only() -> None:
    part = Schedule(START, periods.Period(1, "hours"), START + timedelta(minutes=90))
    assert len(listed(part, "cron")) == 2
    assert len(listed(part, "timeseries")) == 1


def test_a_month_comes_back_to_its_day() -> None:
    monthly = listed(Schedule(START, periods.Period(1, "months"), None, 3), "cron")
    assert [interval.start.day for interval in monthly] == [31, 29, 31]


@given(SCHEDULES, STYLES)
def test_intervals_follow_each_other_without_a_gap(schedule: Schedule, style: Style) -> None:
    found = listed(schedule, style, 40)
    for one, other in pairwise(found):
        assert one.end == other.start
        assert one.start < one.end
    for number, interval in enumerate(found):
        assert schedule.number(interval.start) == number
        if schedule.period is not None:
            assert schedule.number(interval.end - timedelta(seconds=1)) == number


@given(SCHEDULES, STYLES, st.lists(MOMENTS, min_size=3, max_size=3).map(sorted))
def test_windows_side_by_side_have_every_interval_once(
    schedule: Schedule, style: Style, moments: list[datetime]
) -> None:
    first, middle, last = moments
    if schedule.period is not None and schedule.period.seconds < 86_400:
        middle, last = first + (middle - first) / 100, first + (last - first) / 100
    parts = [
        *schedule.starting(first, middle, style),
        *schedule.starting(middle, last, style),
    ]
    assert parts == list(schedule.starting(first, last, style))
    near = [i for i in listed(schedule, style, 300) if first <= i.start < last]
    assert parts[: len(near)] == near


@given(SCHEDULES, SCHEDULES, STYLES, st.integers(0, 10))
def test_overlapping_intervals_are_those_that_share_time(
    schedule: Schedule, other: Schedule, style: Style, number: int
) -> None:
    given = other.interval(number, style)
    if given is None or given.start > START + timedelta(days=30_000):
        return
    found = []
    for interval in schedule.overlapping(given, style):
        found.append(interval)
        if len(found) > 50:
            break
    for interval in listed(schedule, style, 300):
        shares = interval.start < given.end and given.start < interval.end
        if shares or interval.start == given.start:
            assert interval in found or len(found) > 50
    for interval in found:
        if schedule.period is not None:
            assert interval.start < given.end or interval.start == given.start
            assert given.start < interval.end


def made(whole: dict[str, Any], activated: datetime = START) -> Blueprint:
    return blueprint(files.read(json.dumps(whole)), activated)


def mixed() -> dict[str, Any]:
    """A daily roll-up of hourly work on a machine that lasts six hours."""

    def schedule(name: str, period: str) -> dict[str, Any]:
        return {
            "id": name,
            "type": "Schedule",
            "period": period,
            "startDateTime": "2012-01-31T22:00:00",
        }

    shell = {"type": "ShellCommandActivity", "command": "true", "runsOn": ref("M")}
    return document(
        default(schedule=ref("Hourly")),
        *map(schedule, ("Hourly", "Daily", "Six"), ("1 hour", "1 day", "6 hours")),
        {"id": "M", "type": "Ec2Resource", "schedule": ref("Six")},
        {"id": "Out", "type": "S3DataNode", "directoryPath": "s3://x", "precondition": ref("Ok")},
        {"id": "Ok", "type": "Exists"},
        {"id": "Work", **shell, "output": ref("Out")},
        {"id": "RollUp", **shell, "input": ref("Out"), "schedule": ref("Daily")},
        {"id": "Then", **shell, "dependsOn": ref("RollUp"), "scheduleType": "timeseries"},
    )


def by_id(found: list[Instance]) -> dict[str, Instance]:
    return {instance.id: instance for instance in found}


def test_a_roll_up_needs_all_that_fall_into_its_day_and_work_runs_on_the_machine_of_its_time() -> (
    None
):
    found = by_id(plan(made(mixed()), START, START + timedelta(days=1)))
    day = found["@RollUp_2012-01-31T22:00:00"]
    assert len(day.needs) == 24
    assert all(need in found for need in day.needs)
    assert found["@Work_2012-02-01T05:00:00"].resource == "@M_2012-02-01T04:00:00"
    assert len(found["@M_2012-02-01T04:00:00"].users) == 12
    assert len(found["@M_2012-01-31T22:00:00"].users) == 13
    out = found["@Out_2012-01-31T23:00:00"]
    assert out.needs == ("@Ok_Out_2012-01-31T23:00:00", "@Work_2012-01-31T23:00:00")
    ready = found[out.needs[0]]
    assert (ready.node, ready.resource) == (out.id, "@M_2012-01-31T22:00:00")
    late = found["@Then_2012-01-31T22:00:00"]
    assert late.due == late.end == late.start + 3_600_000
    assert found["@M_2012-01-31T22:00:00"].due == found["@M_2012-01-31T22:00:00"].start


@pytest.mark.parametrize("whole", [*VALID.values(), mixed()])
@given(days=st.integers(1, 3), cut=st.integers(0, 72))
def test_needs_and_consumers_mirror_each_other_and_windows_add_up(
    whole: dict[str, Any], days: int, cut: int
) -> None:
    plans = made(whole)
    since = min([START, *(s.start for s in plans.schedules.values())])
    until, middle = since + timedelta(days=days), since + timedelta(hours=min(cut, days * 24))
    found = plan(plans, since, until)
    once = by_id(found)
    assert len(once) == len(found)
    assert once == by_id([*plan(plans, since, middle), *plan(plans, middle, until)])
    for instance in found:
        needing = {i.id for i in found if instance.id in i.needs}
        assert needing == {name for name in instance.consumers if name in once}
        running = {i.id for i in found if i.kind == "activity" and i.resource == instance.id}
        assert running == {name for name in instance.users if name in once}
        assert set(instance.preconditions) <= set(instance.needs)
    for component in plans.components.values():
        if component.kind != "precondition":
            schedule = plans.schedules[component.schedule]
            count = len(list(schedule.starting(since, until, component.style)))
            assert count == sum(i.component == component.id for i in found)


def test_resources_are_due_at_the_beginning_whatever_the_style() -> None:
    whole = mixed()
    whole["objects"][0]["scheduleType"] = "timeseries"
    for instance in plan(made(whole), START, START + timedelta(hours=6)):
        assert instance.due == (instance.start if instance.kind == "resource" else instance.end)


def test_what_has_no_schedule_has_that_of_the_activity_that_uses_it() -> None:
    whole = document(
        {"id": "Default", "scheduleType": "cron"},
        {"id": "S", "type": "Schedule", "period": "1 hour", "startDateTime": STAMP},
        {"id": "Other", "type": "Schedule", "period": "1 day", "startDateTime": STAMP},
        {"id": "M", "type": "Ec2Resource", "terminateAfter": "3"},
        {"id": "N", "type": "S3DataNode", "filePath": "s3://x", "schedule": ref("Other")},
        {
            "id": "A",
            "type": "ShellCommandActivity",
            "command": "true",
            "runsOn": ref("M"),
            "schedule": ref("S"),
            "output": ref("N"),
        },
    )
    found = plan(made(whole), START, START + timedelta(hours=2))
    assert [i.id for i in found if i.component != "N"] == [
        f"@{name}_2012-01-31T{hour}:00:00" for hour in (22, 23) for name in ("M", "A")
    ]
    assert len([i for i in found if i.component == "N"]) == 1
    activity, machine = (by_id(found)[f"@{name}_2012-01-31T22:00:00"] for name in "AM")
    assert activity.resource == machine.id
    assert machine.rules.terminate_after == 3 * 3_600_000


def test_intervals_before_a_resumption_are_skipped() -> None:
    resumed = START + timedelta(hours=2)
    found = plan(made(mixed()), START, START + timedelta(hours=4), resumed)
    work = [i.status for i in found if i.component == "Work"]
    skipped, waiting = Status.SKIPPED, Status.WAITING_ON_DEPENDENCIES
    assert work == [skipped, skipped, waiting, waiting]


def test_a_precondition_is_checked_where_the_activity_runs_that_has_the_node() -> None:
    whole = document(
        {"id": "Default", "scheduleType": "ondemand"},
        {"id": "In", "type": "S3DataNode", "filePath": "s3://x", "precondition": [ref("P")]},
        {"id": "P", "type": "ShellCommandPrecondition", "command": "true"},
        {
            "id": "A",
            "type": "ShellCommandActivity",
            "command": "true",
            "input": ref("In"),
            "workerGroup": "mine",
        },
    )
    found = by_id(plan(made(whole), START, START + timedelta(days=1)))
    assert found["@P_In_2012-01-31T22:00:00"].rules.worker_group == "mine"


def test_rules_are_read_with_parameters_and_fall_back_on_the_policy() -> None:
    whole = document(
        default(workerGroup="g", maximumRetries="#{myRetries}"),
        {
            "id": "Daily",
            "type": "Schedule",
            "period": "1 day",
            "startAt": "FIRST_ACTIVATION_DATE_TIME",
        },
        {
            "id": "A",
            "type": "ShellCommandActivity",
            "command": "true",
            "retryDelay": "10 minutes",
            "attemptTimeout": "1 hour",
            "lateAfterTimeout": "#{myLate}",
            "onFail": ref("Alarm"),
        },
        {"id": "Alarm", "type": "SnsAlarm"},
        values={"myRetries": "4", "myLate": "2 hours"},
    )
    definition = files.read(json.dumps(whole))
    plans = blueprint(definition, START, Policy(retry_delay=7, max_active=3))
    rules = plans.components["A"].rules
    assert (rules.maximum_retries, rules.retry_delay) == (4, 600_000)
    assert (rules.attempt_timeout, rules.late_after) == (3_600_000, 7_200_000)
    assert (rules.cascade, rules.worker_group, rules.max_active) == (True, "g", 3)
    assert rules.on_fail == ("Alarm",)
    assert plans.schedules["Daily"].start == START
    assert set(plans.components) == {"A"}
    ondemand = made(
        VALID[
            "https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-object-schedule.html"
        ]
    )
    assert ondemand.components["Run"].rules.max_active == 1
    assert ondemand.components["Run"].rules.retry_delay == Policy().retry_delay * 1000
