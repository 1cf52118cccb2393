"""The mutants that must be killed by what holds of pipelines in stores, and in the journal."""

from tests.mutants.mutant import Mutant


def mutant(file: str, old: str, new: str, killer: str) -> Mutant:
    return Mutant(file=f"batchyard/{file}", old=old, new=new, killers=(f"tests/{killer}",))


KEEPING, READING = "store/sqlite/pipeline_keeping.py", "store/sqlite/pipelines.py"
SQL, MEMORY = "store/sqlite/pipelines.sql", "store/memory_pipelines.py"
SEAM, LAWS = "store/test_pipelines.py", "store/pipeline_laws.py"
JOURNAL = "engine/journal.py", "engine/test_journal.py"

MUTANTS = [
    mutant(KEEPING, "DELETED if gone else number", "number", SEAM),
    mutant(KEEPING, "DELETED if deleted else n", "n", "store/test_opening.py"),
    mutant(
        KEEPING,
        "if number != DELETED:\n                status",
        "if True:\n                status",
        "store/test_opening.py",
    ),
    mutant(KEEPING, 'SQL["drop_tasks"], (number,)', 'SQL["drop_tasks"], (0,)', LAWS),
    mutant(KEEPING, "in last.items() if", "in [(each.id, each) for each in batch.tasks] if", SEAM),
    mutant("store/sqlite/keeping.py", "        self._pipelines.learn()\n", "", SEAM),
    mutant("store/sqlite/forgetting.py", '    "tasks",\n', "", SEAM),
    mutant(READING, "query.limit + 1))", "query.limit))", LAWS),
    mutant(READING, "found[query.limit - 1]", "found[query.limit]", LAWS),
    mutant(SQL, "  AND n > :after\nORDER BY n;", "  AND n > :after + 1\nORDER BY n;", LAWS),
    mutant(SQL, "> :after\n  AND (1 << status) & :statuses", "> :after\n  AND :statuses", LAWS),
    mutant(SQL, "WHERE instances.status < 5", "WHERE instances.status < 6", SEAM),
    mutant(SQL, "ORDER BY instances.n", "ORDER BY instances.pipeline", SEAM),
    mutant(MEMORY, "instances.get(name, (self._number, None))", "self._number, None", LAWS),
    mutant(MEMORY, "else number > after)", "else number > after + 1)", LAWS),
    mutant("store/writer.py", "(e.pipeline, e.instance.id): e", "e.instance.id: e", LAWS),
    mutant(
        "store/writer.py",
        "{each.id: each for batch in batches for each in batch.tasks}",
        "{}",
        LAWS,
    ),
    mutant(
        JOURNAL[0],
        "self.pipelines | later.pipelines",
        "later.pipelines | self.pipelines",
        JOURNAL[1],
    ),
    mutant(JOURNAL[0], "self.instances | later.instances", "later.instances", JOURNAL[1]),
    mutant(JOURNAL[0], "self.tasks | later.tasks", "later.tasks | self.tasks", JOURNAL[1]),
    mutant(
        JOURNAL[0], "self.pipelines or self.instances or self.tasks", "self.pipelines", JOURNAL[1]
    ),
]
