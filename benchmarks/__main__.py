"""``python benchmarks [CLAIM]...``: measure every claim, or those named, and print one table."""

from __future__ import annotations

import sys
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from benchmarks.gear.figures import Figure

ROOT = Path(__file__).resolve().parents[1]
CLAIMS = (
    "startup",
    "latency",
    "throughput",
    "loop",
    "submit",
    "submit_many",
    "describe",
    "stored",
    "bulk",
    "memory",
    "output",
    "testing",
    "waiting",
    "classic",
    "triggers",
    "triggerer",
    "killed",
    "pipelines",
    "tasks",
    "pollers",
    "placement",
    "events",
    "runner",
    "neighbours",
    "console",
)


@click.command()
@click.argument("claims", nargs=-1, type=click.Choice(CLAIMS))
@click.option("--full", is_flag=True, help="Run all of `waiting`: everybody, one after the other.")
def main(claims: tuple[str, ...], *, full: bool) -> None:
    """Measure claims, all of them by default, with a peer or a physical limit beside us.

    Times are medians of this machine and this moment; ratios compare what ran in the same run.
    """
    sys.path[0] = str(ROOT)  # run as a folder, this file's own folder is there instead
    from benchmarks.gear.table import show

    figures: list[Figure] = []
    try:
        for claim in claims or CLAIMS:
            began = time.perf_counter()
            module = import_module(f"benchmarks.{claim}")
            whole = getattr(module, "measure_full", None) if full else None
            figures += (whole or module.measure)()
            click.echo(f"{claim}: measured in {time.perf_counter() - began:.0f} s", err=True)
    finally:
        show(figures)  # what was found before something failed is worth seeing


if __name__ == "__main__":
    main()
