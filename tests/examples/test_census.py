"""What a shard of the census counts, in sources small enough to count by eye."""

import json
from pathlib import Path

import pytest

from tests.examples.programs import census, measure, run

SMALL = b"""\
# Two comments, one of them indented.

class Shelf:
    def put(self, book):
        # here
        if book:
            return [b for b in book]

async def read():
    pass
"""

ELIF = b"""\
if a:
    pass
elif b:
    pass
elif c:
    pass
else:
    if d:
        pass
"""

CLAUSES = b"""\
try:
    pass
except E:
    match a:
        case 1:
            pass
finally:
    pass
"""


def test_counts_lines_and_definitions() -> None:
    assert measure.examine("shelf.py", SMALL).packages == {
        "shelf": measure.Tally(
            files=1, lines=10, blank=2, comments=2, functions=1, async_functions=1, classes=1
        )
    }


def test_finds_the_longest_function() -> None:
    assert measure.examine("shelf.py", SMALL).longest_function == measure.Function(
        "shelf.py", 4, "Shelf.put", 4
    )


def test_finds_the_deepest_nesting() -> None:
    assert measure.examine("shelf.py", SMALL).deepest_nesting == measure.Nesting(
        "shelf.py", 7, "Shelf.put", 3
    )


@pytest.mark.parametrize("source, line, depth", [(ELIF, 9, 2), (CLAUSES, 6, 2), (b"a = 1", 1, 0)])
def test_depth_is_what_the_eye_sees(source: bytes, line: int, depth: int) -> None:
    assert measure.examine("shelf.py", source).deepest_nesting == measure.Nesting(
        "shelf.py", line, "<module>", depth
    )


def test_an_empty_file_is_a_file() -> None:
    found = measure.examine("shelf.py", b"")
    assert found.packages == {"shelf": measure.Tally(files=1)}
    assert (found.longest_function, found.deepest_nesting) == (None, None)


@pytest.mark.parametrize("file, name", [("a/b/c.py", "a"), ("a/__init__.py", "a"), ("a.py", "a")])
def test_a_file_belongs_to_its_topmost_package(file: str, name: str) -> None:
    assert list(measure.examine(file, b"").packages) == [name]


def test_the_compiler_s_advice_is_not_ours_to_repeat() -> None:
    assert measure.examine("shelf.py", b'a = "\\d" is 1').packages["shelf"].lines == 1


def test_lists_the_largest_files_first_and_no_one_else_s(tmp_path: Path) -> None:
    for file, size in {
        "b.py": 5,
        "a.py": 5,
        "p/c.py": 9,
        "site-packages/d.py": 7,
        "e.txt": 8,
    }.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_bytes(b"#" * size)
    assert census.source_files(tmp_path) == ["p/c.py", "a.py", "b.py"]


@pytest.mark.parametrize("source", [b"def (:", b"\xff", b"a = '\0'", b"# coding: no-such"])
def test_a_malformed_source_is_a_warning(
    source: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.py").write_bytes(source)
    (tmp_path / "good.py").write_bytes(SMALL)
    found = census.take(tmp_path, 0, 1).census
    assert found.unparsed == ("bad.py",)
    assert list(found.packages) == ["good"]
    assert capsys.readouterr().err.startswith("warning: bad.py is left out: ")


def test_more_shards_than_files_leaves_some_with_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(SMALL)
    assert census.take(tmp_path, 1, 2).census == measure.Census()


def test_outside_an_array_it_is_the_only_shard() -> None:
    assert census.place_in_array({}) == (0, 1)


def test_runs_as_an_array_child(tmp_path: Path) -> None:
    child = {"AWS_BATCH_JOB_ARRAY_INDEX": "998", "AWS_BATCH_JOB_ARRAY_SIZE": "1000"}
    done = run("census.py", "--out", str(tmp_path / "out"), **child)
    path = tmp_path / "out" / "shard-998.json"
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(f"wrote {path}\n")
    shard = json.loads(path.read_text())
    assert (shard["index"], shard["size"]) == (998, 1000)
    assert list(path.parent.iterdir()) == [path]
