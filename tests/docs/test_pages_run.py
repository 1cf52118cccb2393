"""Every example of the tutorial, the how-to pages and the README does what its page says."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.docs.examples import NOT_RUN, RUN, examples, pages
from tests.docs.markdown_files import FENCE, name_of
from tests.docs.reader import Reader
from tests.docs.sameness import same

WITH = [path for path in pages() if any(one.runs for one in examples(path))]
DATA = {"", "ini", "jinja", "json", "text", "toml", "yaml"}
"""Kinds of blocks that no test runs: they are not programs."""

INDENTED = re.compile(r"(?:^|\n)\n {4,}(?![-*\d])\S")
LEFT_OUT_AT_MOST = 0.25
"""Of all programs; where more are left out, the pages promise more than is known."""


@pytest.mark.timeout(400)  # a page has up to thirty commands, each a process
@pytest.mark.parametrize("path", WITH, ids=name_of)
def test_a_page_can_be_followed_from_its_beginning_to_its_end(path: Path, tmp_path: Path) -> None:
    found = list(examples(path))
    with Reader(name_of(path), found, tmp_path) as reader:
        for example in found:
            try:
                reader.follow(example)
            except AssertionError as wrong:
                raise AssertionError(f"{name_of(path)}:{example.line}\n{wrong}") from None


def test_few_programs_are_left_out_and_each_says_why() -> None:
    programs = [one for path in pages() for one in examples(path) if one.kind in RUN]
    why = Counter(one.why for one in programs if one.why)
    for reason, count in why.most_common():
        print(f"{count} not run: {NOT_RUN[reason]}")  # noqa: T201 - what -s shows
    visible = [one for one in programs if not one.hidden]
    print(f"{len(visible)} programs, of which {why.total()} are not run")  # noqa: T201 - as above
    assert set(why) <= set(NOT_RUN)
    assert why.total() <= LEFT_OUT_AT_MOST * len(visible)


@pytest.mark.parametrize("path", pages(), ids=name_of)
def test_a_block_is_a_program_or_data_and_says_which(path: Path) -> None:
    assert {kind for kind, _ in FENCE.findall(path.read_text())} <= RUN | DATA


@pytest.mark.parametrize("path", [*pages()][1:], ids=name_of)
def test_no_program_hides_from_the_tests_by_being_indented(path: Path) -> None:
    assert INDENTED.search(FENCE.sub("", path.read_text())) is None


WRONG = {
    "an output that differs": "```console\n$ echo one\ntwo\n```\n",
    "a line too few": "```console\n$ printf 'one\\ntwo\\n'\none\n```\n",
    "a line too many": "```console\n$ echo one\none\ntwo\n```\n",
    "a command that fails without a word": "```console\n$ false\n```\n",
    "a line of a script that fails": "```sh\nfalse\ntrue\n```\n",
    "a script that leaves": "```sh\nexit 0\n```\n",
    "a program that raises": "```python\n1 / 0\n```\n",
    "another exit code": "```console\n$ sh -c 'exit 3'\n$ echo $?\n4\n```\n",
    "a print that differs": "```python\nprint(1)\n```\n<!-- prints -->\n```text\n2\n```\n",
    "a yard that does not start": "```console\n$ batchyard serve --prot 1\nready …\n```\n",
}
RIGHT = """<!-- first
NAME=yard
-->
<!-- file: hello.py -->
```python
print("hello")
```

```console
$ python3 hello.py; echo "two
lines" $NAME
hello
…
$ sh -c 'exit 3'
$ echo $?
3
```

```python
import asyncio, os
await asyncio.sleep(0)
value = os.path.exists("hello.py")
```

```python
print(value)
```

<!-- prints -->
```text
True
```

<!-- not run: aws -->
```sh
false
```
"""


def follow(text: str, folder: Path) -> list[int]:
    """Follow a page of this text, without a yard of its own; give what is left of it."""
    page = folder / "page.md"
    # A page that serves a yard of its own is given none.
    page.write_text("<!-- first\n: batchyard serve\n-->\n" + text)
    found = [one._replace(code=one.code) for one in examples(page)]
    found.append(found[0]._replace(code="batchyard serve", hidden=True))
    reader = Reader("page.md", found, folder)
    with reader:
        for example in found[:-1]:
            reader.follow(example)
    return reader.left()


@pytest.mark.parametrize("what", WRONG)
def test_a_page_that_is_wrong_is_noticed(what: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        follow(WRONG[what], tmp_path)


def test_a_page_that_is_right_is_followed_and_nothing_of_it_is_left(tmp_path: Path) -> None:
    assert follow(RIGHT, tmp_path) == []


def test_what_differs_each_time_does_not_matter_and_all_else_does() -> None:
    first = ["7:  2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11 at 07:43:26.946  +9 ms  pid 18898"]
    other = ["7: 573e4def-156a-445e-820a-ce33a1d01bf7 at 11:00:00 +1.5 s pid 2", ""]
    assert same(first, other)
    assert not same(["8" + first[0][1:]], other)
    assert not same(first, [other[0] + " more"])
    assert same(["a", "b"], ["b", "a"], any_order=True)
    assert not same(["a", "b"], ["b", "a"])


def test_every_reason_to_leave_a_program_out_is_one_that_a_page_has() -> None:
    used = {one.why for path in pages() for one in examples(path)}
    assert set(NOT_RUN) <= used
