"""Chooses jobs by queue, status, name, definition, share and time.

ListJobs takes one filter at a time, and none of them with a status
(https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html): the narrowest one is
asked for, and the rest is looked at here.
"""

from __future__ import annotations

from heapq import merge
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

from batchyard.cli.shown import tail
from batchyard.client.calls import every

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from batchyard.client.calls import Answer
    from batchyard.client.sessions import Client

EVER = [{"name": "AFTER_CREATED_AT", "values": ["0"]}]
"""With a filter, ListJobs shows jobs of every status; without one, the RUNNING ones."""


class Choice(NamedTuple):
    """Which jobs are meant; what is not given leaves every job in.

    Attributes:
        statuses: in one of these.
        name: of this name, in any case of its letters; ``*`` at its end for any rest.
        definition: of this definition: a name, also with a revision or ``*`` at its end, or an ARN.
        share: of this share identifier.
        after: created at or after this moment, in milliseconds since the epoch.
        before: created before it.
    """

    statuses: tuple[str, ...] = ()
    name: str | None = None
    definition: str | None = None
    share: str | None = None
    after: int | None = None
    before: int | None = None

    def holds(self, job: Answer) -> bool:
        """Tell whether a job is meant, from AWS's JobSummary."""
        created = _created(job)
        return (
            (not self.statuses or job["status"] in self.statuses)
            and (self.name is None or matches(job["jobName"].lower(), self.name.lower()))
            and (self.definition is None or _is_of(job, self.definition))
            and (self.share is None or job.get("shareIdentifier") == self.share)
            and (self.after is None or created >= self.after)
            and (self.before is None or created < self.before)
        )


def matches(text: str, pattern: str) -> bool:
    """Match a text exactly, or before the ``*`` at a pattern's end."""
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def _is_of(job: Answer, definition: str) -> bool:
    """Tell whether a job is of a definition: ARNs whole, names with their revision or without."""
    own = str(job.get("jobDefinition") or "")
    if definition.startswith("arn:"):
        return own == definition
    if not own:  # what is not shown was asked for, and is taken at its word
        return True
    full = tail(own)
    return matches(full if ":" in definition else full.partition(":")[0], definition)


def chosen(client: Client, queues: Iterable[str], choice: Choice) -> Iterator[Answer]:
    """List the jobs of queues that are meant, the newest first.

    Args:
        client: of Batch.
        queues: their names or ARNs.
        choice: which.
    """
    listings = [_listed(client, queue, one, choice) for queue in queues for one in requests(choice)]
    yield from merge(*listings, key=lambda job: -_created(job))


def _listed(
    client: Client, queue: str, request: Mapping[str, Any], choice: Choice
) -> Iterator[Answer]:
    listed = every(client, "list_jobs", "jobSummaryList", jobQueue=queue, **request)
    after = choice.after
    if choice.name is None and after is not None:
        listed = takewhile(lambda job: _created(job) >= after, listed)
    return filter(choice.holds, listed)


def _created(job: Answer) -> int:
    return int(job.get("createdAt") or 0)


def requests(choice: Choice) -> list[dict[str, Any]]:
    """Form what to ask ListJobs for, so that all that are meant are among the answers.

    Without a filter, each status is asked for: a queue's history may be long, and what waits is
    short.
    """
    if filters := _filters(choice):
        return [{"filters": filters}]
    if choice.statuses:
        return [{"jobStatus": status} for status in choice.statuses]
    return [{"filters": EVER}]


def _filters(choice: Choice) -> list[dict[str, Any]]:
    """Choose the narrowest filter; a definition's has a revision in an ARN only."""
    definition = choice.definition
    if definition is not None and not definition.startswith("arn:"):
        definition = definition.partition(":")[0]
    wanted = (
        ("JOB_NAME", choice.name),
        ("JOB_DEFINITION", definition),
        ("SHARE_IDENTIFIER", choice.share),
        ("AFTER_CREATED_AT", None if choice.after is None else max(0, choice.after - 1)),
        ("BEFORE_CREATED_AT", choice.before),
    )
    given = [{"name": name, "values": [str(value)]} for name, value in wanted if value is not None]
    return given[:1]
