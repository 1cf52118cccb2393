"""The mutants that the laws of botocore's waiters and of the classic client must kill."""

from tests.client.mutants import mutant

JUDGING = ("tests/client/judging_laws.py",)
WAITERS = ("tests/client/test_waiters.py",)
EXTENDED = ("tests/client/test_waiters_extended.py",)
CLASSIC = ("tests/client/test_classic.py",)
CLASSIC_LAWS = ("tests/client/classic_laws.py",)

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
    mutant(
        "classic",
        "seen.status in wanted or seen.status in ENDED",
        "seen.status in wanted",
        CLASSIC_LAWS,
    ),
    mutant("classic", '"timeout": span(max_retries)', '"timeout": None', CLASSIC_LAWS),
    mutant("classic", "return every[-1] if every", "return every[0] if every", CLASSIC),
    mutant(
        "classic", "for tries in range(1, retries + 1)", "for tries in range(retries)", CLASSIC_LAWS
    ),
    mutant("classic", "if len(found) != 1:", "if not found:", CLASSIC_LAWS),
    mutant("aio_classic", "await waiters.wait_for_job_on_loop(job_id)", "pass", CLASSIC),
    mutant(
        "aio_classic",
        "await on_a_thread(lambda: waiters.wait_for_job(job_id))",
        "waiters.wait_for_job(job_id)",
        CLASSIC,
    ),
    mutant(
        "awslogs",
        "for stream in dict.fromkeys(_streams(job))",
        "for stream in _streams(job)",
        CLASSIC_LAWS,
    ),
    mutant("awslogs", 'one.get("logDriver", DRIVER) != DRIVER', "False", CLASSIC_LAWS),
]
