"""The resource operations behind botocore's own client: a real wire and shelf, no engine."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from batchyard.batch.ids import Place
from batchyard.batch.resources import Resource
from batchyard.engine.catalog import Removable, Shelf
from batchyard.errors import Fault
from batchyard.server.operations import Context
from batchyard.server.operations.batch import OPERATIONS
from batchyard.wire import Call, Response
from tests.wire.line import Line

PLACE = Place("123456789012", "us-east-1")
ARN = "arn:aws:batch:us-east-1:123456789012:"
LINE = Line("batch")


class ShelfEngine:
    """What the resource operations use of an engine."""

    settings = SimpleNamespace(vcpus=16, minimum_timeout=60)

    def __init__(self) -> None:
        self._shelf = Shelf()
        self.removed: list[Resource] = []
        self.at = 1_700_000_000_000

    def shelf(self, place: Place) -> Shelf:
        assert place == PLACE
        return self._shelf

    def put(self, place: Place, resource: Resource) -> None:
        self.shelf(place).put(resource)

    def remove(self, place: Place, resource: Removable) -> None:
        self.shelf(place).remove(resource)
        self.removed.append(resource)

    def now(self) -> int:
        return self.at

    def new_id(self) -> str:
        return "5f1c4dfc-9d1b-4c25-a6f3-2a9f0ee5c3ac"


class Yard:
    """Asks like any client of AWS: each request and answer goes through botocore."""

    def __init__(self) -> None:
        self.engine = ShelfEngine()
        self.shelf = self.engine.shelf(PLACE)
        self.context = Context(PLACE, cast("Any", self.engine), LINE.service.types)

    def ask(self, operation: str, /, **params: object) -> dict[str, Any]:
        """Ask for an operation; what botocore makes of the answer."""
        LINE.reply = self._answer
        answer = LINE.ask(operation, params)
        answer.pop("ResponseMetadata")
        return answer

    def refusal(self, operation: str, /, **params: object) -> str:
        """Ask for something that must be refused; the refusal's message."""
        with pytest.raises((ClientError, Fault)) as caught:
            self.ask(operation, **params)
        refused: Any = caught.value
        if isinstance(refused, Fault):  # the wire's own, before any operation
            code, message = refused.code, refused.message
        else:
            code, message = (refused.response["Error"][part] for part in ("Code", "Message"))
        assert code == "ClientException"
        return str(message)

    def environment(self, name: str = "env", **more: object) -> str:
        """Create a managed environment on EC2; its ARN."""
        params = {"type": "MANAGED", "computeResources": {"type": "EC2", "maxvCpus": 8}, **more}
        asked = self.ask("CreateComputeEnvironment", computeEnvironmentName=name, **params)
        arn: str = asked["computeEnvironmentArn"]
        return arn

    def queue(self, name: str = "queue", on: str = "env", **more: object) -> str:
        """Create a queue; its ARN."""
        order = [{"order": 1, "computeEnvironment": on}]
        params = {"priority": 1, "computeEnvironmentOrder": order, **more}
        arn: str = self.ask("CreateJobQueue", jobQueueName=name, **params)["jobQueueArn"]
        return arn

    def policy(self, name: str = "policy", **more: object) -> str:
        """Create a scheduling policy; its ARN."""
        arn: str = self.ask("CreateSchedulingPolicy", name=name, **more)["arn"]
        return arn

    def service_environment(
        self, name: str = "service", unit: str = "NUM_INSTANCES", **more: object
    ) -> str:
        """Create a service environment with room for 5 of a unit; its ARN."""
        params: dict[str, Any] = {
            "serviceEnvironmentType": "SAGEMAKER_TRAINING",
            "capacityLimits": [{"capacityUnit": unit, "maxCapacity": 5}],
            **more,
        }
        asked = self.ask("CreateServiceEnvironment", serviceEnvironmentName=name, **params)
        arn: str = asked["serviceEnvironmentArn"]
        return arn

    def service_queue(self, name: str = "training", on: str = "service", **more: object) -> str:
        """Create a queue of service jobs; its ARN."""
        params: dict[str, Any] = {
            "priority": 1,
            "jobQueueType": "SAGEMAKER_TRAINING",
            "serviceEnvironmentOrder": [{"order": 1, "serviceEnvironment": on}],
            **more,
        }
        arn: str = self.ask("CreateJobQueue", jobQueueName=name, **params)["jobQueueArn"]
        return arn

    def quota_queue(self, name: str = "quota") -> str:
        """Create a queue whose capacity is shared out by quota, and what it needs; its ARN."""
        idle = {"idleResourceAssignmentStrategy": "FIFO"}
        policy = self.policy(f"{name}-policy", quotaSharePolicy=idle)
        environment = self.service_environment(f"{name}-environment", unit="ml.m5.large")
        return self.service_queue(name, on=environment, schedulingPolicyArn=policy)

    def quota_share(self, name: str = "team", queue: str = "quota", **more: object) -> str:
        """Create a quota share; its ARN."""
        params: dict[str, Any] = {
            "capacityLimits": [{"capacityUnit": "ml.m5.large", "maxCapacity": 2}],
            "resourceSharingConfiguration": {"strategy": "RESERVE"},
            "preemptionConfiguration": {"inSharePreemption": "DISABLED"},
            **more,
        }
        asked = self.ask("CreateQuotaShare", quotaShareName=name, jobQueue=queue, **params)
        arn: str = asked["quotaShareArn"]
        return arn

    def consumable(self, name: str = "licence", **more: object) -> str:
        """Create a consumable resource; its ARN."""
        asked = self.ask("CreateConsumableResource", consumableResourceName=name, **more)
        arn: str = asked["consumableResourceArn"]
        return arn

    def _answer(self, call: Call) -> Response:
        try:
            answer = OPERATIONS[call.operation](self.context, call.params)
        except Fault as fault:
            return LINE.service.fault(fault, "id-of-request")
        return LINE.service.encode(call.operation, answer, "id-of-request")
