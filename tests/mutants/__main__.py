"""``python tests/mutants [WORD]``: put every mutant (whose file holds WORD) to its laws.

Prints a table, and exits with 1 unless every one was killed.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from tests.mutants.mutant import Outcome

ROOT = Path(__file__).resolve().parents[2]


def main(word: str = "") -> int:
    """Judge the mutants and print what became of them."""
    sys.path.insert(0, str(ROOT))  # run as a folder, this file's own folder is there instead
    from tests.mutants.harness import BaselineError, Tree, judge_all
    from tests.mutants.table import MUTANTS

    console = Console()
    chosen = [mutant for mutant in MUTANTS if word in mutant.file]
    outcomes: list[Outcome] = []
    try:
        for outcome in judge_all(Tree(ROOT), chosen):
            outcomes.append(outcome)
            where = f"{outcome.mutant.file}: {escape(outcome.mutant.new.strip())}"
            console.print(f"{len(outcomes)}/{len(chosen)} {outcome.verdict} {where}", style="dim")
    except BaselineError as error:
        console.print(str(error), markup=False)
        return 1
    bad = [outcome for outcome in outcomes if not outcome.verdict.good]
    for outcome in bad:
        console.print(f"\n{outcome.verdict}: {outcome.mutant}\n{outcome.detail}", markup=False)
    console.print(_table(outcomes))
    console.print(f"{len(outcomes) - len(bad)} of {len(chosen)} mutants killed")
    return 1 if bad else 0


def _table(outcomes: list["Outcome"]) -> Table:
    table = Table("file", "old", "new", "killers", "verdict")
    table.add_column("seconds", justify="right")
    for outcome in outcomes:
        mutant = outcome.mutant
        cells = (mutant.file, mutant.old.strip(), mutant.new.strip(), "\n".join(mutant.killers))
        colour = "green" if outcome.verdict.good else "bold red"
        verdict = f"[{colour}]{outcome.verdict}[/]"
        table.add_row(*map(escape, cells), verdict, f"{outcome.seconds:.1f}")
    return table


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
