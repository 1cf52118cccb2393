"""Debian's Chromium, driven by Playwright, signed in at a yard's console."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from tests.acceptance.yards import BATCHYARD, PATIENCE, RunningYard
from tests.requires import require

CHROMIUM = shutil.which("chromium")
BASE = "/_batchyard/console/"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run a browser; the test is skipped where there is none."""
    require(
        "Chromium",
        "apt-get install --no-install-recommends chromium",
        present=CHROMIUM is not None,
    )
    with sync_playwright() as playwright:
        # As root, as in containers, Chromium has no sandbox; it only ever sees our own yards.
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        try:
            yield browser
        finally:
            browser.close()


def link(yard: RunningYard) -> str:
    """Ask a yard for a link that signs in."""
    done = subprocess.run(
        [BATCHYARD, "console", "--print"],
        env=yard.env(),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def signed_in(browser: Browser, yard: RunningYard) -> Page:
    """Open a yard's overview in a window of its own; it fails on what a page says is wrong."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(link(yard))
    assert urlsplit(page.url).path == BASE
    return page


def at(yard: RunningYard, path: str) -> str:
    """Form the address of a page."""
    return f"{yard.url}{BASE}{path}"


def errors_of(page: Page) -> list[str]:
    """Gather what scripts throw and what the content security policy refuses, from now on."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
    return found
