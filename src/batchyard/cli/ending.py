"""What `batchyard cancel` and `batchyard terminate` do, which differ in whom they leave alone."""

from __future__ import annotations

from collections import Counter
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from batchyard.cli.completing import queues as offered_queues
from batchyard.cli.target import targeted
from batchyard.polling.seen import ENDED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from batchyard.cli.choosing import Choice
    from batchyard.cli.target import Target
    from batchyard.client.calls import Answer

WAITING = ("SUBMITTED", "PENDING", "RUNNABLE")
BEYOND_CANCEL = ("STARTING", "RUNNING")
"""https://docs.aws.amazon.com/batch/latest/APIReference/API_CancelJob.html: "Jobs that
progressed to the STARTING or RUNNING state aren't canceled"."""

SHOWN = 3
"""Names of jobs in a summary."""


class Ending(NamedTuple):
    """How jobs are ended.

    Attributes:
        operation: of the service.
        verb: in one word.
        done: what has become of a job.
        statuses: in which it takes hold of a job.
    """

    operation: str
    verb: str
    done: str
    statuses: tuple[str, ...]


CANCEL = Ending("cancel_job", "cancel", "cancelled", WAITING)
TERMINATE = Ending("terminate_job", "terminate", "terminated", (*WAITING, *BEYOND_CANCEL))


class Wish(NamedTuple):
    """What was asked for.

    Attributes:
        jobs: ids; without any and without filters, those on standard input.
        queues: only jobs in these.
        choice: only jobs that are meant by it.
        reason: becomes their statusReason.
        yes: do not ask.
        dry_run: change nothing.
    """

    jobs: tuple[str, ...]
    queues: tuple[str, ...]
    choice: Choice
    reason: str
    yes: bool
    dry_run: bool

    @property
    def filtered(self) -> bool:
        """Whether jobs are chosen by what they are, and not by their ids."""
        return bool(self.queues or self.choice.statuses or self.choice.name)


def ends(how: Ending) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the options of ending jobs; it gets a `Target` and a `Wish`."""

    def decorated(command: Callable[..., Any]) -> Callable[..., Any]:
        @click.option("--queue", "-q", multiple=True, shell_complete=offered_queues, help=_QUEUE)
        @click.option(
            "--status",
            "-s",
            "statuses",
            multiple=True,
            type=click.Choice(how.statuses, case_sensitive=False),
            help="All jobs in this status.",
        )
        @click.option("--name", help="All jobs of this name; `*` at its end for any rest.")
        @click.option(
            "--reason",
            default=f"{how.done.capitalize()} by batchyard {how.verb}",
            show_default=True,
            help="Becomes their statusReason.",
        )
        @click.option("--dry-run", is_flag=True, help="Tell what would be done, and do nothing.")
        @click.option("--yes", "-y", is_flag=True, help="Do not ask.")
        @targeted
        @wraps(command)
        def wrapped(*, target: Target, **options: Any) -> object:  # noqa: ANN401 - click's values
            return command(target=target, wish=_wish(**options))

        return wrapped

    return decorated


_QUEUE = "All jobs in this queue that have not ended."


def _wish(
    *,
    queue: tuple[str, ...],
    statuses: tuple[str, ...],
    name: str | None,
    **options: Any,  # noqa: ANN401 - click's values, the other fields of Wish
) -> Wish:
    from batchyard.cli.choosing import Choice

    return Wish(queues=queue, choice=Choice(statuses=statuses, name=name), **options)


def end(how: Ending, target: Target, wish: Wish) -> int:
    """End jobs, all of which must be known before any is touched.

    Returns:
        0, or 1 when the service refused one of them.

    Raises:
        NotFound: there is no such job; none was touched.
    """
    from batchyard.cli.target import confirm

    found = _found(how, target, wish)
    if wish.dry_run:
        for job in found:
            click.echo(f"{job['jobId']} {job['jobName']} {told(how, job['status'], would=True)}")
        return 0
    if not found:
        click.echo(f"batchyard: there is no job to {how.verb}", err=True)
        return 0
    question = None
    if wish.filtered and len(found) > 1:
        click.echo(summary(found), err=True)
        question = f"{how.verb.capitalize()} {len(found)} jobs?"
    confirm(target, yes=wish.yes, question=question)
    return max([_end(how, target, job, wish.reason) for job in found])


def _found(how: Ending, target: Target, wish: Wish) -> Sequence[Answer]:
    """Find the jobs: by id those that were named, else those alive that filters let through."""
    from batchyard.cli.choosing import chosen
    from batchyard.cli.given import ids
    from batchyard.cli.listing import known, queues
    from batchyard.errors import Refused

    if not wish.filtered:
        return known(target, ids(wish.jobs))
    if wish.jobs:
        raise Refused("give ids, or --queue, --status and --name to choose jobs by; not both")
    choice = wish.choice._replace(statuses=wish.choice.statuses or how.statuses)
    listed = chosen(target.batch, wish.queues or queues(target.batch), choice)
    return [job for job in listed if (job.get("arrayProperties") or {}).get("index") is None]


def summary(jobs: Sequence[Answer]) -> str:
    """Tell of many jobs in a line: how many in which status, and what the first are called."""
    counts = Counter(job["status"] for job in jobs)
    told = ", ".join(f"{counts[one]} {one}" for one in TERMINATE.statuses if counts[one])
    names = list(dict.fromkeys(job["jobName"] for job in jobs))
    more = ", …" if len(names) > SHOWN else ""
    return f"{len(jobs)} jobs: {told} ({', '.join(names[:SHOWN])}{more})"


def _end(how: Ending, target: Target, job: Answer, reason: str) -> int:
    """End a job; when the service refuses one, the others are still to be ended."""
    from batchyard.client.calls import call
    from batchyard.errors import NotFound, Refused, Throttled

    try:
        call(target.batch, how.operation, jobId=job["jobId"], reason=reason)
    except (NotFound, Refused, Throttled) as error:
        click.echo(f"batchyard: {job['jobId']} not {how.done}: {error}", err=True)
        return 1
    click.echo(f"{job['jobId']} {told(how, job['status'])}")
    return 0


def told(how: Ending, status: str, *, would: bool = False) -> str:
    """Tell what the service makes of it for a job that was in this status.

    Args:
        how: it is ended.
        status: the job's.
        would: whether this is only what would be done.
    """
    if status in ENDED:
        return f"left alone: it is {status}"
    if status not in how.statuses:
        return f"left alone: it is {status}, which only `batchyard terminate` ends"
    return f"would be {how.done}" if would else how.done
