"""What is deleted while it has many jobs: DELETING until each of them was told to end, then gone.

The oracle: https://docs.aws.amazon.com/batch/latest/APIReference/API_DeleteJobQueue.html ("All jobs
in the queue are eventually terminated"), and the statuses of JobQueueDetail and QuotaShareDetail.
"""

import pytest

from batchyard.engine.endings import A_TURN
from batchyard.errors import Fault
from tests.server.operations.world import ARN, KIND, PAYLOAD, World

JOBS = 3 * A_TURN
SHARE = f"{ARN}job-queue/quota/quota-share/team"


@pytest.fixture
def world() -> World:
    return World()


def test_a_queue_is_deleting_until_its_jobs_were_told_to_end(world: World) -> None:
    for _ in range(JOBS):
        world.begin("SubmitJob", jobName="many", jobQueue="queue", jobDefinition="sleeps")
    world.ask("UpdateJobQueue", jobQueue="queue", state="DISABLED")
    world.begin("DeleteJobQueue", jobQueue="queue")
    (shown,) = world.begin("DescribeJobQueues", jobQueues=["queue"])["jobQueues"]
    assert (shown["state"], shown["status"]) == ("DISABLED", "DELETING")
    world.begin("DeleteJobQueue", jobQueue="queue")
    for operation, document, words in (
        ("UpdateJobQueue", {"jobQueue": "queue", "state": "ENABLED"}, "resource is being modified"),
        ("SubmitJob", {"jobName": "j", "jobQueue": "queue", "jobDefinition": "sleeps"}, "DISABLED"),
        ("CreateJobQueue", {"jobQueueName": "queue", "priority": 1}, "Object already exists"),
    ):
        with pytest.raises(Fault, match=words):
            world.begin(operation, **document)
    world.clock.run()
    assert world.ask("DescribeJobQueues", jobQueues=["queue"]) == {"jobQueues": []}
    assert not [job for job in world.engine.jobs.values() if job.spec.name == "many"]


def test_a_quota_share_is_deleting_until_its_jobs_were_told_to_end(world: World) -> None:
    for _ in range(JOBS):
        world.begin(
            "SubmitServiceJob",
            jobName="many",
            jobQueue="quota",
            quotaShareName="team",
            serviceJobType=KIND,
            serviceRequestPayload=PAYLOAD,
        )
    world.ask("UpdateQuotaShare", quotaShareArn=SHARE, state="DISABLED")
    world.begin("DeleteQuotaShare", quotaShareArn=SHARE)
    assert world.begin("DescribeQuotaShare", quotaShareArn=SHARE)["status"] == "DELETING"
    world.begin("DeleteQuotaShare", quotaShareArn=SHARE)
    with pytest.raises(Fault, match="resource is being modified"):
        world.begin("UpdateQuotaShare", quotaShareArn=SHARE, state="ENABLED")
    world.clock.run()
    with pytest.raises(Fault, match="does not exist"):
        world.ask("DescribeQuotaShare", quotaShareArn=SHARE)
    ending = [job for job in world.engine.jobs.values() if job.spec.name == "many"]
    assert all(job.terminated for job in ending)
    assert len(ending) <= 5, "more are left than those that run"
