"""Ending what is left of attempts whose supervisor was killed.

An attempt's processes are told by the marker in their environment, which their children inherit
however they detach themselves, and by their session: that of the main process whose pid and start
time the supervisor's list, or the engine, recorded. Where there is no /proc nothing can be told,
and nothing is ended.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple

from batchyard.launchers.seam import Held
from batchyard.launchers.supervisor import proc, roster

_ROUNDS = 100
"""How often to look again: what is being ended may start more."""
_WAIT = 100
"""Milliseconds to wait for the killed to go, before looking again."""


class Main(NamedTuple):
    """A main process as it was recorded, and whether it was in this boot for certain."""

    attempt: str
    pid: int
    ticks: int
    this_boot: bool


def end_leftovers(held: Sequence[Held], state_dir: Path, work_dir: Path) -> set[str]:
    """End what still runs of attempts that the living supervisor does not know.

    It blocks, for milliseconds as a rule.

    Args:
        held: the attempts.
        state_dir: where the supervisor keeps its list.
        work_dir: where their own working directories are, which are removed.

    Returns:
        The attempts that were really started; of the others nothing ever ran.
    """
    past = roster.read(str(state_dir))
    names = {each.attempt for each in held}
    started = names if past.rebooted else {each.attempt for each in held if each.pid is not None}
    started = started | (names & past.spawned.keys())
    mains = {main.pid: main for main in _mains(held, past)}
    for _ in range(_ROUNDS):
        found = _find(names, mains)
        if not found:
            break
        started |= set(found.values())
        _kill(found)
    for attempt in started:
        shutil.rmtree(work_dir / attempt, ignore_errors=True)
    return started


def _mains(held: Iterable[Held], past: roster.Past) -> Iterable[Main]:
    boot = proc.boot()
    for each in held:
        spawned = past.spawned.get(each.attempt)
        if spawned is not None:
            yield Main(each.attempt, spawned.pid, spawned.ticks, spawned.boot == boot)
        elif each.pid is not None and each.ticks is not None:
            yield Main(each.attempt, each.pid, each.ticks, this_boot=False)


def _find(names: set[str], mains: Mapping[int, Main]) -> dict[int, str]:
    """Find the living processes of attempts, by pid."""
    found = {}
    for pid in proc.pids():
        attempt = _attempt_of(pid, mains) or proc.marker(pid)
        if attempt in names and pid != os.getpid() and proc.alive(pid):
            found[pid] = attempt
    return found


def _attempt_of(pid: int, mains: Mapping[int, Main]) -> str | None:
    """Tell the attempt of a process by its session; None when it is in none of theirs."""
    own = proc.stat(pid)
    main = mains.get(own.session) if own else None
    if own is None or main is None:
        return None
    leader = proc.stat(main.pid)
    # A leader of another age means that the number was given out anew. Without a leader it
    # cannot have been: a session's number is taken while anybody is in it.
    same = main.this_boot if leader is None else leader.ticks == main.ticks
    return main.attempt if same else None


def _kill(pids: Iterable[int]) -> None:
    """Kill processes, and wait a moment for them to go."""
    with ExitStack() as opened:
        waiting = select.poll()
        for pid in pids:
            with suppress(OSError):  # it is gone, or not ours to end
                fd = os.pidfd_open(pid)
                opened.callback(os.close, fd)
                waiting.register(fd, select.POLLIN)
                signal.pidfd_send_signal(fd, signal.SIGKILL)
        waiting.poll(_WAIT)
