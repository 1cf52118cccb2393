"""What whoever starts a yard may choose, and what it is when nothing is said."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from batchyard.engine.parts import POLL_HOLD
from batchyard.errors import Refused
from batchyard.metrics.catalogue import PREFIX
from batchyard.pipelines.rules import Policy
from batchyard.pipelines.tasks import Leases
from batchyard.server.gate import check_binding
from batchyard.server.images import images_of, services_of

if TYPE_CHECKING:
    from batchyard.batch.images import Image
    from batchyard.server.targets.seam import Target

PORT = 4680
ACCOUNT = "123456789012"
"""The account id that AWS's documentation uses."""

RETENTION_DAYS = 7.0
"""At least 7 days: https://docs.aws.amazon.com/batch/latest/userguide/job_states.html"""

LONGEST_RETENTION = 36_500
"""Days: a hundred years stand for always."""

DAY_MS = 86_400_000

LONGEST_SILENCE = 86_400
"""Seconds: a day."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How a yard is started.

    Attributes:
        host: the address to listen on.
        port: the port; 0 takes any that is free.
        data_dir: where keys, state and logs live.
        ephemeral: keep state in memory and a temporary folder only.
        auth: whether signatures are checked.
        pass_env: names of variables that attempts get from the yard's own environment.
        default_queue: whether every region begins with the queue ``default``.
        minimum_timeout: the shortest attemptDurationSeconds, in seconds.
        account: the account id.
        retention_days: how long ended jobs stay.
        stop_jobs: whether stopping the yard ends its jobs.
        leave_with_parent: whether it stops when its standard input ends.
        names: further names that the yard answers to, besides its address.
        image_commands: ``IMAGE=COMMAND`` texts: what a job without a command runs.
        image_entrypoints: ``IMAGE=COMMAND`` texts: what stands before every command.
        images: a TOML file that says both of many images.
        service_job_commands: ``TYPE=COMMAND`` texts: what a service job of a type runs.
        task_output: where the task runners of pipelines' resources keep what is printed; None is
            ``tasks`` in the data directory.
        poll_hold: how long a PollForTask waits for a task, in seconds.
        acknowledge_timeout: how long a task that was handed out may go unreported, in seconds.
        progress_timeout: how long a task runner may be silent about a task, in seconds.
        maximum_retries: how often an activity is tried again, where its object does not say.
        retry_delay: how long that takes at least, in seconds, where its object does not say.
        events_to: texts that name targets: who is told what EventBridge is told of jobs.
        aws_quotas: whether AWS's quotas of Data Pipeline hold: how many pipelines, how many calls.
        metrics: whether ``/metrics`` shows what is counted; None: where only this machine can ask.
        metrics_prefix: what the names of metrics begin with.
        statsd: ``HOST:PORT`` of a StatsD server that is sent what is counted.
    """

    host: str = "127.0.0.1"
    port: int = PORT
    data_dir: Path
    ephemeral: bool = False
    auth: bool = True
    pass_env: tuple[str, ...] = ()
    default_queue: bool = True
    minimum_timeout: int = 60
    account: str = ACCOUNT
    retention_days: float = RETENTION_DAYS
    stop_jobs: bool = False
    leave_with_parent: bool = False
    names: tuple[str, ...] = ()
    image_commands: tuple[str, ...] = ()
    image_entrypoints: tuple[str, ...] = ()
    images: Path | None = None
    service_job_commands: tuple[str, ...] = ()
    task_output: Path | None = None
    poll_hold: float = POLL_HOLD
    acknowledge_timeout: float = Leases().acknowledge
    progress_timeout: float = Leases().progress
    maximum_retries: int = Policy().maximum_retries
    retry_delay: int = Policy().retry_delay
    events_to: tuple[str, ...] = ()
    aws_quotas: bool = False
    metrics: bool | None = None
    metrics_prefix: str = PREFIX
    statsd: str | None = None

    def check(self) -> None:
        """Refuse what cannot work.

        Raises:
            Refused: with a sentence that names the option and the value.
        """
        check_binding(self.host, self.auth)
        if not re.fullmatch(r"\d{12}", self.account):
            raise Refused(f"--account-id {self.account!r}: an account id has 12 digits")
        missing = [name for name in self.pass_env if name not in os.environ]
        if missing:
            raise Refused(f"--pass-env {', '.join(missing)}: not set in this environment")
        if self.minimum_timeout < 1:
            raise Refused(f"--minimum-timeout {self.minimum_timeout}: at least 1 second")
        if not 0 < self.retention_days <= LONGEST_RETENTION:
            most = f"{LONGEST_RETENTION} at most"
            raise Refused(f"--retention {self.retention_days:g}: more than 0 days, {most}")
        self._check_pipelines()
        self.known_images()
        self.targets()

    def _check_pipelines(self) -> None:
        for option, value in (
            ("--poll-hold", self.poll_hold),
            ("--acknowledge-timeout", self.acknowledge_timeout),
            ("--progress-timeout", self.progress_timeout),
        ):
            if not 0 < value <= LONGEST_SILENCE:
                raise Refused(f"{option} {value:g}: more than 0 seconds, a day at most")
        for option, count in (
            ("--maximum-retries", self.maximum_retries),
            ("--retry-delay", self.retry_delay),
        ):
            if count < 0:
                raise Refused(f"{option} {count}: 0 or more")

    def targets(self) -> tuple[Target, ...]:
        """Make the targets that are named; none of them is reached for yet.

        Raises:
            Refused: a text names none, or one is named twice.
        """
        from batchyard.server.targets import targets_of

        return targets_of(self.events_to)

    def known_images(self) -> dict[str, Image]:
        """Read what is known of images, by name; a type of service jobs stands for an image.

        Raises:
            Refused: a text or the file cannot be read.
        """
        images = images_of(self.image_commands, self.image_entrypoints, self.images)
        return images | services_of(self.service_job_commands)


def user_data_dir() -> Path:
    """Name the data directory that is used when none is given.

    ``$BATCHYARD_DATA_DIR``, else ``batchyard`` in ``$XDG_DATA_HOME``, else in ``~/.local/share``
    (https://specifications.freedesktop.org/basedir-spec/latest/).
    """
    if own := os.environ.get("BATCHYARD_DATA_DIR"):
        return Path(own)
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "batchyard"
