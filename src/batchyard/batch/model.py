"""What a job is: what was submitted, its attempts, its story. Frozen values only.

Times are milliseconds since the epoch, memory is MiB, vCPUs are thousandths of one. Members
named ``…detail`` hold JSON as the service shows it; this floor carries it and never looks inside.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from batchyard.batch import ids, reasons
from batchyard.batch.states import ENDED, JobState

DEFAULT_LOG_GROUP = "/aws/batch/job"
"""Where attempts log unless awslogs-group says otherwise (ContainerDetail.logStreamName)."""


class Value(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A frozen record; members at their default take no room when stored.

    Values hold other values and never themselves, so the cycle collector need not look at them:
    with a hundred thousand live jobs it would have much to look at.
    """


class Demand(Value, frozen=True, order=True):
    """What an attempt takes of a compute environment while it lives."""

    vcpus: int
    memory: int


class Dependency(Value, frozen=True):
    """One entry of dependsOn."""

    job_id: str | None = None
    kind: Literal["SEQUENTIAL", "N_TO_N"] | None = None


class RetryRule(Value, frozen=True):
    """One entry of evaluateOnExit: all conditions given must match."""

    action: Literal["RETRY", "EXIT"]
    on_status_reason: str | None = None
    on_reason: str | None = None
    on_exit_code: str | None = None


class Retry(Value, frozen=True):
    """How often a job may try, and which ends are worth another attempt."""

    attempts: int = 1
    rules: tuple[RetryRule, ...] = ()


class Consumed(Value, frozen=True, order=True):
    """An entry of consumableResourceList: how much of a consumable resource each attempt takes."""

    resource: str
    quantity: int


class ServiceRequest(Value, frozen=True):
    """What makes a job a service job.

    Attributes:
        kind: its serviceJobType.
        unit: the type of its instances.
        instances: how many of them it takes.
        quota_share: the ARN of its quota share, in a queue that has some.
        preemption_retries: how often it may be preempted and come back; None: without end.
    """

    kind: str
    unit: str
    instances: int
    quota_share: str | None = None
    preemption_retries: int | None = None


class Spec(Value, frozen=True):
    """What was submitted, with definition, overrides and parameters resolved.

    An array's children share their parent's. ``task_tags`` is how many tags are propagated to
    each attempt's task. ``share`` is the share identifier, ``priority`` the scheduling priority
    (0 to 9999, the higher the sooner within a share), ``consumes`` lists ARNs in their order,
    each once. ``service`` is there for service jobs.
    """

    account: str
    region: str
    name: str
    queue: str
    definition: str
    command: tuple[str, ...]
    environment: dict[str, str]
    demand: Demand
    log_group: str = DEFAULT_LOG_GROUP
    retry: Retry = Retry()
    timeout: int | None = None
    depends_on: tuple[Dependency, ...] = ()
    array_size: int | None = None
    share: str | None = None
    priority: int = 0
    directory: str | None = None
    secrets: tuple[str, ...] = ()
    image: str = ""
    task_tags: int = 0
    detail: bytes = b"{}"
    container_detail: bytes = b"{}"
    consumes: tuple[Consumed, ...] = ()
    service: ServiceRequest | None = None


class Attempt(Value, frozen=True):
    """One try of a job; its id is the last part of its log stream's name.

    ``worker_group`` names the task runners it was offered to, if it does not run on this machine.
    """

    id: str
    environment: str
    placed_at: int
    pid: int | None = None
    ticks: int | None = None
    started_at: int | None = None
    stopped_at: int | None = None
    exit_code: int | None = None
    reason: str | None = None
    status_reason: str | None = None
    worker_group: str | None = None


class Stop(Value, frozen=True):
    """Why a running attempt was told to stop, and what will be said of it.

    Of an array: why its children are being stopped, as long as some have not been told yet.
    """

    kind: Literal["terminate", "cancel", "timeout", "preempt"]
    reason: str


class Entry(Value, frozen=True):
    """One line of a job's story: what happened, where it left the job, and why."""

    at: int
    event: str
    state: JobState
    cause: str = ""


class Job(Value, frozen=True):
    """A job, an array or one of its children, at one moment."""

    id: str
    spec: Spec
    created_at: int
    state: JobState = JobState.SUBMITTED
    index: int | None = None
    waits_for: frozenset[str] = frozenset()
    attempts: tuple[Attempt, ...] = ()
    status_reason: str | None = None
    stopped_at: int | None = None
    cancelled: bool = False
    terminated: bool = False
    stop: Stop | None = None
    tally: dict[JobState, int] | None = None
    tally_at: int | None = None
    tags: dict[str, str] | None = None
    priority: int | None = None
    story: tuple[Entry, ...] = ()

    @property
    def is_array(self) -> bool:
        """Whether this is an array's parent (its children run, it does not)."""
        return self.spec.array_size is not None and self.index is None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ENDED

    @property
    def runnable_since(self) -> int:
        """When a RUNNABLE job began to wait for room, this time; epoch milliseconds."""
        quiet = ("Blocked", "Tagged", "Reprioritized")
        entries = (entry.at for entry in reversed(self.story) if entry.event not in quiet)
        return next(entries, self.created_at)

    @property
    def preempted(self) -> tuple[Attempt, ...]:
        """Its attempts that made room for others; a retry strategy does not count them."""
        told = reasons.PREEMPTIONS
        return tuple(
            each for each in self.attempts if each.stopped_at and each.status_reason in told
        )

    @property
    def quota_share(self) -> str | None:
        """The ARN of its quota share, if it has one."""
        return self.spec.service.quota_share if self.spec.service else None

    @property
    def scheduling_priority(self) -> int:
        """Its priority within its share, as submitted or as updated."""
        return self.spec.priority if self.priority is None else self.priority

    @property
    def arn(self) -> str:
        """Its ARN."""
        kind = ids.JOB if self.spec.service is None else ids.SERVICE_JOB
        return ids.arn(ids.Place(self.spec.account, self.spec.region), kind, self.id)

    @property
    def attempt(self) -> Attempt | None:
        """The latest attempt."""
        return self.attempts[-1] if self.attempts else None
