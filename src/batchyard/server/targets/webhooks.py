"""A webhook: each event is posted by itself, as API destinations of EventBridge do.

Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from batchyard import __version__
from batchyard.errors import Refused, ServiceError, Unreachable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchyard.batch.notices import Notice

TIMEOUT = 5.0
"""Seconds to wait for an answer, as EventBridge waits for an API destination (see above)."""


class Webhook:
    """Posts events to a URL; any answer of 200 to 299 takes one.

    Args:
        url: where to; what stands in its query is not shown anywhere.
    """

    most = 1
    lanes = 8
    in_order = False

    def __init__(self, url: str) -> None:
        """Look at the URL; nothing is sent before `send`.

        Raises:
            Refused: it has no host.
        """
        parts = urlsplit(url)
        if not parts.hostname:
            raise Refused(f"--events-to {url!r}: the URL names no host")
        self._url = url
        self.name = parts._replace(query="", fragment="", netloc=_host(url)).geturl()
        self._pool: Any = None

    def send(self, notices: Sequence[Notice]) -> Mapping[int, str]:
        """Post notices, one after the other; see `Target.send`."""
        for notice in notices:
            self._post(notice.body)
        return {}

    def _post(self, body: bytes) -> None:
        import urllib3

        try:
            answer = self._connections().request(
                "POST", self._url, body=body, timeout=TIMEOUT, retries=False, redirect=False
            )
        except urllib3.exceptions.HTTPError as error:
            reason = str(error).replace(self._url, self.name)
            raise Unreachable(f"nobody answers at {self.name}: {reason}") from None
        if not 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP's successes
            raise ServiceError(f"{self.name} answered {answer.status}")

    def _connections(self) -> Any:  # noqa: ANN401 - urllib3 is imported late
        if self._pool is None:
            import urllib3

            headers = {
                "Content-Type": "application/json; charset=utf-8",
                "User-Agent": f"batchyard/{__version__}",
                **_credentials(self._url),
            }
            self._pool = urllib3.PoolManager(maxsize=self.lanes, headers=headers)
        return self._pool

    def close(self) -> None:
        """Let go of connections; see `Target.close`."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.clear()


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def _credentials(url: str) -> dict[str, str]:
    """Form the header of the name and the password that a URL holds, if it does."""
    from urllib.parse import unquote

    import urllib3

    said = urlsplit(url).netloc.rpartition("@")[0]
    return urllib3.make_headers(basic_auth=unquote(said)) if said else {}
