"""The console as an ASGI application: paths, sign-in, and what every answer carries.

A page may load scripts and styles of the yard's own and nothing else, is in no frame, and is kept
nowhere. A form is taken from a session's own pages only: it carries their token. Where a request
comes from was asked before (`server.doors`).

Sources: https://www.w3.org/TR/CSP3/,
https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from batchyard.errors import Fault
from batchyard.server.console import files, logs, sessions
from batchyard.server.console.actions import act
from batchyard.server.console.kit import BASE
from batchyard.server.console.pages import PAGES, page
from batchyard.server.console.sending import follow, live

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from batchyard.server.asgi import Application
    from batchyard.server.console.hub import Hub
    from batchyard.server.console.kit import Kit
    from batchyard.server.console.sessions import Sessions

    Answer = Callable[[Request], Awaitable[Response]]

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Of every answer; ``no-referrer`` would make browsers send forms with the Origin ``null``."""

LARGEST_FORM: Final = 1024 * 1024
"""Bytes: a thousand ids of jobs, and room to spare."""


class Pages:
    """Answers requests.

    Args:
        kit: the yard.
        hub: keeps open pages up to date.
        visits: who may look.
        cookie: the name of the session's cookie.
    """

    def __init__(self, kit: Kit, hub: Hub, visits: Sessions, cookie: str) -> None:
        """Take the parts."""
        self._kit = kit
        self._hub = hub
        self._visits = visits
        self._cookie = cookie

    def routes(self) -> list[Route]:
        """List the paths; what is asked first is answered first."""
        inside: list[tuple[str, Answer, str]] = [
            ("log/{job:path}/{number:int}/lines", self.lines, "GET"),
            ("log/{job:path}/{number:int}/download", self.download, "GET"),
            ("log/{job:path}/{number:int}/follow", self.follow, "GET"),
            ("do/{action}", self.act, "POST"),
            ("leave", self.leave, "POST"),
            ("live/{path:path}", self.live, "GET"),
            *((path, self.page, "GET") for path in PAGES),
        ]
        return [
            Route(f"{BASE}static/{{name}}", self.static),
            Route(f"{BASE}enter", self.enter),
            *(Route(BASE + path, self._known(answer), methods=[m]) for path, answer, m in inside),
            Route(f"{BASE}{{rest:path}}", self._known(self.nowhere)),
        ]

    def _known(self, answer: Answer) -> Answer:
        """Let nobody in without a session, and turn refusals into pages."""

        async def guarded(request: Request) -> Response:
            if not self._visits.knows(self._secret(request)):
                return self._told(request, "enter.html", 401, why="")
            try:
                return await answer(request)
            except Fault as fault:
                status = fault.status if fault.status < 500 else 400  # noqa: PLR2004 - ours are not the yard's
                if request.method == "POST":
                    return JSONResponse({"text": fault.message, "bad": True}, status)
                return self._told(request, "refused.html", status, why=fault.message)

        return guarded

    def _told(self, request: Request, template: str, status: int, **values: Any) -> Response:  # noqa: ANN401 - whatever it shows
        html = self._kit.draw(template, path=request.url.path, **values)
        return Response(html, status, media_type="text/html")

    def _secret(self, request: Request) -> str:
        return request.cookies.get(self._cookie, "")

    # -- coming and going ----------------------------------------------------------------------

    async def enter(self, request: Request) -> Response:
        """Begin a session by a link."""
        secret = self._visits.enter(request.query_params.get("link", ""))
        if secret is None:
            if self._visits.knows(self._secret(request)):
                return RedirectResponse(BASE, 303)  # the link was used before, by the same browser
            return self._told(request, "enter.html", 403, why="This link was used, or is too old.")
        answer = RedirectResponse(BASE, 303)
        answer.set_cookie(
            self._cookie,
            secret,
            max_age=sessions.SESSION_MS // 1000,
            path=BASE,
            httponly=True,
            samesite="strict",
        )
        return answer

    async def leave(self, request: Request) -> Response:
        """End the session."""
        await self._form(request)
        self._visits.leave(self._secret(request))
        answer = RedirectResponse(BASE, 303)
        answer.delete_cookie(self._cookie, path=BASE, httponly=True, samesite="strict")
        return answer

    # -- looking -------------------------------------------------------------------------------

    async def page(self, request: Request) -> Response:
        """Show a page."""
        token = sessions.token(self._secret(request))
        html = await page(self._kit, request.url.path, request.url.query, token)
        return Response(html, media_type="text/html")

    async def live(self, request: Request) -> Response:
        """Tell a page what changes."""
        known = request.headers.get("last-event-id") or request.query_params.get("mark")
        return _events(await live(self._kit, self._hub, request.url, known))

    async def nowhere(self, _: Request) -> Response:
        """Say that there is no such page."""
        raise Fault("ClientException", "There is no such page.", 404)

    async def static(self, request: Request) -> Response:
        """Give a script, a style or a picture."""
        found = files.FILES.get(request.path_params["name"])
        if found is None:
            return Response("There is no such file.", 404, media_type="text/plain")
        forever = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(found.content, headers=forever, media_type=found.kind)

    # -- logs ----------------------------------------------------------------------------------

    def _log(self, request: Request) -> logs.Log:
        job = self._kit.job(request.path_params["job"])
        return logs.Log(self._kit, job, logs.attempt_of(job, request.path_params["number"]))

    async def lines(self, request: Request) -> Response:
        """Give lines before a place, or those that hold a text."""
        log, given = self._log(request), request.query_params
        before, text = given.get("before") or None, given.get("text", "")
        if text:
            part = await run_in_threadpool(log.search, text, before)
        else:
            part = log.latest() if before is None else log.before(before)
        return JSONResponse({"lines": part.lines, "before": part.backward})

    async def follow(self, request: Request) -> Response:
        """Give the last lines, and those that follow as they come."""
        token = request.headers.get("last-event-id") or request.query_params.get("after") or None
        return _events(follow(self._hub, self._log(request), token))

    async def download(self, request: Request) -> Response:
        """Give all of a log as a file."""
        log, job = self._log(request), self._kit.job(request.path_params["job"])
        name = f"{job.id.replace(':', '_')}-{request.path_params['number']}.log"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(log.whole(), headers=headers, media_type="text/plain")

    # -- doing ---------------------------------------------------------------------------------

    async def act(self, request: Request) -> Response:
        """Do something, if one of the session's own pages asks for it."""
        given = await self._form(request)
        told = await act(self._kit, request.path_params["action"], given)
        return JSONResponse({"text": told.text, "bad": told.bad, "job": told.job})

    async def _form(self, request: Request) -> dict[str, list[str]]:
        """Read a form.

        Raises:
            Fault: 403; it does not carry the session's token. 413; it is too large.
        """
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_FORM:
                raise Fault("ClientException", "The form is larger than 1 MiB", 413)
        given = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
        if not sessions.is_token(given.get("token", [""])[0], self._secret(request)):
            message = "This form does not come from a page of yours: load the page again."
            raise Fault("AccessDeniedException", message, 403)
        return given


def _events(stream: Any) -> Response:  # noqa: ANN401 - an async iterator of bytes
    return StreamingResponse(stream, media_type="text/event-stream")


def application(kit: Kit, hub: Hub, visits: Sessions, cookie: str) -> Application:
    """Form the application.

    Args:
        kit: the yard.
        hub: keeps open pages up to date.
        visits: who may look.
        cookie: the name of the session's cookie.
    """
    pages = Starlette(routes=Pages(kit, hub, visits, cookie).routes())
    names = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]

    async def answer(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - as ASGI has it
        async def carrying(message: Any) -> None:  # noqa: ANN401 - as ASGI has it
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                added = [pair for pair in names if pair[0] not in own]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        await pages(scope, receive, carrying)

    return answer
