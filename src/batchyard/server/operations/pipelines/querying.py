"""QueryObjects: the ids of components, instances or attempts that a query finds.

Source: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_QueryObjects.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec import structs

from batchyard.errors import Refused
from batchyard.pipelines.selecting import Selector, matches, wrong
from batchyard.pipelines.states import Status
from batchyard.server.operations.pipelines.finding import found, invalid, objects_of
from batchyard.server.operations.pipelines.listing import bad_marker
from batchyard.store.asking import InstanceQuery

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batchyard.pipelines.instances import Instance
    from batchyard.server.operations import Context
    from batchyard.server.operations.pipelines.finding import Objects, Wire
    from batchyard.store.asking import InstancePage

SPHERES = ("COMPONENT", "INSTANCE", "ATTEMPT")
LIMIT = 100
"""Ids on a page, if the request does not say (limit in botocore's model)."""

MOST = 1000
"""Ids on a page at most (ours)."""

WALK = 2000
"""Instances that one request looks at (ours); then its page may be short, or empty, and has a
marker: "paginated and then filtered", says AWS."""


class Mark(NamedTuple):
    """Where a page ended: after these of the store's, and so many ids of the next instance."""

    cursor: str | None = None
    skip: int = 0

    def written(self) -> str:
        """Form a marker."""
        return f"{self.skip}.{self.cursor or ''}"


async def query_objects(context: Context, request: Wire) -> Wire:
    """Give the ids of a pipeline's objects that satisfy a query, in the order they came.

    Raises:
        Fault: InvalidRequestException; sphere, query, limit or marker are none.
    """
    pipeline = found(context, request.pipeline_id)
    sphere, selectors = request.sphere, _selectors(request)
    if sphere not in SPHERES:
        raise invalid(f"sphere must be one of {', '.join(SPHERES)}, and is {sphere[:100]!r}")
    limit = LIMIT if request.limit is None else request.limit
    if limit < 1:
        raise invalid(f"limit must be 1 or more, and is {limit}")
    mark = _read(request.marker)
    await context.engine.durable()
    objects = objects_of(context, pipeline)
    if sphere == "COMPONENT":
        ids, further = _components(objects, selectors, min(limit, MOST), mark)
    else:
        walk = _Walk(objects, sphere, selectors, min(limit, MOST))
        ids, further = walk.page(mark)
    return context.types.QueryObjectsOutput(
        ids=ids,
        marker=None if further is None else further.written(),
        has_more_results=further is not None,
    )


def _selectors(request: Wire) -> tuple[Selector, ...]:
    given = (request.query.selectors if request.query is not None else None) or ()
    selectors = tuple(_selector(each) for each in given)
    problem = wrong(selectors)
    if problem is not None:
        raise invalid(f"The given input is not valid: {problem}")
    return selectors


def _selector(given: Wire) -> Selector:
    operator = given.operator
    kind = operator.type if operator is not None else None
    values = operator.values if operator is not None else None
    return Selector(given.field_name or "", kind or "", tuple(values or ()))


def _read(marker: str | None) -> Mark:
    if not marker:
        return Mark()
    skip, _, cursor = marker.partition(".")
    if not (skip.isascii() and skip.isdecimal()) or len(skip) > 9:  # noqa: PLR2004 - a billion
        raise bad_marker(marker)
    mark = Mark(cursor or None, int(skip))
    if mark.written() != marker:
        raise bad_marker(marker)
    return mark


def _components(
    objects: Objects, selectors: tuple[Selector, ...], limit: int, mark: Mark
) -> tuple[list[str], Mark | None]:
    items = objects.definition.pipeline_objects
    if mark.cursor is not None or mark.skip > len(items):
        raise bad_marker(mark.written())
    ids: list[str] = []
    for number in range(mark.skip, len(items)):
        item = objects.component(items[number].id)
        if item is None or not matches(item, selectors):
            continue
        if len(ids) == limit:
            return ids, Mark(skip=number)
        ids.append(item.id)
    return ids, None


class _Walk:
    """Goes through a pipeline's instances, page after page of the store's."""

    def __init__(
        self, objects: Objects, sphere: str, selectors: tuple[Selector, ...], limit: int
    ) -> None:
        self._objects = objects
        self._sphere = sphere
        self._selectors = selectors
        self._limit = limit
        self._ids: list[str] = []

    def page(self, mark: Mark) -> tuple[list[str], Mark | None]:
        """Collect ids from where the page before ended."""
        looked = 0
        while True:
            room = self._limit - len(self._ids)
            page = self._ask(mark, min(max(room, looked), WALK - looked))
            cut = self._take(page.instances, mark)
            if cut is not None:
                return self._ids, cut
            looked += len(page.instances)
            if page.next is None:
                return self._ids, None
            mark = Mark(page.next)
            if len(self._ids) == self._limit or looked >= WALK:
                return self._ids, mark

    def _ask(self, mark: Mark, limit: int) -> InstancePage:
        query = structs.replace(self._query(), limit=limit, after=mark.cursor)
        try:
            return self._objects.context.engine.pipelines.instances(query)
        except Refused:
            raise bad_marker(mark.written()) from None

    def _query(self) -> InstanceQuery:
        """Let the store find instances of a component, or in some statuses, by itself."""
        wanted = {s.field: s.values for s in self._selectors if s.operator in {"EQ", "REF_EQ"}}
        components, statuses = wanted.get("@componentParent", ()), wanted.get("@status", ())
        by_status = statuses and self._sphere == "INSTANCE"
        return InstanceQuery(
            pipeline=self._objects.pipeline.id,
            component=components[0] if len(components) == 1 else None,
            statuses=frozenset(s for s in Status if s in statuses) if by_status else None,
        )

    def _take(self, instances: Sequence[Instance], mark: Mark) -> Mark | None:
        """Take ids of a page; where they do not all find room, say where to go on."""
        for number, instance in enumerate(instances):
            names = list(self._names(instance))
            skip = mark.skip if number == 0 else 0
            room = self._limit - len(self._ids)
            self._ids += names[skip : skip + room]
            if len(names) > skip + room:
                before = mark if number == 0 else Mark(self._ask(mark, number).next)
                return Mark(before.cursor, skip + room)
        return None

    def _names(self, instance: Instance) -> Iterator[str]:
        """Name the objects of an instance that satisfy the query."""
        objects = self._objects
        shown = (
            [objects.instance(instance)]
            if self._sphere == "INSTANCE"
            else objects.attempts(instance).values()
        )
        return (item.id for item in shown if matches(item, self._selectors))
