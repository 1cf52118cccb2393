"""A yard inside this process: no socket, the same answers.

It runs on a thread with an event loop of its own; botocore clients reach it through their
``before-send`` hook, so whatever uses boto3 works on it unchanged.
"""

from __future__ import annotations

import asyncio
import io
import threading
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from batchyard.errors import Refused, YardError
from batchyard.server.app import Yard
from batchyard.wire import Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.server.gateway import Gateway
    from batchyard.server.options import Options

SERVED = ("batch", "logs", "datapipeline")
"""What the endpoint prefixes of the services served are called in botocore's hooks."""

URL = "http://batchyard.invalid"
"""Where clients believe the yard to be; nothing is ever sent there (RFC 2606)."""


class InProcessYard:
    """A yard on a thread of this process. Start and stop it, or use it in a with statement.

    Args:
        options: how it is started; host, port, names and auth have no meaning here.

    Raises:
        Refused: moto is asked for, which speaks to the yard by its address.
    """

    def __init__(self, options: Options) -> None:
        """Take the options; nothing happens before `start`."""
        if options.with_moto:
            message = "a yard in this process has no address that moto could speak to: with_moto"
            raise Refused(f"{message} is for `batchyard serve`")
        self._options = options
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._yard: Yard | None = None
        self._gateway: Gateway | None = None
        self._session: Any = None

    def start(self) -> None:
        """Begin to answer.

        Raises:
            YardError: the yard cannot begin.
        """
        if self._thread is not None:
            return
        begun = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._run, args=(self._loop, begun), name="batchyard-yard", daemon=True
        )
        self._thread.start()
        begun.wait()
        self._call(self._begin())

    def _run(self, loop: asyncio.AbstractEventLoop, begun: threading.Event) -> None:
        asyncio.set_event_loop(loop)
        loop.call_soon(begun.set)
        loop.run_forever()

    async def _begin(self) -> None:
        self._yard = Yard(self._options)
        await self._yard.start()
        self._gateway = self._yard.gateway(self._options.port)

    def stop(self) -> None:
        """End what runs, and the thread; twice, or before the start, is fine."""
        if self._thread is None or self._loop is None:
            return
        if self._yard is not None:
            self._call(self._yard.stop(jobs=self._options.stop_jobs))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._thread = self._loop = self._yard = self._gateway = None

    def _call(self, coroutine: Any) -> Any:  # noqa: ANN401 - whatever the coroutine gives
        if self._loop is None:
            coroutine.close()
            raise YardError("this yard is not running: start it first")
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def answer(self, request: Request) -> Response:
        """Answer a request, from any thread but the yard's own.

        Raises:
            YardError: the yard is not running.
        """
        response: Response = self._call(self._answer(request))
        return response

    async def _answer(self, request: Request) -> Response:
        assert self._gateway is not None  # noqa: S101 - _call has found the loop running
        return await self._gateway.answer_own(request)

    def attach(self, session: Any) -> None:  # noqa: ANN401 - botocore ships no types
        """Let a botocore session's clients speak to this yard.

        Args:
            session: a botocore session (``boto3.Session()._session`` is one); clients that it
                makes from now on, for the services served here, are answered by the yard.
        """
        for service in SERVED:
            session.register(f"before-send.{service}.*", self._intercept)

    def _intercept(self, request: Any, **_: object) -> Any:  # noqa: ANN401 - botocore's request
        from botocore.awsrequest import AWSResponse, HeadersDict

        url = urlsplit(request.url)
        body = request.body or b""
        response = self.answer(
            Request(
                method=request.method,
                path=url.path,
                query=url.query,
                headers={name.lower(): _text(value) for name, value in request.headers.items()},
                body=body.encode() if isinstance(body, str) else bytes(body),
            )
        )
        headers: Any = HeadersDict(response.headers)
        return AWSResponse(request.url, response.status, headers, _Body(response.body))

    def client(self, service: str, region: str = "us-east-1") -> Any:  # noqa: ANN401 - botocore ships no types
        """Make a botocore client of this yard, as boto3's are.

        Args:
            service: ``batch`` or ``logs``.
            region: where it works; every region has its own queues and jobs.
        """
        if self._session is None:
            self._session = _session()
            self.attach(self._session)
        return self._session.create_client(
            service,
            region_name=region,
            endpoint_url=URL,
            aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
            aws_secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",  # noqa: S106 - AWS's documented example
        )

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()


def _session() -> Any:  # noqa: ANN401 - botocore ships no types
    import botocore.session

    return botocore.session.Session()


class _Body(io.BytesIO):
    """A body as botocore reads it from urllib3."""

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.getvalue()


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
