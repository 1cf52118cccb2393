"""A yard for other people's tests, and stand-ins for our own.

::

    from batchyard.testing import yard

    def test_it_aligns():
        with yard() as y:
            Align.register(image="aligner", command=["align", "Ref::reads"], session=y.session)
            job = y.job(Align(reads="s3://lab/reads.fq"))
            job.submit(queue="default")
            job.wait(timeout=60)

As a pytest fixture, one yard for all tests of a process: put
``from batchyard.testing import batchyard_yard`` into a ``conftest.py``, and ask for
``batchyard_yard``. Yards have neither ports nor shared folders, so they do not meet under xdist.
"""

from __future__ import annotations

import heapq
import os
import sys
from collections import deque
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from batchyard.launchers.fake import FakeLauncher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batchyard.client.definitions import JobDefinition
    from batchyard.client.jobs import Job
    from batchyard.client.sessions import Client, Connection
    from batchyard.server.inprocess import InProcessYard

__all__ = ["EphemeralYard", "FakeClock", "FakeLauncher", "yard"]

REGION = "us-east-1"
MINIMUM_TIMEOUT = 1
"""Seconds: AWS wants 60 at least, for which no test has time."""

KEYS = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
"""The example of AWS's documentation."""


class EphemeralYard:
    """A yard in this process, and whatever speaks to it.

    Args:
        running: the yard.
        region: where its clients work.
    """

    def __init__(self, running: InProcessYard, region: str = REGION) -> None:
        self.region = region
        self.session: Client = _session(region)
        self._running = running
        self.attach(self.session)

    def attach(self, session: Client) -> None:
        """Let the clients of another botocore session speak to this yard; see `InProcessYard`.

        Args:
            session: a botocore session; ``boto3.Session()._session`` is one.
        """
        self._running.attach(session)

    def client(self, service: str) -> Client:
        """Make a botocore client of this yard, as boto3's are.

        Args:
            service: ``batch`` or ``logs``.
        """
        return self.session.create_client(service, endpoint_url=self.connection["endpoint"])

    @property
    def connection(self) -> Connection:
        """Where this yard is, as jobs and waits take it: ``wait(ids, **y.connection)``."""
        from batchyard.server.inprocess import URL

        return {"session": self.session, "endpoint": URL}

    def job(self, definition: JobDefinition) -> Job:
        """Make a job that will run here; the queue ``default`` is there."""
        from batchyard.client.jobs import Job

        return Job(definition, **self.connection)


def _session(region: str) -> Client:
    """Make a botocore session that knows nothing of this machine's AWS configuration."""
    from botocore.session import Session

    nowhere = (None, None, os.devnull, None)
    session = Session(
        {
            "profile": (None, None, None, None),
            "config_file": nowhere,
            "credentials_file": nowhere,
            "region": ("region", None, region, None),
        }
    )
    session.set_credentials(*KEYS)
    return session


@contextmanager
def yard(
    *,
    region: str = REGION,
    minimum_timeout: int = MINIMUM_TIMEOUT,
    pass_env: tuple[str, ...] = (),
    image_commands: tuple[str, ...] = (),
    image_entrypoints: tuple[str, ...] = (),
    images: Path | None = None,
    service_job_commands: tuple[str, ...] = (),
) -> Iterator[EphemeralYard]:
    """Run a yard in this process; leaving ends its jobs and forgets them.

    Args:
        region: where its clients work.
        minimum_timeout: the shortest attemptDurationSeconds, in seconds.
        pass_env: names of variables that attempts get from this process's environment.
        image_commands: ``IMAGE=COMMAND`` texts: what a job without a command runs.
        image_entrypoints: ``IMAGE=COMMAND`` texts: what stands before every command.
        images: a TOML file that says both of many images.
        service_job_commands: ``TYPE=COMMAND`` texts: what a service job of a type runs.

    Raises:
        Refused: what is said of an image cannot be read.
        YardError: it cannot begin.
    """
    from batchyard.server.inprocess import InProcessYard
    from batchyard.server.options import Options

    with TemporaryDirectory(prefix="batchyard-") as folder:
        options = Options(
            data_dir=Path(folder),
            ephemeral=True,
            minimum_timeout=minimum_timeout,
            pass_env=pass_env,
            image_commands=image_commands,
            image_entrypoints=image_entrypoints,
            images=images,
            service_job_commands=service_job_commands,
        )
        with InProcessYard(options) as running:
            yield EphemeralYard(running, region)


if "pytest" in sys.modules:
    import pytest

    @pytest.fixture(scope="session")
    def batchyard_yard() -> Iterator[EphemeralYard]:
        """Run one yard for all tests of this process."""
        with yard() as running:
            yield running

    __all__ += ["batchyard_yard"]


class Due:
    """A call that is due later; see `batchyard.engine.clock.Handle`."""

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        """Let it not happen; fine when it already has."""
        self.callback = None


class FakeClock:
    """A clock that stands still, and calls nobody back, until a test says so.

    Args:
        now: the time it begins with, epoch milliseconds.
    """

    def __init__(self, now: int = 0) -> None:
        self._now = now
        self._soon: deque[Callable[[], None]] = deque()
        self._later: list[tuple[int, int, Due]] = []
        self._order = count()

    def now(self) -> int:
        """Tell the time in milliseconds since the epoch."""
        return self._now

    def call_at(self, moment: int, callback: Callable[[], None]) -> Due:
        """Call back when a test has moved the time there; see `Clock.call_at`."""
        due = Due(callback)
        heapq.heappush(self._later, (moment, next(self._order), due))
        return due

    def call_soon(self, callback: Callable[[], None]) -> None:
        """Call back in the next `run`; see `Clock.call_soon`."""
        self._soon.append(callback)

    def call_from_thread(self, callback: Callable[[], None]) -> None:
        """Call back in the next `run`, whichever thread asks; see `Clock.call_from_thread`."""
        self._soon.append(callback)

    @property
    def pending(self) -> int:
        """How many calls are due later and have not been cancelled."""
        return sum(due.callback is not None for *_, due in self._later)

    def run(self) -> None:
        """Call back whoever is due, and whoever that makes due, until nobody is."""
        while self._soon or (self._later and self._later[0][0] <= self._now):
            callback = (
                self._soon.popleft() if self._soon else heapq.heappop(self._later)[2].callback
            )
            if callback is not None:
                callback()

    def advance(self, milliseconds: int) -> None:
        """Let time pass, stopping at every moment for which somebody asked to be called.

        Args:
            milliseconds: how much of it.
        """
        end = self._now + milliseconds
        self.run()
        while self._later and self._later[0][0] <= end:
            self._now = max(self._now, self._later[0][0])
            self.run()
        self._now = end
