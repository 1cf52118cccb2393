"""The pipelines' page, and a pipeline's: its instances as they move."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from batchyard.errors import Fault, Refused
from batchyard.pipelines.files import written
from batchyard.pipelines.health import overall
from batchyard.pipelines.secrets import hidden
from batchyard.pipelines.states import BAD, BEGUN, HELD
from batchyard.server.console.axis import axis
from batchyard.server.console.seam import Rows
from batchyard.store.asking import InstanceQuery

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from batchyard.batch.model import Job
    from batchyard.pipelines.pipeline import Pipeline
    from batchyard.server.console.kit import Kit
    from batchyard.server.console.seam import Fragments
    from batchyard.store.asking import InstancePage

PAGE = 300
"""Instances of a page (ours)."""


class PipelineLine(NamedTuple):
    """A pipeline, as a row shows it; of its instances those that are live are counted."""

    pipeline: Pipeline
    running: int
    waiting: int
    next_run: int | None
    health: str


class Pipelines:
    """The live parts of the pipelines' page.

    Args:
        kit: the yard.
        region: only this one; empty: all.
    """

    about: str | None = None

    def __init__(self, kit: Kit, region: str) -> None:
        """Take the parts."""
        self._kit = kit
        self._region = region

    def note(self, _: Job) -> bool:
        """No job shows."""
        return False

    def mark(self) -> Hashable:
        """Give all that a row shows."""
        lines = (self._line(each) for each in self._found())
        return tuple(
            (line.pipeline.id, line.pipeline.state, line.pipeline.version, *line[1:])
            for line in lines
        )

    async def fragments(self) -> Fragments:
        """Form what is shown now."""
        lines = [self._line(each) for each in self._found()][::-1]
        many = len(self._kit.regions()) > 1
        html = {
            line.pipeline.id: self._kit.draw("pipeline_row.html", line=line, many=many)
            for line in lines
        }
        told = self._kit.draw("no_pipelines.html", empty=not lines)
        return {"rows": Rows(tuple(html), html), "empty": told}

    def _found(self) -> Iterable[Pipeline]:
        found = self._kit.engine.pipelines.everywhere()
        return (each for each in found if self._region in ("", each.region))

    def _line(self, pipeline: Pipeline) -> PipelineLine:
        engine = self._kit.engine.pipelines
        statuses = Counter(each.status for each in engine.under_way(pipeline.id))
        return PipelineLine(
            pipeline,
            running=sum(statuses[each] for each in BEGUN),
            waiting=sum(statuses[each] for each in HELD),
            next_run=engine.next_run(pipeline.id),
            health=_health(self._kit, pipeline),
        )


class PipelineView:
    """The live parts of a pipeline's page.

    Args:
        kit: the yard.
        pipeline_id: which.
        after: where the page begins, a cursor of the store; empty: with the newest.
    """

    about: str | None = None

    def __init__(self, kit: Kit, pipeline_id: str, after: str) -> None:
        """Take the parts."""
        self._kit = kit
        self._id = pipeline_id
        self._after = after

    def note(self, _: Job) -> bool:
        """No job shows."""
        return False

    def mark(self) -> Hashable:
        """Give what changes with an instance; every third second, while one is under way, time."""
        engine = self._kit.engine
        pipeline = self._pipeline()
        live = tuple(
            (each.id, each.status, len(each.attempts), each.ended_at)
            for each in engine.pipelines.under_way(self._id)
        )
        moving = any(status in BEGUN for _, status, _, _ in live)
        clock = engine.now() // 3000 if moving else None
        return pipeline.state, pipeline.version, pipeline.activated_at, live, clock

    async def fragments(self) -> Fragments:
        """Form what is shown now."""
        kit = self._kit
        if not kit.engine.settled:
            await kit.engine.durable()
        pipeline, page, now = self._pipeline(), self._page(), kit.engine.now()
        html = {each.id: kit.draw("instance.html", instance=each) for each in page.instances}
        return {
            "head": kit.draw(
                "pipeline_head.html",
                pipeline=pipeline,
                health=_health(kit, pipeline),
                next_run=kit.engine.pipelines.next_run(self._id),
                bad=sum(each.status in BAD for each in page.instances),
                more=page.next is not None,
            ),
            "axis": kit.draw("axis.html", axis=axis(page.instances, now)),
            "rows": Rows(tuple(html), html),
            "further": kit.draw("further.html", id=self._id, page=page, after=self._after),
        }

    def _pipeline(self) -> Pipeline:
        place, name = self._kit.pipeline(self._id)
        found = self._kit.engine.pipelines.find(place, name)
        if found is None:
            raise Fault("ClientException", "There is no such pipeline here.", 404)
        return found

    def _page(self) -> InstancePage:
        query = InstanceQuery(pipeline=self._id, newest=True, limit=PAGE, after=self._after or None)
        try:
            return self._kit.engine.pipelines.instances(query)
        except Refused:
            raise Fault("ClientException", "This is no page; begin with the first") from None


class Definition(NamedTuple):
    """A definition as a page shows it."""

    label: str
    text: str


def definitions(pipeline: Pipeline) -> list[Definition]:
    """Write a pipeline's definitions as the CLI has them, without secrets.

    Args:
        pipeline: the pipeline.

    Returns:
        What runs; and before it what was put last, if that is something else.
    """
    found = []
    if pipeline.latest is not None and pipeline.latest != pipeline.active:
        found.append(("put, not activated yet", pipeline.latest))
    if pipeline.active is not None:
        found.append(("active", pipeline.active))
    encode = msgspec.json.encode
    return [
        Definition(label, msgspec.json.format(encode(written(hidden(each)))).decode())
        for label, each in found
    ]


def _health(kit: Kit, pipeline: Pipeline) -> str:
    found = overall(kit.engine.pipelines.health(pipeline.id).values())
    if found is None:
        return ""
    return "HEALTHY" if found.healthy else "ERROR"
