"""The screen on a yard in this process, driven by its keys."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Log, Static

from batchyard.cli.target import Target
from batchyard.cli.top_screen.app import Top
from batchyard.cli.top_screen.fetching import place_of
from batchyard.cli.top_screen.plan import View
from batchyard.cli.top_screen.reading import Asking, Printed, Reading
from batchyard.testing import EphemeralYard

PATIENCE = 60.0
"""Seconds: how long to wait for what must happen; no test depends on it being long."""


def submit(here: EphemeralYard, name: str, script: str, **more: Any) -> str:  # noqa: ANN401 - AWS's members
    batch = here.client("batch")
    needs = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}]
    definition = batch.register_job_definition(
        jobDefinitionName=name,
        type="container",
        containerProperties={
            "image": "busybox",
            "command": ["sh", "-c", script],
            "resourceRequirements": needs,
        },
    )["jobDefinitionArn"]
    queue = more.pop("jobQueue", "default")
    answer = batch.submit_job(jobName=name, jobQueue=queue, jobDefinition=definition, **more)
    return str(answer["jobId"])


async def until(pilot: Pilot[None], happened: Callable[[], object]) -> None:
    """Let the screen go on until something has happened."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, f"it never happened: {happened}"
        await pilot.pause()
        await asyncio.sleep(0.01)


@asynccontextmanager
async def screen(
    here: EphemeralYard, size: tuple[int, int] = (80, 24), only: tuple[str, ...] = ()
) -> AsyncIterator[tuple[Top, Pilot[None]]]:
    app = Top(place_of(Target(here.connection, chosen=True)), only)
    async with app.run_test(size=size) as pilot:
        yield app, pilot


def names(app: Top) -> list[str]:
    return [row.name for row in app.table.rows]


def text(app: Top, name: str) -> str:
    return str(app.screen_stack[0].query_one(f"#{name}", Static).content)


def lines(app: Top) -> list[str]:
    """What stands on the screen's table."""
    height = app.table.size.height
    return [app.table.render_line(y).text.rstrip() for y in range(height)]


def covered(app: Top, kind: type[Screen[Any]]) -> bool:
    """Whether a screen of this kind is over the table."""
    return isinstance(app.screen, kind)


async def pointed(pilot: Pilot[None], app: Top, job_id: str) -> None:
    """Point at a job, once it is there."""
    await until(pilot, lambda: job_id in [row.id for row in app.table.rows])
    await pilot.press("home")
    while app.table.pointed.id != job_id:
        await pilot.press("down")


async def test_an_empty_place_says_so_and_what_to_do() -> None:
    from batchyard.testing import yard

    with yard() as empty:
        async with screen(empty) as (app, pilot):
            await until(pilot, lambda: text(app, "counts") == "no jobs")
            assert any("batchyard submit" in line for line in lines(app))
            assert text(app, "place").endswith("old")


async def test_jobs_are_found_and_sorted_and_left_out(here: EphemeralYard) -> None:
    for name in ("sort-b", "sort-a", "other"):
        submit(here, name, "true")
    failing = submit(here, "sort-c", "exit 3")
    async with screen(here) as (app, pilot):
        await pilot.press("slash", *"sort-", "enter")
        await until(pilot, lambda: sorted(names(app)) == ["sort-a", "sort-b", "sort-c"])
        await pilot.press("s")
        await until(pilot, lambda: names(app) == ["sort-a", "sort-b", "sort-c"])
        await pilot.press("S")
        await until(pilot, lambda: names(app) == ["sort-c", "sort-b", "sort-a"])
        await pilot.press("F")
        await until(pilot, lambda: names(app) == ["sort-c"])
        assert app.table.pointed.id == failing
        assert "exit" in lines(app)[0].lower()
        assert any(" 3 " in line for line in lines(app)[1:])
        await pilot.press("escape")
        await until(pilot, lambda: "other" in names(app))


async def test_the_cursor_stays_on_its_job_when_others_come(here: EphemeralYard) -> None:
    job_id = submit(here, "stays", "true")
    async with screen(here) as (app, pilot):
        await pointed(pilot, app, job_id)
        before = app.table.cursor
        later = submit(here, "later", "true")
        await until(pilot, lambda: later in [row.id for row in app.table.rows])
        await until(pilot, lambda: app.table.cursor > before)
        assert app.table.pointed.id == job_id


async def test_a_log_is_followed_to_its_end_without_what_steers_terminals(
    here: EphemeralYard,
) -> None:
    job_id = submit(here, "prints", r"printf '\033[31mred\033[0m\n[b]bold[/b]\n'; seq 1 300")
    async with screen(here) as (app, pilot):
        await pointed(pilot, app, job_id)
        await pilot.press("l")
        assert covered(app, Printed)
        foot = app.screen.query_one("#foot", Static)
        await until(pilot, lambda: "this is all" in str(foot.content))
        printed = [line for line in app.screen.query_one(Log).lines if line]
        assert printed == ["red", "[b]bold[/b]", *map(str, range(1, 301))]
        log = app.screen.query_one(Log)
        await until(pilot, lambda: log.is_vertical_scroll_end)
        await pilot.press("home")
        await until(pilot, lambda: log.scroll_offset.y == 0)
        await pilot.press("escape")
        assert app.table.has_focus


async def test_a_job_is_terminated_only_after_a_yes(here: EphemeralYard) -> None:
    batch = here.client("batch")
    job_id = submit(here, "ends", "exec sleep 600")

    def status() -> str:
        return str(batch.describe_jobs(jobs=[job_id])["jobs"][0]["status"])

    async with screen(here) as (app, pilot):
        await until(pilot, lambda: status() == "RUNNING")
        await pointed(pilot, app, job_id)
        await until(pilot, lambda: app.table.pointed.status == "RUNNING")
        await pilot.press("c")  # which ends only what waits
        await until(pilot, lambda: "only `batchyard terminate` ends" in text(app, "hints"))
        for no in ("n", "escape", "enter"):
            await pilot.press("t")
            await until(pilot, lambda: covered(app, Asking))
            await pilot.press(no)
            await until(pilot, lambda: not covered(app, Asking))
        assert status() == "RUNNING"
        await pilot.press("t")
        await until(pilot, lambda: covered(app, Asking))
        asked = str(app.screen.query_one("#asked Static", Static).content)
        assert job_id in asked
        assert "RUNNING" in asked
        await pilot.press("y")
        await until(pilot, lambda: status() == "FAILED")
        reason = batch.describe_jobs(jobs=[job_id])["jobs"][0]["statusReason"]
        assert reason == "Terminated by batchyard top"
        await until(pilot, lambda: app.table.pointed.status == "FAILED")


async def test_a_queue_leads_to_its_jobs_and_an_environment_has_its_room(
    here: EphemeralYard,
) -> None:
    batch = here.client("batch")
    (detail,) = batch.describe_compute_environments(computeEnvironments=["local"])[
        "computeEnvironments"
    ]
    order = [{"order": 1, "computeEnvironment": "local"}]
    batch.create_job_queue(jobQueueName="side", priority=7, computeEnvironmentOrder=order)
    mine = submit(here, "aside", "true", jobQueue="side")
    submit(here, "elsewhere", "true")
    async with screen(here) as (app, pilot):
        await pilot.press("2")
        await until(pilot, lambda: "side" in names(app))
        await pilot.press("end", "enter")
        await until(pilot, lambda: [row.id for row in app.table.rows] == [mine])
        assert "queue side" in text(app, "views")
        await pilot.press("3")
        await until(pilot, lambda: names(app) == ["local"])
        assert app.table.pointed.most == detail["computeResources"]["maxvCpus"]
        await until(pilot, lambda: app.table.pointed.used is not None)
        await pilot.press("tab")
        assert app.fetcher.plan.view is View.RUNNERS
        await until(pilot, lambda: any("Only a yard" in line for line in lines(app)))


async def test_details_and_every_key_are_there_to_be_read(here: EphemeralYard) -> None:
    job_id = submit(here, "read", "true")
    async with screen(here, size=(200, 50)) as (app, pilot):
        await pointed(pilot, app, job_id)
        assert any(job_id in line for line in lines(app))
        await pilot.press("enter")
        assert covered(app, Reading)
        body = app.screen.query_one("#text", Static)
        await until(pilot, lambda: job_id in str(body.content))
        await pilot.press("escape", "question_mark")
        assert covered(app, Reading)
        assert "Ctrl-C" in str(app.screen.query_one("#text", Static).content)
        await pilot.press("q")
        assert not covered(app, Reading)
        await pilot.press("q")
        assert app.return_code == 0


async def test_only_the_queues_that_were_named_are_looked_at(here: EphemeralYard) -> None:
    submit(here, "seen", "true")
    async with screen(here, only=("default",)) as (app, pilot):
        await until(pilot, lambda: "seen" in names(app))
        assert {row.queue for row in app.table.rows} == {"default"}


@pytest.mark.parametrize("width", [20, 80, 200])
async def test_every_view_is_drawn_in_any_width(here: EphemeralYard, width: int) -> None:
    submit(here, "wide" * 20, "true")
    async with screen(here, size=(width, 24)) as (app, pilot):
        await until(pilot, lambda: app.table.rows)
        for key in "1234":
            await pilot.press(key)
            await pilot.pause()
            assert {app.table.render_line(y).cell_length for y in range(3)} == {
                app.table.size.width
            }
