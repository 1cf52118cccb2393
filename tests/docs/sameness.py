"""Whether what was printed is what a page shows, but for what differs each time."""

import re

VARIES = (
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "ID"),
    (re.compile(r"\bdf-[0-9A-Z]+"), "PIPELINE"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]"), "DATE "),
    (re.compile(r"\b\d\d:\d\d:\d\d(\.\d+)?"), "TIME"),
    (re.compile(r"\+\d[\d.,]* (ms|s|min|h)\b"), "LATER"),
    (re.compile(r"\bpid \d+"), "pid N"),
    (re.compile(r"\b\d[\d.,]* vCPU-seconds"), "N vCPU-seconds"),
    (re.compile(r"─+"), "─"),
    (re.compile(r"\s+"), " "),
)
"""What differs each time, and what stands for it."""


def plain(line: str) -> str:
    """A line without what differs each time."""
    for pattern, name in VARIES:
        line = pattern.sub(name, line)
    return line.strip()


def same(page: list[str], printed: list[str], *, any_order: bool = False) -> bool:
    """Whether the printed lines are the page's.

    ``…`` stands for any text in a line, and alone in a line for any lines. A page that shows
    nothing says nothing of what is printed.

    Args:
        page: the lines that the page shows.
        printed: the lines that were printed.
        any_order: whether lines may come in another order.
    """
    expected = [line for line in map(plain, page) if line]
    if not expected:
        return True
    found = [line for line in map(plain, printed) if line]
    if any_order:
        expected, found = sorted(expected), sorted(found)
    parts = (_pattern(line) for line in expected)
    return re.fullmatch("".join(parts), "".join(f"{line}\n" for line in found)) is not None


def _pattern(line: str) -> str:
    if line == "…":
        return r"(?:.*\n)*"
    return ".*".join(map(re.escape, line.split("…"))) + "\n"
