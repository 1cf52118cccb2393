"""The yard as a job's own clients of AWS find it: an address, a region, a key, and metadata.

A container of ECS is given its role's temporary key, and what is known of it, at addresses that its
environment names. An attempt on this machine is given the same, below ``/_batchyard/attempts/``, by
paths that nobody else can guess, as long as it runs.

Sources: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html and
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote, urlsplit

import msgspec

from batchyard.batch.states import PLACED
from batchyard.server import metadata
from batchyard.server.asgi import request_of, respond
from batchyard.server.house import json_response
from batchyard.wire import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchyard.batch.model import Job
    from batchyard.engine.engine import Engine
    from batchyard.server.asgi import Receive, Scope, Send
    from batchyard.server.keys import Keys

PATHS: Final = "/_batchyard/attempts/"
"""Below it: ``JOB/ATTEMPT/WORD/credentials`` and ``JOB/ATTEMPT/WORD/metadata…``."""

LASTS: Final = timedelta(hours=1)
"""After which a client asks for its key again; the yard believes it longer (ours)."""

ANY: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - translated, not bound
"""Where a yard that listens on every address is found on its own machine."""

NOTHING: Final = "/dev/null"


HIDDEN: Final = {"AWS_CONFIG_FILE": NOTHING, "AWS_SHARED_CREDENTIALS_FILE": NOTHING}
"""So that no profile of the user's takes part."""


def leading(url: str, keys: Keys) -> dict[str, str]:
    """Form the variables that lead a process of the yard's own to it, for every service.

    Args:
        url: where the yard answers.
        keys: as whom.
    """
    return {
        "AWS_ENDPOINT_URL": _from_here(url),
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
        **HIDDEN,
    }


class Access:
    """Leads attempts to the yard.

    Args:
        keys: the yard's, from which those of attempts are derived.
        engine: gives the engine of the moment.
        now: tells the time in epoch milliseconds.
        every_service: whether the yard answers for every service of AWS.

    Attributes:
        url: where the yard answers; None where it has no address.
    """

    def __init__(
        self,
        keys: Keys,
        engine: Callable[[], Engine],
        now: Callable[[], int],
        *,
        every_service: bool,
    ) -> None:
        """Take the parts."""
        self._keys = keys
        self._engine = engine
        self._now = now
        self._every_service = every_service
        self.url: str | None = None

    def offered(self, job: Job) -> dict[str, str]:
        """Form the variables that lead a job's latest attempt to the yard, if it runs beside it."""
        attempt = job.attempts[-1]
        if self.url is None or attempt.worker_group is not None:
            return {}
        url = _from_here(self.url)
        region = job.spec.region
        return {
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "ECS_CONTAINER_METADATA_URI_V4": url + self._path(job, "metadata"),
            **self._endpoints(url),
            **self._credentials(job, url),
        }

    def _endpoints(self, url: str) -> dict[str, str]:
        """Name the yard as the endpoint of what it answers for.

        Where it answers for everything, a profile of its user's is hidden, as it is in a container.
        """
        if self._every_service:
            return {"AWS_ENDPOINT_URL": url, **HIDDEN}
        names = ("BATCH", "CLOUDWATCH_LOGS", "DATA_PIPELINE")
        return {f"AWS_ENDPOINT_URL_{name}": url for name in names}

    def _credentials(self, job: Job, url: str) -> dict[str, str]:
        """Say where a key is had; over HTTP SDKs go to loopback only, so else it is given."""
        if _is_loopback(url):
            full = url + self._path(job, "credentials")
            return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": full}
        key = self._key(job)
        return {
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
            "AWS_SESSION_TOKEN": key["Token"],
        }

    def _path(self, job: Job, what: str) -> str:
        attempt = job.attempts[-1].id
        return f"{PATHS}{quote(job.id, safe='')}/{attempt}/{self._word(job)}/{what}"

    def _word(self, job: Job) -> str:
        return self._keys.token(f"attempt {job.id} {job.attempts[-1].id}")

    def _key(self, job: Job) -> dict[str, str]:
        attempt = job.attempts[-1].id
        keys = self._keys.session(attempt)
        expires = datetime.fromtimestamp(self._now() // 1000, UTC) + LASTS
        return {
            "AccessKeyId": keys.access_key_id,
            "SecretAccessKey": keys.secret_access_key,
            "Token": self._keys.token(f"session {attempt}"),
            "Expiration": expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        """Answer an attempt."""
        request = request_of(scope, b"")
        if request.method == "GET":
            await respond(send, self._answer(request.path))
        else:
            await respond(send, _refused(405, f"{request.method} is not taken here: GET is."))

    def _answer(self, path: str) -> Response:
        job_id, _, rest = path.removeprefix(PATHS).partition("/")
        attempt, _, rest = rest.partition("/")
        word, _, what = rest.partition("/")
        job = self._engine().jobs.get(unquote(job_id))
        if job is None or job.state not in PLACED or job.attempts[-1].id != attempt:
            return _refused(404, f"No attempt {attempt!r} of a job {unquote(job_id)!r} runs here.")
        if not hmac.compare_digest(word.encode(), self._word(job).encode()):
            return _refused(404, "This is not the address that the attempt was given.")
        found = self._found(job, what)
        if found is None:
            return _refused(404, f"{what!r} is not known of an attempt.")
        return json_response(found)

    def _found(self, job: Job, what: str) -> dict[str, Any] | None:
        match what.rstrip("/"):
            case "credentials":
                return self._key(job)
            case "metadata":
                return metadata.container(job)
            case "metadata/task":
                return metadata.task(job)
            case "metadata/stats":
                return metadata.stats(job, self._now())
            case "metadata/task/stats":
                return {job.attempts[-1].id: metadata.stats(job, self._now())}
        return None


def _from_here(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    found = ANY.get(host, host)
    return f"http://{f'[{found}]' if ':' in found else found}:{parts.port}"


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refused(status: int, message: str) -> Response:
    content = msgspec.json.encode({"code": "NotFound", "message": message})
    return Response(status, (("Content-Type", "application/json"),), content)
