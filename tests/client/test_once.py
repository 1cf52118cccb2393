"""A lost answer of SubmitJob never doubles the job, and never loses it."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.exceptions import (
    ConnectionClosedError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
)
from botocore.session import Session

from batchyard import Refused, Throttled, Unanswered
from batchyard.client import once
from batchyard.client.sessions import Client
from batchyard.client.submitting import submission
from batchyard.testing import EphemeralYard
from tests.client.definitions import Script, registered
from tests.client.road import throttle

URL = "http://batchyard.invalid"


@pytest.fixture(autouse=True, scope="module")
def definitions(here: EphemeralYard) -> None:
    registered(here)


class Body:
    def stream(self, **_: object) -> list[bytes]:
        return [b"<html>bad gateway</html>"]


def broken(status: int) -> Callable[[], Client]:
    """Answer with a page, as a proxy does."""
    body: Any = Body()
    headers: Any = HeadersDict({})
    return lambda: AWSResponse(URL, status, headers, body)


def raising(error: Exception) -> Callable[[], Client]:
    def fail() -> None:
        raise error

    return fail


LOSSES: dict[str, Callable[[], Client]] = {
    "closed": raising(ConnectionClosedError(endpoint_url=URL)),
    "timed out": raising(ReadTimeoutError(endpoint_url=URL)),
    "client": raising(HTTPClientError(error="x")),
    "500": broken(500),
    "503": broken(503),
    "a page": broken(200),
}


Step: TypeAlias = tuple[bool, Callable[[], Client] | None]
"""Whether a request arrives, and what becomes of its answer."""


class Line:
    """The way to a yard, which is otherwise a session's."""

    def __init__(self, here: EphemeralYard) -> None:
        self.deliver: Callable[..., Client] = lambda **_: None
        here.attach(self)

    def register(self, _: str, handler: Callable[..., Client]) -> None:
        self.deliver = handler


class Net:
    """Stands between a client and the yard, and loses requests or their answers.

    Args:
        here: the yard.
        plan: for each SubmitJob in turn, what becomes of it; those after them go well.
        listing: what becomes of ListJobs.
    """

    def __init__(
        self, here: EphemeralYard, *plan: Step, listing: Callable[[], Client] | None = None
    ) -> None:
        session: Client = Session()
        session.set_credentials("AKIAIOSFODNN7EXAMPLE", "secret")
        session.register("before-send.batch.SubmitJob", self.lose)
        session.register("before-send.batch.ListJobs", self.look)
        self.client = session.create_client("batch", region_name=here.region, endpoint_url=URL)
        self.plan: Iterator[Step] = iter(plan)
        self.sent = 0
        self.pauses: list[float] = []
        self._line = Line(here)
        self._listing = listing
        self._behind = here.client("batch")

    def lose(self, request: Client, **_: object) -> Client:
        self.sent += 1
        arrives, loss = next(self.plan, (True, None))
        answer = self._line.deliver(request=request) if arrives else None
        return answer if loss is None else loss()

    def look(self, request: Client, **_: object) -> Client:
        return self._listing() if self._listing else self._line.deliver(request=request)

    def submit(self, name: str | None = None) -> Client:
        options: Any = {} if name is None else {"name": name}
        request = submission(Script(), "default", None, options)
        self.name = request["jobName"]
        return once.submit(self.client, request, unique=name is None, pause=self.pauses.append)

    def there(self) -> list[str]:
        """The ids of the jobs that came out."""
        found = self._behind.list_jobs(
            jobQueue="default", filters=[{"name": "JOB_NAME", "values": [self.name]}]
        )
        return [job["jobId"] for job in found["jobSummaryList"]]


@pytest.mark.parametrize("loss", LOSSES)
def test_a_job_whose_answer_was_lost_is_found_and_adopted(here: EphemeralYard, loss: str) -> None:
    net = Net(here, (True, LOSSES[loss]))
    answer = net.submit()
    assert [answer["jobId"]] == net.there()
    assert answer["jobName"] == net.name
    assert (net.sent, net.pauses) == (1, [0])


@pytest.mark.parametrize("loss", LOSSES)
def test_a_job_that_never_arrived_is_submitted_again_once(here: EphemeralYard, loss: str) -> None:
    net = Net(here, (False, LOSSES[loss]))
    answer = net.submit()
    assert [answer["jobId"]] == net.there()
    assert (net.sent, net.pauses) == (2, list(once.LOOKS))


def test_a_second_lost_answer_is_looked_for_as_well(here: EphemeralYard) -> None:
    net = Net(here, (False, LOSSES["closed"]), (True, LOSSES["500"]))
    assert [net.submit()["jobId"]] == net.there()
    assert net.sent == 2


def test_after_two_tries_nobody_tries_on(here: EphemeralYard) -> None:
    net = Net(here, *[(False, LOSSES["closed"])] * 5)
    with pytest.raises(Unanswered, match="lost"):
        net.submit()
    assert (net.sent, net.there()) == (2, [])


def test_a_name_of_ones_own_is_submitted_again_where_no_job_has_it(here: EphemeralYard) -> None:
    net = Net(here, (False, LOSSES["closed"]))
    assert [net.submit("own-absent")["jobId"]] == net.there()


def test_a_name_of_ones_own_that_is_there_cannot_be_told_apart(here: EphemeralYard) -> None:
    net = Net(here, (True, LOSSES["closed"]))
    with pytest.raises(Unanswered, match="is it one of") as caught:
        net.submit("own")
    assert net.there()[0] in str(caught.value)
    assert net.sent == 1


def test_when_it_cannot_be_looked_for_it_is_not_submitted_again(here: EphemeralYard) -> None:
    net = Net(here, (True, LOSSES["closed"]), listing=broken(400))
    with pytest.raises(Unanswered, match="could not be looked for"):
        net.submit()
    assert net.sent == 1


def test_a_refusal_is_no_lost_answer(here: EphemeralYard) -> None:
    net = Net(here)
    request = submission(Script(), "nowhere", None, {})
    with pytest.raises(Refused, match="nowhere"):
        once.submit(net.client, request, unique=True, pause=net.pauses.append)
    assert (net.sent, net.pauses) == (1, [])


def test_what_was_never_sent_is_retried_by_botocore_as_ever(here: EphemeralYard) -> None:
    net = Net(here, (False, raising(EndpointConnectionError(endpoint_url=URL))))
    assert [net.submit()["jobId"]] == net.there()
    assert (net.sent, net.pauses) == (2, [])


def test_a_callers_own_submits_by_the_same_client_are_retried_as_ever(here: EphemeralYard) -> None:
    net = Net(here)
    net.submit()
    net.plan = iter([(False, LOSSES["closed"])])
    net.client.submit_job(jobName="theirs", jobQueue="default", jobDefinition="script")
    assert net.sent == 3


def test_whoever_keeps_the_pace_hears_of_a_429_at_once(here: EphemeralYard) -> None:
    net = Net(here, *[(False, throttle)] * 2)
    request = submission(Script(), "default", None, {})
    with pytest.raises(Throttled):
        once.submit(net.client, request, unique=True, paced=True, pause=net.pauses.append)
    assert (net.sent, net.pauses) == (1, [])
