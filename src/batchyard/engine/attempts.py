"""The engine's side of a launcher: what to start, what was reported, what may be forgotten.

Launches and acknowledgements gather during a turn and leave after the turn's commit, so that
nothing starts that a crash could forget, and no exit is forgotten that is not on disk.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from batchyard.batch import events, launching
from batchyard.launchers import seam

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from batchyard.batch.model import Job
    from batchyard.engine.journal import Journal
    from batchyard.engine.parts import Settings

    Apply = Callable[[str, events.Event], None]


class Attempts:
    """Knows which job an attempt belongs to, and speaks with the launcher.

    Args:
        launcher: where attempts run.
        journal: says when a turn's changes are on disk.
        settings: what every attempt is given.
    """

    def __init__(self, launcher: seam.Launcher, journal: Journal, settings: Settings) -> None:
        """Begin with no attempts."""
        self._launcher = launcher
        self._journal = journal
        self._settings = settings
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
        held = [seam.Held(a.id, a.pid, a.ticks) for a in (job.attempts[-1] for job in live)]
        unknown = await self._launcher.start(held, reported)
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
        latest, settings = job.attempts[-1], self._settings
        self._jobs[latest.id] = job.id
        self._launches.append(
            seam.Launch(
                attempt=latest.id,
                command=launching.command_of(job.spec, settings.images),
                environment=launching.environment_of(job, settings.base),
                directory=job.spec.directory,
                memory=(job.spec.demand.memory or None) if settings.limit_memory else None,
            )
        )

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


def event_of(report: seam.Report) -> events.Event:
    """Say what a launcher's report means for the job."""
    match report:
        case seam.Started(attempt, pid, ticks, at):
            return events.Started(at=at, attempt=attempt, pid=pid, ticks=ticks)
        case seam.StartFailed(attempt, reason, at):
            return events.StartFailed(at=at, attempt=attempt, reason=reason)
        case seam.Exited(attempt, code, reason, at):
            cause = f"exit code {code}" + (f", {reason}" if reason else "")
            return events.Exited(at=at, cause=cause, attempt=attempt, exit_code=code, reason=reason)
        case seam.Lost(attempt, at):
            return events.Lost(at=at, cause="the host was lost", attempt=attempt)
