"""The merge: it takes all shards of one run or none, and what it prints fits a terminal."""

import json
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.examples.programs import census, measure, merge, run
from tests.requires import require

PNG = b"\x89PNG\r\n"


def leave(out: Path, index: int, size: int = 2, python: str = "3.11.0") -> None:
    found = measure.examine(f"package{index}.py", b"def f():\n    pass\n" * (index + 1))
    shard = census.Shard(index, size, python, found)
    census.write_json(census.shard_path(out, index), asdict(shard))


def test_a_missing_shard_is_refused_by_name(tmp_path: Path) -> None:
    leave(tmp_path, 0)
    done = run("merge.py", "--out", str(tmp_path), "--shards", "3")
    assert done.returncode == 1
    assert (
        done.stderr == f"merge: 2 of 3 shards are not in {tmp_path}: shard-1.json, shard-2.json\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["shard-0.json"]


@pytest.mark.parametrize(
    "size, python, named",
    [(4, "3.11.0", "shard 1 of 4, Python 3.11.0"), (2, "3.12.0", "shard 1 of 2, Python 3.12.0")],
)
def test_a_shard_of_another_run_is_refused(
    size: int, python: str, named: str, tmp_path: Path
) -> None:
    leave(tmp_path, 0)
    leave(tmp_path, 1, size, python)
    with pytest.raises(SystemExit, match=f"holds results of another run: {named}$"):
        merge.load(tmp_path, 2)


def test_reads_the_shards_as_they_were_written(tmp_path: Path) -> None:
    leave(tmp_path, 0)
    leave(tmp_path, 1)
    first, second = merge.load(tmp_path, 2)
    assert (first.index, second.index) == (0, 1)
    assert second.census.packages == {"package1": measure.Tally(files=1, lines=4, functions=2)}


def test_the_table_fits_80_columns_and_adds_up() -> None:
    big = measure.Tally(999, 999_999, 99_999, 99_999, 99_999, 9_999, 9_999)
    packages = {f"a_package_with_a_rather_long_name_{n}": big for n in range(15)}
    whole = measure.Census(packages={**packages, "small": measure.Tally(lines=1)})
    lines = list(merge.table(whole))
    assert {len(line) for line in lines} == {80}
    assert lines[-3].split()[:4] == ["1", "others", "0", "1"]
    assert lines[-1].split()[:3] == ["all", "14,985", "14,999,986"]


def test_runs_without_a_home(tmp_path: Path) -> None:
    require("matplotlib", "make setup", present=find_spec("matplotlib") is not None)
    out = tmp_path / "out"
    leave(out, 0)
    leave(out, 1)
    done = run("merge.py", "--out", str(out), "--shards", "2", TMPDIR=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(f"\nwrote {out / 'report.json'}\nwrote {out / 'report.png'}\n")
    report = json.loads((out / "report.json").read_text())
    assert (report["python"], report["shards"]) == ("3.11.0", 2)
    assert report["totals"]["lines"] == 6
    assert list(report["packages"]) == ["package1", "package0"]
    assert (out / "report.png").read_bytes().startswith(PNG)
