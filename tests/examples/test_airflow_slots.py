"""The example that shows what deferring saves: its parts, and the whole on a real Airflow."""

import os
import re
import socket
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests.acceptance.airflows import EXAMPLE, Gauges, require_airflow
from tests.acceptance.yards import until

PNG = b"\x89PNG"


@pytest.mark.parametrize(
    "line,read",
    [
        ("airflow.pool.open_slots.blocking:3|g", ("airflow.pool.open_slots.blocking", 3.0)),
        ("a:b:2.5|ms|@0.1", ("a:b", 2.5)),
        ("nothing", None),
        ("a:x|g", None),
    ],
)
def test_a_line_of_statsd_is_read(line: str, read: tuple[str, float] | None) -> None:
    assert import_module("gauges").parse(line) == read


def test_what_is_sent_is_received_with_its_time() -> None:
    with Gauges() as gauges, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"a:1|g\nb:2|c", ("127.0.0.1", gauges.port))
        until(lambda: gauges.names == {"a", "b"})
    (sample,) = (one for one in gauges.samples if one.name == "a")
    assert gauges.of("a", sample.at, sample.at) == [(0.0, 1.0)]
    assert gauges.of("a", sample.at + 1, sample.at + 2) == []


def test_a_chart_is_drawn(tmp_path: Path) -> None:
    picture = tmp_path / "slots.png"
    held = {"blocking": [(0.0, 0.0), (1.0, 4.0)], "deferring": [(0.0, 1.0)]}
    import_module("chart").draw(held, [(0.0, 6.0)], 4, picture)
    assert picture.read_bytes().startswith(PNG)


@pytest.mark.timeout(1200)
@pytest.mark.xdist_group("airflow")
def test_more_tasks_wait_at_once_than_there_are_slots(tmp_path: Path) -> None:
    require_airflow()
    picture = tmp_path / "slots.png"
    few = {"SLOTS_TASKS": "6", "SLOTS_SECONDS": "30", "SLOTS_OUT": str(picture)}
    done = subprocess.run(
        [sys.executable, EXAMPLE],
        env=dict(os.environ) | few,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.findall(r"(\w+): 6 tasks in \d+ s$", done.stdout, re.MULTILINE) == [
        "blocking",
        "deferring",
    ]
    waited = re.search(r"deferring: (\d+) tasks waited at once", done.stdout)
    assert waited is not None
    assert int(waited[1]) == 6, "six tasks, four slots"
    assert picture.read_bytes().startswith(PNG)
