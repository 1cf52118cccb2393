"""Launchers for every test here, and the proof that none leaves a process behind."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from batchyard.launchers.seam import Launcher
from batchyard.launchers.supervisor import proc
from tests.launchers.task_runners import TaskRunners
from tests.launchers.worlds import Detached, Heard, Owned, Pretended, World, folders

_WORLDS: dict[str, Callable[[Path], World]] = {
    "processes": lambda path: Detached(folders(path)),
    "processes-without-pidfd": lambda path: Detached(folders(path), ("--no-pidfd",)),
    "processes-without-cgroups": lambda path: Detached(folders(path), ("--no-groups",)),
    "embedded": lambda path: Owned(folders(path)),
    "fake": lambda _: Pretended(),
    "offered": lambda _: TaskRunners(),
}


def wait_gone(pid: int, seconds: float = 30) -> bool:
    """Wait for a process to end; tell whether it did."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([fd], [], [], seconds)[0])
    finally:
        os.close(fd)


def kill(pid: int) -> None:
    """End a process of a test by its id, and wait for it to go."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    assert wait_gone(pid)


def processes_of(folder: Path) -> dict[int, str]:
    """Find the living processes that name a test's folder, or stand in it."""
    path, found = os.fsencode(folder), {}
    for pid in proc.pids():
        told = [proc.read(f"/proc/{pid}/{name}") for name in ("cmdline", "environ")]
        with suppress(OSError):
            told.append(os.fsencode(Path(f"/proc/{pid}/cwd").readlink()))
        if pid != os.getpid() and any(path in each for each in told) and proc.alive(pid):
            found[pid] = told[0].replace(b"\0", b" ").decode(errors="replace")
    return found


@pytest.fixture(autouse=True)
def nothing_left_behind(tmp_path: Path) -> Iterator[None]:
    """After each test: supervisors are ended, by their ids, and then nothing may be left.

    Every attempt is told by its PWD, or its supervisor's command line, below the test's folder.
    """
    yield
    for pid, command in processes_of(tmp_path).items():
        if "launchers.supervisor" in command:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            assert wait_gone(pid)
    left = {pid: said for pid, said in processes_of(tmp_path).items() if not wait_gone(pid, 2)}
    for pid in left:
        kill(pid)
    assert left == {}


@pytest.fixture(params=_WORLDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return _WORLDS[request.param](tmp_path)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def launcher(world: World, heard: Heard) -> AsyncIterator[Launcher]:
    """A launcher that was started with nothing held."""
    made = world.launcher()
    assert await made.start([], heard) == []
    yield made
    await made.stop(jobs=True)


@pytest.fixture
def yard(tmp_path: Path) -> Detached:
    """A detached supervisor, for what only it can do."""
    return Detached(folders(tmp_path))


@pytest.fixture
async def processes(yard: Detached, heard: Heard) -> AsyncIterator[Launcher]:
    made = yard.launcher()
    await made.start([], heard)
    yield made
    await made.stop(jobs=True)
