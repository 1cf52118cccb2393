"""The mutants that the laws of waiting must kill."""

from tests.mutants.mutant import Mutant

BUDGET = ("tests/polling/budget_laws.py",)
COHORTS = ("tests/polling/cohorts_laws.py",)
DEADLINES = ("tests/polling/deadlines_laws.py",)
CADENCE = ("tests/polling/cadence_laws.py",)
WATCH = ("tests/polling/watch_laws.py",)


def mutant(file: str, old: str, new: str, killers: tuple[str, ...]) -> Mutant:
    return Mutant(file=f"batchyard/polling/{file}.py", old=old, new=new, killers=killers)


MUTANTS = [
    mutant("budget", "self._tokens + (now - self._at) * self.rate", "self._rates.burst", BUDGET),
    mutant("budget", "now + (1 - self._tokens) / self.rate", "now", BUDGET),
    mutant("budget", "max(0.0, self._tokens - 1)", "self._tokens", BUDGET),
    mutant("budget", "        if self._short:\n", "        if True:\n", BUDGET),
    mutant("budget", "        self._slow_start = False\n", "", BUDGET),
    mutant("budget", "now - self._cut >= CALM", "True", BUDGET),
    mutant(
        "budget", "max(self._rates.least, self.rate * self._rates.fall)", "self.rate * 0.7", BUDGET
    ),
    mutant("budget", "min(self._rates.most, self.rate + step)", "self.rate + step", BUDGET),
    mutant("budget", "self._tokens = min(self._tokens, 0.0)", "pass", BUDGET),
    mutant("cadence", "self.first * self.growth**steps", "self.first * self.growth*steps", CADENCE),
    mutant("cadence", "max(tries - 1, 0)", "tries", CADENCE),
    mutant("cadence", "1 + (0.6 * tries) ** 2", "1 + (0.5 * tries) ** 2", CADENCE),
    mutant("cadence", "lower = max(minima, delay - width)", "lower = delay - width", CADENCE),
    mutant("cohorts", "cohort.due - before.due <= near", "True", COHORTS),
    mutant("cohorts", "and len(before.ids) + len(cohort.ids) <= FULL", "", COHORTS),
    mutant("cohorts", "list(cohort.ids)[: FULL - len(taken)]", "list(cohort.ids)", COHORTS),
    mutant(
        "cohorts",
        "cohort.early > now:\n                break\n            if not",
        "True:\n                break\n            if not",
        WATCH,
    ),
    mutant("cohorts", "not (before.alone or cohort.alone)\n        and ", "", COHORTS),
    mutant(
        "cohorts",
        "            cohort.due = max(cohort.usual, min(cohort.due, now))\n",
        "            pass\n",
        WATCH,
    ),
    mutant("deadlines", "            del self._set[whose]\n", "", DEADLINES),
    mutant("silence", "self.since = min(self.since, asked_at)", "self.since = asked_at", WATCH),
    mutant("silence", "min(LONGEST, 2 * self._pause)", "self._pause", WATCH),
    mutant(
        "watch",
        "            job.join(waiter, wish)\n        self._ask_soon",
        "            job.join(waiter, wish)\n        self._put",
        WATCH,
    ),
    mutant("watch", "            self._cohorts.remove((one,))\n", "", WATCH),
    mutant(
        "watch",
        "            job.again = job.asked is not None\n",
        "            job.again = False\n",
        WATCH,
    ),
    mutant("watch", "            due += self._company()\n", "            pass\n", WATCH),
    mutant("watch", "due = max(due, self._silence.until)", "pass", WATCH),
    mutant("watch", "if due > now else self._budget.ready_at(now)", "", WATCH),
    mutant("watch", "        self._silence.end()\n        shown", "        shown", WATCH),
    mutant(
        "watch",
        "            if at - since >= limit:",
        "            if at - since > limit + 6:",
        WATCH,
    ),
    mutant(
        "watch",
        "if job.seen is None else wish.limits.vanished",
        "if True else wish.limits.vanished",
        WATCH,
    ),
    mutant(
        "waited",
        "before, self.seen, self.missing_since = self.seen, seen, None",
        "before, self.seen = self.seen, seen",
        WATCH,
    ),
    mutant(
        "watch",
        "            elif self._waiters[waiter].overdue:\n",
        "            elif False:\n",
        WATCH,
    ),
    mutant("watch", "return min(delays)", "return max(delays)", WATCH),
    mutant("watch", "is None else [MISSING]", "is None else []", WATCH),
    mutant("watch", "longest = self._longest if relaxed else None", "longest = None", WATCH),
    mutant("watch", "return self.give_up(trouble.error)", "return []", WATCH),
    mutant("watch", "now, now, now, alone=True", "now, now, now", WATCH),
    mutant("watch", "max(self._silence.since, whose.since)", "self._silence.since", WATCH),
    mutant("watch", "                whose.overdue = True\n", "", WATCH),
    mutant("watch", "                self._ask_soon(whose.left, now)\n", "", WATCH),
    mutant(
        "watch",
        "        self._put([one for one in ids if one in self._jobs], asked",
        "        self._put([], asked",
        WATCH,
    ),
    mutant("waited", "if wish.moves)", ")", WATCH),
    mutant("waited", "before.marks != seen.marks", "True", WATCH),
    mutant("waited", "            self.unheard += (waiter,)\n", "            pass\n", WATCH),
    mutant("waited", "self.unheard = self.unheard, ()", "_ = self.unheard, ()", WATCH),
    mutant("waited", "if not delay > 0:", "if not delay >= 0:", WATCH),
    mutant("watch", "except BaseException as error", "except Exception as error", WATCH),
    mutant("watch", "return min(delays) if job.waiters else None", "return min(delays)", WATCH),
    mutant("watch", "        self._budget.throttled(now)\n", "", WATCH),
]
