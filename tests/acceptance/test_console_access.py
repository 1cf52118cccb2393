"""Who gets into the console, what its forms must carry, and what every answer tells a browser.

Sources: https://www.w3.org/TR/CSP3/,
https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

import json
import re
import subprocess
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest

from tests.acceptance.yards import BATCHYARD, RunningYard, described, ended, reached, submit

BASE = "/_batchyard/console/"


class Answer(NamedTuple):
    """An answer."""

    status: int
    headers: dict[str, str]
    text: str


def asked(yard: RunningYard, method: str, path: str, form: str = "", **headers: str) -> Answer:
    """Ask a yard as a browser does; a stream is read to its first event."""
    connection = HTTPConnection(urlsplit(yard.url).netloc, timeout=30)
    try:
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, form or None, kind | given)
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, found, _text(answer, found))
    finally:
        connection.close()


def _text(answer: HTTPResponse, headers: dict[str, str]) -> str:
    if "event-stream" in headers.get("content-type", ""):
        return answer.readline().decode()
    return answer.read().decode()


def link_of(said: str) -> str:
    """Find the path of a link in what a yard or a command said."""
    found = re.search(r"http://\S+", said)
    assert found is not None, said
    parts = urlsplit(found[0])
    return f"{parts.path}?{parts.query}"


def new_link(yard: RunningYard) -> str:
    done = subprocess.run(
        [BATCHYARD, "console", "--print"],
        env=yard.env(),
        capture_output=True,
        text=True,
        check=True,
    )
    return link_of(done.stdout)


def cookie_of(answer: Answer) -> str:
    return answer.headers["set-cookie"].partition(";")[0]


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningYard]:
    with RunningYard(tmp_path_factory.mktemp("yard") / "data", "--ephemeral") as found:
        yield found


@pytest.fixture(scope="module")
def cookie(yard: RunningYard) -> str:
    return cookie_of(asked(yard, "GET", new_link(yard)))


def token_of(page: str) -> str:
    found = re.search('data-token="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def test_a_yards_root_leads_to_its_console_and_aws_clients_are_served_there(
    yard: RunningYard,
) -> None:
    answer = asked(yard, "GET", "/")
    assert (answer.status, answer.headers["location"]) == (303, BASE)
    unsigned = asked(yard, "POST", "/")
    assert unsigned.status == 403
    assert "batchyard env" in unsigned.text
    assert yard.client("logs").describe_log_groups()["logGroups"] == []  # posts to / as well


@pytest.mark.parametrize("path", ["", "jobs", "jobs/x", "live/jobs", "log/x/1/download", "nowhere"])
def test_without_a_session_nothing_is_shown_but_how_to_get_one(
    yard: RunningYard, path: str
) -> None:
    answer = asked(yard, "GET", BASE + path)
    assert answer.status == 401
    assert "batchyard console" in answer.text
    guessed = asked(yard, "GET", BASE + path, Cookie=f"batchyard-{yard.port}=guessed")
    assert guessed.status == 401


def test_a_link_signs_in_once(yard: RunningYard) -> None:
    link = new_link(yard)
    first = asked(yard, "GET", link)
    assert (first.status, first.headers["location"]) == (303, BASE)
    crumbs = first.headers["set-cookie"].lower()
    assert all(part in crumbs for part in ("httponly", "samesite=strict", f"path={BASE}"))
    assert asked(yard, "GET", BASE, Cookie=cookie_of(first)).status == 200
    second = asked(yard, "GET", link)
    assert second.status == 403
    assert "set-cookie" not in second.headers


def test_serve_prints_a_link_on_stderr_and_one_line_on_stdout(tmp_path: Path) -> None:
    with RunningYard(tmp_path / "data", "--ephemeral") as own:
        assert own.process.stderr is not None
        link = link_of(own.process.stderr.readline())
        assert asked(own, "GET", link).status == 303
        assert asked(own, "GET", link).status == 403


def test_a_link_is_made_for_whoever_signs_only(yard: RunningYard) -> None:
    assert asked(yard, "POST", "/_batchyard/console-link").status == 403


@pytest.mark.parametrize(
    "path",
    ["", "jobs", "enter?link=none", "live/jobs", "static/none", "nowhere", "jobs?state=NONE"],
)
def test_every_answer_keeps_scripts_frames_and_caches_out(
    yard: RunningYard, cookie: str, path: str
) -> None:
    headers = asked(yard, "GET", BASE + path, Cookie=cookie).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


def test_a_page_brings_nothing_from_elsewhere_and_nothing_inline(
    yard: RunningYard, cookie: str
) -> None:
    page = asked(yard, "GET", BASE, Cookie=cookie).text
    sources = re.findall(r'(?:src|href|action)="([^"]*)"', page)
    assert sources
    assert all(each.startswith((BASE, "?")) for each in sources)
    assert re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page) is None
    for each in re.findall(rf'"({BASE}static/[^"]+)"', page):
        found = asked(yard, "GET", each)
        assert found.status == 200
        assert "immutable" in found.headers["cache-control"]


def test_an_action_without_its_token_changes_nothing(yard: RunningYard, cookie: str) -> None:
    batch = yard.client("batch")
    job = submit(batch, "sleep", "99")
    reached(batch, job, "RUNNING")
    token = token_of(asked(yard, "GET", BASE, Cookie=cookie).text)
    other = cookie_of(asked(yard, "GET", new_link(yard)))
    path, form = f"{BASE}do/terminate", {"job": job, "reason": "asked"}
    refused = [
        asked(yard, "POST", path, urlencode(form), Cookie=cookie),
        asked(yard, "POST", path, urlencode(form | {"token": "0" * 64}), Cookie=cookie),
        asked(yard, "POST", path, urlencode(form | {"token": token}), Cookie=other),
    ]
    assert [each.status for each in refused] == [403] * 3
    assert asked(yard, "POST", path, urlencode(form | {"token": token})).status == 401
    assert asked(yard, "GET", f"{path}?{urlencode(form | {'token': token})}").status == 401
    evil = {"Origin": "http://evil.example", "Cookie": cookie}
    assert asked(yard, "POST", path, urlencode(form | {"token": token}), **evil).status == 403
    assert described(batch, job)["status"] == "RUNNING"
    done = asked(yard, "POST", path, urlencode(form | {"token": token}), Cookie=cookie)
    assert (done.status, json.loads(done.text)["bad"]) == (200, False)
    assert ended(batch, job)["statusReason"] == "asked"


@pytest.mark.parametrize(
    "action, form, status, told",
    [
        ("fly", {"job": "x"}, 404, "no action"),
        ("terminate", {}, 200, "Choose jobs"),
        ("terminate", {"job": "none"}, 404, "no such job"),
        ("rerun", {"pipeline": "df-none", "instance": "@a"}, 404, "no such pipeline"),
    ],
)
def test_what_cannot_be_done_says_so(
    yard: RunningYard, cookie: str, action: str, form: dict[str, str], status: int, told: str
) -> None:
    token = token_of(asked(yard, "GET", BASE, Cookie=cookie).text)
    body = urlencode(form | {"token": token})
    answer = asked(yard, "POST", f"{BASE}do/{action}", body, Cookie=cookie)
    said = json.loads(answer.text)
    assert (answer.status, said["bad"]) == (status, True)
    assert told in said["text"]


def test_a_log_is_downloaded_as_a_file_as_it_was_printed(yard: RunningYard, cookie: str) -> None:
    batch = yard.client("batch")
    job = submit(batch, "printf", "one\\n\\ntwo <b>")
    ended(batch, job)
    answer = asked(yard, "GET", f"{BASE}log/{job}/1/download", Cookie=cookie)
    assert answer.text == "one\n\ntwo <b>"
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["content-disposition"] == f'attachment; filename="{job}-1.log"'
    assert asked(yard, "GET", f"{BASE}log/{job}/2/download", Cookie=cookie).status == 404


def test_signing_out_ends_the_session(yard: RunningYard) -> None:
    cookie = cookie_of(asked(yard, "GET", new_link(yard)))
    token = token_of(asked(yard, "GET", BASE, Cookie=cookie).text)
    assert asked(yard, "POST", f"{BASE}leave", "token=none", Cookie=cookie).status == 403
    assert asked(yard, "POST", f"{BASE}leave", f"token={token}", Cookie=cookie).status == 303
    assert asked(yard, "GET", BASE, Cookie=cookie).status == 401
