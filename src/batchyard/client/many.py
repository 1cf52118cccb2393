"""Submitting many jobs: at the pace that AWS allows, several requests at once, and resumable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from batchyard.client.calls import Answer
from batchyard.client.crew import Crew
from batchyard.client.earlier import Earlier
from batchyard.client.flow import Flow
from batchyard.client.jobs import Job
from batchyard.client.lacking import check_foldable
from batchyard.client.names import check_key
from batchyard.client.orders import Fold, Item, Order, items_of, request_of, runs_of
from batchyard.client.sessions import Connection, connect, is_of_aws
from batchyard.client.submitting import Submission
from batchyard.errors import BatchyardError, Refused
from batchyard.polling.budget import Budget, Rates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import TypeAlias, Unpack

    from batchyard.client.definitions import JobDefinition
    from batchyard.client.orders import Saying
    from batchyard.client.sessions import Client, Clients

    Given: TypeAlias = JobDefinition | tuple[JobDefinition, Saying]

AWS_RATE = 50.0
"""SubmitJobs a second that AWS allows an account in a region:
https://repost.aws/knowledge-center/aws-batch-requests-error"""

LEAST = 0.5
"""SubmitJobs a second that are tried even if nothing but 429s come back."""

FREE = Rates(first=100.0, most=1000.0, least=LEAST, burst=20.0, rise=1.0)
"""Of anybody else, who may still say 429; in the end more than a process can send."""

AT_ONCE = 10
"""Requests under way: at 50 a second, and 200 ms for an answer. A boto3 client has as many
connections, unless it was told otherwise."""

T = TypeVar("T")


class Many(Submission, Connection, total=False):
    """How many items are submitted; what they share, as `Submission` has it; and where.

    Attributes:
        resume: a key of this batch, up to 64 letters, digits, ``-`` and ``_``. Items get lasting
            names under it, and those whose job is there already, whatever became of it, are not
            submitted again. One call at a time may use a key.
        resubmit_failed: with `resume`, submit items again whose last job FAILED.
        fold: the parameter that numbers the items. Neighbours that are equal but for the next
            number become one array, up to 10,000 each; the number is no longer a parameter, and
            the command takes it from ``AWS_BATCH_JOB_ARRAY_INDEX``, which an array of one has not.
        fold_offset: an environment variable that the command adds to it. Without one every run
            of numbers must begin at 0 and fit into one array.
        rate: requests a second, at most; 50 when not given, which is what AWS allows, and as fast
            as it goes where it is not AWS that is asked. Each 429 lowers it for a while.
        at_once: how many requests may be under way, 10 when not given.
        on_submitted: called with each job as soon as it is submitted or found.
    """

    resume: str | None
    resubmit_failed: bool
    fold: str | None
    fold_offset: str | None
    rate: float | None
    at_once: int
    on_submitted: Callable[[Any], object] | None


def submit_many(
    items: Iterable[Given],
    queue: str | None = None,
    container_overrides: Mapping[str, Any] | None = None,
    **options: Unpack[Many],
) -> list[Job]:
    """Submit any number of jobs, each exactly once.

    Ctrl-C waits a moment for the answers that are under way; the cause of the KeyboardInterrupt is
    an Unsubmitted that holds what was submitted.

    Args:
        items: definitions, or pairs of one and its options (``queue``, ``container_overrides`` and
            those of `Submission`), which win over the shared ones. Taken one by one as they can
            be sent, on the caller's thread.
        queue: the queue's name or ARN, for items that name none.
        container_overrides: AWS's containerOverrides, for items that have none.
        **options: see `Many`.

    Returns:
        A job for each item, in their order, each with the service's response; for an item of an
        array its child (``id:index``) with the array's.

    Raises:
        Unsubmitted: some items were not submitted. It holds the jobs of the others, and an error
            for each item that was refused or whose answer was lost; where something ended it all
            (credentials, a queue or definition that is not there, nobody answering, an error of
            `items` itself), that is its cause.
        BatchyardError: what ended it all, if nothing was submitted before.
    """
    return batch_of(items, queue, container_overrides, options, job_of).run()


def job_of(order: Order, index: int, answer: Answer, clients: Clients) -> Job:
    """Take hold of the job of an order's item."""
    return Job._of(order, index, answer, clients)  # noqa: SLF001 - a handle on what exists


@dataclass(frozen=True)
class Batch(Generic[T]):
    """A call of `submit_many`, ready to run once."""

    orders: Iterator[tuple[Order, Answer | BatchyardError | None]]
    flow: Flow[T]
    crew: Crew

    def run(self) -> list[T]:
        """Submit the items; see `submit_many`."""
        return self.flow.run(self.orders)

    def interrupt(self) -> None:
        """End it early, from another thread."""
        self.crew.interrupt()


def batch_of(
    items: Iterable[Given],
    queue: str | None,
    container_overrides: Mapping[str, Any] | None,
    options: Many,
    job: Callable[[Order, int, Answer, Clients], T],
) -> Batch[T]:
    """Prepare a call of `submit_many`; nothing is sent.

    Args:
        items: see there.
        queue: see there.
        container_overrides: see there.
        options: see there.
        job: makes what is given for an item.

    Raises:
        Refused: an option is unknown or cannot be.
    """
    _check(options)
    own: Any = options
    clients = connect(**{name: own[name] for name in Connection.__annotations__ if name in own})
    client = clients.client("batch")
    said = {name: own[name] for name in Submission.__annotations__ if name in own}
    if "depends_on" in said:
        said["depends_on"] = tuple(said["depends_on"])  # each item takes them anew
    shared = {"queue": queue, "container_overrides": container_overrides, **said}
    crew = Crew(client, options.get("at_once", AT_ONCE))
    rates = _rates(options.get("rate"), is_of_aws(client.meta.endpoint_url))
    report = options.get("on_submitted") or _nothing

    def handle(order: Order, index: int, answer: Answer) -> T:
        return job(order, index, answer, clients)

    flow = Flow(client, crew, Budget(rates), handle, report)
    return Batch(_orders(client, items_of(items, shared), options), flow, crew)


def _rates(rate: float | None, on_aws: bool) -> Rates:  # noqa: FBT001 - what is known of the place
    """Choose how fast requests may leave."""
    if rate is None and not on_aws:
        return FREE
    most = rate or AWS_RATE
    return Rates(most, most, min(LEAST, most), max(1.0, most / 10), rise=1.0)


def _nothing(_: object) -> None:
    """Report to nobody."""


def _check(options: Many) -> None:
    if unknown := set(options) - set(Many.__annotations__):
        raise Refused(f"submit_many has no option {', '.join(sorted(unknown))}")
    rate, at_once = options.get("rate"), options.get("at_once", AT_ONCE)
    if rate is not None and not rate > 0:
        raise Refused(f"rate {rate!r}: give requests a second, above 0")
    if at_once < 1:
        raise Refused(f"at_once {at_once!r}: give a number from 1")
    resume = options.get("resume")
    if resume is not None:
        check_key(resume)
    if resume is not None and options.get("name"):
        raise Refused("resume names the items itself: give no name")
    if resume is None and options.get("resubmit_failed"):
        raise Refused("resubmit_failed says what to find again: give resume as well")
    if options.get("fold") is None and options.get("fold_offset") is not None:
        raise Refused("fold_offset belongs to fold: name the parameter that counts there")


def _orders(
    client: Client, items: Iterator[Item], options: Many
) -> Iterator[tuple[Order, Answer | BatchyardError | None]]:
    """Form a request for each item or run, and say what is known of it already."""
    field, key = options.get("fold"), options.get("resume")
    fold = None if field is None else Fold(field, options.get("fold_offset"))
    again = options.get("resubmit_failed", False)
    checked: set[object] = set()
    earlier = None if key is None else Earlier(client, key, resubmit_failed=again)
    for run in ((item,) for item in items) if fold is None else runs_of(items, fold):
        try:
            order = _order(run, fold, lasting=earlier is not None)
        except Refused as error:
            yield Order(run, {}, unique=False), error
            continue
        if fold is not None:
            _check_foldable(client, order, fold, checked)
        yield (order, None) if earlier is None else earlier.named(order)


def _order(run: tuple[Item, ...], fold: Fold | None, *, lasting: bool) -> Order:
    named = bool(run[0].options.get("name"))
    if named and lasting:
        raise Refused(f"item {run[0].position} has a name of its own, which resume cannot find")
    return Order(run, request_of(run, fold), unique=not named)


def _check_foldable(client: Client, order: Order, fold: Fold, checked: set[object]) -> None:
    """Ask once for each definition."""
    command = order.request.get("containerOverrides", {}).get("command") or ()
    asked = order.request["jobDefinition"], tuple(command)
    if asked not in checked:
        check_foldable(client, order.request, fold.field)
        checked.add(asked)
