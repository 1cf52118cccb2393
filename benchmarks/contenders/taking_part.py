"""What every contender does: begin together with the jobs, note who is answered, tell what it took.

``python -m benchmarks.contenders.NAME PORT REPORT SCENARIO``, in the environment that has what the
contender needs: standard library only.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import resource
import sys
import threading
import time
from array import array
from base64 import b64encode
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.contenders.scenario import Scenario, load, number_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

TICK = 0.02
"""Seconds that the probe of the loop asks to sleep."""
_RESET_PEAK = "5"
"""Begins VmHWM anew: proc_pid_clear_refs(5)."""
_STACK = 1 << 18
"""Bytes of a thread's stack: thousands of them are to fit."""


class Part:
    """One contender's part in one scenario.

    Attributes:
        scenario: what is waited for.
        ids: of its jobs.
        endpoint: where they are asked for.
        loop_lags: seconds by which each tick of the event loop came late.
    """

    def __init__(self, port: int, report: Path, scenario: Scenario) -> None:
        self.scenario = scenario
        self.ids = scenario.ids()
        self.endpoint = f"http://127.0.0.1:{port}"
        self.loop_lags: array[float] = array("d")
        self._port = port
        self._report = report
        self._moments = array("d", bytes(8 * scenario.count))
        self._outcomes = bytearray(scenario.count)

    def answered(self, job_id: str, *, succeeded: bool) -> None:
        """Note that whoever waits for a job was told its end."""
        number = number_of(job_id)
        assert not self._outcomes[number], f"{job_id} was answered twice"
        self._moments[number] = time.time()
        self._outcomes[number] = ord("S" if succeeded else "F")

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Begin the jobs' lives, and tell what the block took when it ends."""
        Path("/proc/self/clear_refs").write_text(_RESET_PEAK)
        memory, cpu, began = _peak(), _cpu(), self._start()
        yield
        self._tell(memory, cpu, began)

    def _start(self) -> float:
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        connection.request("POST", "/start", b"")
        began: float = json.loads(connection.getresponse().read())
        connection.close()
        return began

    def _tell(self, memory: float, cpu: float, began: float) -> None:
        told = {
            "cpu": _cpu() - cpu,
            "wall": time.time() - began,
            "memory": memory,
            "growth": _peak() - memory,
            "lags": _text(self.loop_lags),
            "began": began,
            "moments": _text(self._moments),
            "outcomes": b64encode(self._outcomes).decode(),
        }
        self._report.write_text(json.dumps(told))


def _text(values: array[float]) -> str:
    return b64encode(values).decode()


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak() -> float:
    """Read the most memory that was resident since the peak was reset, in bytes."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def part() -> Part:
    """Read what this process is started for, and allow it as many files as the system does."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    _, port, report, scenario = sys.argv
    return Part(int(port), Path(report), load(scenario))


async def all_of(taking: Part, wait: Callable[[str], Awaitable[bool | None]]) -> None:
    """Wait for each job in a task of its own, beside a probe of the loop.

    Args:
        taking: whose jobs.
        wait: waits for one job, and tells whether it succeeded; None if it gave up.
    """
    await beside_a_probe(taking, _gathered(taking, wait))


async def beside_a_probe(taking: Part, waiting: Awaitable[object]) -> None:
    """Wait, at most as long as the scenario says, beside a probe of the loop."""
    probe = asyncio.create_task(_probe(taking.loop_lags))
    try:
        await asyncio.wait_for(waiting, taking.scenario.limit)
    except TimeoutError:
        pass  # who was not answered by then shows in the report
    finally:
        probe.cancel()


async def _gathered(taking: Part, wait: Callable[[str], Awaitable[bool | None]]) -> None:
    async def one(job_id: str) -> None:
        if (succeeded := await wait(job_id)) is not None:
            taking.answered(job_id, succeeded=succeeded)

    await asyncio.gather(*map(one, taking.ids))


async def _probe(lags: array[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(TICK)
        lags.append(time.perf_counter() - began - TICK)


def in_threads(taking: Part, wait: Callable[[str], bool]) -> None:
    """Wait for each job in a thread of its own, at most as long as the scenario says."""
    threading.stack_size(_STACK)
    until = time.monotonic() + taking.scenario.limit

    def one(job_id: str) -> None:
        taking.answered(job_id, succeeded=wait(job_id))

    threads = [threading.Thread(target=one, args=(one_id,), daemon=True) for one_id in taking.ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
