"""What an attempt prints is kept, whole, in order and with its times."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path
from struct import iter_unpack

import pytest

from batchyard.launchers.processes import Processes
from batchyard.launchers.seam import Exited, Launch, Started
from batchyard.launchers.supervisor import proc
from batchyard.launchers.supervisor.output import Output
from tests.launchers.worlds import Detached, Heard, launch
from tests.requires import require

pytestmark = pytest.mark.timeout(120)

MEBIBYTE = 1024 * 1024


async def output(processes: Processes, heard: Heard, yard: Detached, attempt: Launch) -> bytes:
    processes.launch([attempt])
    await heard.get(attempt.attempt, Exited)
    return log(yard, attempt).read_bytes()


def log(yard: Detached, attempt: Launch) -> Path:
    return yard.folders.logs / f"{attempt.attempt}.log"


def records(yard: Detached, attempt: Launch) -> list[tuple[int, int]]:
    index = yard.folders.logs / f"{attempt.attempt}.idx"
    return [(offset, time) for offset, time in iter_unpack("<QQ", index.read_bytes())]


async def test_stdout_and_stderr_keep_their_order(
    processes: Processes, heard: Heard, yard: Detached
) -> None:
    script = "for i in $(seq 200); do echo o$i; echo e$i >&2; done"
    said = await output(processes, heard, yard, launch("sh", "-c", script))
    expected = "".join(f"o{number}\ne{number}\n" for number in range(1, 201))
    assert said.decode() == expected


async def test_writing_to_dev_stderr_does_not_truncate(
    processes: Processes, heard: Heard, yard: Detached
) -> None:
    script = "echo one; echo two > /dev/stderr; echo three > /dev/stdout; echo four"
    said = await output(processes, heard, yard, launch("sh", "-c", script))
    assert said == b"one\ntwo\nthree\nfour\n"


@pytest.mark.parametrize(
    "printed", ["žluťoučký kůň 🐎\n", "no end of line", "\\000\\001\\377\\376junk\\r\\n\\n", "\n"]
)
async def test_bytes_are_kept_as_they_came(
    processes: Processes, heard: Heard, yard: Detached, printed: str
) -> None:
    said = await output(processes, heard, yard, launch("sh", "-c", f"printf '{printed}'"))
    expected = printed.encode()
    for number in (0, 1, 255, 254):
        expected = expected.replace(f"\\{number:03o}".encode(), bytes([number]))
    assert said == expected.replace(b"\\r", b"\r").replace(b"\\n", b"\n")


async def test_the_index_tells_when_each_read_came(
    processes: Processes, heard: Heard, yard: Detached
) -> None:
    attempt = launch("sh", "-c", "echo one; read line < gate; echo two; printf three")
    gate = yard.folders.work / attempt.attempt / "gate"
    attempt.environment["GATE"] = str(gate)
    script = f"mkfifo gate; {attempt.command[2]}"
    attempt = Launch(attempt.attempt, ("sh", "-c", script), attempt.environment)
    processes.launch([attempt])
    started = await heard.get(attempt.attempt, Started)
    await yard.printed(attempt, b"one\n")
    gate.write_text("go\n")
    exited = await heard.get(attempt.attempt, Exited)
    told = records(yard, attempt)
    assert [offset for offset, _ in told][:2] == [0, 4]
    times = [started.at, *(time for _, time in told), exited.at]
    assert times == sorted(times)


async def test_a_flood_of_output_costs_little_memory(
    processes: Processes, heard: Heard, yard: Detached
) -> None:
    attempt = launch("sh", "-c", "yes 0123456789abcde | head -c 104857600")
    processes.launch([attempt, launch("yes")])
    quiet = launch("true")
    processes.launch([quiet])
    await heard.get(quiet.attempt, Exited)  # a flood does not keep others from being served
    await heard.get(attempt.attempt, Exited)
    assert log(yard, attempt).stat().st_size == 100 * MEBIBYTE
    assert peak_memory(yard.supervisor) < 40 * MEBIBYTE
    offsets = [offset for offset, _ in records(yard, attempt)]
    assert offsets == sorted(set(offsets))
    assert offsets[-1] < 100 * MEBIBYTE


def peak_memory(pid: int) -> int:
    status = proc.read(f"/proc/{pid}/status").decode().splitlines()
    line = next(line for line in status if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


async def test_what_an_ended_attempt_left_in_its_pipe_is_kept(
    processes: Processes, heard: Heard, yard: Detached
) -> None:
    attempts = [launch("sh", "-c", "head -c 60000 /dev/zero") for _ in range(20)]
    processes.launch(attempts)
    for attempt in attempts:
        await heard.get(attempt.attempt, Exited)
        assert log(yard, attempt).stat().st_size == 60000


async def test_a_limit_on_file_size_drops_output_and_says_so(
    processes: Processes, heard: Heard, yard: Detached
) -> None:
    _, hard = resource.prlimit(yard.supervisor, resource.RLIMIT_FSIZE)
    resource.prlimit(yard.supervisor, resource.RLIMIT_FSIZE, (100_000, hard))
    attempt, after = launch("head", "-c", "300000", "/dev/zero"), launch("echo", "still here")
    processes.launch([attempt])
    exited = await heard.get(attempt.attempt, Exited)
    assert (exited.exit_code, exited.dropped) == (0, 200_000)
    assert log(yard, attempt).stat().st_size == 100_000
    assert await output(processes, heard, yard, after) == b"still here\n"


@pytest.fixture
def small_disk(yard: Detached) -> Iterator[Path]:
    """Logs on a disk of one mebibyte."""
    yard.folders.make()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", str(yard.folders.logs)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, check=False).returncode == 0
    require("a small tmpfs", "run as root, with the right to mount", present=mounted)
    yield yard.folders.logs
    subprocess.run(["umount", "--lazy", str(yard.folders.logs)], check=True)


async def test_a_full_disk_drops_output_stops_nobody_and_is_noted(
    small_disk: Path, processes: Processes, heard: Heard, yard: Detached
) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * (MEBIBYTE - 128 * 1024))
    script = "head -c 500000 /dev/zero; echo full; mkfifo gate; read line < gate; echo room"
    attempt = launch("sh", "-c", script)
    processes.launch([attempt])
    gate = yard.folders.work / attempt.attempt / "gate"
    await heard.get(attempt.attempt, Started)
    await yard.exists(gate)
    ballast.unlink()
    gate.write_text("go\n")
    exited = await heard.get(attempt.attempt, Exited)
    kept, _, after = log(yard, attempt).read_bytes().partition(b"[batchyard: ")
    note, _, rest = after.partition(b"]\n")
    assert exited.exit_code == 0
    expected = f"{exited.dropped} bytes of output were dropped here: No space left on device"
    assert note.decode() == expected
    assert rest.endswith(b"room\n")
    assert exited.dropped > 0
    assert len(kept) + exited.dropped + len(rest) == 500_000 + len("full\nroom\n")


async def test_logs_that_cannot_be_written_stop_nobody(
    processes: Processes, heard: Heard, yard: Detached
) -> None:
    yard.folders.logs.rmdir()
    attempt = launch("sh", "-c", "echo lost; exit 3")
    processes.launch([attempt])
    exited = await heard.get(attempt.attempt, Exited)
    assert (exited.exit_code, exited.dropped) == (3, 5)


def test_a_log_that_is_taken_up_again_goes_on_where_it_was(tmp_path: Path) -> None:
    for text in (b"one", b"two", b""):
        again = Output(f"{tmp_path}/a")
        if text:
            again.write(text)
        again.close()
    assert (tmp_path / "a.log").read_bytes() == b"onetwo"
    index = (tmp_path / "a.idx").read_bytes()
    assert [offset for offset, _ in iter_unpack("<QQ", index)] == [0, 3]
