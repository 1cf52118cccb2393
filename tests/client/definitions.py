"""Definitions that tests run: one for any shell script."""

from typing import Any, TypeAlias

from batchyard import Job, JobDefinition
from batchyard.testing import EphemeralYard

Options: TypeAlias = Any
"""Keywords that are passed on."""

PATIENCE = 60.0
"""Seconds: how long to wait for what must happen; no test depends on it being long."""


class Script(JobDefinition):
    name = "script"
    script: str = "true"


class Other(JobDefinition):
    name = "other"


def registered(here: EphemeralYard, **more: Options) -> None:
    """Let ``Script`` run its parameter in a shell."""
    command = ["sh", "-c", "Ref::script"]
    Script.register(image="busybox", command=command, memory=64, session=here.session, **more)


def run(here: EphemeralYard, script: str, **options: Options) -> Job:
    """Submit a shell script as a job."""
    job = here.job(Script(script=script))
    job.submit("default", **options)
    return job


def printed(job: Job, **which: Options) -> list[str]:
    """The lines that a job printed."""
    return [event.message for event in job.log_stream_events(**which)]
