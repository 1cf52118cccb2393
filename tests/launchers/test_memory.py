"""Attempts are held to their memory, by control groups and by watching alike."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from batchyard.launchers.processes import Processes
from batchyard.launchers.seam import Exited, Launch, Started
from batchyard.launchers.supervisor import proc
from batchyard.launchers.supervisor.hierarchy import find
from batchyard.launchers.supervisor.memory import OUT_OF_MEMORY
from tests.launchers.conftest import wait_gone
from tests.launchers.worlds import Detached, Heard, folders, launch, pid_of
from tests.requires import require

pytestmark = pytest.mark.timeout(90)

GROW = "x = []\nwhile True: x.append(bytearray(b'x' * (1 << 20)))"
"""Takes memory until it is stopped."""


@pytest.fixture(params=["groups", "watching"])
def yard(request: pytest.FixtureRequest, tmp_path: Path) -> Detached:
    if request.param == "watching":
        return Detached(folders(tmp_path), ("--no-groups",))
    groups = find("batchyard-test")
    if groups is not None:
        groups.close()
    require("a writable memory cgroup", "run as root, or delegate one", present=groups is not None)
    return Detached(folders(tmp_path))


@pytest.fixture
async def processes(yard: Detached, heard: Heard) -> AsyncIterator[Processes]:
    made = yard.launcher()
    await made.start([], heard)
    yield made
    await made.stop(jobs=True)


def python(code: str, memory: int | None) -> Launch:
    plain = launch(sys.executable, "-S", "-c", code)
    return Launch(plain.attempt, plain.command, plain.environment, memory=memory)


async def run(processes: Processes, heard: Heard, attempt: Launch) -> Exited:
    processes.launch([attempt])
    return await heard.get(attempt.attempt, Exited)


async def test_over_the_limit_is_killed_with_awss_reason(
    processes: Processes, heard: Heard
) -> None:
    exited = await run(processes, heard, python(GROW, 64))
    assert (exited.exit_code, exited.reason) == (137, OUT_OF_MEMORY)


async def test_the_memory_of_children_counts(processes: Processes, heard: Heard) -> None:
    code = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {GROW!r}], check=True)"
    exited = await run(processes, heard, python(code, 64))
    assert exited.exit_code != 0
    assert exited.reason == OUT_OF_MEMORY


async def test_groups_and_watches_are_used_again_without_memory_of_the_last(
    processes: Processes, heard: Heard
) -> None:
    for memory in (48, 64):
        assert (await run(processes, heard, python(GROW, memory))).reason == OUT_OF_MEMORY
        slow = python("import time; time.sleep(0.2); raise SystemExit(9)", memory)
        exited = await run(processes, heard, slow)
        assert (exited.exit_code, exited.reason) == (9, None)


async def test_below_the_limit_nothing_happens(processes: Processes, heard: Heard) -> None:
    # What processes share since a fork must not count for each of them.
    code = (
        "import os, time\n"
        "x = bytearray(b'x' * (60 << 20))\n"
        "for _ in range(3):\n"
        "    if os.fork() == 0: break\n"
        "time.sleep(0.8)\n"
    )
    exited = await run(processes, heard, python(code, 128))
    assert (exited.exit_code, exited.reason) == (0, None)


async def test_a_kill_of_its_own_is_no_lack_of_memory(processes: Processes, heard: Heard) -> None:
    code = "import os, time\ntime.sleep(0.2)\nos.kill(os.getpid(), 9)"
    exited = await run(processes, heard, python(code, 64))
    assert (exited.exit_code, exited.reason) == (137, None)


async def test_without_a_limit_there_is_none(processes: Processes, heard: Heard) -> None:
    code = "x = bytearray(b'x' * (100 << 20))\nimport time\ntime.sleep(0.4)"
    assert (await run(processes, heard, python(code, None))).exit_code == 0


async def test_an_ended_supervisor_leaves_no_group(
    processes: Processes, heard: Heard, yard: Detached
) -> None:
    attempt = python("import time\ntime.sleep(1000)", 64)
    processes.launch([attempt])
    started = await heard.get(attempt.attempt, Started)
    path = await yard.grouped(pid_of(started))
    processes.end(attempt.attempt, 0)
    await heard.get(attempt.attempt, Exited)
    processes.acknowledge([attempt.attempt])
    await processes.stop()
    yard.terminate()
    assert wait_gone(yard.supervisor)
    assert path is None or not path.parent.exists()


def test_what_proc_tells_of_a_process_that_is_gone_is_nothing() -> None:
    gone = 2**22 + 1
    assert proc.stat(gone) is None
    assert proc.marker(gone) is None
    assert (proc.anonymous(gone), proc.proportional(gone)) == (0, 0)
    assert proc.tree([gone]) == [gone]
