"""The mutants that the tests of a server's connections must kill."""

from tests.mutants.mutant import Mutant

ATTENDING = ("tests/server/test_attending.py",)
JOINING = ("tests/server/test_joining.py",)


def mutant(module: str, old: str, new: str, killers: tuple[str, ...]) -> Mutant:
    return Mutant(file=f"batchyard/server/{module}.py", old=old, new=new, killers=killers)


MUTANTS = [
    mutant("attending", "if not left or work.uncancel():", "if not left:", ATTENDING),
    mutant("attending", "if not left or work.uncancel():", "if work.uncancel():", ATTENDING),
    mutant("attending", "gone(None)", "pass", ATTENDING),
    mutant("joining", "if self._gone:", "if False:", ATTENDING),
    mutant("joining", "tell, self._tell = self._tell, None", "tell = self._tell", ATTENDING),
    mutant("joining", "if not self._parts:\n", "if True:\n", JOINING),
    mutant("joining", "        self._send()\n", "", JOINING),
    mutant("joining", "if parts and not self._transport.is_closing():", "if parts:", JOINING),
    mutant("joining", "if parts and not", "if not", JOINING),
]
