"""The yard's own paths, below ``/_batchyard/``: health, reset, a job's story."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import msgspec

from batchyard import __version__
from batchyard.errors import Fault
from batchyard.server.gate import HEALTH
from batchyard.wire import Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from batchyard.batch.model import Job
    from batchyard.engine.engine import Engine
    from batchyard.wire import Request
    from batchyard.wire.sigv4 import Claim

RESET = "/_batchyard/reset"
STORIES = "/_batchyard/stories/"


class House:
    """Answers what is asked of the yard itself.

    Args:
        engine: gives the engine of the moment.
        reset: empties the yard; None where its state is worth keeping.
    """

    def __init__(
        self, engine: Callable[[], Engine], reset: Callable[[], Awaitable[None]] | None
    ) -> None:
        """Take the parts."""
        self._engine = engine
        self._reset = reset

    async def answer(self, request: Request, claim: Claim) -> Response:
        """Answer a request that the gate let in.

        Raises:
            Fault: the path is not one of these, or the yard keeps its state.
        """
        match request.method, request.path:
            case "GET", path if path == HEALTH:
                return json_response({"status": "ok", "version": __version__})
            case "POST", path if path == RESET:
                return await self._empty()
            case "GET", path if path.startswith(STORIES):
                return self._story(unquote(path.removeprefix(STORIES)), claim)
        message = f"{request.method} {request.path} is no path of this yard"
        raise Fault("UnknownOperationException", message, 404)

    async def _empty(self) -> Response:
        if self._reset is None:
            message = "This yard keeps its state: only one started with --ephemeral can be reset"
            raise Fault("ClientException", message)
        await self._reset()
        return json_response({"status": "empty"})

    def _story(self, job_id: str, claim: Claim) -> Response:
        engine = self._engine()
        job = engine.job(job_id)
        if job is None or job.spec.region != claim.scope.region:
            where = claim.scope.region
            raise Fault("ClientException", f"Job {job_id} does not exist in {where}", 404)
        return json_response(story_of(job))


def story_of(job: Job) -> dict[str, Any]:
    """Put a job's story into plain values.

    Returns:
        ``jobId``, ``jobName``, ``status``, ``statusReason`` and ``story``: a list of ``at``
        (epoch milliseconds), ``event``, ``state`` and ``cause``.
    """
    return {
        "jobId": job.id,
        "jobName": job.spec.name,
        "status": job.state.value,
        "statusReason": job.status_reason,
        "story": [
            {"at": e.at, "event": e.event, "state": e.state.value, "cause": e.cause}
            for e in job.story
        ],
    }


def json_response(content: object) -> Response:
    """Answer with JSON."""
    headers = (("Content-Type", "application/json"),)
    return Response(200, headers, msgspec.json.encode(content))
