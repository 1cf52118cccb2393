"""The mutants that the laws of a task's identity must kill."""

from tests.mutants.mutant import Mutant

LAWS = ("tests/airflow/identity_laws.py",)


def mutant(old: str, new: str) -> Mutant:
    return Mutant(file="batchyard/airflow/identity.py", old=old, new=new, killers=LAWS)


MUTANTS = [
    mutant("theirs.task != own.task", "theirs.task == own.task"),
    mutant("theirs.generation == own.generation", "theirs.generation >= own.generation"),
    mutant("theirs.attempt >= own.attempt - 1", "theirs.attempt >= own.attempt"),
    mutant("if same and adopted is None:", "if same:"),
    mutant("if not _is_alive(job):", "if False:"),
    mutant('job.get("isTerminated") or job.get("isCancelled")', 'job.get("isTerminated")'),
    mutant("ti.map_index]", "0]"),
    mutant("whole = [deployment, ", 'whole = ["", '),
    mutant("VALUE.fullmatch", "VALUE.match"),
]
