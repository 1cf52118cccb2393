"""What the console's pages are made with: the yard as they see it, and how they are drawn."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from batchyard.batch.ids import Place
from batchyard.batch.states import JobState
from batchyard.errors import Fault
from batchyard.server.console import wording
from batchyard.server.console.failing import failure
from batchyard.server.console.logs import last_line
from batchyard.server.operations import Context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jinja2 import Environment

    from batchyard.batch.model import Job
    from batchyard.batch.resources import JobQueue
    from batchyard.engine.engine import Engine
    from batchyard.server.console.board import Board
    from batchyard.wire import Service

BASE = "/_batchyard/console/"
"""Where the pages are; the session's cookie goes nowhere else."""


REMEMBERED = 1_000
"""Last lines that are remembered (ours): they never change, and are shown again and again."""


class Services(NamedTuple):
    """The services whose operations the console uses, as clients do."""

    batch: Service
    logs: Service
    pipelines: Service


class Kit:
    """What every page has.

    Args:
        engine: gives the engine of the moment.
        board: what was counted.
        services: whose operations carry out what people do here.
    """

    def __init__(self, engine: Callable[[], Engine], board: Board, services: Services) -> None:
        """Take the parts."""
        self._engine = engine
        self.board = board
        self.services = services
        self._said: dict[str, str] = {}

    @property
    def engine(self) -> Engine:
        """The engine of the moment: a reset makes a new one."""
        return self._engine()

    def context(self, job: Job, service: Service) -> Context:
        """Form what an operation may use, in a job's place."""
        place = Place(job.spec.account, job.spec.region)
        return Context(place, self.engine, service.types)

    def job(self, job_id: str) -> Job:
        """Find a job, wherever it is.

        Raises:
            Fault: 404; there is none.
        """
        found = self.engine.job(job_id)
        if found is None:
            message = "There is no such job here. Ended jobs are kept for a while only."
            raise Fault("ClientException", message, 404)
        return found

    def said(self, job: Job) -> str:
        """Give the last line that a failed job printed: most say there what was wrong."""
        latest = job.attempt
        if latest is None or latest.worker_group is not None or job.state is not JobState.FAILED:
            return ""
        if latest.id not in self._said:
            if len(self._said) >= REMEMBERED:
                self._said.clear()
            self._said[latest.id] = last_line(self.engine.output, latest.id)
        return self._said[latest.id]

    def pipeline(self, pipeline_id: str) -> tuple[Place, str]:
        """Find the place of a pipeline, wherever it is.

        Raises:
            Fault: 404; there is none.
        """
        for each in self.engine.pipelines.everywhere():
            if each.id == pipeline_id:
                return Place(each.account, each.region), each.id
        raise Fault("ClientException", "There is no such pipeline here.", 404)

    def queues(self, region: str = "", name: str = "") -> Iterator[tuple[Place, JobQueue]]:
        """List queues, of a region and of a name if these are given."""
        for place, shelf in self.engine.places.items():
            if region in ("", place.region):
                for queue in shelf.queues.values():
                    if name in ("", queue.name):
                        yield place, queue

    def regions(self) -> list[str]:
        """Name the regions in which there is anything."""
        pipelines = (each.region for each in self.engine.pipelines.everywhere())
        return sorted({*(place.region for place in self.engine.places), *pipelines})

    def draw(self, template: str, **values: Any) -> str:  # noqa: ANN401 - whatever it shows
        """Draw a template."""
        return self._pages.get_template(template).render(values)

    @cached_property
    def _pages(self) -> Environment:
        from jinja2 import Environment, PackageLoader, StrictUndefined

        from batchyard.server.console.files import NAMES

        pages = Environment(
            loader=PackageLoader("batchyard.server.console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        pages.filters.update(FILTERS)
        pages.globals.update(base=BASE, static=lambda name: f"{BASE}static/{NAMES[name]}")
        pages.globals["m"] = pages.get_template("macros.html").module
        return pages


FILTERS: Mapping[str, Callable[..., str]] = {
    "lapse": wording.lapse,
    "moment": wording.moment,
    "iso": wording.iso,
    "vcpus": wording.vcpus,
    "count": wording.count,
    "counted": wording.counted,
    "short": wording.short,
    "region": wording.region,
    "definition": wording.definition,
    "failure": failure,
}
