"""The census of Python's standard library, merged: the job that depends on the array job.

It reads what the shards left, refuses when any is missing or belongs to another run, and
writes ``report.json`` and the chart ``report.png``. Its log ends with the census as a table.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from census import Shard, shard_path, write, write_json
from measure import Census, Function, Nesting, Tally, combine, total

SHOWN = 15
ROW = "{:<24} {:>6} {:>10} {:>9} {:>10} {:>7} {:>8}"
HEAD = ROW.format("package", "files", "lines", "comments", "functions", "async", "classes")


def decode(value: dict[str, Any]) -> Shard:
    """Turn a shard's JSON into what it was made from."""
    census = value["census"]
    function, nesting = census["longest_function"], census["deepest_nesting"]
    merged = Census(
        packages={name: Tally(**tally) for name, tally in census["packages"].items()},
        longest_function=Function(**function) if function else None,
        deepest_nesting=Nesting(**nesting) if nesting else None,
        unparsed=tuple(census["unparsed"]),
    )
    return Shard(value["index"], value["size"], value["python"], merged)


def missing(out: Path, size: int) -> list[str]:
    """Name the shards that are not there."""
    paths = [shard_path(out, index) for index in range(size)]
    return [path.name for path in paths if not path.is_file()]


def strays(shards: Sequence[Shard], size: int) -> list[str]:
    """Say which shards are of another array or another Python than the first."""
    return [
        f"shard {shard.index} of {shard.size}, Python {shard.python}"
        for shard in shards
        if (shard.size, shard.python) != (size, shards[0].python)
    ]


def load(out: Path, size: int) -> list[Shard]:
    """Read all shards, or end the job with a message and exit code 1."""
    if gaps := missing(out, size):
        sys.exit(f"merge: {len(gaps)} of {size} shards are not in {out}: {', '.join(gaps)}")
    paths = [shard_path(out, index) for index in range(size)]
    shards = [decode(json.loads(path.read_text(encoding="utf-8"))) for path in paths]
    if foreign := strays(shards, size):
        sys.exit(f"merge: {out} holds results of another run: {'; '.join(foreign)}")
    return shards


def by_lines(census: Census) -> list[tuple[str, Tally]]:
    """List the packages, the largest first."""
    return sorted(census.packages.items(), key=lambda item: (-item[1].lines, item[0]))


def report(census: Census, python: str, size: int) -> dict[str, object]:
    """Lay out the whole census for ``report.json``."""
    return {
        "python": python,
        "shards": size,
        "totals": asdict(total(census.packages.values())),
        **asdict(census),
        "packages": {name: asdict(tally) for name, tally in by_lines(census)},
    }


def row(name: str, tally: Tally) -> str:
    """Format one row of the table."""
    numbers = (
        tally.files,
        tally.lines,
        tally.comments,
        tally.functions,
        tally.async_functions,
        tally.classes,
    )
    return ROW.format(name[:24], *(f"{number:,}" for number in numbers))


def table(census: Census) -> Iterator[str]:
    """Yield the table's lines: the largest packages, all others, and the total."""
    packages = by_lines(census)
    rest = [tally for _, tally in packages[SHOWN:]]
    rule = "-" * len(HEAD)
    yield from (HEAD, rule)
    yield from (row(name, tally) for name, tally in packages[:SHOWN])
    if rest:
        yield row(f"{len(rest)} others", total(rest))
    yield from (rule, row("all", total(census.packages.values())))


def records(census: Census) -> Iterator[str]:
    """Yield what stood out, a line or two each."""
    if function := census.longest_function:
        yield f"longest function  {function.lines:,} lines: {function.name}"
        yield f"                  {function.file}, line {function.line}"
    if nesting := census.deepest_nesting:
        yield f"deepest nesting   {nesting.depth} blocks: {nesting.name}"
        yield f"                  {nesting.file}, line {nesting.line}"
    yield f"not parsed        {len(census.unparsed)} files (the shards' logs say why)"


def chart(census: Census, python: str) -> bytes:
    """Draw the chart; matplotlib keeps its font cache where a job without a home can."""
    if "HOME" not in os.environ:
        cache = Path(tempfile.gettempdir(), f"stdlib-census-matplotlib-{os.getuid()}")
        os.environ.setdefault("MPLCONFIGDIR", str(cache))
    from chart import draw

    return draw(by_lines(census), python)


def main() -> None:
    """Merge the shards, write the report and print it."""
    parser = argparse.ArgumentParser(description="Merge the census's shards into a report.")
    parser.add_argument("--out", type=Path, required=True, help="folder with the shards")
    parser.add_argument("--shards", type=int, required=True, help="how many there must be")
    args = parser.parse_args()
    shards = load(args.out, args.shards)
    census, python = combine(shard.census for shard in shards), shards[0].python
    write_json(args.out / "report.json", report(census, python, args.shards))
    write(args.out / "report.png", chart(census, python))
    print(f"The standard library of Python {python}, from {args.shards} shards\n")
    print("\n".join([*table(census), "", *records(census), ""]))
    print(f"wrote {args.out / 'report.json'}\nwrote {args.out / 'report.png'}")


if __name__ == "__main__":
    main()
