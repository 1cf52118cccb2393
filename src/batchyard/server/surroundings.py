"""What pipelines need of the machine and of AWS's other services.

A resource (``Ec2Resource``, ``EmrCluster``) is a task runner on this machine, in a process of its
own, that works in the worker group of that resource and ends with it. S3, DynamoDB and SNS are
asked where and as whom the yard's environment says (``AWS_ENDPOINT_URL_S3``, ``AWS_PROFILE`` …),
on threads.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from typing import TYPE_CHECKING, Any

from batchyard.errors import BatchyardError, NotFound
from batchyard.launchers.supervisor import open_files

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from pathlib import Path

    from batchyard.batch.ids import Place
    from batchyard.pipelines.alarms import Alarm
    from batchyard.pipelines.model import PipelineObject

log = logging.getLogger(__name__)

PATIENCE = 10
"""Seconds that a resource's runner gets to stop what it runs (ours)."""


class Surroundings:
    """The surroundings of a yard (`engine.pipelines.outside.Surroundings`).

    Args:
        directory: the yard's data directory, where a runner finds its key.
        output: where runners keep what they run prints.
        base: the environment that a runner is given, and with it what it runs; what AWS's tools
            read of the yard's own environment (``AWS_…``) comes with it.

    Attributes:
        url: where the yard answers; None where it has no address.
    """

    def __init__(self, directory: Path, output: Path, base: Mapping[str, str]) -> None:
        """Begin with no resource."""
        self._directory = directory
        self._output = output
        self._base = base
        self._hosts: dict[str, asyncio.Task[None]] = {}
        self._under_way: set[asyncio.Future[None]] = set()
        self._session: Any = None
        self.url: str | None = None

    def provide(
        self, place: Place, group: str, resource: PipelineObject, gone: Callable[[str], None]
    ) -> None:
        """Start a task runner for a resource, unless there is one."""
        if group not in self._hosts:
            log.info("%s: a task runner stands for %s", group, resource.type)
            self._hosts[group] = asyncio.ensure_future(self._host(place, group, gone))

    def release(self, group: str) -> None:
        """Let a resource's runner go; one that is not there is fine."""
        host = self._hosts.pop(group, None)
        if host is not None:
            host.cancel()
            self._under_way.add(host)
            host.add_done_callback(self._under_way.discard)

    async def stop(self) -> None:
        """Let every runner go, and wait until they have ended; twice is fine."""
        for group in list(self._hosts):
            self.release(group)
        if self._under_way:
            await asyncio.wait(list(self._under_way))

    async def _host(self, place: Place, group: str, gone: Callable[[str], None]) -> None:
        """Keep a runner alive until this is cancelled; if it ends by itself, say so."""
        if self.url is None:
            self._hosts.pop(group, None)
            gone("This yard has no address, so that no task runner can stand for a resource.")
            return
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "batchyard.cli", "runner", "--worker-group", group),
            *("--endpoint", self.url, "--data-dir", str(self._directory)),
            *("--region", place.region, "--output", str(self._output)),
            *("--leave-with-parent", "--quiet"),
            stdin=asyncio.subprocess.PIPE,
            env=self._environment(),
        )
        open_files.restore(process.pid)  # it takes far longer to begin than this does
        try:
            code = await process.wait()
            self._hosts.pop(group, None)
            gone(f"The task runner of {group} has ended with exit code {code}.")
        finally:
            await _end(process)

    def _environment(self) -> dict[str, str]:
        own = {name: text for name, text in os.environ.items() if name.startswith("AWS_")}
        return {**own, **self._base}

    def check(
        self,
        place: Place,
        precondition: PipelineObject,
        told: Callable[[bool | BatchyardError], None],
    ) -> None:
        """Ask S3 or DynamoDB whether a precondition holds."""
        self._begin(self._check(place, precondition, told))

    async def _check(
        self,
        place: Place,
        precondition: PipelineObject,
        told: Callable[[bool | BatchyardError], None],
    ) -> None:
        from batchyard.server import checks

        try:
            check = checks.CHECKS[precondition.type or ""]
            session = self._connected()
            told(await asyncio.to_thread(check, session, place.region, precondition))
        except KeyError:
            told(NotFound(f"{precondition.type} is no precondition that a yard can check"))
        except BatchyardError as error:
            told(error)

    def alarm(self, place: Place, alarm: Alarm) -> None:
        """Publish a message to its topic."""
        from batchyard.server import checks

        session = self._connected()
        self._begin(asyncio.to_thread(checks.publish, session, place.region, alarm))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _connected(self) -> Any:  # noqa: ANN401 - botocore ships no types
        if self._session is None:
            import botocore.session

            self._session = botocore.session.Session()
        return self._session


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a runner: without its standard input it leaves, and takes what it runs with it."""
    if process.returncode is not None:
        return
    assert process.stdin is not None  # noqa: S101 - it was made with one
    process.stdin.close()
    try:
        await asyncio.wait_for(asyncio.shield(process.wait()), PATIENCE)
    except TimeoutError:
        process.kill()
        await process.wait()
