"""What an attempt finds when it runs, and how it ends: real processes under the supervisor."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from batchyard.launchers.processes import Embedded, Processes
from batchyard.launchers.seam import Exited, Launch, Started, StartFailed
from batchyard.launchers.supervisor import proc
from tests.launchers.conftest import wait_gone
from tests.launchers.worlds import Detached, Heard, folders, lasts, launch, pid_of

pytestmark = pytest.mark.timeout(90)


async def run(processes: Processes, heard: Heard, attempt: Launch) -> Exited:
    processes.launch([attempt])
    return await heard.get(attempt.attempt, Exited)


def printed(yard: Detached, attempt: Launch) -> str:
    return (yard.folders.logs / f"{attempt.attempt}.log").read_text()


def files_of(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def in_place(attempt: Launch, directory: Path) -> Launch:
    return Launch(attempt.attempt, attempt.command, attempt.environment, str(directory))


async def test_the_environment_is_the_given_one_with_pwd_and_the_marker(
    processes: Processes, heard: Heard, yard: Detached
) -> None:
    attempt = launch("env", AWS_BATCH_JOB_ID="a-b", WORDS="é ü\nsecond line")
    await run(processes, heard, attempt)
    place = yard.folders.work / attempt.attempt
    told = printed(yard, attempt).replace("\nsecond", "|second").splitlines()
    assert sorted(told) == sorted(
        [
            "AWS_BATCH_JOB_ID=a-b",
            f"BATCHYARD_ATTEMPT={attempt.attempt}",
            f"PATH={attempt.environment['PATH']}",
            f"PWD={place}",
            "WORDS=é ü|second line",
        ]
    )


async def test_each_attempt_gets_a_fresh_private_directory_that_goes_with_it(
    tmp_path: Path, heard: Heard
) -> None:
    embedded = Embedded(folders(tmp_path))
    await embedded.start([], heard)
    script = "stat -c '%a %n' .; pwd; ls -A; mkdir -p left/behind; touch a.file"
    first, second, silent = (launch("sh", "-c", script) for _ in range(3))
    await run(embedded, heard, launch("true"))  # leaves its directory to the next
    for attempt in (first, second, silent):
        await run(embedded, heard, attempt)
        said = (tmp_path / "logs" / f"{attempt.attempt}.log").read_text()
        assert said == f"700 .\n{tmp_path / 'work' / attempt.attempt}\n"
    await embedded.stop()
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.parametrize("change", ["chmod 755 .", "touch x; rm x", "ln -s / x; rm x"])
async def test_a_directory_that_was_changed_is_not_handed_on(
    processes: Processes, heard: Heard, yard: Detached, change: str
) -> None:
    await run(processes, heard, launch("sh", "-c", change))
    attempt = launch("sh", "-c", "stat -c %a .; ls -A")
    await run(processes, heard, attempt)
    assert printed(yard, attempt) == "700\n"


async def test_a_given_directory_is_used_and_kept(
    processes: Processes, heard: Heard, yard: Detached, tmp_path: Path
) -> None:
    place = tmp_path / "given"
    place.mkdir()
    attempt = in_place(launch("sh", "-c", "pwd; echo $PWD; touch kept"), place)
    await run(processes, heard, attempt)
    assert printed(yard, attempt) == f"{place}\n{place}\n"
    assert (place / "kept").exists()


async def test_the_program_is_found_in_the_attempts_own_path(
    processes: Processes, heard: Heard, yard: Detached, tmp_path: Path
) -> None:
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
    (tmp_path / "first" / "tool").write_text("not executable")
    (tmp_path / "second" / "tool").write_text("#!/bin/sh\necho mine\n")
    (tmp_path / "second" / "tool").chmod(0o755)
    attempt = launch("tool")
    attempt.environment["PATH"] = f"{tmp_path}/first:{tmp_path}/second:/usr/bin:/bin"
    assert (await run(processes, heard, attempt)).exit_code == 0
    assert printed(yard, attempt) == "mine\n"


async def test_without_a_path_the_usual_one_of_containers_is_searched(
    processes: Processes, heard: Heard
) -> None:
    attempt = launch("true")
    attempt.environment.clear()
    assert (await run(processes, heard, attempt)).exit_code == 0


def _odd(tmp_path: Path, name: str, text: str, mode: int) -> str:
    path = tmp_path / name
    path.write_text(text)
    path.chmod(mode)
    return str(path)


async def test_whatever_cannot_start_says_why(
    processes: Processes, heard: Heard, tmp_path: Path
) -> None:
    plain = launch("true")
    script = _odd(tmp_path, "plain", "echo hi\n", 0o755)
    cases = {
        "'/no/such' does not exist": launch("/no/such"),
        "no program 'nope' in PATH (": launch("nope"),
        f"'{_odd(tmp_path, 'dull', '#!/bin/sh', 0o644)}' is not executable": launch(
            str(tmp_path / "dull")
        ),
        f"'{tmp_path}' is not executable": launch(str(tmp_path)),
        f"'{script}' is no program this system can run": launch(script),
        "the interpreter named in the first line of": launch(
            _odd(tmp_path, "lost", "#!/no/such/python\n", 0o755)
        ),
        "the command is empty": Launch(launch("x").attempt, (), {}),
        "null byte": launch("true", "a\0b"),
        "are too long for this system": launch("true", "x" * 3_000_000),
        "cannot use the working directory '/no/where': No such file": in_place(
            plain, Path("/no/where")
        ),
        "illegal environment variable name": launch("true", **{"A=B": "c"}),
        "'../up' is no name for an attempt": Launch("../up", ("true",), {}),
    }
    processes.launch(list(cases.values()))
    for reason, attempt in cases.items():
        failed = await heard.get(attempt.attempt, StartFailed)
        assert reason in failed.reason
    assert not (tmp_path / "work" / plain.attempt).exists()


async def test_bytes_that_are_no_text_survive_in_command_and_environment(
    processes: Processes, heard: Heard, yard: Detached
) -> None:
    attempt = launch("sh", "-c", 'printf "%s|%s" "$1" "$ODD"', "sh", "\udcff", ODD="\udcfe")
    await run(processes, heard, attempt)
    assert (yard.folders.logs / f"{attempt.attempt}.log").read_bytes() == b"\xff|\xfe"


@pytest.mark.parametrize("name, code", [("KILL", 137), ("TERM", 143), ("SEGV", 139)])
async def test_a_death_by_signal_is_128_and_the_signal(
    processes: Processes, heard: Heard, name: str, code: int
) -> None:
    exited = await run(processes, heard, launch("sh", "-c", f"kill -{name} $$"))
    assert (exited.exit_code, exited.reason) == (code, None)


async def test_signals_mean_to_an_attempt_what_they_mean_by_default(
    processes: Processes, heard: Heard, yard: Detached
) -> None:
    attempt = launch("cat", "/proc/self/status")
    await run(processes, heard, attempt)
    told = dict(line.split(":", 1) for line in printed(yard, attempt).splitlines())
    numbered = 2**31 - 1  # above are those that glibc keeps for itself
    assert int(told["SigBlk"], 16) & numbered == 0
    assert int(told["SigIgn"], 16) & numbered == 0


async def test_an_attempt_inherits_three_files_and_no_more(
    processes: Processes, heard: Heard, yard: Detached
) -> None:
    others = [lasts() for _ in range(5)]
    processes.launch(others)
    for each in others:
        await heard.get(each.attempt, Started)
    attempt = launch("sh", "-c", "for fd in /proc/$$/fd/*; do readlink $fd; done; ulimit -n")
    await run(processes, heard, attempt)
    null, out, err, limit = printed(yard, attempt).splitlines()
    assert null == os.devnull
    assert out == err
    assert out.startswith("pipe:")
    assert int(limit) == os.sysconf("SC_OPEN_MAX")


async def test_the_supervisor_keeps_no_file_of_ended_attempts(
    processes: Processes, heard: Heard, yard: Detached
) -> None:
    await run(processes, heard, launch("echo", "hi"))
    before = files_of(yard.supervisor)
    attempts = [launch("echo", str(number)) for number in range(100)] + [launch("nope")]
    processes.launch(attempts)
    for each in attempts[:-1]:
        await heard.get(each.attempt, Exited)
    assert files_of(yard.supervisor) == before


async def test_start_times_are_those_of_proc(processes: Processes, heard: Heard) -> None:
    attempts = [lasts() for _ in range(40)]
    processes.launch(attempts)
    for each in attempts:
        started = await heard.get(each.attempt, Started)
        told = proc.stat(pid_of(started))
        assert told is not None
        assert told.ticks == started.ticks


async def test_an_attempt_may_clean_up_within_its_grace(
    processes: Processes, heard: Heard, yard: Detached
) -> None:
    attempt = launch("sh", "-c", "trap 'echo bye; exit 5' TERM; echo up; sleep 1000 & wait")
    processes.launch([attempt])
    await heard.get(attempt.attempt, Started)
    await yard.printed(attempt, b"up\n")
    processes.end(attempt.attempt, 20)
    processes.end(attempt.attempt, 25)
    assert (await heard.get(attempt.attempt, Exited)).exit_code == 5
    assert printed(yard, attempt) == "up\nbye\n"


async def test_an_attempt_that_will_not_stop_is_killed_whole_after_its_grace(
    processes: Processes, heard: Heard, yard: Detached
) -> None:
    attempt = launch("sh", "-c", "trap '' TERM; sleep 1000 & echo $!; wait; wait; sleep 1000")
    processes.launch([attempt])
    await heard.get(attempt.attempt, Started)
    child = int(await yard.printed(attempt, b"\n"))
    processes.end(attempt.attempt, 1000)
    processes.end(attempt.attempt, 0.05)
    assert (await heard.get(attempt.attempt, Exited)).exit_code == 137
    assert not proc.alive(child)


DAEMON = (
    "import os, sys, time\n"
    "if os.fork(): os._exit(0)\n"
    "os.setsid()\n"
    "if os.fork(): os._exit(0)\n"
    "if 'quiet' in sys.argv: [os.close(fd) for fd in (0, 1, 2)]\n"
    "else: print(os.getpid(), flush=True)\n"
    "open(sys.argv[1], 'w').write(str(os.getpid()))\n"
    "time.sleep(1000)\n"
)


@pytest.mark.parametrize("voice", ["loud", "quiet"])
@pytest.mark.parametrize("cleared", ["", "env -i"])
async def test_nothing_outlives_its_attempt_however_it_detached_itself(
    processes: Processes, heard: Heard, tmp_path: Path, voice: str, cleared: str
) -> None:
    told = tmp_path / "daemon"
    script = f'{cleared} "$0" -c "$1" "$2" $3; until [ -s "$2" ]; do :; done; exit 6'
    attempt = launch("sh", "-c", script, sys.executable, DAEMON, str(told), voice)
    assert (await run(processes, heard, attempt)).exit_code == 6
    assert wait_gone(int(told.read_text()), 5)


async def test_what_an_attempt_left_is_told_from_what_another_runs(
    processes: Processes, heard: Heard, yard: Detached
) -> None:
    other = launch("sh", "-c", "setsid sleep 1000 & echo $!; wait; wait; exit 1")
    processes.launch([other])
    neighbour = int(await yard.printed(other, b"\n"))
    # A group of its own, no marker: only its session tells whose it is.
    script = "set -m; env -i sleep 1000 > /dev/null 2>&1 & echo $!; exit 3"
    attempt = launch("bash", "-c", script)
    assert (await run(processes, heard, attempt)).exit_code == 3
    assert wait_gone(int(printed(yard, attempt)), 5)
    assert proc.alive(neighbour)


async def test_an_attempt_ends_though_somebody_it_cannot_be_told_from_holds_its_output(
    processes: Processes, heard: Heard, yard: Detached
) -> None:
    other = lasts()
    processes.launch([other])
    await heard.get(other.attempt, Started)
    attempt = launch("sh", "-c", "env -i setsid sleep 1000 & echo $!; exit 3")
    assert (await run(processes, heard, attempt)).exit_code == 3
    stray = int(printed(yard, attempt))
    processes.end(other.attempt, 0)
    await heard.get(other.attempt, Exited)
    assert wait_gone(stray, 5)  # there is nobody left it could belong to


async def test_an_attempt_without_output_costs_no_file(
    processes: Processes, heard: Heard, yard: Detached
) -> None:
    await run(processes, heard, launch("true"))
    assert list(yard.folders.logs.iterdir()) == []
