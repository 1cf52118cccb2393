"""A yard that has one of everything: real operations on a real engine, without loop or thread."""

from __future__ import annotations

import json
from itertools import count
from typing import Any, cast
from urllib.parse import quote, urlencode

from batchyard.batch.ids import Place
from batchyard.batch.images import Image
from batchyard.batch.resources import ComputeEnvironment, JobQueue
from batchyard.engine.engine import Engine
from batchyard.engine.parts import Parts, Settings
from batchyard.errors import Fault
from batchyard.server.operations import Context
from batchyard.server.operations.batch import OPERATIONS
from batchyard.server.operations.batch.presenting import JobPresenter
from batchyard.store.memory import MemoryStore
from batchyard.testing import FakeClock, FakeLauncher
from batchyard.wire import Request, Service
from tests.engine.surroundings import Scripted
from tests.engine.yard import DirectWriter, drive
from tests.wire.samples import MODELS, Json

PLACE = Place("123456789012", "us-east-1")
ARN = f"arn:aws:batch:{PLACE.region}:{PLACE.account}:"
MODEL = MODELS["batch"]
SERVICE = Service(MODEL)
SLEEPS = {
    "image": "busybox",
    "command": ["sleep", "600"],
    "resourceRequirements": [
        {"type": "VCPU", "value": "1"},
        {"type": "MEMORY", "value": "128"},
    ],
}
PAYLOAD = json.dumps(
    {
        "TrainingJobName": "train",
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }
)
LIMITS = [{"capacityUnit": "NUM_INSTANCES", "maxCapacity": 5}]
BY_TYPE = [{"capacityUnit": "ml.m5.large", "maxCapacity": 5}]
IDLE = {"idleResourceAssignmentStrategy": "FIFO"}
KIND = "SAGEMAKER_TRAINING"


class Presenter:
    """Shows jobs as the service does, and gives a place nothing to begin with."""

    def __init__(self) -> None:
        self.detail = JobPresenter(SERVICE.types).detail

    def defaults(self, place: Place) -> tuple[ComputeEnvironment | JobQueue, ...]:
        assert place == PLACE
        return ()


class World:
    """One of everything, and what there is to ask for.

    Attributes:
        jobs: the ids of its jobs, by what they are: ``runs``, ``waits``, ``ended``, and the same
            of service jobs behind ``service-``.
    """

    def __init__(self) -> None:
        numbers = count(1)
        store = MemoryStore()
        self.clock = FakeClock(1_700_000_000_000)
        self.launcher = FakeLauncher(self.clock.now)
        parts = Parts(
            store=store,
            writer=DirectWriter(store),
            launcher=self.launcher,
            output=cast("Any", None),
            clock=self.clock,
            new_id=lambda: f"00000000-0000-4000-8000-{next(numbers):012x}",
            presenter=Presenter(),
            surroundings=Scripted(),
        )
        sleeps = {KIND: Image(command=("sleep", "600"))}
        settings = Settings(account=PLACE.account, vcpus=4, memory=4096, images=sleeps)
        self.engine = Engine(settings, parts)
        drive(self.engine.start())
        self.jobs: dict[str, str] = {}
        self._resources()
        self._doomed()
        self._some_jobs()

    def _resources(self) -> None:
        for name in ("env", "spare"):
            self.ask(
                "CreateComputeEnvironment",
                computeEnvironmentName=name,
                type="MANAGED",
                computeResources={"type": "EC2", "maxvCpus": 1, "subnets": []},
            )
        self.ask("CreateSchedulingPolicy", name="fair")
        self.ask("CreateSchedulingPolicy", name="quota", quotaSharePolicy=IDLE)
        self.ask("CreateConsumableResource", consumableResourceName="licence", totalQuantity=5)
        for name, limits in (("service", LIMITS), ("types", BY_TYPE)):
            self.ask(
                "CreateServiceEnvironment",
                serviceEnvironmentName=name,
                serviceEnvironmentType=KIND,
                capacityLimits=limits,
            )
        order = {"computeEnvironmentOrder": [{"order": 1, "computeEnvironment": "env"}]}
        self._queue("queue", **order)
        self._queue("disabled", **order, state="DISABLED")
        self._queue("fair", **order, schedulingPolicyArn=f"{ARN}scheduling-policy/fair")
        self._queue("training", **services("service"))
        policy = f"{ARN}scheduling-policy/quota"
        self._queue("quota", **services("types"), schedulingPolicyArn=policy)
        for name, state in (("team", "ENABLED"), ("closed", "DISABLED")):
            self.ask(
                "CreateQuotaShare",
                quotaShareName=name,
                jobQueue="quota",
                capacityLimits=BY_TYPE,
                resourceSharingConfiguration={"strategy": "LEND"},
                preemptionConfiguration={"inSharePreemption": "DISABLED"},
                state=state,
            )
        for _ in range(2):
            self.ask(
                "RegisterJobDefinition",
                jobDefinitionName="sleeps",
                type="container",
                containerProperties=SLEEPS,
            )
        self.ask("DeregisterJobDefinition", jobDefinition="sleeps:1")

    def _doomed(self) -> None:
        """Create one of everything that can be deleted, and delete it."""
        off = {"state": "DISABLED"}
        self.ask(
            "CreateComputeEnvironment", computeEnvironmentName="doomed", type="UNMANAGED", **off
        )
        self.ask("CreateSchedulingPolicy", name="doomed")
        self.ask("CreateConsumableResource", consumableResourceName="doomed")
        kind = {"serviceEnvironmentType": KIND, "capacityLimits": LIMITS}
        self.ask("CreateServiceEnvironment", serviceEnvironmentName="doomed", **kind, **off)
        self._queue("doomed", **services("service"), **off)
        self.ask("DeleteJobQueue", jobQueue="doomed")
        self.ask("DeleteServiceEnvironment", serviceEnvironment="doomed")
        self.ask("DeleteConsumableResource", consumableResource="doomed")
        self.ask("DeleteSchedulingPolicy", arn=f"{ARN}scheduling-policy/doomed")
        self.ask("DeleteComputeEnvironment", computeEnvironment="doomed")

    def _queue(self, name: str, **more: Json) -> None:
        self.ask("CreateJobQueue", **{"jobQueueName": name, "priority": 1} | more)

    def _some_jobs(self) -> None:
        asked = {"jobName": "job", "jobQueue": "queue", "jobDefinition": "sleeps"}
        for name in ("ended", "runs", "waits"):
            self.jobs[name] = self.ask("SubmitJob", **asked)["jobId"]
        trained = {
            "jobName": "job",
            "jobQueue": "training",
            "serviceJobType": KIND,
            "serviceRequestPayload": PAYLOAD,
        }
        for name in ("service-ended", "service-runs"):
            self.jobs[name] = self.ask("SubmitServiceJob", **trained)["jobId"]
        for name in ("ended", "service-ended"):
            attempt = self._attempt(name)
            self.launcher.starts(attempt)
            self.launcher.exits(attempt, 3)
            self.clock.run()
        for name in ("runs", "service-runs"):
            self.launcher.starts(self._attempt(name))
            self.clock.run()

    def _attempt(self, name: str) -> str:
        return self.engine.jobs[self.jobs[name]].attempts[-1].id

    def ask(self, operation: str, /, **document: Json) -> dict[str, Any]:
        """Ask for an operation, with a request as a client would send it; its answer.

        Raises:
            Fault: it is refused.
        """
        body = self.begin(operation, **document)
        self.clock.run()
        return body

    def begin(self, operation: str, /, **document: Json) -> dict[str, Any]:
        """Ask for an operation, and let happen what happens in the same turn only; its answer."""
        call = SERVICE.decode(sent(operation, document))
        context = Context(PLACE, self.engine, SERVICE.types)
        answer = OPERATIONS[operation](context, call.params)
        body: dict[str, Any] = json.loads(SERVICE.encode(operation, answer).body)
        return body

    def refusal(self, operation: str, document: Json) -> Fault | None:
        """Ask for what must be refused; the refusal, or None if it was not."""
        try:
            self.ask(operation, **document)
        except Fault as fault:
            return fault
        return None

    def state(self) -> object:
        """All that could change."""
        shelf = self.engine.shelf(PLACE)
        kinds = {name: dict(kept) for name, kept in vars(shelf).items()}
        revisions = {name: dict(kept) for name, kept in shelf.definitions.items()}
        return dict(self.engine.jobs), kinds | {"definitions": revisions}


def services(name: str) -> dict[str, Json]:
    """The members of a queue on a service environment."""
    order = [{"order": 1, "serviceEnvironment": name}]
    return {"jobQueueType": KIND, "serviceEnvironmentOrder": order}


def sent(operation: str, document: Json) -> Request:
    """Write a request as the model says, whatever it holds."""
    http = MODEL["operations"][operation]["http"]
    members = MODEL["shapes"][MODEL["operations"][operation]["input"]["shape"]]["members"]
    path, query, body = http["requestUri"], [], dict(document)
    for name, member in members.items():
        if "location" not in member or name not in body:
            continue
        value = body.pop(name)
        if member["location"] == "uri":
            path = path.replace(f"{{{member['locationName']}}}", quote(str(value), safe=""))
        else:
            query += [(member["locationName"], each) for each in value]
    content = json.dumps(body).encode() if body or http["method"] == "POST" else b""
    return Request(http["method"], path, urlencode(query), {}, content)
