"""``batchyard why``, on a real yard and as far as AWS tells; fair share as boto3 asks for it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.aws_stand_in import BATCH, REGION, StandIn
from tests.acceptance.terminal import Terminal, typed
from tests.acceptance.yards import RunningYard, ended, reached, register

NOBODY = "00000000-0000-0000-0000-000000000000"
ROOM = {
    "type": "EC2",
    "minvCpus": 0,
    "maxvCpus": 1,
    "instanceTypes": ["optimal"],
    "subnets": ["subnet-1"],
    "securityGroupIds": ["sg-1"],
    "instanceRole": "role",
}


def queue_of(batch: Any, name: str, **more: Any) -> str:
    """A queue on an environment of one vCPU, both of that name."""
    batch.create_compute_environment(
        computeEnvironmentName=name, type="MANAGED", state="ENABLED", computeResources=ROOM
    )
    order = [{"order": 1, "computeEnvironment": name}]
    batch.create_job_queue(
        jobQueueName=name, priority=1, state="ENABLED", computeEnvironmentOrder=order, **more
    )
    return name


def sent(batch: Any, queue: str, *command: str, **more: Any) -> str:
    """Run a command as a job of a queue; its id."""
    definition = register(batch, *command)
    answer = batch.submit_job(jobName="job", jobQueue=queue, jobDefinition=definition, **more)
    return str(answer["jobId"])


def asking(vcpus: int) -> dict[str, Any]:
    return {"resourceRequirements": [{"type": "VCPU", "value": str(vcpus)}]}


def test_a_job_is_told_what_it_waits_for_and_who_is_in_front(terminal: Terminal) -> None:
    batch, name = terminal.batch, queue_of(terminal.batch, "full")
    jobs = [sent(batch, name, "sleep", "60") for _ in range(3)]
    reached(batch, jobs[0], "RUNNING")
    lines = terminal.reads("why", jobs[2]).splitlines()
    assert lines[0].split()[1:] == [jobs[2], "RUNNABLE"]
    assert lines[1:4] == [
        "It asks for 1 vCPU; full has 0 of 1 free.",
        "1 job goes before it in queue full.",
        "In front of it:",
    ]
    assert lines[4].split()[0] == jobs[1]
    found = json.loads(terminal.reads("why", jobs[2], "--json"))
    assert (found["cause"], found["ahead"], found["waitsFor"]) == ("VCPUS", 1, [])
    assert [each["jobId"] for each in found["inFront"]] == [jobs[1]]
    assert "RUNNING in full" in terminal.reads("why", jobs[0])
    for job in jobs:
        batch.terminate_job(jobId=job, reason="over")


def test_a_job_that_can_never_run_says_so_in_aws_words_and_in_ours(terminal: Terminal) -> None:
    batch, name = terminal.batch, queue_of(terminal.batch, "small")
    job = sent(batch, name, "true", containerOverrides=asking(2))
    assert "largest compute environment of queue small, small, has 1." in terminal.reads("why", job)
    said = reached(batch, job, "RUNNABLE")["statusReason"]
    assert said.startswith("MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE")
    batch.update_compute_environment(computeEnvironment="small", computeResources={"maxvCpus": 2})
    ended(batch, job)
    assert "it has ended, SUCCEEDED" in terminal.reads("why", job)


def test_a_job_that_is_not_there_is_named(terminal: Terminal) -> None:
    assert NOBODY in terminal.refused("why", NOBODY)


def test_shares_take_turns_and_consumable_resources_hold_jobs_up(terminal: Terminal) -> None:
    batch = terminal.batch
    policy = batch.create_scheduling_policy(name="fair", fairsharePolicy={"shareDecaySeconds": 60})
    name = queue_of(batch, "fair", schedulingPolicyArn=policy["arn"])
    batch.create_consumable_resource(consumableResourceName="licence", totalQuantity=1)
    needs = {"consumableResourceList": [{"consumableResource": "licence", "quantity": 2}]}
    blocker = sent(batch, name, "sleep", "60", shareIdentifier="ann")
    reached(batch, blocker, "RUNNING")
    order = [sent(batch, name, "true", shareIdentifier=share) for share in ("ann", "ann", "bob")]
    said = terminal.reads("why", order[1])
    assert "Its share ann has used" in said
    assert "shares that have used less: bob" in said
    stuck = sent(
        batch,
        name,
        "true",
        shareIdentifier="bob",
        consumableResourcePropertiesOverride=needs,
    )
    batch.terminate_job(jobId=blocker, reason="over")
    started = sorted(order, key=lambda job: ended(batch, job)["startedAt"])
    assert started[0] == order[2], "bob has used less"
    assert "It needs 2 of consumable resource licence, of which 1 of 1 are left." in terminal.reads(
        "why", stuck
    )
    batch.update_consumable_resource(consumableResource="licence", operation="ADD", quantity=1)
    ended(batch, stuck)
    found = batch.describe_consumable_resource(consumableResource="licence")
    assert (found["inUseQuantity"], found["availableQuantity"]) == (0, 2)


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("behind") / "data"
    with RunningYard(folder, "--ephemeral", "--no-auth", "--allow-host", BATCH) as yard:
        yield yard


def test_on_aws_what_its_operations_tell_is_put_together(
    behind: RunningYard, tmp_path: Path
) -> None:
    batch = behind.client("batch", REGION)
    name = queue_of(batch, "full")
    jobs = [sent(batch, name, "sleep", "60") for _ in range(2)]
    after = sent(batch, name, "true", dependsOn=[{"jobId": jobs[1]}])
    large = sent(batch, name, "true", containerOverrides=asking(4))
    reached(batch, jobs[0], "RUNNING")
    with StandIn(behind, tmp_path) as aws:
        told = {job: typed(aws.env(), "why", job) for job in (*jobs, after, large)}
        assert not any("_batchyard" in asked for asked in aws.asked), "AWS has no such path"
    assert {code for code, _, _ in told.values()} == {0}
    assert "It waits for nothing: it is RUNNING." in told[jobs[0]][1]
    assert "AWS tells no more" in told[jobs[1]][1]
    assert f"It waits for what it depends on: {jobs[1]} (RUNNABLE)." in told[after][1]
    assert "It asks for 4 vCPUs, and no environment has more than 1." in told[large][1]
    assert "AWS says: MISCONFIGURATION" in told[large][1]
    for job in jobs:
        batch.terminate_job(jobId=job, reason="over")
