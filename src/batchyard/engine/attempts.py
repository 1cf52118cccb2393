"""The engine's side of a launcher: what to start, what was reported, what may be forgotten.

Launches and acknowledgements gather during a turn and leave after the turn's commit, so that
nothing starts that a crash could forget, and no exit is forgotten that is not on disk.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from batchyard.batch import events, launching
from batchyard.batch.ids import Place
from batchyard.launchers import seam
from batchyard.launchers.offered import SERVICE, Offered
from batchyard.launchers.routed import Routed
from batchyard.store.rows import stream_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from batchyard.batch.model import Job
    from batchyard.engine.journal import Journal
    from batchyard.engine.parts import Parts, Settings
    from batchyard.engine.tasks import Tasks

    Apply = Callable[[str, events.Event], None]


class Attempts:
    """Knows which job an attempt belongs to, and speaks with the launcher.

    Args:
        parts: where attempts run on this machine, and the time.
        tasks: where they are offered to task runners.
        journal: says when a turn's changes are on disk.
        settings: what every attempt is given.
    """

    def __init__(self, parts: Parts, tasks: Tasks, journal: Journal, settings: Settings) -> None:
        """Begin with no attempts."""
        offered = Offered(tasks, parts.clock.now)
        tasks.serve(SERVICE, offered)
        self._launcher = Routed(parts.launcher, offered)
        self._journal = journal
        self._settings = settings
        self._offered = parts.offered
        self._jobs: dict[str, str] = {}
        self._launches: list[seam.Launch] = []
        self._ended: list[str] = []

    async def start(self, live: Sequence[Job], apply: Apply) -> Sequence[str]:
        """Take up the attempts of these placed jobs; give the jobs whose launch never arrived."""

        def reported(reports: Sequence[seam.Report]) -> None:
            for report in reports:
                self._take(report, apply)

        for job in live:
            self._jobs[job.attempts[-1].id] = job.id
        unknown = await self._launcher.start([self._held(job) for job in live], reported)
        return [self._jobs[attempt] for attempt in unknown]

    async def stop(self, *, jobs: bool) -> None:
        """Let go of the launcher; attempts run on unless ``jobs``."""
        await self._launcher.stop(jobs=jobs)

    def _take(self, report: seam.Report, apply: Apply) -> None:
        """Turn a report into an event; of an attempt nobody knows, the end may be forgotten."""
        job_id = self._jobs.get(report.attempt)
        if job_id is not None:
            apply(job_id, event_of(report))
        elif not isinstance(report, seam.Started):
            self._ended.append(report.attempt)
            self.leave()
            self._journal.flush()

    def launch(self, job: Job) -> None:
        """Start a job's latest attempt after the turn."""
        launch = self._form(job)
        self._jobs[launch.attempt] = job.id
        self._launches.append(launch)

    def _form(self, job: Job) -> seam.Launch:
        settings = self._settings
        return seam.Launch(
            attempt=job.attempts[-1].id,
            command=launching.command_of(job.spec, settings.images),
            environment=launching.environment_of(job, settings.base, self._offered(job)),
            directory=job.spec.directory,
            memory=(job.spec.demand.memory or None) if settings.limit_memory else None,
            offer=_offer(job),
        )

    def _held(self, job: Job) -> seam.Held:
        latest = job.attempts[-1]
        launch = None if latest.worker_group is None else self._form(job)
        return seam.Held(latest.id, latest.pid, latest.ticks, latest.started_at, launch)

    def end(self, attempt: str, grace: float) -> None:
        """Stop an attempt once its reason is on disk."""
        self._journal.after(partial(self._launcher.end, attempt, grace))

    def ended(self, attempt: str) -> None:
        """Let an ended attempt be forgotten after the turn."""
        self._ended.append(attempt)

    def drop(self, job: Job) -> None:
        """Forget whose the attempts of an ended job were: it is on disk."""
        for attempt in job.attempts:
            self._jobs.pop(attempt.id, None)

    def leave(self) -> None:
        """Let everything that gathered leave after the commit to come."""
        if self._launches:
            self._journal.after(partial(self._launcher.launch, self._launches))
            self._launches = []
        if self._ended:
            self._journal.after(partial(self._launcher.acknowledge, self._ended))
            self._ended = []


def _offer(job: Job) -> seam.Offer | None:
    """Say to whom a job's latest attempt is offered."""
    spec, latest = job.spec, job.attempts[-1]
    if latest.worker_group is None:
        return None
    return seam.Offer(
        place=Place(spec.account, spec.region),
        group=latest.worker_group,
        job=job.id,
        name=spec.name,
        log_group=spec.log_group,
        log_stream=stream_name(spec.definition, latest.id),
    )


def placed(at: int, attempt: str, environment: str, worker_group: str | None) -> events.Placed:
    """Say that room was found for an attempt.

    Args:
        at: when, epoch milliseconds.
        attempt: its id.
        environment: the ARN of the environment that has room.
        worker_group: the task runners that run what is placed there; None is this machine.
    """
    cause = f"room on {environment.rpartition('/')[2]}"
    if worker_group is not None:
        cause += f", offered to worker group {worker_group}"
    return events.Placed(
        at=at, cause=cause, attempt=attempt, environment=environment, worker_group=worker_group
    )


def event_of(report: seam.Report) -> events.Event:
    """Say what a launcher's report means for the job."""
    match report:
        case seam.Started(attempt, pid, ticks, at, host):
            cause = f"on {host}" if host else ""
            return events.Started(at=at, cause=cause, attempt=attempt, pid=pid, ticks=ticks)
        case seam.StartFailed(attempt, reason, at):
            return events.StartFailed(at=at, attempt=attempt, reason=reason)
        case seam.Exited(attempt, code, reason, at):
            cause = f"exit code {code}" + (f", {reason}" if reason else "")
            return events.Exited(at=at, cause=cause, attempt=attempt, exit_code=code, reason=reason)
        case seam.Lost(attempt, at):
            return events.Lost(at=at, cause="the host was lost", attempt=attempt)
