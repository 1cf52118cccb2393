"""What a page points at is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.markdown_files import ROOT, files, name_of, prose

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
STARTS = ("README.md", "docs/README.md")


def links(path: Path) -> Iterator[tuple[Path, str]]:
    """The files and anchors of a page's relative links."""
    for address in LINK.findall(prose(path)):
        if "://" not in address and not address.startswith("mailto:"):
            target, _, anchor = address.partition("#")
            yield ((path.parent / target).resolve() if target else path), anchor


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub forms them."""
    headings = (re.sub(r"[`*\[\]]", "", heading) for heading in HEADING.findall(prose(path)))
    return {re.sub(r"[^\w\- ]", "", text).lower().replace(" ", "-") for text in headings}


@pytest.mark.parametrize("path", files(), ids=name_of)
def test_every_relative_link_leads_to_a_file_and_its_anchor_to_a_heading(path: Path) -> None:
    broken = [
        f"{target}#{anchor}"
        for target, anchor in links(path)
        if not target.exists() or (anchor and anchor not in anchors(target))
    ]
    assert broken == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    found, waiting = set(), [ROOT / name for name in STARTS]
    while waiting:
        page = waiting.pop()
        if page not in found and page.suffix == ".md" and page.exists():
            found.add(page)
            waiting.extend(target for target, _ in links(page))
    orphans = {path for path in files() if path.is_relative_to(ROOT / "docs")} - found
    assert orphans == set()
