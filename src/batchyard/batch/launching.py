"""What an attempt is given: its command with parameters filled in, its environment.

Sources: https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html and
https://docs.aws.amazon.com/batch/latest/userguide/job_definition_parameters.html#parameters
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from batchyard.batch import access, images, reasons, services

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchyard.batch.images import Image
    from batchyard.batch.model import Job, Spec

RESERVED: Final = "AWS_BATCH"
"""The prefix that definitions and overrides must not use (ContainerProperties.environment)."""

REFERENCE: Final = "Ref::"

MACHINES_OWN: Final = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR")
"""What even a minimal environment keeps of a machine's: where programs are, how text reads."""

DEFAULT_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""The PATH a container gets when its image sets none (Docker's default)."""

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def substituted(command: Sequence[str], parameters: Mapping[str, str]) -> tuple[str, ...]:
    """Fill in ``Ref::name``; a name without a parameter stays as it was written.

    Args:
        command: the definition's or the override's command.
        parameters: the definition's defaults with the job's own on top.
    """
    return tuple(_filled(word, parameters) for word in command)


def _filled(word: str, parameters: Mapping[str, str]) -> str:
    if not word.startswith(REFERENCE):
        return word
    return parameters.get(word.removeprefix(REFERENCE), word)


def command_of(spec: Spec, known: Mapping[str, Image]) -> tuple[str, ...]:
    """Form the command of an attempt: the job's own, or its image's, behind its entry point.

    Args:
        spec: what was submitted.
        known: what is known of images, by name.
    """
    return images.ran(spec.command, spec.image, known)


def invalid(spec: Spec, known: Mapping[str, Image]) -> str | None:
    """Say why no attempt of a job can ever be started here; None when one can.

    Args:
        spec: what was submitted.
        known: what is known of images, by name.
    """
    if not command_of(spec, known):
        service = spec.service
        return reasons.no_service(service.kind) if service else reasons.no_command(spec.image)
    too_many = spec.task_tags > reasons.MOST_TAGS
    return reasons.too_many_tags(spec.task_tags) if too_many else None


def obstacle(spec: Spec, base: Mapping[str, str]) -> str | None:
    """Say why an attempt cannot be started; None when nothing stands in its way.

    Args:
        spec: what was submitted.
        base: what attempts are given anyway; a variable of a secret's name stands for it.
    """
    missing = [name for name in spec.secrets if name not in base]
    return reasons.no_secrets(missing) if missing else None


def environment_of(
    job: Job, base: Mapping[str, str], offered: Mapping[str, str] = NOTHING
) -> dict[str, str]:
    """Form the environment of a job's latest attempt.

    Args:
        job: a job that has been placed.
        base: what the environment is built on; the job's own variables win over it, and what
            the service sets wins over both. What says where things are on this machine
            (`MACHINES_OWN`) is of no use to an attempt on another.
        offered: what leads its own clients of AWS to the yard, unless it has a way of its own.
    """
    if job.attempts[-1].worker_group is not None:
        base = {name: value for name, value in base.items() if name not in MACHINES_OWN}
    own = {**base, **job.spec.environment}
    return {**access.fitting(offered, own), **own, **_given(job)}


def _given(job: Job) -> dict[str, str]:
    spec, attempt = job.spec, job.attempts[-1]
    given = {
        "AWS_BATCH_JOB_ID": job.id,
        "AWS_BATCH_JOB_ATTEMPT": str(len(job.attempts)),
        "AWS_BATCH_JQ_NAME": spec.queue.rpartition("/")[2],
        "AWS_BATCH_CE_NAME": attempt.environment.rpartition("/")[2],
        "AWS_EXECUTION_ENV": "AWS_ECS_EC2",
    }
    if job.index is not None:
        given["AWS_BATCH_JOB_ARRAY_INDEX"] = str(job.index)
        given["AWS_BATCH_JOB_ARRAY_SIZE"] = str(spec.array_size)
    if spec.service is not None:
        given["TRAINING_JOB_NAME"] = services.training_job(job, attempt)
        given["TRAINING_JOB_ARN"] = services.training_job_arn(job, attempt)
    return given
