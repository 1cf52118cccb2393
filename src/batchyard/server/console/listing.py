"""Jobs of many queues as one list, newest first, a page at a time; never is all looked at.

Each queue is asked for a page, and the newest of all pages are taken. Where the next page begins
is known for each queue. Only tags are not indexed: by a tag, so many jobs are looked through, and
whoever wants more goes on from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from batchyard.batch.states import JobState
from batchyard.errors import Fault, Refused
from batchyard.store.asking import JobQuery

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from batchyard.batch.ids import Place
    from batchyard.engine.engine import Engine
    from batchyard.server.console.asked import Asked
    from batchyard.server.console.kit import Kit
    from batchyard.store.asking import JobPage, JobSummaryRow


class Limits(NamedTuple):
    """How many jobs (ours).

    Attributes:
        page: rows of a page: more than a screen holds, and formed in a moment.
        look: jobs that are looked at in one go for a tag.
        most: jobs that one page looks through for a tag: some 50 ms.
    """

    page: int = 100
    look: int = 500
    most: int = 5_000


LIMITS: Final = Limits()

END: Final = ""
"""The cursor of a queue that has no more."""

_tagged = msgspec.json.Decoder(type=dict[str, msgspec.Raw])


class Listed(NamedTuple):
    """A page.

    Attributes:
        rows: the jobs, newest first.
        after: where the next page begins; None: there is none.
        looked: how many jobs were looked through.
    """

    rows: Sequence[JobSummaryRow]
    after: Mapping[str, str] | None
    looked: int


class _Part(NamedTuple):
    """What a queue has for a page."""

    query: JobQuery
    page: JobPage


def listed(kit: Kit, asked: Asked, limits: Limits = LIMITS) -> Listed:
    """List jobs.

    Args:
        kit: the yard.
        asked: which.
        limits: how many at most.

    Raises:
        Fault: a cursor is no page's.
    """
    if not asked.tag:
        return _page(kit, asked, limits.page)
    found: list[JobSummaryRow] = []
    looked = 0
    while True:
        part = _page(kit, asked, limits.look)
        found += _with_tag(kit.engine, part.rows, asked.tag)
        looked += len(part.rows)
        if part.after is None or len(found) >= limits.page or looked >= limits.most:
            return Listed(found, part.after, looked)
        asked = asked._replace(after=part.after)


def _page(kit: Kit, asked: Asked, limit: int) -> Listed:
    parts = {part.query.queue or "": part for part in _parts(kit, asked, limit)}
    rows = [(row, arn) for arn, part in parts.items() for row in part.page.rows]
    rows.sort(key=lambda each: -each[0].created_at)
    taken = rows[:limit]
    numbers = dict.fromkeys(parts, 0)
    for _, arn in taken:
        numbers[arn] += 1
    after = {arn: _after(kit, part, numbers[arn]) for arn, part in parts.items()}
    more = any(cursor != END for cursor in after.values())
    return Listed([row for row, _ in taken], after if more else None, len(taken))


def _parts(kit: Kit, asked: Asked, limit: int) -> Iterator[_Part]:
    after = asked.after or {}
    for place, queue in kit.queues(asked.region, asked.queue):
        if after.get(queue.arn) == END:
            continue
        if asked.after is not None and queue.arn not in after:
            continue
        query = JobQuery(
            place=place,
            queue=queue.arn,
            states=asked.states,
            name=asked.begins,
            limit=limit,
            after=after.get(queue.arn) if after.get(queue.arn) != START else None,
        )
        yield _Part(query, _asked(kit, query))


START: Final = "start"
"""The cursor of a queue of which nothing was taken yet."""


def _after(kit: Kit, part: _Part, taken: int) -> str:
    """Say where a queue goes on, of whose page so many rows were taken."""
    if taken == len(part.page.rows):
        return part.page.next or END
    if not taken:
        return part.query.after or START
    shorter = msgspec.structs.replace(part.query, limit=taken)
    return _asked(kit, shorter).next or END


def _asked(kit: Kit, query: JobQuery) -> JobPage:
    try:
        return kit.engine.store.list_jobs(query)
    except Refused:
        raise Fault("ClientException", "This is no page of jobs; begin with the first") from None


def _with_tag(engine: Engine, rows: Sequence[JobSummaryRow], tag: str) -> Iterator[JobSummaryRow]:
    """Give those that have a tag; most are told by their bytes."""
    key, equals, value = tag.partition("=")
    mark = msgspec.json.encode(key) + b":" + (msgspec.json.encode(value) if equals else b"")
    details = _details(engine, rows)
    for row in rows:
        detail = details.get(row.id, b"")
        if mark in detail and _has(detail, key, value if equals else None):
            yield row


def _has(detail: bytes, key: str, value: str | None) -> bool:
    tags = _tagged.decode(detail).get("tags")
    found = {} if tags is None else msgspec.json.decode(tags, type=dict[str, str])
    return key in found and (value is None or found[key] == value)


def _details(engine: Engine, rows: Sequence[JobSummaryRow]) -> dict[str, bytes]:
    live = {row.id: engine.jobs[row.id] for row in rows if row.id in engine.jobs}
    found = {name: engine.shown.detail(job) for name, job in live.items()}
    ended: dict[Place, list[str]] = {}
    for row in rows:
        if row.id not in live:
            ended.setdefault(place_of(row.queue), []).append(row.id)
    for place, names in ended.items():
        found |= engine.store.details(place, names)
    return found


def place_of(arn: str) -> Place:
    """Take the place out of an ARN."""
    from batchyard.batch.ids import Place

    _, _, _, region, account, _ = arn.split(":", 5)
    return Place(account, region)


def children(engine: Engine, parent: str, place: Place) -> Iterator[tuple[int, JobState]]:
    """Tell the states of an array's children, as they are stored."""
    after: str | None = None
    while True:
        query = JobQuery(place=place, parent=parent, limit=1000, after=after)
        page = engine.store.list_jobs(query)
        yield from ((row.index or 0, row.state) for row in page.rows)
        after = page.next
        if after is None:
            return
