"""A yard with nothing but stored attempts and what they printed, asked through botocore."""

import asyncio
from collections.abc import Awaitable
from inspect import isawaitable
from itertools import count
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from batchyard.batch import ids
from batchyard.batch.ids import Place
from batchyard.batch.model import DEFAULT_LOG_GROUP, Attempt, Demand, Job, Spec
from batchyard.batch.states import JobState
from batchyard.engine.engine import Engine
from batchyard.engine.parts import Parts, Settings
from batchyard.errors import Fault
from batchyard.launchers.output import RECORD, Output
from batchyard.server.operations import Context
from batchyard.server.operations.logs import OPERATIONS
from batchyard.store.memory import MemoryStore
from batchyard.store.seam import Batch, JobChange
from batchyard.testing import FakeClock, FakeLauncher
from batchyard.wire import Call, Response
from tests.engine.surroundings import Scripted
from tests.engine.yard import DirectWriter, Presenter
from tests.wire.line import Line

HERE = Place("123456789012", "eu-west-1")
ELSEWHERE = Place("123456789012", "eu-west-2")


class LoggedYard:
    """Stores attempts, writes their output, and answers botocore's client."""

    def __init__(self, directory: Path, line: Line, now: int = 10_000) -> None:
        self.directory, self.line = directory, line
        self.store, self.output, self.clock = MemoryStore(), Output(directory), FakeClock(now)
        self.writer = DirectWriter(self.store)
        self.numbers = count(1)
        self.engine = self._engine()
        line.reply = self._reply

    def _engine(self) -> Engine:
        parts = Parts(
            store=self.store,
            writer=self.writer,
            launcher=FakeLauncher(self.clock.now),
            output=self.output,
            clock=self.clock,
            new_id=lambda: f"id-{next(self.numbers)}",
            presenter=Presenter(),
            surroundings=Scripted(),
        )
        return Engine(Settings(account=HERE.account, vcpus=1, memory=1), parts)

    def _reply(self, call: Call) -> Response:
        context = Context(HERE, self.engine, self.line.service.types)
        try:
            answer = OPERATIONS[call.operation](context, call.params)
            if isawaitable(answer):
                answer = asyncio.run(self._finished(answer))
        except Fault as fault:
            return self.line.service.fault(fault, "id")
        self.clock.run()
        return self.line.service.encode(call.operation, answer, "id")

    async def _finished(self, answer: Awaitable[Any]) -> Any:  # noqa: ANN401 - a wire struct
        task = asyncio.ensure_future(answer)
        while not task.done():
            self.clock.run()
            await asyncio.sleep(0)
        return task.result()

    def attempt(
        self,
        *prints: tuple[int, bytes],
        definition: str = "def",
        group: str = DEFAULT_LOG_GROUP,
        place: Place = HERE,
        started_at: int | None = 1000,
        stopped_at: int | None = 9000,
    ) -> str:
        """Store a job with one attempt that printed something at some times; its stream's name."""
        attempt = f"{next(self.numbers):032x}"
        arn = ids.arn(place, ids.DEFINITION, f"{definition}:1")
        queue = ids.arn(place, ids.QUEUE, "default")
        spec = Spec(*place, "job", queue, arn, ("true",), {}, Demand(1000, 128), log_group=group)
        tried = Attempt(attempt, "local", 900, started_at=started_at, stopped_at=stopped_at)
        job = Job(f"job-{attempt}", spec, 800, JobState.RUNNING, attempts=(tried,))
        self.store.commit(Batch(jobs=[JobChange(job)]))
        self.prints(attempt, *prints)
        return f"{definition}/default/{attempt}"

    def prints(self, stream: str, *prints: tuple[int, bytes]) -> None:
        """Let an attempt print more."""
        path = self.directory / stream.rpartition("/")[2]
        for at, data in prints:
            with (
                path.with_suffix(".log").open("ab") as log,
                path.with_suffix(".idx").open("ab") as index,
            ):
                index.write(RECORD.pack(log.tell(), at))
                log.write(data)

    def ask(self, operation: str, **params: Any) -> dict[str, Any]:  # noqa: ANN401 - a request's members
        return self.line.ask(operation, params)

    def refusal(self, operation: str, **params: Any) -> tuple[str, str]:  # noqa: ANN401 - as above
        """The error code and message that a request is refused with."""
        try:
            self.ask(operation, **params)
        except ClientError as error:
            return error.response["Error"]["Code"], error.response["Error"]["Message"]
        raise AssertionError(f"{operation} took {params}")

    def messages(self, stream: str, **params: Any) -> list[str]:  # noqa: ANN401 - as above
        answer = self.events(stream, **params)
        return [event["message"] for event in answer["events"]]

    def events(self, stream: str, **params: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
        group = {} if "logGroupIdentifier" in params else {"logGroupName": DEFAULT_LOG_GROUP}
        return self.ask("GetLogEvents", **group, logStreamName=stream, **params)

    def put(self, stream: str, *events: tuple[int, str], group: str = DEFAULT_LOG_GROUP) -> Any:  # noqa: ANN401 - as above
        """Put events into a stream; what the yard answers."""
        given = [{"timestamp": at, "message": message} for at, message in events]
        return self.ask("PutLogEvents", logGroupName=group, logStreamName=stream, logEvents=given)
