"""The mutants that must be killed by what holds of events and their delivery."""

from tests.mutants.mutant import Mutant


def mutant(file: str, old: str, new: str, killer: str) -> Mutant:
    return Mutant(file=f"batchyard/{file}", old=old, new=new, killers=(f"tests/{killer}",))


NOTICES = "batch/notices.py"
FORM = "batch/notices_laws.py"
DELIVERIES = "batch/deliveries.py"
ORDER = "batch/deliveries_laws.py"
BULLETIN = "engine/bulletin.py"
KEPT = "engine/test_bulletin.py"
COURIER = "server/courier.py"
BROUGHT = "server/test_courier.py"

MUTANTS = [
    mutant(NOTICES, "if was is None or (", "if was is not None and (", FORM),
    mutant(NOTICES, "if was.state is not now.state:", "if True:", FORM),
    mutant(NOTICES, "if kind is Kind.BLOCKED else [job.arn]", "if False else [job.arn]", FORM),
    mutant(NOTICES, "if name not in UNTOLD", "if name", FORM),
    mutant(DELIVERIES, "if in_order or notice.job_id not in passed:", "if True:", ORDER),
    mutant(DELIVERIES, "if in_order and self._under_way:", "if False:", ORDER),
    mutant(DELIVERIES, "        passed = set(self._busy)", "        passed = set[str]()", ORDER),
    mutant(DELIVERIES, "iter(self._waiting), self._last + 1) - 1", "iter(()), self._last)", ORDER),
    mutant(BULLETIN, "min(self._marks.values())", "max(self._marks.values())", KEPT),
    mutant(BULLETIN, "mark or self._number", "self._number", KEPT),
    mutant(BULLETIN, "            self._journal.after(self._publish)", "            pass", KEPT),
    mutant("engine/journal.py", "self.notices + later.notices", "later.notices", KEPT),
    mutant(
        "store/sqlite/keeping.sql", "WHERE n <= ?;", "WHERE n < ?;", "store/test_conformance.py"
    ),
    mutant(COURIER, "        self._deliveries.failed(numbers)\n", "", BROUGHT),
    mutant(COURIER, "            self._deliveries.failed([number])\n", "", BROUGHT),
    mutant("server/targets/files.py", "size -= len(torn)", "pass", "server/targets/test_files.py"),
    mutant(
        "server/targets/webhooks.py",
        "200 <= answer.status < 300",
        "200 <= answer.status < 400",
        "server/targets/test_webhooks.py",
    ),
]
