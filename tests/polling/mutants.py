"""The mutants that the laws of polling must kill."""

from tests.mutants.mutant import Mutant

PACE = ("tests/polling/pace_laws.py",)


def mutant(file: str, old: str, new: str, killers: tuple[str, ...]) -> Mutant:
    return Mutant(file=f"batchyard/polling/{file}.py", old=old, new=new, killers=killers)


MUTANTS = [
    mutant("pace", "max(self._due, now) + 1 / self.rate", "now + 1 / self.rate", PACE),
    mutant("pace", "self._due - SLACK - now", "self._due - 2 * SLACK - now", PACE),
    mutant("pace", "return early", "return early / 2", PACE),
    mutant("pace", "now - self._cut < DEAF", "now < self._cut", PACE),
    mutant("pace", "self.rate * CUT, min(LEAST", "self.rate, min(LEAST", PACE),
    mutant("pace", "min(self._most, self.rate + GAIN", "(self.rate + GAIN", PACE),
    mutant("pace", ", LULL))", ", 2 * LULL))", PACE),
    mutant("pace", "now + SLACK + 1 / self.rate)", "now)", PACE),
]
