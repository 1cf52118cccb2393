"""A server is killed, and its attempts go on; a supervisor is killed, and nothing of them stays."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from batchyard.errors import BatchyardError, SupervisorGone
from batchyard.launchers.processes import Embedded, Processes
from batchyard.launchers.seam import Exited, Held, Launch, Lost, Started, StartFailed
from batchyard.launchers.supervisor import proc, roster
from tests.launchers.conftest import kill, wait_gone
from tests.launchers.worlds import Detached, Heard, exits, folders, held, lasts, launch, pid_of

pytestmark = pytest.mark.timeout(120)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=[(), ("--no-groups",)], ids=["groups", "no-groups"])
def yard(request: pytest.FixtureRequest, tmp_path: Path) -> Detached:
    """Left alone, control groups find everything: what does without them is tested too."""
    return Detached(folders(tmp_path), request.param)


def start_server(
    folder: Path, options: tuple[str, ...], *launches: Launch
) -> subprocess.Popen[bytes]:
    """Run a server until every launch has started."""
    told = msgspec.json.encode(launches).decode()
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.launchers.server_to_kill", str(folder), told, *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    assert server.stdout is not None
    for _ in launches:
        assert server.stdout.readline().startswith(b"Started ")
    return server


def kill_server(server: subprocess.Popen[bytes]) -> None:
    server.kill()
    server.communicate()


async def test_a_killed_server_loses_no_attempt_no_exit_code_and_no_output(
    tmp_path: Path, yard: Detached, heard: Heard
) -> None:
    gates = [tmp_path / "first", tmp_path / "second"]
    for gate in gates:
        os.mkfifo(gate)
    script = f"echo before; read line < {gates[0]}; seq 100000; echo after >&2; exit 42"
    talking = launch("sh", "-c", script)
    brief = launch("sh", "-c", f"read line < {gates[1]}; exit 7")
    lasting = lasts()
    launches = [talking, brief, lasting]
    kill_server(await asyncio.to_thread(start_server, tmp_path, yard.options, *launches))
    for gate in gates:  # both go on, and end, while no server lives
        gate.write_text("go\n")
    await yard.printed(talking, b"after\n")

    processes = yard.launcher()
    assert await processes.start([held(each) for each in launches], heard) == []
    assert (await heard.get(talking.attempt, Exited)).exit_code == 42
    assert (await heard.get(brief.attempt, Exited)).exit_code == 7
    assert isinstance(heard.of(lasting.attempt)[-1], Started)
    said = (yard.folders.logs / f"{talking.attempt}.log").read_text()
    numbers = "".join(f"{number}\n" for number in range(1, 100_001))
    assert said == f"before\n{numbers}after\n"
    await processes.stop(jobs=True)


async def test_a_second_server_is_refused_naming_the_first(
    tmp_path: Path, yard: Detached, heard: Heard
) -> None:
    server = await asyncio.to_thread(start_server, tmp_path, yard.options, lasts())
    with pytest.raises(BatchyardError, match=f"process {server.pid} already uses") as refusal:
        await yard.launcher().start([], heard)
    assert type(refusal.value).__name__ == "Occupied"
    kill_server(server)
    processes = yard.launcher()
    await processes.start([], heard)
    await processes.stop(jobs=True)


async def test_what_runs_but_nobody_holds_is_ended(
    tmp_path: Path, yard: Detached, heard: Heard
) -> None:
    attempt = lasts()
    kill_server(await asyncio.to_thread(start_server, tmp_path, yard.options, attempt))
    main = roster.read(str(yard.folders.state)).spawned[attempt.attempt].pid
    processes = yard.launcher()
    assert await processes.start([], heard) == []
    assert wait_gone(main)
    await processes.stop()
    assert heard.reports == []


GRANDCHILD = (
    "import os, subprocess, sys, time\n"
    "child = subprocess.Popen(['sleep', '1000'], start_new_session=True)\n"
    "print(child.pid, flush=True)\n"
    "time.sleep(1000)\n"
)


async def test_a_killed_supervisors_attempts_are_ended_with_what_they_started(
    yard: Detached, processes: Processes, heard: Heard
) -> None:
    attempt = launch(sys.executable, "-c", GRANDCHILD)
    cleared = launch("env", "-i", "sleep", "1000")
    processes.launch([attempt, cleared])
    mains = [pid_of(await heard.get(each.attempt, Started)) for each in (attempt, cleared)]
    grandchild = int(await yard.printed(attempt, b"\n"))
    os.kill(yard.supervisor, signal.SIGKILL)
    for each in (attempt, cleared):
        await heard.get(each.attempt, Lost)
        assert isinstance(heard.of(each.attempt)[-1], Lost)
    # Reported only once it is true.
    assert not any(map(proc.alive, [*mains, grandchild]))


async def test_a_supervisor_killed_while_no_server_lived_is_cleaned_up_after(
    tmp_path: Path, yard: Detached, heard: Heard
) -> None:
    attempt, other = launch(sys.executable, "-c", GRANDCHILD), lasts()
    kill_server(await asyncio.to_thread(start_server, tmp_path, yard.options, attempt, other))
    grandchild = int(await yard.printed(attempt, b"\n"))
    spawned = roster.read(str(yard.folders.state)).spawned
    first = yard.launcher()
    await first.start([held(attempt), held(other)], Heard())
    await first.stop()
    kill(yard.supervisor)

    processes, never = yard.launcher(), exits(0)
    remembered = [held(attempt), held(other), held(never)]
    assert await processes.start(remembered, heard) == [never.attempt]
    assert [type(r) for r in heard.of(attempt.attempt) + heard.of(other.attempt)] == [Lost, Lost]
    assert not proc.alive(grandchild)
    assert not any(proc.alive(spawned[each.attempt].pid) for each in (attempt, other))
    assert not (yard.folders.work / attempt.attempt).exists()
    await processes.stop(jobs=True)


def start_bystander(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["sleep", "1000"], start_new_session=True, cwd=folder)


async def test_a_pid_that_was_given_to_somebody_else_is_left_alone(
    yard: Detached, heard: Heard, tmp_path: Path
) -> None:
    bystander = start_bystander(tmp_path)
    told = proc.stat(bystander.pid)
    assert told is not None
    attempt = lasts()
    processes = yard.launcher()
    await processes.start([Held(attempt.attempt, bystander.pid, told.ticks - 1)], heard)
    assert isinstance(heard.of(attempt.attempt)[-1], Lost)
    await processes.stop(jobs=True)
    assert bystander.poll() is None
    kill(bystander.pid)
    bystander.wait()


async def test_launches_and_ends_while_the_supervisor_is_lost_are_not_forgotten(
    yard: Detached, processes: Processes, heard: Heard
) -> None:
    before = lasts()
    processes.launch([before])
    await heard.get(before.attempt, Started)
    kill(yard.supervisor)
    # The loop has not seen the loss yet: these go to nobody, or to whoever comes next.
    runs, ended = exits(3), lasts()
    processes.launch([runs, ended])
    processes.end(ended.attempt, 0)
    assert (await heard.get(runs.attempt, Exited)).exit_code == 3
    await heard.get(before.attempt, Lost)
    async with asyncio.timeout(30):
        while not any(isinstance(r, Exited | StartFailed) for r in heard.of(ended.attempt)):
            heard.more.clear()
            await heard.more.wait()


async def test_a_supervisor_that_keeps_dying_is_given_up_loudly(
    yard: Detached, heard: Heard
) -> None:
    gone: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
    processes = yard.launcher(gone.set_result)
    await processes.start([], heard)
    killed: set[int] = set()
    while not gone.done():
        supervisor = processes.supervisor
        if supervisor is not None and supervisor.pid not in killed:
            killed.add(supervisor.pid)
            kill(supervisor.pid)
        await asyncio.sleep(0)
    assert isinstance(gone.result(), SupervisorGone)
    assert "lost 5 times" in str(gone.result())
    await processes.stop()
    tidy = yard.launcher()
    await tidy.start([], heard)
    await tidy.stop(jobs=True)


async def test_what_cannot_be_started_is_said_at_once(tmp_path: Path, heard: Heard) -> None:
    (tmp_path / "state").write_text("a file, not a directory")
    for made in (Processes(folders(tmp_path)), Embedded(folders(tmp_path))):
        with pytest.raises(SupervisorGone, match="cannot make the directory"):
            await made.start([], heard)
        await made.stop()


async def test_attempts_of_an_embedded_supervisor_end_with_their_owner(
    tmp_path: Path, heard: Heard
) -> None:
    embedded = Embedded(folders(tmp_path))
    await embedded.start([], heard)
    plain, stubborn = lasts(), launch("sh", "-c", "trap '' TERM; while :; do sleep 1000; done")
    embedded.launch([plain, stubborn])
    mains = [pid_of(await heard.get(each.attempt, Started)) for each in (plain, stubborn)]
    await embedded.stop()
    assert not any(map(proc.alive, mains))
    assert len(heard.reports) == 2
