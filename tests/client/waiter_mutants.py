"""The mutants that the laws of botocore's waiters must kill."""

from tests.client.mutants import mutant

JUDGING = ("tests/client/judging_laws.py",)
WAITERS = ("tests/client/test_waiters.py",)
EXTENDED = ("tests/client/test_waiters_extended.py",)

MUTANTS = [
    mutant("judging", " and not (left_out and _speaks_for_all(matched))", "", JUDGING),
    mutant(
        "judging",
        "state = self._one_by_one(answer, items or [], left_out)",
        "state = None",
        JUDGING,
    ),
    mutant("judging", "if one in self._seen else self._limits.unseen", "", JUDGING),
    mutant("judging", "self._missed.get(one, now)", "now", JUDGING),
    mutant("judging", ">= self._patience(one)]", "> self._patience(one)]", JUDGING),
    mutant("judging", ">= self._borne(answer)", "> self._borne(answer)", JUDGING),
    mutant("judging", "self._troubled if self._troubles else now", "now", JUDGING),
    mutant("judging", "        self._troubles = 0\n        items", "        items", JUDGING),
    mutant("judging", "self._attempts <= 0", "self._attempts < 0", JUDGING),
    mutant("judging", "2.0**self._troubles", "2.0", WAITERS),
    mutant("judging", 'acceptor.matcher == "error" and acceptor.expected == ""', "False", WAITERS),
    mutant("judging", ' and acceptor.matcher != "pathAny"', "", WAITERS),
    mutant("judging", "(not left_out or self._is_for_absence(answer))", "not left_out", EXTENDED),
    mutant("judging", " and not self._is_for_absence(answer):", ":", EXTENDED),
    mutant("judging", "self._limits.unseen if hidden else 0.0", "0.0", EXTENDED),
    mutant(
        "waiter",
        "yield request | {member: list(ids[start : start + FULL])}",
        "yield request",
        WAITERS,
    ),
    mutant("waiter", "whole.get(name, []) + value", "value", WAITERS),
    mutant("waiters", "deepcopy(dict(DEFAULT", "(dict(DEFAULT", WAITERS),
    mutant("waiters", "WaiterModel(deepcopy(config))", "WaiterModel(config)", WAITERS),
    mutant(
        "waiters", "        return deepcopy(self._model)", "        return self._model", WAITERS
    ),
    mutant("waiters", "waiter.config.max_attempts = sys.maxsize", "pass", WAITERS),
    mutant("waiters", "JITTER, SHORTEST", "JITTER, 0", WAITERS),
]
