"""Pipelines in a yard: what laws do not say.

The oracle: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-object-snsalarm.html
and dp-object-schedule.html beside it
"""

import json
from typing import Any

from batchyard.engine.tasks import Result, Runner
from batchyard.pipelines import files, periods, pipeline
from batchyard.pipelines.instances import Failure, Instance
from batchyard.pipelines.pipeline import PipelineState
from batchyard.pipelines.tasks import Taken
from tests.engine.yard import PLACE, Yard, pipeline_of
from tests.pipelines.samples import document, ref

OWNER = "df-0123456789ABCDEFGHIJ"
BEGIN = 1_330_560_000_000  # 2012-03-01T00:00:00
DEFAULT = {"id": "Default", "scheduleType": "ondemand", "workerGroup": "g", "maximumRetries": "0"}
HOURLY = {
    "id": "S",
    "type": "Schedule",
    "period": "1 hour",
    "startDateTime": "2012-03-01T00:00:00",
    "occurrences": "3",
}


def shell(name: str = "A", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - fields
    return {"id": name, "type": "ShellCommandActivity", "command": "true"} | more


class Ran:
    """A pipeline that runs in a yard."""

    def __init__(self, *objects: dict[str, Any]) -> None:
        self.yard = Yard()
        self.yard.clock.advance(BEGIN - self.yard.now())
        self.pipelines.create(pipeline_of(OWNER, self.yard.now()))
        self.pipelines.change(OWNER, pipeline.Defined(files.read(json.dumps(document(*objects)))))
        self.activate()

    @property
    def pipelines(self) -> Any:  # noqa: ANN401 - the engine of the moment has them
        return self.yard.engine.pipelines

    def activate(self) -> None:
        self.pipelines.activate(OWNER)
        self.yard.settle()

    @property
    def state(self) -> str:
        found = self.pipelines.find(PLACE, OWNER)
        return str(found.state)

    def all(self) -> dict[str, Instance]:
        live = self.pipelines._live[OWNER]  # noqa: SLF001 - the state that is looked at
        return {instance.id: instance for instance in live.all_of()}

    def statuses(self) -> list[str]:
        return sorted(str(instance.status) for instance in self.all().values())

    def take(self, group: str = "g") -> Taken:
        taken = self.yard.engine.tasks.ready(PLACE, group, Runner())
        assert taken is not None
        return taken

    def runs(self, result: Result = "FINISHED", group: str = "g") -> None:
        failure = Failure("E1", "it broke")
        self.yard.engine.tasks.settle(PLACE, self.take(group).id, result, failure)
        self.yard.settle()

    def hours(self, count: float) -> None:
        self.yard.clock.advance(int(count * 3_600_000))
        self.yard.settle()


def test_an_alarm_says_what_happened_to_its_node() -> None:
    ran = Ran(
        DEFAULT,
        shell(onFail=ref("Alarm"), onSuccess=ref("Quiet")),
        {
            "id": "Alarm",
            "type": "SnsAlarm",
            "role": "r",
            "topicArn": "arn:aws:sns:us-east-1:123456789012:ops",
            "subject": "#{node.name} failed",
            "message": "#{node.@status} at #{node.@scheduledStartTime}: #{node.errorMessage}",
        },
        {"id": "Quiet", "type": "SnsAlarm", "role": "r", "topicArn": "t", "subject": "s"},
    )
    ran.runs("FAILED")
    (alarm,) = ran.yard.surroundings.alarms
    assert alarm.topic == "arn:aws:sns:us-east-1:123456789012:ops"
    assert alarm.subject == "A failed"
    assert alarm.message == "FAILED at 2012-03-01T00:00:00: it broke"


def test_an_expression_that_cannot_be_worked_out_fails_its_attempt_before_anybody_runs_it() -> None:
    ran = Ran(DEFAULT, shell(command="echo #{makeDate(2012, 13, 45)}"))
    assert ran.statuses() == ["FAILED"]
    (instance,) = ran.all().values()
    failure = instance.attempts[0].failure
    assert failure is not None
    assert failure.error_id == "InvalidExpression"
    assert "command" in failure.error_message


def test_instances_are_made_as_their_intervals_begin_over_restarts_as_well() -> None:
    default = DEFAULT | {"scheduleType": "cron", "schedule": ref("S")}
    ran = Ran(default, HOURLY, shell())
    assert len(ran.all()) == 1
    assert ran.pipelines.next_run(OWNER) == BEGIN + 3_600_000
    ran.hours(1)
    assert len(ran.all()) == 2
    ran.yard.crash()
    ran.yard.settle()
    assert ran.pipelines.next_run(OWNER) == BEGIN + 2 * 3_600_000
    ran.hours(5)
    assert [periods.shown(periods.at(i.start)) for i in ran.all().values()] == [
        "2012-03-01T00:00:00",
        "2012-03-01T01:00:00",
        "2012-03-01T02:00:00",
    ]
    for _ in range(3):
        ran.runs()
    assert ran.state == PipelineState.FINISHED


def test_a_run_on_demand_ends_the_one_before_it() -> None:
    ran = Ran(DEFAULT, shell())
    held = ran.take()
    ran.activate()
    assert ran.yard.engine.tasks.report(PLACE, held.id).answer.canceled
    ran.hours(1 / 3600)  # runs have different moments
    assert ran.statuses() == ["CANCELED", "WAITING_FOR_RUNNER"]
    ran.runs()
    assert ran.state == PipelineState.FINISHED


def test_a_paused_component_holds_what_is_planned_meanwhile() -> None:
    default = DEFAULT | {"scheduleType": "cron", "schedule": ref("S")}
    ran = Ran(default, HOURLY, shell())
    ran.pipelines.pause(OWNER, "A")
    ran.hours(1)
    assert ran.statuses() == ["PAUSED", "WAITING_FOR_RUNNER"]
    ran.yard.crash()
    ran.yard.settle()
    ran.pipelines.resume(OWNER, "A")
    ran.yard.settle()
    assert ran.statuses() == ["WAITING_FOR_RUNNER", "WAITING_FOR_RUNNER"]


def test_a_resource_that_cannot_be_had_fails_and_takes_its_users_with_it() -> None:
    ran = Ran(DEFAULT, {"id": "M", "type": "Ec2Resource"}, shell(runsOn=ref("M")))
    (group,) = ran.yard.surroundings.provided
    ran.yard.surroundings.provided[group]("no machine")
    ran.yard.settle()
    assert ran.statuses() == ["CANCELED", "FAILED"]


def test_what_a_deleted_pipeline_ran_is_stopped_and_its_machines_are_let_go() -> None:
    ran = Ran(DEFAULT, {"id": "M", "type": "Ec2Resource"}, shell("A"), shell("B", runsOn=ref("M")))
    held = ran.take()
    ran.pipelines.delete(OWNER)
    ran.yard.settle()
    assert ran.yard.engine.tasks.report(PLACE, held.id).answer.canceled
    assert ran.yard.surroundings.provided == {}
    assert ran.yard.engine.tasks.depths(PLACE) == {}
    ran.yard.crash()
    gone = ran.pipelines.find(PLACE, OWNER)
    assert gone is not None
    assert gone.deleted_at is not None


def test_a_failure_marked_finished_ends_the_pipeline() -> None:
    ran = Ran(DEFAULT, shell())
    ran.runs("FAILED")
    assert ran.state == PipelineState.SCHEDULED
    ran.pipelines.finish(OWNER, list(ran.all()))
    ran.yard.settle()
    assert ran.state == PipelineState.FINISHED


def test_a_changed_limit_of_active_instances_holds_from_its_activation() -> None:
    early = HOURLY | {"startDateTime": "2012-02-29T21:00:00"}
    default = {"id": "Default", "schedule": ref("S"), "workerGroup": "g"}
    ran = Ran(default, early, shell(maxActiveInstances="1"))

    def limited(most: int) -> None:
        given = document(default, early, shell(maxActiveInstances=str(most)))
        ran.pipelines.change(OWNER, pipeline.Defined(files.read(json.dumps(given))))
        ran.activate()

    def waiting() -> int:
        statuses = [i.status for i in ran.all().values() if i.kind != "resource"]
        return sum(status == "WAITING_FOR_RUNNER" for status in statuses)

    assert waiting() == 1
    limited(2)
    assert waiting() == 2
    limited(1)
    assert waiting() == 2  # whoever is active stays so
    ran.runs()
    assert waiting() == 1
    ran.runs()
    assert waiting() == 1
