"""The site is built without a warning, leads to every page, and asks nobody outside."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.docs.markdown_files import ROOT, files

pytestmark = pytest.mark.xdist_group("site")
"""One worker builds it, for all of them."""

PAGES = [path for path in files() if path.is_relative_to(ROOT / "docs")]


class Page(HTMLParser):
    """What a page of the site leads to, what it loads, and where it can be led to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given.get("id", ""), given.get("name", "")}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        loaded = given.get("href") if tag == "link" else given.get("src")
        if loaded and given.get("rel") != "canonical":
            self.loads.append(loaded)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` does."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", str(folder)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    return folder


@pytest.fixture(scope="module")
def built(site: Path) -> dict[Path, Page]:
    return {
        path: Page(path.read_text()) for path in site.rglob("*.html") if path.name != "404.html"
    }


def place_of(page: Path) -> str:
    """Where a page of docs/ is on the site."""
    name = page.relative_to(ROOT / "docs").with_suffix(".html").as_posix()
    return re.sub(r"(^|/)README\.html$", r"\1index.html", name)


def leads(path: Path, page: Page) -> Iterator[tuple[Path, str]]:
    for link in page.links:
        parts = urlsplit(link)
        if not parts.scheme and not parts.netloc:
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            yield target / "index.html" if target.is_dir() else target, unquote(parts.fragment)


def test_every_page_is_on_the_site_and_in_its_navigation(
    site: Path, built: dict[Path, Page]
) -> None:
    shown = {target for target, _ in leads(site / "index.html", built[site / "index.html"])}
    missing = [page for page in PAGES if site / place_of(page) not in shown]
    assert missing == []


def test_no_link_of_the_site_is_dead(built: dict[Path, Page]) -> None:
    dead = [
        f"{path.name}: {target}#{anchor}"
        for path, page in built.items()
        for target, anchor in leads(path, page)
        if not target.exists()
        or (anchor and target in built and anchor not in built[target].anchors)
    ]
    assert dead == []


def test_the_site_loads_nothing_from_outside(built: dict[Path, Page]) -> None:
    loaded = {one for page in built.values() for one in page.loads}
    assert [one for one in loaded if urlsplit(one).netloc and not one.startswith("data:")] == []
    assert any(one.endswith(".css") for one in loaded)


def test_drawings_are_in_their_pages_as_they_were_drawn(site: Path) -> None:
    drawn = sorted((ROOT / "docs/reference").glob("*.svg"))
    pages = [
        (site / "reference" / name).read_text() for name in ("lifecycle.html", "pipelines.html")
    ]
    assert drawn
    for drawing in drawn:
        assert any(drawing.read_text() in page for page in pages), drawing.name


def test_what_is_for_tests_only_is_not_on_the_site(site: Path) -> None:
    marks = re.compile(r"<!-- (first|file|prints|not run|id )")
    assert [page for page in site.rglob("*.html") if marks.search(page.read_text())] == []


def test_a_guide_is_listed_once_and_by_its_own_heading() -> None:
    index = (ROOT / "docs/how-to/README.md").read_text()
    listed = re.findall(r"^- \[.+\]\(([\w-]+\.md)\)$", index, re.MULTILINE)
    there = {page.name for page in PAGES if page.parent.name == "how-to"} - {"README.md"}
    assert sorted(listed) == sorted(there), "a new page needs its line in docs/how-to/README.md"
