"""What an engine is made of, and what whoever starts a yard may choose."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from batchyard.batch.images import Image
from batchyard.pipelines.rules import Policy
from batchyard.pipelines.tasks import Leases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from batchyard.batch.ids import Place
    from batchyard.batch.model import Job
    from batchyard.batch.resources import ComputeEnvironment, JobQueue
    from batchyard.engine.clock import Clock
    from batchyard.engine.journal import Writer
    from batchyard.engine.pipelines.outside import Surroundings
    from batchyard.launchers.output import Output
    from batchyard.launchers.seam import Launcher
    from batchyard.pipelines.instances import Instance
    from batchyard.store.seam import Store

MINIMUM_TIMEOUT = 60
"""Seconds: the shortest attemptDurationSeconds that AWS takes (JobTimeout in botocore's model)."""


POLL_HOLD = 90
"""Seconds: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_PollForTask.html"""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever starts a yard may choose.

    Attributes:
        account: the account id that ARNs carry.
        vcpus: what the machine has, in whole vCPUs.
        memory: what all attempts together may take, in MiB.
        minimum_timeout: the shortest attemptDurationSeconds, in seconds.
        base: the environment that every attempt's is built on.
        limit_memory: whether an attempt is held to the memory it asked for.
        images: what images would run on this machine, by name.
        poll_hold: how long a PollForTask waits for a task, in seconds.
        leases: how long task runners may be silent.
        policy: what holds where a pipeline's definition says nothing.
        targets: the names of those who are told what EventBridge is told of jobs.
        aws_quotas: whether an account has as many pipelines as AWS allows, and no more.
    """

    account: str
    vcpus: int
    memory: int
    minimum_timeout: int = MINIMUM_TIMEOUT
    base: dict[str, str] = {}
    limit_memory: bool = True
    images: dict[str, Image] = {}
    poll_hold: float = POLL_HOLD
    leases: Leases = Leases()
    policy: Policy = Policy()
    targets: tuple[str, ...] = ()
    aws_quotas: bool = False


class Watcher(Protocol):
    """Sees every change of every job, in the turn that it happens in."""

    def __call__(self, was: Job | None, now: Job, /) -> None:
        """Look at a job that has changed; it was None if it is new."""


class InstanceWatcher(Protocol):
    """Sees every change of every instance of a pipeline, in the turn that it happens in."""

    def __call__(self, place: Place, was: Instance | None, now: Instance | None, /) -> None:
        """Look at an instance that is new (it was None), has changed, or is gone (it is None)."""


class Presenter(Protocol):
    """Forms what the service shows; it stands above the engine and is handed in."""

    def detail(self, job: Job) -> bytes:
        """Form a job's JobDetail JSON."""

    def defaults(self, place: Place) -> Iterable[ComputeEnvironment | JobQueue]:
        """Form the environment and queue that every place begins with, if any."""


class Parts(NamedTuple):
    """What an engine is made of; each is a seam.

    Attributes:
        store: where state is kept.
        writer: makes changes durable.
        launcher: where attempts run.
        output: what attempts print.
        clock: time and turns.
        new_id: forms a new UUID's text.
        presenter: forms what the service shows.
        surroundings: machines and other services, as far as pipelines need them.
        watchers: who sees every change of every job.
        instance_watchers: who sees every change of every instance of a pipeline.
    """

    store: Store
    writer: Writer
    launcher: Launcher
    output: Output
    clock: Clock
    new_id: Callable[[], str]
    presenter: Presenter
    surroundings: Surroundings
    watchers: Sequence[Watcher] = ()
    instance_watchers: Sequence[InstanceWatcher] = ()
