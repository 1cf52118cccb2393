"""The mutants that the tests of the console must kill."""

from tests.mutants.mutant import Mutant

LAWS = "tests/server/console"
BOARD = (f"{LAWS}/board_laws.py",)
HUB = (f"{LAWS}/hub_laws.py",)
HIDING = (f"{LAWS}/hiding_laws.py",)
LISTING = (f"{LAWS}/listing_laws.py",)
SESSIONS = (f"{LAWS}/test_sessions.py",)


def mutant(module: str, old: str, new: str, killers: tuple[str, ...]) -> Mutant:
    return Mutant(file=f"batchyard/server/console/{module}.py", old=old, new=new, killers=killers)


MUTANTS = [
    mutant("board", "            self._count(was, -1)\n", "            pass\n", BOARD),
    mutant("board", "        if now.is_array:\n            return\n", "", BOARD),
    mutant("board", "        self._waiting.clear()\n", "", BOARD),
    mutant("board", " or was.status_reason != now.status_reason:", ":", BOARD),
    mutant("hub", "if before.get(name) != fragment", "if name not in before", HUB),
    mutant("hub", "if known.get(n) != h}", "if n not in known}", HUB),
    mutant(
        "hub", "        if not self.dirty and mark == self._mark:\n", "        if False:\n", HUB
    ),
    mutant("hub", "ids.parent_id(job.id) or job.id, ()", "job.id, ()", HUB),
    mutant("hiding", "HIDDEN if _NAMED", "value if _NAMED", HIDING),
    mutant("hiding", "(?-i:[a-z]Key$)", "[a-z]Key$", HIDING),
    mutant("listing", "rows.sort(key=lambda each: -each[0].created_at)", "pass", LISTING),
    mutant("listing", "        numbers[arn] += 1\n", "        numbers[arn] = 1\n", LISTING),
    mutant(
        "listing", "        return part.query.after or START\n", "        return END\n", LISTING
    ),
    mutant(
        "sessions", "self._links.pop(_hash(link), None)", "self._links.get(_hash(link))", SESSIONS
    ),
    mutant("sessions", "self._now() - made > LINK_MS", "False", SESSIONS),
    mutant("sessions", "max(0, len(moments) - MOST)", "len(moments) - MOST", SESSIONS),
    mutant("sessions", '_hash(f"action {secret}")', '_hash("action")', SESSIONS),
    mutant("sessions", "now - visit > SESSION_MS", "False", SESSIONS),
]
