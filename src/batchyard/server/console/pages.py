"""The pages: which address shows what, and a page put together from what is live of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qsl

from markupsafe import Markup

from batchyard.batch import ids
from batchyard.errors import Fault
from batchyard.server.console.asked import asked_of
from batchyard.server.console.hub import mark_of
from batchyard.server.console.job import JobView, facts
from batchyard.server.console.jobs import Jobs
from batchyard.server.console.kit import BASE
from batchyard.server.console.overview import Overview
from batchyard.server.console.pipelines import Pipelines, PipelineView, definitions
from batchyard.server.console.runners import Runners
from batchyard.server.console.seam import Cells, Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchyard.server.console.kit import Kit
    from batchyard.server.console.seam import Fragment, View

    Form = Callable[[Kit, str, str], "Shown"]

PAGES: Final = ("", "jobs", "jobs/{job:path}", "pipelines", "pipelines/{pipeline}", "runners")
"""Their paths, as Starlette's routes have them."""


class Shown(NamedTuple):
    """What a page shows.

    Attributes:
        section: which part of the console it belongs to.
        title: what the browser calls it.
        template: what draws it.
        view: what is live of it.
        values: what is not.
    """

    section: str
    title: str
    template: str
    view: View
    values: Mapping[str, Any]


async def page(kit: Kit, path: str, query: str, token: str) -> str:
    """Draw a page.

    Args:
        kit: the yard.
        path: its path.
        query: the query of its address.
        token: what its forms carry.

    Raises:
        Fault: there is no such page.
    """
    shown = _shown(kit, path, query)
    fragments = await shown.view.fragments()
    rest = path.removeprefix(BASE)
    marked = "&".join(filter(None, (query, f"mark={mark_of(fragments)}")))
    return kit.draw(
        shown.template,
        **shown.values,
        live={name: _whole(fragment) for name, fragment in fragments.items()},
        section=shown.section,
        title=shown.title,
        feed=f"{BASE}live/{rest}?{marked}",
        token=token,
        regions=kit.regions(),
        region=_given(query, "region"),
        path=path,
        query=query,
        now=kit.engine.now(),
    )


def view_of(kit: Kit, path: str, query: str) -> View:
    """Give what is live of a page.

    Raises:
        Fault: there is no such page.
    """
    return _shown(kit, path, query).view


def _shown(kit: Kit, path: str, query: str) -> Shown:
    name, _, rest = path.removeprefix(BASE).partition("/")
    form = FORMS.get((name, bool(rest)))
    if form is None:
        raise Fault("ClientException", "There is no such page.", 404)
    return form(kit, rest, query)


def _overview(kit: Kit, _: str, query: str) -> Shown:
    view = Overview(kit, _given(query, "region"))
    return Shown("overview", "Overview", "overview.html", view, {})


def _jobs(kit: Kit, _: str, query: str) -> Shown:
    asked = asked_of(query)
    queues = sorted({queue.name for _, queue in kit.queues(asked.region)})
    values = {"asked": asked, "queues": queues, "many": len(kit.regions()) > 1}
    return Shown("jobs", "Jobs", "jobs.html", Jobs(kit, asked), values)


def _job(kit: Kit, job_id: str, _: str) -> Shown:
    job = kit.job(job_id)
    values = {"job": job, "facts": facts(kit, job), "parent": ids.parent_id(job.id)}
    return Shown("jobs", job.spec.name, "job.html", JobView(kit, job), values)


def _pipelines(kit: Kit, _: str, query: str) -> Shown:
    values = {"many": len(kit.regions()) > 1}
    view = Pipelines(kit, _given(query, "region"))
    return Shown("pipelines", "Pipelines", "pipelines.html", view, values)


def _pipeline(kit: Kit, pipeline_id: str, query: str) -> Shown:
    place, name = kit.pipeline(pipeline_id)
    found = kit.engine.pipelines.find(place, name)
    assert found is not None  # noqa: S101 - it was found a line before
    values = {"pipeline": found, "definitions": definitions(found)}
    view = PipelineView(kit, name, _given(query, "after"))
    return Shown("pipelines", found.name, "pipeline.html", view, values)


def _runners(kit: Kit, _: str, query: str) -> Shown:
    view = Runners(kit, _given(query, "region"))
    return Shown("runners", "Runners", "runners.html", view, {})


FORMS: Final[Mapping[tuple[str, bool], Form]] = {
    ("", False): _overview,
    ("jobs", False): _jobs,
    ("jobs", True): _job,
    ("pipelines", False): _pipelines,
    ("pipelines", True): _pipeline,
    ("runners", False): _runners,
}
"""Pages by their first word, and by whether anything follows it."""


def _given(query: str, name: str) -> str:
    return dict(parse_qsl(query)).get(name, "")


def _whole(fragment: Fragment) -> Markup | str:
    """Give a fragment as it stands in a page; what is HTML is escaped already."""
    match fragment:
        case Rows(order, html):
            return Markup("").join(Markup(html[name]) for name in order)  # noqa: S704 - drawn by our own templates
        case Cells(letters):
            return letters
        case _:
            return Markup(fragment)  # noqa: S704 - as above
