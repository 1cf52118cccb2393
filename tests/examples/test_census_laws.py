"""Laws of the census: shards lose nothing, and what they find does not depend on them."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.examples.programs import census, measure, merge


@dataclass(frozen=True)
class Block:
    """A compound statement's header, and the blocks in its body."""

    header: str
    body: Sequence["Block"]


HEADERS = ["def f():", "async def g():", "class C:", "if a:", "for a in b:", "with a:", "while a:"]
BLOCKS: st.SearchStrategy[list[Block]] = st.recursive(
    st.just([]),
    lambda body: st.lists(st.builds(Block, st.sampled_from(HEADERS), body), max_size=4),
    max_leaves=20,
)
SIZES = st.integers(min_value=1, max_value=12)
NAMES = st.from_regex(r"[a-c](/[a-z]{1,3})?\.py", fullmatch=True)


def rendered(blocks: Sequence[Block], depth: int = 0) -> str:
    indent = "    " * depth
    inner = "".join(f"{indent}{each.header}\n{rendered(each.body, depth + 1)}" for each in blocks)
    return f"{inner}{indent}pass\n"


def flat(blocks: Sequence[Block]) -> list[str]:
    return [header for each in blocks for header in (each.header, *flat(each.body))]


def height(blocks: Sequence[Block]) -> int:
    return max((1 + height(each.body) for each in blocks), default=0)


def examined(library: dict[str, str]) -> list[Any]:
    return [measure.examine(file, source.encode()) for file, source in library.items()]


FILES = st.dictionaries(NAMES, BLOCKS.map(rendered), min_size=1, max_size=12).map(examined)


def through_json(parts: list[Any]) -> list[Any]:
    shards = [census.Shard(at, len(parts), "3.11.0", part) for at, part in enumerate(parts)]
    return [merge.decode(json.loads(json.dumps(asdict(shard)))).census for shard in shards]


@given(files=st.lists(st.text(), unique=True), size=SIZES)
def test_shards_partition_the_files(files: list[str], size: int) -> None:
    shares = [census.share(files, index, size) for index in range(size)]
    assert Counter(file for share in shares for file in share) == Counter(files)
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


@given(files=FILES, size=SIZES)
def test_merged_shards_equal_the_census_of_the_whole(files: list[Any], size: int) -> None:
    parts = [measure.combine(census.share(files, index, size)) for index in range(size)]
    assert measure.combine(through_json(parts)) == measure.combine(files)


@given(files=FILES, data=st.data())
def test_the_order_of_the_files_does_not_matter(files: list[Any], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(files))
    assert measure.combine(shuffled) == measure.combine(files)


@given(blocks=BLOCKS)
def test_depth_and_definitions_are_those_that_were_written(blocks: list[Block]) -> None:
    source = rendered(blocks)
    found = measure.examine("a.py", source.encode())
    tally, headers = found.packages["a"], Counter(flat(blocks))
    assert found.deepest_nesting.depth == height(blocks)
    assert tally.lines == source.count("\n")
    assert tally.functions == headers["def f():"]
    assert tally.async_functions == headers["async def g():"]
    assert tally.classes == headers["class C:"]
