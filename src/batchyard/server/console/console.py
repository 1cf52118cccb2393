"""The console as the composition root knows it: what it hears, where pages are, how to sign in."""

from __future__ import annotations

import asyncio
import logging
import secrets
from typing import TYPE_CHECKING

from batchyard.batch.ids import Place
from batchyard.batch.states import JobState
from batchyard.server.asgi import respond
from batchyard.server.console.board import Board
from batchyard.server.console.hub import Hub
from batchyard.server.console.kit import BASE, Kit, Services
from batchyard.server.console.sessions import FILE, Sessions
from batchyard.store.asking import JobQuery
from batchyard.wire import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from batchyard.batch.model import Job
    from batchyard.engine.catalog import Shelf
    from batchyard.engine.engine import Engine
    from batchyard.server.asgi import Application, Receive, Scope, Send

log = logging.getLogger(__name__)

FAILED = 20
"""Jobs of each queue that failed before a start and are shown as failures."""


class Console:
    """A yard's pages.

    Args:
        engine: gives the engine of the moment.
        services: whose operations carry out what people do.
        folder: where sessions are kept; None: in memory.
        now: tells the time, epoch milliseconds.
    """

    def __init__(
        self,
        engine: Callable[[], Engine],
        services: Services,
        folder: Path | None,
        now: Callable[[], int],
    ) -> None:
        """Take the parts; nothing of it costs anything before a page is asked for."""
        self._places: Mapping[Place, Shelf] = {}
        self._board = Board(self._room)
        self._hub = Hub()
        self._board.listener = self._hub.changed
        file = None if folder is None else folder / FILE
        self._sessions = Sessions(file, now, lambda: secrets.token_urlsafe(32))
        self._kit = Kit(engine, self._board, services)
        self._pages: Application | None = None
        self._name = "batchyard"
        self._url = ""

    def watch(self, was: Job | None, now: Job) -> None:
        """See a job change (`engine.parts.Watcher`); no page is worth a yard that stands still."""
        try:
            self._board.watch(was, now)
        except Exception:
            log.exception("the console did not take in a change of job %s", now.id)

    def adopt(self, engine: Engine) -> None:
        """Count what an engine has taken up."""
        self._places = engine.places
        self._board.adopt(engine.now(), list(engine.jobs.values()), _failed(engine))

    def answers_at(self, url: str) -> None:
        """Note where the pages are."""
        self._url = url
        self._name = f"batchyard-{url.rpartition(':')[2]}"  # cookies know no ports

    def link(self) -> str:
        """Make a link that signs in, once."""
        return f"{self._url}{BASE}enter?link={self._sessions.link()}"

    def pages(self, signed: Application) -> dict[str, Application]:
        """List what answers without a signature, by path.

        Args:
            signed: answers what is signed, and says of all else that it should be.
        """
        return {"/": _Root(signed), BASE: self}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; the first one brings what pages are made with."""
        if self._pages is None:
            try:
                self._pages = await asyncio.to_thread(self._formed)
            except ModuleNotFoundError as error:
                await respond(send, _missing(error))
                return
        await self._pages(scope, receive, send)

    def _formed(self) -> Application:
        from batchyard.server.console.application import application

        return application(self._kit, self._hub, self._sessions, self._name)

    def stop(self) -> None:
        """Send open pages away: they come again once there is a yard."""
        self._hub.stop()

    def _room(self) -> dict[Place, int]:
        return {
            place: sum(e.vcpus for e in shelf.environments.values() if e.state == "ENABLED")
            for place, shelf in self._places.items()
        }


class _Root:
    """Leads a browser from the yard's root to its console; AWS's services are asked there, too."""

    def __init__(self, signed: Application) -> None:
        self._signed = signed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            await self._signed(scope, receive, send)
            return
        await respond(send, Response(303, (("Location", BASE), ("Cache-Control", "no-store")), b""))


def _missing(error: ModuleNotFoundError) -> Response:
    text = f"{error.name} is not installed: pip install 'batchyard[server]'"
    return Response(503, (("Content-Type", "text/plain; charset=utf-8"),), text.encode())


def _failed(engine: Engine) -> list[Job]:
    """Find the jobs that failed before a start, as they ended."""
    found = list(_failed_jobs(engine))
    return sorted(found, key=lambda job: job.stopped_at or 0)


def _failed_jobs(engine: Engine) -> Iterator[Job]:
    for place, shelf in engine.places.items():
        for queue in shelf.queues.values():
            states = frozenset({JobState.FAILED})
            query = JobQuery(place=place, queue=queue.arn, states=states, limit=FAILED)
            for row in engine.store.list_jobs(query).rows:
                job = engine.job(row.id)
                if job is not None:
                    yield job
