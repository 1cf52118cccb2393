"""The harness tells killed mutants from surviving, stale and broken ones."""

from pathlib import Path
from textwrap import dedent

import pytest

from tests.mutants.harness import BaselineError, Tree, check_baseline, judge, judge_all
from tests.mutants.mutant import Mutant, Verdict

LAWS = "tests/test_double_laws.py"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """A project of two functions, with one law about the first."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # its laws need none: be quick
    files = {
        "src/fake/__init__.py": "",
        "src/fake/sums.py": """\
            def double(n): return n * 2
            def triple(n): return n * 3
            """,
        LAWS: """\
            from fake.sums import double
            def test_double(): assert double(3) == 6
            """,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    return Tree(tmp_path)


def mutant(old: str = "n * 2", new: str = "n * 3", killers: str = LAWS) -> Mutant:
    return Mutant(file="fake/sums.py", old=old, new=new, killers=(killers,))


def test_a_mutant_that_a_law_notices_is_killed(tree: Tree) -> None:
    assert judge(tree, mutant()).verdict is Verdict.KILLED


def test_a_mutant_that_no_law_notices_survives(tree: Tree) -> None:
    outcome = judge(tree, mutant(old="n * 3", new="n * 4"))
    assert outcome.verdict is Verdict.SURVIVED
    assert not outcome.verdict.good


def test_a_mutant_that_never_ends_is_killed(tree: Tree) -> None:
    endless = mutant(old="return n * 2", new="\n    while True: pass")
    assert judge(Tree(tree.root, patience=3), endless).verdict is Verdict.HUNG


@pytest.mark.parametrize("old", ["n * 7", "return"])
def test_old_text_not_there_exactly_once_is_stale(tree: Tree, old: str) -> None:
    assert judge(tree, mutant(old=old)).verdict is Verdict.STALE


def test_a_mutant_of_a_file_that_is_gone_is_stale(tree: Tree) -> None:
    gone = Mutant(file="fake/gone.py", old="a", new="b", killers=(LAWS,))
    assert judge(tree, gone).verdict is Verdict.STALE


def test_a_mutant_that_does_not_import_proves_nothing(tree: Tree) -> None:
    assert judge(tree, mutant(new="n *")).verdict is Verdict.BROKEN


def test_a_killer_that_does_not_exist_proves_nothing(tree: Tree) -> None:
    assert judge(tree, mutant(killers="tests/test_gone.py")).verdict is Verdict.BROKEN


def test_laws_that_import_the_original_prove_nothing(tree: Tree) -> None:
    conftest = f"import sys\nsys.path.insert(0, {str(tree.src)!r})\n"
    (tree.root / "tests/conftest.py").write_text(conftest)
    outcome = judge(tree, mutant())
    assert outcome.verdict is Verdict.BROKEN
    assert "not from the copy" in outcome.detail


def test_the_original_is_never_changed(tree: Tree) -> None:
    before = (tree.src / "fake/sums.py").read_text()
    judge(tree, mutant())
    assert (tree.src / "fake/sums.py").read_text() == before


def test_laws_that_fail_on_the_unchanged_source_are_refused(tree: Tree) -> None:
    (tree.root / LAWS).write_text("def test_no(): assert False\n")
    with pytest.raises(BaselineError):
        check_baseline(tree, [mutant()])


def test_outcomes_come_in_the_order_of_the_table(tree: Tree) -> None:
    table = [mutant(), mutant(old="n * 3", new="n * 4"), mutant(old="gone")]
    verdicts = [outcome.verdict for outcome in judge_all(tree, table)]
    assert verdicts == [Verdict.KILLED, Verdict.SURVIVED, Verdict.STALE]
