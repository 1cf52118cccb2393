"""The examples of a page, in their order, and the marks that say how each is run.

A mark is a comment on a line of its own, before the block that it is for:

- ``<!-- file: NAME -->``: the block is written to that file;
- ``<!-- prints -->``: the block is what the Python before it prints;
- ``<!-- id ID: COMMAND -->``: from there on, ID on the page stands for what COMMAND prints;
- ``<!-- not run: WHY -->``: the block needs what no test has; WHY is one of `NOT_RUN`.

A comment that begins with ``first`` (or ``first python``) and goes on over several lines holds what
a reader has done already, and a test has not.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.docs.markdown_files import ROOT

RUN = frozenset({"python", "sh", "console"})
NOT_RUN = {
    "airflow": "it is for an Airflow, which is in an environment of its own",
    "another machine": "it needs a second machine, or an address beyond loopback",
    "aws": "it goes to AWS itself, with somebody's account",
    "install": "it installs packages, or is a CI service's own file",
    "terminal": "it needs a terminal, and somebody at it",
    "redun": "it is for redun, which is in an environment of its own",
}
"""Why an example may be left out."""

MARK = re.compile(
    r"^<!-- (?P<mark>file|not run): (?P<what>[^\n]+?) -->$|^<!-- (?P<prints>prints) -->$"
    r"|^<!-- id (?P<id>[\w-]+): (?P<printed>[^\n]+) -->$"
    r"|^<!-- first(?: (?P<hidden>\w+))?\n(?P<before>.*?)^-->$"
    r"|^```(?P<kind>\w*)\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


class Example(NamedTuple):
    """A block of a page; ``line`` is where it stands, ``why`` is why it is not run."""

    line: int
    kind: str
    code: str
    file: str = ""
    why: str = ""
    prints: bool = False
    hidden: bool = False
    id: str = ""

    @property
    def runs(self) -> bool:
        """Whether it is a program that a test runs."""
        return self.kind in RUN and not self.why and not self.file


def examples(path: Path) -> Iterator[Example]:
    """The blocks of a page, with those that its comments hold."""
    text = path.read_text()
    file = why = ""
    prints = False
    for found in MARK.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        if found["before"] is not None:
            yield Example(line, found["hidden"] or "sh", found["before"], hidden=True)
        elif found["code"] is not None:
            yield Example(line, found["kind"], found["code"], file, why, prints)
            file = why = ""
            prints = False
        elif found["id"]:
            yield Example(line, "sh", found["printed"], hidden=True, id=found["id"])
        elif found["prints"]:
            prints = True
        elif found["mark"] == "file":
            file = found["what"]
        else:
            why = found["what"]


def pages() -> list[Path]:
    """The pages whose examples are run."""
    guides = sorted((ROOT / "docs/how-to").glob("*.md"))
    return [ROOT / "README.md", ROOT / "docs/tutorial.md", *guides]
