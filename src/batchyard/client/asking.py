"""DescribeJobs for the watcher: of each answer, only what a wait needs is read.

botocore's own reading of an answer costs eight times as much as this one, so that part of it is
replaced, for the one client that the watcher asks with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from batchyard.client.calls import call
from batchyard.errors import CallerError, NotFound, RefusedCredentials, ServiceError, Unreachable
from batchyard.polling.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchyard.client.sessions import Client, Clients

CONNECTIONS = 16
"""Questions that may be under way at once."""

CONFIG: dict[str, Any] = {
    "connect_timeout": 10,
    "read_timeout": 30,
    "max_pool_connections": CONNECTIONS,
    "retries": {"total_max_attempts": 1},
    "parameter_validation": False,
}
"""botocore's Config: a question that fails is asked again when `polling` says so, not before."""

OUTPUT = "DescribeJobsResponse"
"""The shape, in botocore's model, that is read here."""

GOOD = 200


class Body:
    """An answer as it came. Many wait for its jobs: who asks first finds each one's place in it.

    Args:
        said: JSON; empty where there was no answer.
    """

    __slots__ = ("_places", "_said")

    def __init__(self, said: bytes = b"") -> None:
        self._said = said
        self._places: dict[str, msgspec.Raw] | None = None

    def detail(self, job_id: str) -> dict[str, Any] | None:
        """Read one job whole: AWS's JobDetail, or None if the answer does not show it."""
        if self._places is None:
            shown = _RAW.decode(self._said).jobs if self._said else ()
            self._places = {_NAME.decode(raw).job_id: raw for raw in shown}
        raw = self._places.get(job_id)
        return None if raw is None else msgspec.json.decode(raw)


class Answer(NamedTuple):
    """What one question brought.

    Attributes:
        jobs: what is seen of each job that was shown.
        body: the answer as it came.
    """

    jobs: list[Seen]
    body: Body


class _Shown(msgspec.Struct, gc=False):
    jobs: list[Seen] = []


class _Raw(msgspec.Struct, gc=False):
    jobs: list[msgspec.Raw] = []


class _Name(msgspec.Struct, gc=False, rename="camel"):
    job_id: str


_SHOWN = msgspec.json.Decoder(_Shown)
_RAW = msgspec.json.Decoder(_Raw)
_NAME = msgspec.json.Decoder(_Name)


class Parsers:
    """A factory of response parsers that read DescribeJobs in another way.

    Args:
        theirs: botocore's factory, which makes the parsers of everything else.
    """

    def __init__(self, theirs: Client) -> None:
        self._theirs = theirs

    def set_parser_defaults(self, **defaults: object) -> None:
        """Pass on how values are to be read."""
        self._theirs.set_parser_defaults(**defaults)

    def create_parser(self, protocol: str) -> Parser:
        """Make the parser of a protocol."""
        return Parser(self._theirs.create_parser(protocol))


class Parser:
    """A response parser that reads good answers of DescribeJobs itself.

    Args:
        theirs: botocore's parser, which reads errors and everything else.
    """

    def __init__(self, theirs: Client) -> None:
        self._theirs = theirs

    def parse(self, response: dict[str, Any], shape: Client) -> dict[str, Any]:
        """Read an answer; see botocore's ``ResponseParser.parse``."""
        good = response["status_code"] == GOOD
        if not good or shape is None or shape.name != OUTPUT:
            return self._read(response, shape)
        said = response["body"]
        answer = Answer(_SHOWN.decode(said).jobs, Body(said))
        return {"answer": answer, "ResponseMetadata": {"HTTPStatusCode": GOOD}}

    def _read(self, response: dict[str, Any], shape: Client) -> dict[str, Any]:
        """Let botocore read; what it cannot, such as a proxy's page in Latin-1, tells a status."""
        try:
            parsed: dict[str, Any] = self._theirs.parse(response, shape)
        except Exception:  # noqa: BLE001 - whatever comes of reading what is not AWS's
            status = response["status_code"]
            metadata = {"HTTPStatusCode": status}
            return {"Error": {"Code": str(status)}, "ResponseMetadata": metadata}
        return parsed


def asker(clients: Clients) -> Client:
    """Make the client that a watcher asks with."""
    return clients.own_client("batch", Parsers, **CONFIG)


def ask(client: Client, ids: Sequence[str]) -> Answer:
    """Ask about jobs, at most 100.

    Args:
        client: an `asker`.
        ids: whose.

    Raises:
        BatchyardError: there is no answer, or it is not one of AWS Batch; see `call`.
    """
    try:
        answer = call(client, "describe_jobs", jobs=list(ids)).get("answer")
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _foreign(error) from error
    except CallerError as error:
        if isinstance(error, RefusedCredentials) or _is_of_batch(error):
            raise
        raise _foreign(error) from error
    if answer is None:
        raise Unreachable(f"describe_jobs: {client.meta.endpoint_url} does not answer as AWS does")
    found: Answer = answer
    return found


def _foreign(error: Exception) -> ServiceError:
    return ServiceError(f"describe_jobs: the answer is not one of AWS Batch ({error})")


def _is_of_batch(error: CallerError) -> bool:
    """Tell whether Batch refuses, or botocore: what only has a status is said by others on the way.

    DescribeJobs leaves out what it does not know, and does not say that it is not found:
    https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobs.html
    """
    response: Client = getattr(error.__cause__, "response", None)
    code: str = response["Error"].get("Code", "") if response else "botocore's"
    return bool(code) and not code.isdigit() and not isinstance(error, NotFound)
