"""A scheduled definition that is run once, now.

The oracle for schedules: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-concepts-schedules.html
"""

import json
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from batchyard.pipelines import files, onetime, periods
from batchyard.pipelines.blueprint import blueprint
from batchyard.pipelines.planning import plan
from batchyard.pipelines.validation import validate
from tests.pipelines.samples import document, ref

NOW = datetime(2026, 11, 25, 13, 30)  # noqa: DTZ001 - naive and UTC, as AWS writes moments
PERIODS = st.sampled_from(["15 minutes", "1 hour", "1 day", "2 weeks", "1 month", "1 year"])


@st.composite
def schedules(draw: st.DrawFn, name: str) -> dict[str, Any]:
    start = draw(st.datetimes(datetime(2012, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001 - as above
    begins = draw(st.sampled_from(["startDateTime", "startAt"]))
    fields: dict[str, Any] = {"id": name, "type": "Schedule", "period": draw(PERIODS)}
    if begins == "startAt":
        fields["startAt"] = "FIRST_ACTIVATION_DATE_TIME"
    else:
        fields["startDateTime"] = periods.shown(start.replace(microsecond=0))
        if draw(st.booleans()):
            end = start.replace(microsecond=0) + timedelta(days=draw(st.integers(1, 1000)))
            fields["endDateTime"] = periods.shown(end)
    if "endDateTime" not in fields and draw(st.booleans()):
        fields["occurrences"] = str(draw(st.integers(1, 50)))
    return fields


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    style = draw(st.sampled_from(["cron", "timeseries"]))
    activity = {"type": "ShellCommandActivity", "command": "true", "workerGroup": "g"}
    return document(
        {"id": "Default", "scheduleType": style},
        draw(schedules("S")),
        draw(schedules("T")),
        activity | {"id": "A", "schedule": ref("S")},
        activity | {"id": "B", "schedule": ref("T")},
    )


@given(documents())
def test_everything_is_due_by_now_and_the_longest_schedule_runs_once(whole: dict[str, Any]) -> None:
    cut = onetime.once(files.read(json.dumps(whole)), NOW)
    assert not validate(cut, NOW).errored
    plans = blueprint(cut, NOW)
    longest = max(plans.schedules.values(), key=lambda s: s.period.seconds if s.period else 0)
    found = plan(plans, periods.EARLIEST, periods.LATEST)
    assert {instance.component for instance in found} == {"A", "B"}
    used = {c.id: plans.schedules[c.schedule] for c in plans.components.values()}
    of_longest = [instance for instance in found if used[instance.component] == longest]
    counts = {i.component: 0 for i in of_longest}
    for instance in of_longest:
        counts[instance.component] += 1
        assert instance.due <= periods.millis(NOW)
    assert set(counts.values()) == {1}


@given(documents())
def test_an_interval_that_holds_the_moment_is_the_one_that_runs(whole: dict[str, Any]) -> None:
    definition = files.read(json.dumps(whole))
    before = blueprint(definition, NOW)
    after = blueprint(onetime.once(definition, NOW), NOW)
    for name in ("A", "B"):
        component = before.components[name]
        schedule = before.schedules[component.schedule]
        number = schedule.number(NOW)
        interval = schedule.interval(number, component.style)
        longest = max(s.period.seconds for s in before.schedules.values() if s.period)
        alone = schedule.period is not None and schedule.period.seconds == longest
        if component.style == "cron" and alone and interval is not None:
            others = [s for s in before.schedules.values() if s.period and s != schedule]
            if all(s.period is not None and s.period.seconds < longest for s in others):
                assert after.schedules[component.schedule].start == interval.start


def test_what_runs_on_demand_is_left_as_it_is() -> None:
    default = {"id": "Default", "scheduleType": "ondemand", "workerGroup": "g"}
    activity = {"id": "A", "type": "ShellCommandActivity", "command": "true"}
    definition = files.read(json.dumps(document(default, activity)))
    assert onetime.once(definition, NOW) is definition
    assert onetime.begins(definition, NOW) is None
