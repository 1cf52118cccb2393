"""One shard of the census of Python's standard library: the child of an AWS Batch array job.

AWS Batch tells a child which one it is in ``AWS_BATCH_JOB_ARRAY_INDEX``, and of how many in
``AWS_BATCH_JOB_ARRAY_SIZE``. It takes its share of the source files, measures each, and
leaves ``shard-<index>.json`` for the merge job. Outside an array it does all of the work.
"""

import argparse
import json
import os
import sys
import sysconfig
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from measure import Census, combine, examine, total

LEFT_OUT = frozenset({"site-packages", "dist-packages", "__pycache__"})


@dataclass(frozen=True)
class Shard:
    """The census of one share of the files, and which share of which library it is."""

    index: int
    size: int
    python: str
    census: Census


def source_files(root: Path) -> list[str]:
    """List the ``.py`` files below a folder, relative to it, the largest first."""
    sizes: dict[str, int] = {}
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = [name for name in subfolders if name not in LEFT_OUT]
        paths = [Path(folder, name) for name in names if name.endswith(".py")]
        sizes |= {p.relative_to(root).as_posix(): p.stat().st_size for p in paths if p.is_file()}
    return sorted(sizes, key=lambda file: (-sizes[file], file))


def share(files: Sequence[str], index: int, size: int) -> Sequence[str]:
    """Take every ``size``-th file; they come by size, so all shares are about equal."""
    return files[index::size]


def place_in_array(environ: Mapping[str, str]) -> tuple[int, int]:
    """Read which child this is, and of how many, as AWS Batch tells it."""
    index = int(environ.get("AWS_BATCH_JOB_ARRAY_INDEX", "0"))
    return index, int(environ.get("AWS_BATCH_JOB_ARRAY_SIZE", "1"))


def examine_or_warn(root: Path, file: str) -> Census:
    """Measure one file; one that cannot be parsed is only named, with a warning."""
    try:
        return examine(file, (root / file).read_bytes())
    except (SyntaxError, ValueError, RecursionError) as error:
        print(f"warning: {file} is left out: {error}", file=sys.stderr, flush=True)
        return Census(unparsed=(file,))


def examine_all(root: Path, files: Sequence[str]) -> Iterator[Census]:
    """Measure files one by one, and say so at every quarter of the way."""
    for done, file in enumerate(files, start=1):
        yield examine_or_warn(root, file)
        if done * 4 // len(files) > (done - 1) * 4 // len(files):
            print(f"{done * 100 // len(files):4}%  {done} files, now at {file}", flush=True)


def write(path: Path, data: bytes) -> None:
    """Write a file so that it is seen complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(data)
    draft.replace(path)


def write_json(path: Path, value: object) -> None:
    """Write a value as JSON that people can read too."""
    write(path, f"{json.dumps(value, indent=2)}\n".encode())


def shard_path(out: Path, index: int) -> Path:
    """Say where a shard's result is."""
    return out / f"shard-{index}.json"


def take(root: Path, index: int, size: int) -> Shard:
    """Take the census of one share of the files below a folder."""
    files = source_files(root)
    mine = sorted(share(files, index, size))
    print(f"shard {index} of {size}: {len(mine)} of {len(files)} files in {root}", flush=True)
    census = combine(examine_all(root, mine))
    return Shard(index, size, sys.version.split()[0], census)


def summary(census: Census) -> str:
    """Say in a line what was counted."""
    all_in_all = total(census.packages.values())
    found = all_in_all.functions + all_in_all.async_functions
    return f"{all_in_all.lines:,} lines, {found:,} functions, {all_in_all.classes:,} classes"


def main() -> None:
    """Take one shard of the census and write it down."""
    parser = argparse.ArgumentParser(description="One shard of a census of the standard library.")
    parser.add_argument("--out", type=Path, required=True, help="folder for shard-<index>.json")
    out = parser.parse_args().out
    shard = take(Path(sysconfig.get_path("stdlib")), *place_in_array(os.environ))
    path = shard_path(out, shard.index)
    write_json(path, asdict(shard))
    print(f"counted {summary(shard.census)} in {time.process_time():.2f} s of CPU time")
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
