"""The mutants that the laws of the command line must kill."""

from tests.mutants.mutant import Mutant

CHOOSING = ("tests/cli/choosing_laws.py",)
DOCUMENTS = ("tests/cli/test_documents.py",)
FITTING = ("tests/cli/fitting_laws.py",)
ORDERING = ("tests/cli/test_ordering.py",)
SCRIPTS = ("tests/cli/test_scripts.py",)
TIMES = ("tests/cli/times_laws.py",)
TOP_CHOOSING = ("tests/cli/top_screen/choosing_laws.py",)
TOP_COLUMNS = ("tests/cli/top_screen/columns_laws.py",)
TOP_PLAN = ("tests/cli/top_screen/plan_laws.py",)


def mutant(file: str, old: str, new: str, killers: tuple[str, ...]) -> Mutant:
    return Mutant(file=f"batchyard/cli/{file}.py", old=old, new=new, killers=killers)


MUTANTS = [
    mutant("choosing", "created >= self.after", "created > self.after", CHOOSING),
    mutant("choosing", "created < self.before", "created <= self.before", CHOOSING),
    mutant("choosing", "max(0, choice.after - 1)", "choice.after + 1", CHOOSING),
    mutant("choosing", "return given[:1]", "return given", CHOOSING),
    mutant(
        "choosing", 'definition.partition(":")[0]\n    wanted', "definition\n    wanted", CHOOSING
    ),
    mutant("choosing", "key=lambda job: -_created(job)", "key=_created", CHOOSING),
    mutant("choosing", "if choice.name is None and after", "if after", CHOOSING),
    mutant("documents", "_check_members(value, shape.members, where)", "pass", DOCUMENTS),
    mutant("documents", '{"true": True, "false": False}[text.lower()]', "bool(text)", DOCUMENTS),
    mutant("documents", "yaml.BaseLoader", "yaml.SafeLoader", DOCUMENTS),
    mutant("documents", " | {SHARED}", "", DOCUMENTS),
    mutant("fitting", "room - GAP - given", "room - given", FITTING),
    mutant("fitting", "if given >= min(LEAST, widths[n]):", "if True:", FITTING),
    mutant("fitting", "if not kept or widths[n] + GAP <= room:", "if True:", FITTING),
    mutant("fitting", "width - 1) +", "width) +", FITTING),
    mutant("ordering", "told | variables(order.env_file) | pairs", "told | pairs", ORDERING),
    mutant("ordering", "if amount and not own", "if amount", ORDERING),
    mutant("ordering", "unique=named is None", "unique=True", ORDERING),
    mutant("ordering", '*said.get("dependsOn", ()), ', "", ORDERING),
    mutant("ordering", "resources | wanted", "resources or wanted", ORDERING),
    mutant(
        "scripts", '(*options, "-c", script, name, *arg', '(*options, "-c", script, *arg', SCRIPTS
    ),
    mutant("scripts", "exec {interpreter}", "{interpreter}", SCRIPTS),
    mutant("scripts", "<<END_OF_SCRIPT\\n$text", "<<END_OF_SCRIPT\\n$1", SCRIPTS),
    mutant("times", "max(0, now -", "abs(now -", TIMES),
    mutant("times", "seconds >= UNIT * UNITS", "seconds >= UNITS", TIMES),
    mutant("top_screen/plan", "self._budget.take(now)", "pass", TOP_PLAN),
    mutant("top_screen/plan", "self._budget.throttled(now)", "pass", TOP_PLAN),
    mutant("top_screen/plan", "not (narrowed and beside)", "True", TOP_PLAN),
    mutant("top_screen/plan", "now + pages * self._interval", "now + 0 * self._interval", TOP_PLAN),
    mutant(
        "top_screen/choosing", "key=lambda one: one.at", "key=lambda one: -one.at", TOP_CHOOSING
    ),
    mutant("top_screen/choosing", "not word.startswith", "word.startswith", TOP_CHOOSING),
    mutant("top_screen/book", "if last or len(rows)", "if len(rows)", TOP_CHOOSING),
    mutant("top_screen/rows", "if len(known) == len(mine)", "if True", TOP_COLUMNS),
    mutant("top_screen/rows", 'ESCAPES.sub("", ', "str(", TOP_COLUMNS),
    mutant("top_screen/columns", "given = max(0, min(wish, spare))", "given = wish", TOP_COLUMNS),
]
