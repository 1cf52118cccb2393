"""Waiters for arrays, service jobs, compute environments and job queues."""

from typing import Any

import pytest
from botocore.exceptions import WaiterError

from batchyard import BatchWaiters
from batchyard.testing import EphemeralYard
from tests.client.definitions import PATIENCE, registered, run
from tests.client.service import Said, Service, error

SOON = {"Delay": 0.02, "MaxAttempts": 50 * int(PATIENCE)}


def waiter(service: Service, name: str) -> Any:  # noqa: ANN401 - botocore's have no types
    made = BatchWaiters(
        BatchWaiters.extended_config, client=service.client, world=service.world
    )  # fmt: skip
    return made.get_waiter(name)


def told(member: str, *answers: list[dict[str, Any]]) -> Service:
    """A service that gives these lists in turn; the last one again and again."""
    left = list(answers)
    return Service(lambda *_: (200, {member: left.pop(0) if len(left) > 1 else left[0]}))


def shown(**statuses: str) -> list[dict[str, Any]]:
    return [
        {"computeEnvironmentName": name, "computeEnvironmentArn": f"arn:{name}", "status": status}
        for name, status in statuses.items()
    ]


def test_the_extended_configuration_adds_to_the_default_one() -> None:
    extended = BatchWaiters.extended_config["waiters"]
    default = BatchWaiters.default_config["waiters"]
    assert default.items() <= extended.items()
    assert sorted(extended.keys() - default.keys()) == [
        "ArrayChildrenComplete",
        "ComputeEnvironmentDeleted",
        "ComputeEnvironmentValid",
        "JobQueueDeleted",
        "JobQueueValid",
        "ServiceJobComplete",
        "ServiceJobRunning",
    ]


def test_an_environment_is_waited_for_until_it_is_valid() -> None:
    service = told(
        "computeEnvironments",
        [],
        shown(a="CREATING"),
        shown(a="VALID"),
        shown(a="VALID", b="VALID"),
    )
    waiter(service, "ComputeEnvironmentValid").wait(computeEnvironments=["a", "arn:b"])
    assert len(service.asked) == 4
    service = told("computeEnvironments", shown(a="VALID", b="INVALID"))
    with pytest.raises(WaiterError, match="INVALID"):
        waiter(service, "ComputeEnvironmentValid").wait(computeEnvironments=["a", "b"])


def test_what_is_deleted_or_not_there_is_gone() -> None:
    name = "ComputeEnvironmentDeleted"
    service = told(
        "computeEnvironments",
        shown(a="DELETING", b="DELETING"),
        shown(a="DELETING", b="DELETED"),
        shown(a="DELETING"),
        shown(a="DELETED"),
    )
    waiter(service, name).wait(computeEnvironments=["a", "b"])
    assert len(service.asked) == 4
    waiter(told("computeEnvironments", []), name).wait(computeEnvironments=["a"])
    with pytest.raises(WaiterError, match="INVALID"):
        waiter(told("computeEnvironments", shown(a="INVALID")), name).wait(
            computeEnvironments=["a", "b"]
        )


def test_a_deletion_that_takes_its_time_is_waited_for() -> None:
    service = told("computeEnvironments", *[shown(a="DELETING")] * 100, [])
    waiter(service, "ComputeEnvironmentDeleted").wait(computeEnvironments=["a", "b"])
    assert service.now == 500, "b is gone for longer than what may be unseen, which is the point"


def test_environments_and_queues_of_a_yard_come_and_go(here: EphemeralYard) -> None:
    batch = here.client("batch")
    made = BatchWaiters(BatchWaiters.extended_config, client=batch)
    batch.create_compute_environment(computeEnvironmentName="ce", type="UNMANAGED")
    made.get_waiter("ComputeEnvironmentValid").wait(computeEnvironments=["ce"], WaiterConfig=SOON)
    batch.create_job_queue(
        jobQueueName="q",
        priority=1,
        computeEnvironmentOrder=[{"order": 1, "computeEnvironment": "ce"}],
    )
    made.get_waiter("JobQueueValid").wait(jobQueues=["q"], WaiterConfig=SOON)
    batch.update_job_queue(jobQueue="q", state="DISABLED")
    batch.delete_job_queue(jobQueue="q")
    made.get_waiter("JobQueueDeleted").wait(jobQueues=["q"], WaiterConfig=SOON)
    batch.update_compute_environment(computeEnvironment="ce", state="DISABLED")
    batch.delete_compute_environment(computeEnvironment="ce")
    made.get_waiter("ComputeEnvironmentDeleted").wait(computeEnvironments=["ce"], WaiterConfig=SOON)


def test_jobs_and_arrays_of_a_yard_are_waited_for(here: EphemeralYard) -> None:
    registered(here)
    made = BatchWaiters(BatchWaiters.extended_config, session=here.session)
    job, array = run(here, "sleep 0.1"), run(here, "true", array_size=2)
    for name in ("JobExists", "JobRunning", "JobComplete"):
        made.get_waiter(name).wait(jobs=[job.job_id, array.job_id], WaiterConfig=SOON)
    made.get_waiter("ArrayChildrenComplete").wait(jobs=[array.job_id], WaiterConfig=SOON)
    failing = run(here, "exit 1", array_size=2)
    with pytest.raises(WaiterError, match="FAILED"):
        made.get_waiter("ArrayChildrenComplete").wait(jobs=[failing.job_id], WaiterConfig=SOON)


def array(status: str, **children: int) -> dict[str, Any]:
    properties = {"size": 2, "statusSummary": children}
    return {"jobId": "a", "status": status, "arrayProperties": properties}


def test_the_first_child_that_fails_ends_the_wait_for_its_array() -> None:
    service = told(
        "jobs",
        [array("PENDING", RUNNING=2, FAILED=0)],
        [array("PENDING", RUNNING=1, FAILED=1)],
    )
    with pytest.raises(WaiterError, match=r"statusSummary\.FAILED"):
        waiter(service, "ArrayChildrenComplete").wait(jobs=["a"])
    service = told("jobs", [array("PENDING", RUNNING=1)], [array("SUCCEEDED", SUCCEEDED=2)])
    waiter(service, "ArrayChildrenComplete").wait(jobs=["a"])
    assert len(service.asked) == 2


def lives(*statuses: str) -> Service:
    """A service job; it is refused while it is not visible."""
    left = list(statuses)

    def answers(*_: object) -> Said:
        status = left.pop(0) if len(left) > 1 else left[0]
        said = {"jobId": "s", "jobName": "s", "jobQueue": "q", "startedAt": 0, "status": status}
        return (200, said) if status else error(400, "ClientException")

    return Service(answers)


def test_a_service_job_is_waited_for() -> None:
    service = lives("", "SUBMITTED", "SCHEDULED", "RUNNING", "SUCCEEDED")
    waiter(service, "ServiceJobRunning").wait(jobId="s")
    assert len(service.asked) == 4
    waiter(service, "ServiceJobComplete").wait(jobId="s")
    with pytest.raises(WaiterError, match="FAILED"):
        waiter(lives("FAILED"), "ServiceJobComplete").wait(jobId="s")
    service = lives("")
    with pytest.raises(WaiterError, match="says the test"):
        waiter(service, "ServiceJobComplete").wait(jobId="s")
    assert 60 <= service.now <= 120
