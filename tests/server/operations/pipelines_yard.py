"""The operations of pipelines behind botocore's own client: a real wire and engine, no loop."""

import json
from collections.abc import Awaitable
from inspect import isawaitable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from batchyard.errors import Fault
from batchyard.pipelines import files, periods
from batchyard.pipelines.instances import Failure
from batchyard.server.operations import Context
from batchyard.server.operations.pipelines import OPERATIONS
from batchyard.wire import Call, Response
from tests.engine.yard import PLACE, Yard
from tests.pipelines.samples import document, ref
from tests.wire.line import Line

LINE = Line("datapipeline")
NOON = periods.millis(periods.moment("2024-03-01T12:00:00") or periods.EPOCH)
"""When these tests begin."""

HOURLY = document(
    {"id": "Default", "workerGroup": "g", "schedule": ref("Hourly"), "maximumRetries": "0"},
    {
        "id": "Hourly",
        "type": "Schedule",
        "period": "1 hour",
        "startDateTime": "2024-03-01T10:00:00",
        "endDateTime": "2024-03-01T14:00:00",
    },
    {"id": "Hi", "type": "ShellCommandActivity", "command": "echo #{@scheduledStartTime}"},
)
"""Two intervals before noon, one that begins at noon, one that is to come."""

ONCE = document(
    {"id": "Default", "workerGroup": "g", "scheduleType": "ondemand", "maximumRetries": "0"},
    {"id": "Hi", "type": "ShellCommandActivity", "command": "echo #{myWhom}", "myWhom": "you"},
)


def sent(whole: dict[str, Any]) -> dict[str, Any]:
    """A definition file's content as members of a request, as the AWS CLI sends them."""
    definition = files.read(json.dumps(whole))

    def field(key: str, text: str | None, ref: str | None = None) -> dict[str, str]:
        return {"key": key} | (
            {"refValue": ref} if ref is not None else {"stringValue": text or ""}
        )

    return {
        "pipelineObjects": [
            {
                "id": item.id,
                "name": item.name,
                "fields": [field(f.key, f.string_value, f.ref_value) for f in item.fields],
            }
            for item in definition.pipeline_objects
        ],
        "parameterObjects": [
            {"id": p.id, "attributes": [field(a.key, a.string_value) for a in p.attributes]}
            for p in definition.parameter_objects
        ],
        "parameterValues": [
            {"id": v.id, "stringValue": v.string_value} for v in definition.parameter_values
        ],
    }


class PipelinesYard:
    """Asks like any client of AWS: each request and answer goes through botocore."""

    def __init__(self) -> None:
        self.yard = Yard()
        self.yard.clock.advance(NOON - self.yard.now())
        self.user = "AKID"

    def ask(self, operation: str, **params: Any) -> dict[str, Any]:  # noqa: ANN401 - members
        """Ask for an operation; what botocore makes of the answer."""
        LINE.reply = self._answer
        answer = LINE.ask(operation, params)
        answer.pop("ResponseMetadata")
        self.yard.settle()
        return answer

    def refusal(self, operation: str, **params: Any) -> tuple[str, str]:  # noqa: ANN401 - members
        """Ask for something that must be refused; the refusal's code and message."""
        with pytest.raises((ClientError, Fault)) as caught:
            self.ask(operation, **params)
        refused: Any = caught.value
        if isinstance(refused, Fault):  # the wire's own, before any operation
            return refused.code, refused.message
        code, message = (refused.response["Error"][part] for part in ("Code", "Message"))
        return str(code), str(message)

    def perform(self, call: Call) -> Any:  # noqa: ANN401 - an answer's struct
        """Let an operation be performed."""
        context = Context(PLACE, self.yard.engine, LINE.service.types, self.user)
        answer = OPERATIONS[call.operation](context, call.params)
        return result(answer) if isawaitable(answer) else answer

    def _answer(self, call: Call) -> Response:
        try:
            answer = self.perform(call)
        except Fault as fault:
            return LINE.service.fault(fault, "id-of-request")
        return LINE.service.encode(call.operation, answer, "id-of-request")

    # -- what is asked again and again -------------------------------------------------------------

    def create(self, name: str = "n", unique: str = "u", **more: Any) -> str:  # noqa: ANN401 - members
        """Create a pipeline; its id."""
        asked = self.ask("CreatePipeline", name=name, uniqueId=unique, **more)
        return str(asked["pipelineId"])

    def put(self, whole: dict[str, Any], pipeline: str | None = None) -> str:
        """Create a pipeline with a definition that is in order; its id."""
        pipeline = pipeline or self.create()
        answer = self.ask("PutPipelineDefinition", pipelineId=pipeline, **sent(whole))
        assert not answer["errored"], answer
        return pipeline

    def activate(self, whole: dict[str, Any], **more: Any) -> str:  # noqa: ANN401 - members
        """Create a pipeline with a definition, and activate it; its id."""
        pipeline = self.put(whole)
        self.ask("ActivatePipeline", pipelineId=pipeline, **more)
        return pipeline

    def fields(self, pipeline: str) -> dict[str, str]:
        """A pipeline's fields."""
        (found,) = self.ask("DescribePipelines", pipelineIds=[pipeline])["pipelineDescriptionList"]
        return {field["key"]: field["stringValue"] for field in found["fields"]}

    def object(self, pipeline: str, name: str, *, evaluate: bool = False) -> dict[str, Any]:
        """An object's fields; of several values the last."""
        (found,) = self.ask(
            "DescribeObjects", pipelineId=pipeline, objectIds=[name], evaluateExpressions=evaluate
        )["pipelineObjects"]
        assert found["id"] == name
        return {f["key"]: f.get("stringValue", f.get("refValue")) for f in found["fields"]}

    def ids(self, pipeline: str, sphere: str, *selectors: tuple[str, str, list[str]]) -> list[str]:
        """The ids of all objects that a query finds, over all pages."""
        query = {
            "selectors": [
                {"fieldName": field, "operator": {"type": operator, "values": values}}
                for field, operator, values in selectors
            ]
        }
        found: list[str] = []
        marker: dict[str, str] = {}
        while True:
            page = self.ask(
                "QueryObjects", pipelineId=pipeline, sphere=sphere, query=query, limit=2, **marker
            )
            found += page["ids"]
            assert page["hasMoreResults"] == ("marker" in page)
            if not page["hasMoreResults"]:
                return found
            marker = {"marker": page["marker"]}

    def fail(self, pipeline: str, name: str) -> None:
        """Let an instance's attempt fail."""
        attempt = f"{pipeline}{name}_Attempt=1"
        self.yard.engine.pipelines.ended(pipeline, attempt, "FAILED", Failure("E", "it broke"))
        self.yard.settle()


def result(work: Awaitable[Any]) -> Any:  # noqa: ANN401 - an answer
    """Run what never has to wait; what it returns."""
    try:
        next(work.__await__())
    except StopIteration as done:
        return done.value
    raise AssertionError("it waits for something")
