"""Runs one job on an embedded engine: streams its output, minds Ctrl-C, gives its exit code."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from batchyard.batch import events, ids
from batchyard.batch.ids import Place
from batchyard.batch.model import Demand, Retry, Spec
from batchyard.batch.states import JobState
from batchyard.cli.following import Follower
from batchyard.engine import machine
from batchyard.engine.parts import Settings
from batchyard.errors import Refused
from batchyard.server.embedded import QUEUE, embedded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchyard.batch.model import Job
    from batchyard.engine.engine import Engine

PLACE = Place("123456789012", "us-east-1")

NOT_FOUND = 127
"""What a shell exits with when it cannot start a command."""

INTERRUPTED = 130


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be run, and how: the command's options."""

    words: tuple[str, ...]
    clean: bool = False
    array: int | None = None
    vcpus: int = 1000
    memory: int | None = None
    attempts: int = 1
    timeout: int | None = None
    name: str | None = None


def note(message: str) -> None:
    """Say something that is not the job's output."""
    print(f"batchyard: {message}", file=sys.stderr, flush=True)  # noqa: T201 - the terminal is asked


async def run(wish: Wish) -> int:
    """Run a job to its end.

    Returns:
        The job's exit code; 127 when its command could not be started, 130 when it was left.

    Raises:
        Refused: the job is larger than this machine.
    """
    settings = _settings(wish)
    if wish.vcpus > settings.vcpus * 1000 or (wish.memory or 0) > settings.memory:
        have = f"{settings.vcpus} vCPUs and {settings.memory} MiB"
        raise Refused(f"the job asks for more than this machine has ({have})")
    async with embedded(settings) as engine:
        engine.shelf(PLACE)
        ended = asyncio.Event()
        follower = Follower(engine, prefixed=wish.array is not None)
        job = engine.submit(_spec(wish))
        engine.watchers.append(lambda _, now: ended.set() if _is_over(now, job.id) else None)
        with _interrupts(engine, job.id, ended):
            await follower.follow(job.id, ended)
        return _report(follower, job.id)


def _is_over(moved: Job, job_id: str) -> bool:
    return moved.id == job_id and moved.ended


def _settings(wish: Wish) -> Settings:
    own = os.environ
    base = machine.minimal_environment(own) if wish.clean else machine.without_credentials(own)
    return Settings(
        account=PLACE.account,
        vcpus=machine.vcpus(),
        memory=machine.memory(),
        base=base,
        limit_memory=wish.memory is not None,
    )


def _spec(wish: Wish) -> Spec:
    name = wish.name or re.sub(r"[^\w-]", "_", os.path.basename(wish.words[0]))[:128] or "job"  # noqa: PTH119 - a word of a command
    return Spec(
        account=PLACE.account,
        region=PLACE.region,
        name=name,
        queue=ids.arn(PLACE, ids.QUEUE, QUEUE),
        definition=ids.arn(PLACE, ids.DEFINITION, f"{name}:1"),
        command=wish.words,
        environment={},
        demand=Demand(wish.vcpus, wish.memory or 0),
        retry=Retry(wish.attempts),
        timeout=wish.timeout,
        array_size=wish.array,
        directory=None if wish.clean else os.getcwd(),  # noqa: PTH109 - as the shell says it
    )


@contextmanager
def _interrupts(engine: Engine, job_id: str, ended: asyncio.Event) -> Iterator[None]:
    """Ask the job to stop at the first SIGINT or SIGTERM, leave at the second."""
    asked = False

    def interrupted() -> None:
        nonlocal asked
        if asked:
            note("left at once; what the job started is being killed")
            ended.set()
            return
        asked = True
        note("stopping the job: SIGTERM now, SIGKILL in 30 s (again: leave at once)")
        event = events.Terminated(at=engine.now(), reason="Interrupted", cause="Ctrl-C")
        engine.apply(job_id, event)

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupted)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def _report(follower: Follower, job_id: str) -> int:
    """Say how it ended, where the exit code alone does not, and give that code."""
    jobs = [job for job in follower.jobs.values() if not job.is_array]
    if follower.jobs[job_id].is_array:
        done = sum(job.state is JobState.SUCCEEDED for job in jobs)
        note(f"{done} of {len(jobs)} children succeeded")
    codes = [_exit_code(job) for job in sorted(jobs, key=lambda job: job.index or 0)]
    return next((code for code in codes if code), 0)


def _exit_code(job: Job) -> int:
    if job.state is JobState.SUCCEEDED:
        return 0
    if not job.ended:
        return INTERRUPTED
    latest = job.attempt
    if latest is None:
        return INTERRUPTED
    which = "" if job.index is None else f"child {job.index}: "
    if latest.reason or job.stop:
        note(f"{which}{job.status_reason}" + (f": {latest.reason}" if latest.reason else ""))
    if latest.started_at is None:
        return NOT_FOUND
    return latest.exit_code or 1
