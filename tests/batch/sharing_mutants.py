"""The mutants that laws about quota shares, stuck jobs and consumable resources must kill."""

from tests.mutants.mutant import Mutant


def mutant(file: str, old: str, new: str, killer: str) -> Mutant:
    return Mutant(file=f"batchyard/{file}", old=old, new=new, killers=(f"tests/{killer}",))


QUOTAS, SHARED = "batch/quotas.py", "batch/quotas_laws.py"
LINES, IN_LINE = "batch/quota_lines.py", "batch/quota_lines_laws.py"
LIMITS, STUCK = "batch/time_limits.py", "batch/time_limits_laws.py"
CHORE, STUCK_HERE = "engine/chores/time_limits.py", "engine/chores/test_time_limits.py"
TOTALS, TAKEN = "batch/consumables.py", "batch/consumables_laws.py"
LIFE, LEFT = "batch/lifecycle.py", "batch/preemption_laws.py"
SCHEDULER, HELD = "engine/scheduler.py", "engine/test_quotas.py"
STORE = "store/test_conformance.py"

MUTANTS = [
    mutant(LINES, "yield max(latest, place.number), place", "yield place.number, place", IN_LINE),
    mutant(
        LINES,
        "if passed_over(place.wanted):\n            continue",
        "if not places:\n            continue",
        IN_LINE,
    ),
    mutant(LINES, "for rank in sorted(classes)", "for rank in classes", IN_LINE),
    mutant(QUOTAS, "-wanted.priority, next", "wanted.priority, next", SHARED),
    mutant(QUOTAS, "wanted.unit] += wanted.instances\n", "wanted.unit] += 0\n", SHARED),
    mutant(
        QUOTAS,
        "-= held.wanted.instances\n        self._changed",
        "-= 0\n        self._changed",
        SHARED,
    ),
    mutant(QUOTAS, "*self._given(self._fits), *", "*", SHARED),
    mutant(QUOTAS, ", *self._given(self._borrows)]", "]", SHARED),
    mutant(QUOTAS, 'room.state != "ENABLED"', 'room.state == ""', SHARED),
    mutant(
        QUOTAS,
        "self._free(wanted) - self._kept(wanted)\n        return self._after",
        "self._free(wanted)\n        return self._after",
        SHARED,
    ),
    mutant(QUOTAS, "or after > _most(share, unit)", "", SHARED),
    mutant(QUOTAS, "borrowed + after - own <= lent", "after - own <= lent", SHARED),
    mutant(QUOTAS, "            coming -= spoken[wanted.queue, unit]\n", "", SHARED),
    mutant(QUOTAS, "if self._shares[share].preempts else []", "if True else []", SHARED),
    mutant(QUOTAS, "        if missing > 0:\n            return None\n", "", SHARED),
    mutant(
        QUOTAS,
        "            if held.job_id not in self._leaving\n            and (",
        "            if (",
        SHARED,
    ),
    mutant(
        QUOTAS, "            if over[held.wanted.share] > 0:\n", "            if True:\n", SHARED
    ),
    mutant(QUOTAS, "held.priority < wanted.priority", "held.priority <= wanted.priority", SHARED),
    mutant(QUOTAS, "Held(wanted.priority, -next", "Held(wanted.priority, next", SHARED),
    mutant(QUOTAS, "own + own * limit // 100", "own * limit // 100", SHARED),
    mutant(QUOTAS, "instances > own + lent else", "instances > lent else", SHARED),
    mutant(QUOTAS, "        if leaving:\n", "        if not leaving:\n", SHARED),
    mutant(LIMITS, "reason.startswith(limit.reason)", "True", STUCK),
    mutant(LIMITS, "first = min(limits", "first = max(limits", STUCK),
    mutant(LIMITS, "first.seconds * 1000", "first.seconds", STUCK),
    mutant(LIMITS, "job.status_reason is not None", "True", STUCK),
    mutant(LIMITS, " if entry.event != events.Tagged.__name__", "", STUCK),
    mutant(LIMITS, 'limit.action == "CANCEL"', 'limit.action == "TERMINATE"', STUCK_HERE),
    mutant(CHORE, "due.at <= now", "due.at > now", STUCK_HERE),
    mutant(
        CHORE,
        "            for job in self._engine.jobs.values():\n"
        "                self._changed(None, job)\n",
        "",
        STUCK_HERE,
    ),
    mutant(CHORE, "            self._stuck.discard(job.id)\n", "            pass\n", STUCK_HERE),
    mutant(TOTALS, "0 <= total <= MOST", "total <= MOST", TAKEN),
    mutant(TOTALS, "0 <= total <= MOST", "0 <= total", TAKEN),
    mutant(TOTALS, "at - when < TOKEN_LIFE}", "True}", TAKEN),
    mutant(TOTALS, "and at - when < TOKEN_LIFE", "", TAKEN),
    mutant(LIFE, "len(ended.preempted) > most", "len(ended.preempted) >= most", LEFT),
    mutant(LIFE, "_attempt(replace(job, stop=None), status", "_attempt(job, status", LEFT),
    mutant(LIFE, "len(ended.attempts) - len(ended.preempted)", "len(ended.attempts)", LEFT),
    mutant(
        LIFE,
        "if job.stop is not None or job.spec.service is None:",
        "if job.stop is not None:",
        LEFT,
    ),
    mutant(
        LIFE, 'job.stop is not None and job.stop.kind != "preempt":', "job.stop is not None:", LEFT
    ),
    mutant(
        LIFE,
        "(commands.Withdraw(), commands.Offer()) if waits",
        "() if waits",
        "batch/lifecycle_laws.py",
    ),
    mutant(
        SCHEDULER,
        "self.quotas.hold(job.id, latest.environment, wanted, leaving=leaving)",
        "pass",
        HELD,
    ),
    mutant(SCHEDULER, "        self.quotas.release(job.id)\n", "", HELD),
    mutant("store/matching.py", "any(each.resource == resource", "any(each.resource", STORE),
    mutant(
        "store/sqlite/forgetting.py",
        '("drop_spec", "drop_consumed")',
        '("drop_spec",)',
        "store/test_opening.py",
    ),
    mutant(
        "store/sqlite/asking.sql",
        "AND (consumed.created_at, consumed.spec) < (:created_at, :n)",
        "AND consumed.spec < :n",
        "store/store_laws.py",
    ),
]
