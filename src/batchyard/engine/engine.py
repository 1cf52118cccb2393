"""The engine: events in, changes journalled, commands carried out.

``apply`` is the only way anything about a job changes. The events that follow from one another
(a child moved, a dependency ended) are applied in the same turn; at the turn's end room is
given out and everything that changed goes to disk in one batch. Only then do attempts start,
stop or be forgotten, and only then do answers leave.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from msgspec.structs import replace

from batchyard.batch import arrays, commands, events, ids, launching, lifecycle
from batchyard.batch.ids import Place
from batchyard.batch.resources import JobQueue, QuotaShare, Resource
from batchyard.batch.states import PLACED, JobState
from batchyard.engine.attempts import Attempts, placed
from batchyard.engine.bulletin import Bulletin
from batchyard.engine.catalog import Removable, Shelf
from batchyard.engine.dependencies import Dependencies
from batchyard.engine.endings import Endings
from batchyard.engine.journal import Journal
from batchyard.engine.logbook import LogBook
from batchyard.engine.pipelines import Pipelines
from batchyard.engine.pipelines.outside import Outside
from batchyard.engine.scheduler import Scheduler
from batchyard.engine.shown import Shown
from batchyard.engine.tasks import Tasks
from batchyard.store.seam import ResourceChange, ResourceRemoval

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from batchyard.batch.model import Job, Spec
    from batchyard.engine.clock import Handle
    from batchyard.engine.dependencies import Heard
    from batchyard.engine.parts import Parts, Settings
    from batchyard.pipelines.instances import Instance


class Engine:
    """A yard's live state and everything that moves it. Lives on one thread.

    Args:
        settings: what the yard was started with.
        parts: what it is made of.

    Attributes:
        jobs: every live job, by id.
        logs: log groups and streams.
        bulletin: what EventBridge is told of jobs.
        dependencies: who waits for whom.
        watchers: told of every job that is new or has changed, in the same turn: what it was
            (None of a new one) and what it is.
    """

    def __init__(self, settings: Settings, parts: Parts) -> None:
        """Take the parts; nothing happens before `start`."""
        self.settings = settings
        self.store = parts.store
        self.output = parts.output
        self.new_id = parts.new_id
        self.now = parts.clock.now
        self.jobs: dict[str, Job] = {}
        self._clock = parts.clock
        self._presenter = parts.presenter
        self.shown = Shown(self.jobs, parts.store, parts.presenter.detail)
        self._journal = Journal(
            parts.writer, parts.clock, self.shown.detail, self._saved, self._settled
        )
        self.logs = LogBook(parts.store, self._journal, parts.output, parts.clock.now, self._wake)
        self.tasks = Tasks(self._journal, parts.clock, parts.new_id, self._wake, settings.leases)
        self.pipelines = Pipelines(
            Outside(
                parts.store,
                self._journal,
                parts.clock,
                self.tasks,
                self._wake,
                parts.surroundings,
                parts.instance_watchers,
            ),
            settings.policy,
        )
        self._attempts = Attempts(parts, self.tasks, self._journal, settings)
        self._shelves: dict[Place, Shelf] = {}
        self._scheduler = Scheduler(settings.memory, self._shelves, self._journal, self.now)
        self.placement, self.quotas = self._scheduler.placement, self._scheduler.quotas
        self.dependencies = Dependencies(self.jobs, parts.store)
        self._endings = Endings(self.jobs, parts.clock, self.apply, self._gone)
        self._limits: dict[str, Handle] = {}
        self._inbox: deque[tuple[str, events.Event]] = deque()
        self._applying = False
        self._turn_due = False
        self._open = False
        self.bulletin = Bulletin(
            settings.targets, self._journal, parts.clock, self._wake, self.shown
        )
        self.watchers = [self.bulletin.changed, *parts.watchers]
        self._rules: dict[type, Callable[..., None]] = {
            commands.Announce: self._announce,
            commands.End: self._end,
            commands.Launch: self._launch,
            commands.Limit: self._limit,
            commands.Offer: self._offer,
            commands.Release: self._release,
            commands.Spawn: self._spawn,
            commands.StopChildren: self._endings.of_children,
            commands.TellParent: self._tell_parent,
            commands.Withdraw: self._withdraw,
        }

    # -- life --------------------------------------------------------------------------------

    async def start(self) -> None:
        """Take up what the store holds, and whatever still runs of it.

        Raises:
            Unreadable: the store is damaged or newer than this version.
            SupervisorGone, Occupied: attempts cannot be run.
        """
        for place, resource in self.store.resources():
            self._put(place, resource)
        self._scheduler.restore(self.store.notes())
        self.bulletin.start(self.store)
        live = list(self.store.live_jobs())
        for job in live:
            self._adopt(job)
        self.tasks.restore(self.store.tasks())  # first: by it offered attempts are found again
        under_way = [job for job in live if job.state in PLACED]
        unheard = await self._attempts.start(under_way, self.apply)
        for job in live:
            if self.jobs.get(job.id) is job:  # else what it needs followed from what was reported
                self._carry_out(job, lifecycle.resume(job))
        for job_id in unheard:
            self._start_attempt(self.jobs[job_id])
        self._endings.resume(self._shelves)
        self.pipelines.start()
        self._open = True
        self._end_turn()

    def _adopt(self, job: Job) -> None:
        """Take up a live job as the store has it."""
        self.jobs[job.id] = job
        self.dependencies.add(job)
        if job.state in PLACED:
            self._scheduler.adopt(job)

    async def end_attempts(self) -> None:
        """End every attempt; no other begins. Task runners that run some must reach the yard."""
        self._open = False
        self.tasks.stop()
        await self._attempts.stop(jobs=True)

    async def stop(self, *, jobs: bool = False) -> None:
        """Write what has gathered and let go of the attempts; they run on unless ``jobs``.

        Args:
            jobs: end every attempt first.
        """
        self._open = False
        self.tasks.stop()
        self.pipelines.stop()
        self._endings.stop()
        await self._attempts.stop(jobs=jobs)
        self.bulletin.stop()
        for handle in self._limits.values():
            handle.cancel()
        self._limits.clear()
        self._end_turn()
        await self.durable()

    async def durable(self) -> None:
        """Wait until everything that happened so far is on disk.

        Raises:
            YardError: it cannot be written.
        """
        await self._journal.durable()

    @property
    def minimum_timeout(self) -> int:
        """The shortest attemptDurationSeconds that is taken, in seconds."""
        return self.settings.minimum_timeout

    @property
    def settled(self) -> bool:
        """Whether everything that happened is on disk already."""
        return self._journal.idle

    # -- resources ---------------------------------------------------------------------------

    @property
    def places(self) -> Mapping[Place, Shelf]:
        """The resources of every place that has some."""
        return self._shelves

    def shelf(self, place: Place) -> Shelf:
        """Give the resources of a place; a new place begins with the default ones."""
        shelf = self._shelves.get(place)
        if shelf is None:
            defaults = list(self._presenter.defaults(place))  # before the shelf: they may fail
            shelf = self._shelves[place] = Shelf()
            for resource in defaults:
                self.put(place, resource)
        return shelf

    def put(self, place: Place, resource: Resource) -> None:
        """Keep a new or changed resource; waiting work feels it at once."""
        self._journal.resource(ResourceChange(place, self._put(place, resource)))
        for job_id, reason in self._scheduler.reviewed(resource, self.jobs):
            self.apply(job_id, events.Blocked(at=self.now(), reason=reason))
        self._wake()

    def _put(self, place: Place, resource: Resource) -> Resource:
        counted = self._scheduler.counted(resource)
        self._shelves.setdefault(place, Shelf()).put(counted)
        self._scheduler.put(counted)
        return counted

    def remove(self, place: Place, resource: Removable) -> None:
        """Forget a resource; a queue or quota share once each of its jobs was told to end."""
        self._scheduler.remove(resource)
        if isinstance(resource, JobQueue | QuotaShare):
            leaving = replace(resource, deleting=True)
            self._journal.resource(ResourceChange(place, self._put(place, leaving)))
            self._endings.of_jobs(place, leaving)
        else:
            self._gone(place, resource)

    def _gone(self, place: Place, resource: Removable) -> None:
        self._shelves[place].remove(resource)
        self._journal.resource(ResourceRemoval(place, resource))
        self._wake()

    # -- jobs --------------------------------------------------------------------------------

    def submit(self, spec: Spec, job_id: str | None = None) -> Job:
        """Bring a job into the world; what it depends on has been checked to exist."""
        job_id, now = job_id or self.new_id(), self.now()
        waits = arrays.parent_waits_for(spec)
        self._admit(lifecycle.submitted(job_id, spec, now, waits))
        return self.jobs[job_id]

    def job(self, job_id: str) -> Job | None:
        """Find a job, live or ended."""
        return self.jobs.get(job_id) or self.store.job(job_id)

    def tag(self, job: Job, tags: dict[str, str]) -> None:
        """Give a job, live or ended, these tags; an ended one lives again until that is on disk."""
        self.jobs.setdefault(job.id, job)
        self.apply(job.id, events.Tagged(at=self.now(), tags=tags))

    def apply(self, job_id: str, event: events.Event) -> None:
        """Apply an event to a live job, and what follows from it; an ended job is left alone."""
        self._inbox.append((job_id, event))
        if self._applying:
            return
        self._applying = True
        try:
            while self._inbox:
                self._step(*self._inbox.popleft())
        finally:
            self._applying = False
        self._wake()

    def _step(self, job_id: str, event: events.Event) -> None:
        job = self.jobs.get(job_id)
        if job is None:
            return
        moved, done = lifecycle.step(job, event)
        if moved is not job:
            self._keep(moved)
            self._carry_out(moved, done)

    def _keep(self, job: Job) -> None:
        was = self.jobs.get(job.id)
        self.jobs[job.id] = job
        self.shown.changed(job)
        self._journal.job(job)
        for watcher in self.watchers:
            watcher(was, job)

    def _admit(self, job: Job) -> None:
        """Take in a new job and let it wait for what has not ended yet."""
        self._keep(job)
        self.dependencies.add(job)
        self.apply(job.id, events.Accepted(at=job.created_at))
        self._hear(self.dependencies.over(job))

    def _hear(self, heard: Iterable[Heard]) -> None:
        for job_id, name, succeeded in heard:
            cause = f"{name} {'succeeded' if succeeded else 'failed'}"
            event = events.DependencyEnded(
                at=self.now(), cause=cause, job_id=name, succeeded=succeeded
            )
            self.apply(job_id, event)

    # -- commands ----------------------------------------------------------------------------

    def _carry_out(self, job: Job, done: Iterable[commands.Command]) -> None:
        for command in done:
            self._rules[type(command)](job, command)

    def _launch(self, job: Job, _: commands.Launch) -> None:
        self._start_attempt(job)

    def _start_attempt(self, job: Job) -> None:
        """Launch a job's latest attempt, or say why it cannot be started."""
        spec, latest = job.spec, job.attempts[-1].id
        invalid = launching.invalid(spec, self.settings.images)
        reason = invalid or launching.obstacle(spec, self.settings.base)
        if reason is None:
            self._attempts.launch(job)
            return
        event = events.StartFailed(
            at=self.now(), attempt=latest, reason=reason, again=invalid is None
        )
        self.apply(job.id, event)

    def _end(self, _: Job, command: commands.End) -> None:
        self._attempts.end(command.attempt, command.grace)

    def _withdraw(self, job: Job, _: commands.Withdraw) -> None:
        self._scheduler.withdraw(job)

    def _offer(self, job: Job, _: commands.Offer) -> None:
        if reason := self._scheduler.offer(job):
            self.apply(job.id, events.Blocked(at=self.now(), reason=reason))

    def _release(self, job: Job, command: commands.Release) -> None:
        self._scheduler.release(job)
        if handle := self._limits.pop(command.attempt, None):
            handle.cancel()
        self._attempts.ended(command.attempt)

    def _tell_parent(self, child: Job, command: commands.TellParent) -> None:
        parent = ids.parent_id(child.id)
        if parent is not None:
            event = events.ChildMoved(at=self.now(), was=command.was, now=command.now)
            self.apply(parent, event)

    def _announce(self, job: Job, command: commands.Announce) -> None:
        self._hear(self.dependencies.ended(job, succeeded=command.succeeded))

    def _limit(self, job: Job, command: commands.Limit) -> None:
        def over() -> None:
            event = events.TimedOut(at=self.now(), attempt=command.attempt)
            self.apply(job.id, event)

        self._limits[command.attempt] = self._clock.call_at(command.at, over)

    def _spawn(self, parent: Job, _: commands.Spawn) -> None:
        now, spec = self.now(), parent.spec
        for index in range(spec.array_size or 0):
            waits = arrays.child_waits_for(parent.id, spec, index)
            name = ids.child_id(parent.id, index)
            born = events.ChildMoved(at=now, was=None, now=JobState.SUBMITTED)
            self.apply(parent.id, born)
            self._admit(lifecycle.submitted(name, spec, now, waits, index))

    # -- turns -------------------------------------------------------------------------------

    def _wake(self) -> None:
        if not self._turn_due:
            self._turn_due = True
            self._clock.call_soon(self._end_turn)

    def _end_turn(self) -> None:
        """Give out room (once started, until stopped), then write everything the turn changed."""
        self._turn_due = False
        given, preempted = self._scheduler.decide(self.jobs) if self._open else ((), ())
        for each in preempted:
            self.apply(each.job_id, events.Preempted(at=self.now(), reason=each.reason))
        for found in given:
            spec, attempt = self.jobs[found.job_id].spec, self.new_id().replace("-", "")
            shelf = self.shelf(Place(spec.account, spec.region))
            group = shelf.worker_group(found.environment)
            self.apply(found.job_id, placed(self.now(), attempt, found.environment, group))
        self._turn_due = False
        self._scheduler.keep()
        self._attempts.leave()
        self._journal.flush()

    def _settled(self, instances: Sequence[tuple[str, Instance]]) -> None:
        self.pipelines.saved(instances)

    def _saved(self, jobs: Sequence[Job]) -> None:
        """Let go of ended jobs once they are on disk: from there they are read."""
        for job in jobs:
            if not job.ended:
                continue
            if self.jobs.get(job.id) is job:
                del self.jobs[job.id]
                self.shown.ended(job)
            self._attempts.drop(job)
