"""The table keeps up with the source, which `make test-deep` would only notice much later."""

from pathlib import Path

from tests.mutants.table import MUTANTS

ROOT = Path(__file__).resolve().parents[2]


def test_every_mutant_changes_one_place_of_the_source() -> None:
    stale = [
        f"{mutant.file}: {mutant.old!r}"
        for mutant in MUTANTS
        if (ROOT / "src" / mutant.file).read_text().count(mutant.old) != 1
    ]
    assert stale == []


def test_every_mutant_has_laws_that_exist() -> None:
    killers = {killer.partition("::")[0] for mutant in MUTANTS for killer in mutant.killers}
    assert [killer for killer in sorted(killers) if not (ROOT / killer).is_file()] == []
