"""The yard's own paths, below ``/_batchyard/``.

Its health, a reset, its events and task runners, a job's story, why a job waits, and a link to the
console.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import msgspec

from batchyard import __version__
from batchyard.batch.ids import Place
from batchyard.engine.explaining import explain
from batchyard.errors import Fault
from batchyard.server.attending import GONE, attended
from batchyard.server.feed import asked, recent
from batchyard.server.gate import HEALTH
from batchyard.server.muster import runners_of
from batchyard.wire import Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from batchyard.batch.model import Job
    from batchyard.batch.why import Why
    from batchyard.engine.engine import Engine
    from batchyard.wire import Request
    from batchyard.wire.sigv4 import Claim

RESET = "/_batchyard/reset"
STORIES = "/_batchyard/stories/"
WHY = "/_batchyard/why/"
EVENTS = "/_batchyard/events"
CONSOLE = "/_batchyard/console-link"
RUNNERS = "/_batchyard/runners"


class House:
    """Answers what is asked of the yard itself.

    Args:
        engine: gives the engine of the moment.
        link: makes a link that opens the console.
        reset: empties the yard; None where its state is worth keeping.
    """

    def __init__(
        self,
        engine: Callable[[], Engine],
        link: Callable[[], str],
        reset: Callable[[], Awaitable[None]] | None,
    ) -> None:
        """Take the parts."""
        self._engine = engine
        self._link = link
        self._reset = reset

    async def answer(self, request: Request, claim: Claim) -> Response | None:
        """Answer a request that the gate let in; None if nobody waits for it any more.

        Raises:
            Fault: the path is not one of these, or the yard keeps its state.
        """
        match request.method, request.path:
            case "GET", path if path == HEALTH:
                return json_response({"status": "ok", "version": __version__})
            case "POST", path if path == RESET:
                return await self._empty()
            case "GET", path if path == RUNNERS:
                return self._runners(claim)
            case "GET", path if path.startswith(STORIES):
                return json_response(story_of(self._job(path.removeprefix(STORIES), claim)))
            case "GET", path if path.startswith(WHY):
                return self._why(self._job(path.removeprefix(WHY), claim))
        return await self._further(request, claim)

    async def _further(self, request: Request, claim: Claim) -> Response | None:
        match request.method, request.path:
            case "POST", path if path == CONSOLE:
                return json_response({"url": self._link()})
            case "GET", path if path == EVENTS:
                return await self._events(request, claim)
        message = f"{request.method} {request.path} is no path of this yard"
        raise Fault("UnknownOperationException", message, 404)

    async def _events(self, request: Request, claim: Claim) -> Response | None:
        found = recent(self._engine(), claim.scope.region, asked(request.query))
        answer = await attended(found, request.gone)
        return None if answer is GONE else json_response(answer)

    async def _empty(self) -> Response:
        if self._reset is None:
            message = "This yard keeps its state: only one started with --ephemeral can be reset"
            raise Fault("ClientException", message)
        await self._reset()
        return json_response({"status": "empty"})

    def _job(self, job_id: str, claim: Claim) -> Job:
        """Find a job of the region that a request is signed for."""
        name, where = unquote(job_id), claim.scope.region
        job = self._engine().job(name)
        if job is None or job.spec.region != where:
            raise Fault("ClientException", f"Job {name} does not exist in {where}", 404)
        return job

    def _runners(self, claim: Claim) -> Response:
        engine = self._engine()
        place = Place(engine.settings.account, claim.scope.region)
        return json_response(runners_of(engine, place))

    def _why(self, job: Job) -> Response:
        engine = self._engine()
        found = explain(engine, job)
        jobs = (engine.jobs[job_id] for job_id in found.in_front)
        in_front = [{"jobId": each.id, "jobName": each.spec.name} for each in jobs]
        return json_response(_named(job) | why_of(found) | {"inFront": in_front})


def why_of(found: Why) -> dict[str, Any]:
    """Put into plain values why a job does not run.

    Returns:
        ``cause`` (a word), ``sentences``, ``ahead`` (how many go first, or None) and ``waitsFor``
        (the ids of the jobs that must end first).
    """
    return {
        "cause": found.cause.value,
        "sentences": found.sentences,
        "ahead": found.ahead,
        "waitsFor": found.waits_for,
    }


def _named(job: Job) -> dict[str, Any]:
    return {
        "jobId": job.id,
        "jobName": job.spec.name,
        "status": job.state.value,
        "statusReason": job.status_reason,
    }


def story_of(job: Job) -> dict[str, Any]:
    """Put a job's story into plain values.

    Returns:
        ``jobId``, ``jobName``, ``status``, ``statusReason`` and ``story``: a list of ``at``
        (epoch milliseconds), ``event``, ``state`` and ``cause``.
    """
    return _named(job) | {
        "story": [
            {"at": e.at, "event": e.event, "state": e.state.value, "cause": e.cause}
            for e in job.story
        ]
    }


def json_response(content: object) -> Response:
    """Answer with JSON."""
    headers = (("Content-Type", "application/json"),)
    return Response(200, headers, msgspec.json.encode(content))
