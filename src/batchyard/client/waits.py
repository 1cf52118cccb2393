"""Waiting for jobs: any number of them, with one question a hundred.

All waits of a process that mean the same service share one watcher; see `batchyard.polling`.
"""

from __future__ import annotations

from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from weakref import finalize

from batchyard.client.calls import call
from batchyard.client.failures import failure_of, failures, own
from batchyard.client.feeds import Feed, clients_of
from batchyard.client.gathering import Gathering, Outcomes, ids_of
from batchyard.errors import BatchyardError, NotFound, Refused, ServiceError
from batchyard.polling.news import Told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Unpack

    from batchyard.client.asking import Body
    from batchyard.client.calls import Answer
    from batchyard.client.feeds import Terms
    from batchyard.client.gathering import Outcome
    from batchyard.polling.news import News

OnFailure: TypeAlias = Literal["wait", "stop", "terminate"]
"""What a job that does not succeed means for the others."""

ON_FAILURE = ("wait", "stop", "terminate")


def wait(
    jobs: Iterable[Any],
    *,
    check: bool = True,
    on_failure: OnFailure = "wait",
    **terms: Unpack[Terms],
) -> Outcomes:
    """Wait for jobs, any number of them.

    ::

        batchyard.wait(jobs, timeout=3600)
        batchyard.wait(ids, region="eu-west-1", on_failure="terminate")

    Args:
        jobs: jobs, each in its own place, or ids of jobs in the place that the terms name.
        check: raise if one does not succeed.
        on_failure: when one does not: ``wait`` for the others all the same; ``stop`` waiting; or
            ``terminate`` them, and wait until they have ended.
        **terms: see `Terms`.

    Returns:
        How each wait ended, in the order of the jobs.

    Raises:
        Failed: a job FAILED; with the first one's exit code, reason and last log lines.
        Unfinished: the time was up, and no job has FAILED.
        NotFound: there is no such job (any more), and no other trouble.
        ServiceError: nobody answers, or only that it is asked too often.
        RefusedCredentials: the service does not let us ask.
        Refused: an argument is not what it must be.
    """
    found = checked(jobs, on_failure)
    gathering = Gathering(tuple(found))
    watched = _Watched(found, gathering, terms)
    try:
        for outcome in watched:
            if outcome.succeeded or on_failure == "wait":
                continue
            if on_failure == "stop":
                rest(gathering, outcome)
                break
            terminate(others(gathering, found), f"{outcome.job_id} did not succeed", terms)
            on_failure = "wait"
    finally:
        watched.close()
    outcomes = gathering.in_order()
    if check and outcomes.failed:
        raise error_of(outcomes, found, terms)
    return outcomes


def as_completed(jobs: Iterable[Any], **terms: Unpack[Terms]) -> Iterator[Outcome]:
    """Wait for jobs, and give the outcome of each as it comes.

    Args:
        jobs: see `wait`.
        **terms: see `Terms`.

    Raises:
        Refused: an argument is not what it must be. What becomes of a job is in its outcome.
    """
    found = ids_of(jobs)
    watched = _Watched(found, Gathering(tuple(found)), terms)
    outcomes = iter(watched)
    finalize(outcomes, watched.close).atexit = False  # a generator that never began closes nothing
    return outcomes


class _Watched:
    """The outcomes of a wait, as they come, on the thread that asks for them."""

    def __init__(self, jobs: Mapping[str, Any], gathering: Gathering, terms: Terms) -> None:
        self._gathering = gathering
        self._terms = terms
        self._heard: SimpleQueue[list[News]] = SimpleQueue()
        self._feed = Feed(jobs, terms)
        try:
            self._feed.prepare()
            self._feed.open(lambda news, _: self._heard.put(news))
        except BaseException:
            self._feed.close()
            raise

    def __iter__(self) -> Iterator[Outcome]:
        """Wait for the next outcome, until there are no more."""
        try:
            while not self._gathering.is_over:
                yield from hear(self._gathering, self._heard.get(), self._terms)
        finally:
            self.close()

    def close(self) -> None:
        """Stop waiting."""
        self._feed.close()


def hear(gathering: Gathering, news: list[News], terms: Terms) -> list[Outcome]:
    """Take news, tell them to whom the terms name, and give the outcomes in it."""
    outcomes = list(gathering.feed(news))
    if on_end := terms.get("on_end"):
        for outcome in outcomes:
            on_end(outcome)
    if progress := terms.get("progress"):
        progress(gathering.progress())
    return outcomes


def checked(jobs: Iterable[Any], on_failure: str) -> dict[str, Any]:
    """Check what is to be waited for, and how.

    Raises:
        Refused: it is not what it must be.
    """
    if on_failure not in ON_FAILURE:
        raise Refused(f"on_failure {on_failure!r}: give {', '.join(ON_FAILURE)}")
    return ids_of(jobs)


def rest(gathering: Gathering, first: Outcome) -> None:
    """Let the wait for all others be over, because of the first that did not succeed."""
    for _ in gathering.rest(f"it was not waited for, because {first.job_id} did not succeed"):
        pass


def others(gathering: Gathering, jobs: Mapping[str, Any]) -> dict[str, Any]:
    """Give the jobs that have no outcome yet."""
    return {one: job for one, job in jobs.items() if one not in gathering.outcomes}


def terminate(jobs: Mapping[str, Any], reason: str, terms: Terms) -> None:
    """Terminate jobs, wherever they are; those that are not there any more need no ending.

    Raises:
        RefusedCredentials: they do not allow it.
        ServiceError: some could not be terminated; all were tried.
    """
    failed: ServiceError | None = None
    for one, job in jobs.items():
        client = clients_of(job, terms).client("batch")
        try:
            call(client, "terminate_job", jobId=one, reason=reason)
        except (NotFound, Refused):
            continue
        except ServiceError as error:
            failed = error
    if failed is not None:
        raise failed


def error_of(outcomes: Outcomes, jobs: Mapping[str, Any], terms: Terms) -> Exception:
    """Form the error that is raised for jobs that did not succeed."""
    bad = outcomes.failed
    ended = [one for one in bad if one.error is None]
    first = (ended or bad)[0]
    if first.error is not None:
        error = own(first.error)
    else:
        error = failure_of(clients_of(jobs[first.job_id], terms), first)
    return error if len(outcomes) == 1 else failures(error, bad, len(outcomes))


def wait_for_one(job_id: str, job: Any, terms: Terms) -> Answer:  # noqa: ANN401 - a handle, sync or not
    """Wait for a job, and give AWS's JobDetail of it as it was then.

    Raises:
        BatchyardError: as `wait`; a job that FAILED is no error here.
    """
    heard: SimpleQueue[Answer | Exception] = SimpleQueue()
    feed = Feed({job_id: job}, terms)
    try:
        feed.prepare()
        feed.open(lambda news, body: heard.put(found(news, body)))
        answer = heard.get()
    finally:
        feed.close()
    if isinstance(answer, Exception):
        raise answer
    return answer


def found(news: list[News], body: Body) -> Answer | Exception:
    """Give the JobDetail that the news of one job come from, or why there is none."""
    told = next(one for one in news if isinstance(one, Told))
    if told.error is not None:
        return own(told.error)
    shown = body.detail(told.job_id)
    return BatchyardError("an answer without its job") if shown is None else shown
