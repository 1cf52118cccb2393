"""The mutants that the laws of offered attempts must kill."""

from tests.mutants.mutant import Mutant

LAWS = ("tests/launchers/offers_laws.py",)
ROSTER = ("tests/engine/test_roster.py",)
UNITS = ("tests/launchers/test_offered.py",)
JOBS = ("tests/engine/test_offered.py",)


def mutant(file: str, old: str, new: str, killers: tuple[str, ...]) -> Mutant:
    return Mutant(file=f"batchyard/{file}.py", old=old, new=new, killers=killers)


MUTANTS = [
    mutant("launchers/offers", "again=False", "again=True", LAWS),
    mutant("launchers/offers", "progress=SILENCE, ", "", LAWS),
    mutant("launchers/offers", 'yield Field("command", word)', "pass", LAWS),
    mutant("launchers/offers", "if launch.memory is not None:", "if launch.directory:", LAWS),
    mutant("launchers/offers", "and int(code[1]):", ":", LAWS),
    mutant("launchers/offers", "_CODE.fullmatch(", "_CODE.match(", LAWS),
    mutant("launchers/offers", '{"", EXITED}', '{""}', LAWS),
    mutant("launchers/offers", 'if not begun and result == "FAILED":', "if not begun:", LAWS),
    mutant("launchers/offers", 'if not begun and result == "FAILED":', "if False:", LAWS),
    mutant("launchers/offered", "if taken is None and each.at is None:", "if False:", JOBS),
    mutant(
        "launchers/offered",
        "if taken is None and each.at is None:",
        "if taken is None:",
        UNITS,
    ),
    mutant(
        "launchers/offered",
        "if not self._board.withdraw(known.offer.place, attempt):",
        "if False:",
        JOBS,
    ),
    mutant("launchers/offered", "known.ending = True\n        if not", "if not", JOBS),
    mutant(
        "launchers/offered", "if isinstance(end, Exited) and known.said is None:", "if False:", JOBS
    ),
    mutant(
        "launchers/offered",
        "if known.begun_at is not None:\n            self._end",
        "if True:\n            self._end",
        JOBS,
    ),
    mutant("launchers/offered", "        elif known.ending:", "        elif False:", JOBS),
    mutant("launchers/offered", "            self._offer(known)\n", "            pass\n", JOBS),
    mutant(
        "launchers/offered",
        "if known.begun_at is None:\n            known",
        "if True:\n            known",
        UNITS,
    ),
    mutant(
        "launchers/offered",
        "                del self._known[name]\n        if any",
        "                pass\n        if any",
        UNITS,
    ),
    mutant("launchers/offered", 'taken.hostname if taken is not None else ""', '""', UNITS),
    mutant("launchers/offered", "for name, taken in holders.items():", "for _ in ():", UNITS),
    mutant("launchers/routed", "(each.offer is not None) is offered", "offered", UNITS),
    mutant("launchers/routed", "        self._offered.end(attempt, grace)\n", "", UNITS),
    mutant(
        "engine/attempts", "None if latest.worker_group is None else self._form(job)", "None", JOBS
    ),
    mutant("engine/attempts", "worker_group=worker_group\n", "worker_group=None\n", JOBS),
    mutant(
        "engine/tasks",
        "if answer.first:\n            self._watch()",
        "if False:\n            self._watch()",
        JOBS,
    ),
    mutant("engine/roster", "if now - at < SILENT", "if now - at <= SILENT", ROSTER),
    mutant("engine/roster", "if each.stale or ", "if ", ROSTER),
    mutant(
        "engine/tasks",
        "        self.roster.heard(place, taken.task.group, taken.hostname, self._clock.now())\n",
        "",
        ROSTER,
    ),
    mutant(
        "batch/launching",
        "if name not in MACHINES_OWN",
        "if True",
        ("tests/batch/launching_laws.py",),
    ),
    mutant("batch/lifecycle", "worker_group=event.worker_group", "worker_group=None", JOBS),
]
