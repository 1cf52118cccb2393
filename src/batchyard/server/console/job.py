"""A job's page: where it stands, why it does not run, how it came there; an array's children."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from batchyard.batch import ids
from batchyard.batch.ids import Place
from batchyard.batch.states import WAITING, JobState
from batchyard.engine.explaining import explain
from batchyard.server.console import hiding, wording
from batchyard.server.console.listing import children
from batchyard.server.console.seam import Cells

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from batchyard.batch.model import Job
    from batchyard.server.console.kit import Kit
    from batchyard.server.console.seam import Fragments

LETTERS: Final = dict(zip(JobState, "spraRSF", strict=True))
"""A child's letter in the grid, by its state: `ready` and `active` for RUNNABLE and STARTING."""

UNBORN: Final = "-"
"""The letter of a child that is not there yet."""

STORY: Final = 200
"""Entries of a story that are shown, the last ones."""

FAILED_SHOWN: Final = 25
"""Failed children that are listed, the first ones."""

BAR: Final = 1000
"""How wide the timeline's drawing is."""


class Phase(NamedTuple):
    """A stretch of time in one state; ``x`` and ``width`` are those of its rectangle."""

    state: JobState
    at: int
    until: int
    x: float
    width: float
    live: bool


class Related(NamedTuple):
    """A job that another waits for, or that waits for it."""

    id: str
    name: str
    state: str
    kind: str


class Child(NamedTuple):
    """A failed child of an array."""

    id: str
    number: int
    reason: str
    said: str


class JobView:
    """The live parts of a job's page.

    Args:
        kit: the yard.
        job: the job, as it is now.
    """

    def __init__(self, kit: Kit, job: Job) -> None:
        """Take the parts."""
        self._kit = kit
        self._id = job.id
        self.about: str | None = ids.parent_id(job.id) or job.id
        self._letters: list[str] | None = None

    def note(self, job: Job) -> bool:
        """See the job change, or a child of it."""
        if job.id == self._id:
            return True
        if job.index is None or ids.parent_id(job.id) != self._id:
            return False
        if self._letters is not None:
            self._letters[job.index] = LETTERS[job.state]
        return True

    def mark(self) -> Hashable:
        """While a job waits for room, others decide how long: it is asked anew each time."""
        job = self._kit.engine.jobs.get(self._id)
        waits = job is not None and job.state in WAITING
        return self._kit.engine.now() // 3000 if waits else None

    async def fragments(self) -> Fragments:
        """Form what is shown now."""
        kit = self._kit
        job = kit.job(self._id)
        found: Fragments = {
            "head": self._head(job),
            "life": kit.draw("job_life.html", job=job, phases=phases(job, kit.engine.now())),
            "attempts": kit.draw("attempts.html", job=job),
            "story": kit.draw("story.html", job=job, story=job.story[-STORY:]),
            "related": kit.draw("related.html", before=self._before(job), after=self._after(job)),
        }
        if job.is_array:
            found |= await self._grid(job)
        return found

    def _head(self, job: Job) -> str:
        kit = self._kit
        return kit.draw(
            "job_head.html",
            job=job,
            label=wording.label(job),
            why=explain(kit.engine, job) if job.state in WAITING else None,
            reason=wording.reason(job),
            said=kit.said(job),
        )

    # -- dependencies --------------------------------------------------------------------------

    def _before(self, job: Job) -> list[Related]:
        wanted: dict[str, str] = {d.job_id: d.kind or "" for d in job.spec.depends_on if d.job_id}
        wanted |= {name: wanted.get(name, "") for name in sorted(job.waits_for)[:FAILED_SHOWN]}
        return list(self._related(wanted))

    def _after(self, job: Job) -> list[Related]:
        waiting = sorted(self._kit.engine.dependencies.waiting_for(job.id))
        return list(self._related(dict.fromkeys(waiting[: 2 * FAILED_SHOWN], "")))

    def _related(self, wanted: dict[str, str]) -> Iterator[Related]:
        for name, kind in wanted.items():
            job = self._kit.engine.job(name)
            if job is None:
                yield Related(name, "no longer kept", "", kind)
            else:
                yield Related(name, wording.label(job), job.state.value, kind)

    # -- an array's children -------------------------------------------------------------------

    async def _grid(self, job: Job) -> Fragments:
        if self._letters is None:
            await self._load(job)
        assert self._letters is not None  # noqa: S101 - they were loaded
        letters = "".join(self._letters)
        failed = [index for index, letter in enumerate(letters) if letter == "F"]
        listed = [self._child(job, index) for index in failed[:FAILED_SHOWN]]
        return {
            "grid": Cells(letters),
            "failed": self._kit.draw("failed.html", job=job, failed=listed, number=len(failed)),
        }

    async def _load(self, job: Job) -> None:
        """Read the children's states, on a thread: there may be ten thousand."""
        letters = self._letters = [UNBORN] * (job.spec.array_size or 0)
        place = Place(job.spec.account, job.spec.region)
        engine = self._kit.engine
        stored = await asyncio.to_thread(lambda: list(children(engine, job.id, place)))
        for index, state in stored:
            if letters[index] == UNBORN:  # else it has moved meanwhile
                letters[index] = LETTERS[state]
        for index in range(len(letters)):
            live = engine.jobs.get(ids.child_id(job.id, index))
            if live is not None:
                letters[index] = LETTERS[live.state]

    def _child(self, job: Job, index: int) -> Child:
        name = ids.child_id(job.id, index)
        child = self._kit.engine.job(name)
        if child is None:
            return Child(name, index, "", "")
        said = self._kit.said(child)
        return Child(name, index, wording.reason(child), said)


def phases(job: Job, now: int) -> list[Phase]:
    """Tell how long a job was in which state, one after the other.

    Args:
        job: the job.
        now: epoch milliseconds: where the state that it is in ends for now.
    """
    turns: list[tuple[JobState, int]] = [(JobState.SUBMITTED, job.created_at)]
    for entry in job.story:
        if entry.state is not turns[-1][0]:
            turns.append((entry.state, entry.at))
    end = turns.pop()[1] if job.ended else max(now, turns[-1][1])
    ends = [at for _, at in turns[1:]] + [end]
    whole = max(end - job.created_at, 1)
    last = len(turns) - 1
    return [
        Phase(
            state,
            at,
            until,
            x=round(BAR * (at - job.created_at) / whole, 1),
            width=round(max(BAR * (until - at) / whole, 1.5), 1),
            live=number == last and not job.ended,
        )
        for number, ((state, at), until) in enumerate(zip(turns, ends, strict=True))
    ]


class Facts(NamedTuple):
    """What was submitted, as it is shown: secrets hidden."""

    image: str
    command: list[str]
    resources: list[tuple[str, str]]
    environment: list[tuple[str, str]]
    secrets: list[tuple[str, str]]
    parameters: list[tuple[str, str]]
    tags: list[tuple[str, str]]


def facts(kit: Kit, job: Job) -> Facts:
    """Read what was submitted out of what DescribeJobs shows."""
    live = job.id in kit.engine.jobs
    place = Place(job.spec.account, job.spec.region)
    stored = () if live else kit.engine.shown.details(place, [job.id])
    detail = kit.engine.shown.detail(job) if live else next(iter(stored), b"{}")
    members: dict[str, Any] = msgspec.json.decode(detail)
    container: dict[str, Any] = members.get("container") or {}
    environment = {e["name"]: e.get("value") or "" for e in container.get("environment") or ()}
    return Facts(
        image=container.get("image") or "",
        command=list(container.get("command") or job.spec.command),
        resources=[(r["type"], r["value"]) for r in container.get("resourceRequirements") or ()],
        environment=list(hiding.all_shown(environment)),
        secrets=[(s["name"], s.get("valueFrom") or "") for s in container.get("secrets") or ()],
        parameters=list(hiding.all_shown(members.get("parameters") or {})),
        tags=sorted((members.get("tags") or {}).items()),
    )
