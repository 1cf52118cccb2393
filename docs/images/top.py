"""Draws `top.svg`: `batchyard top` on a yard that really runs the jobs that are shown.

Run it with the project's Python; it needs the extra `[top]`. Ids, and the port, are another run's.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batchyard.cli.target import at_yard
from batchyard.cli.top_screen.app import Top
from batchyard.cli.top_screen.fetching import place_of

if TYPE_CHECKING:
    from batchyard.cli.target import Target

HERE = Path(__file__).parent
SIZE = (100, 24)
FONTS = re.compile(r"@font-face \{.*?\}", re.DOTALL)
"""textual's picture fetches a font from elsewhere; the reader's own will do."""

SCRIPTS = {
    "align": "for n in 1 2 3; do echo aligned chunk $n of 3; done; exec sleep 600",
    "census": "exit 0",
    "index": "echo no space left on device >&2; exit 28",
}


def main() -> None:
    """Start a yard, submit, draw, end the yard."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(sys.executable).with_name("batchyard")
        command = [program, "serve", "--port", "0", "--ephemeral", "--data-dir", folder]
        yard = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert yard.stdout is not None  # noqa: S101 - it was asked for
            url = yard.stdout.readline().split()[1]
            target = at_yard(Path(folder), None, url)
            submit(target.batch)
            picture = FONTS.sub("", asyncio.run(drawn(target)))
            (HERE / "top.svg").write_text(picture + "\n", encoding="utf-8")
        finally:
            yard.terminate()
            yard.wait()


def submit(batch: Any) -> None:  # noqa: ANN401 - botocore ships no types
    """Submit jobs that end well, fail, run and wait."""
    needs = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "128"}]
    for name, script in SCRIPTS.items():
        container = {
            "image": "busybox",
            "command": ["sh", "-c", script],
            "resourceRequirements": needs,
        }
        batch.register_job_definition(
            jobDefinitionName=name, type="container", containerProperties=container
        )
    array = {"arrayProperties": {"size": 20}}
    census = sent(batch, "census-2026", "census", **array)
    failed = sent(batch, "index-genome", "index")
    settled(batch, census, failed)
    for number in range(1, 9):
        sent(batch, f"align-sample-{number:02}", "align")
        time.sleep(0.01)  # they stand in the order of their times
    first = sent(batch, "align-sample-09", "align")
    sent(batch, "report", "census", dependsOn=[{"jobId": first}])


def sent(batch: Any, name: str, definition: str, **more: Any) -> str:  # noqa: ANN401 - as above
    """Submit a job; give its id."""
    answer = batch.submit_job(jobName=name, jobQueue="default", jobDefinition=definition, **more)
    return str(answer["jobId"])


def settled(batch: Any, *ids: str) -> None:  # noqa: ANN401 - as above
    """Wait until jobs have ended."""
    while any(job["stoppedAt"] is None for job in described(batch, ids)):
        time.sleep(0.1)


def described(batch: Any, ids: tuple[str, ...]) -> list[dict[str, Any]]:  # noqa: ANN401 - as above
    """Describe jobs; a job that runs has not stopped."""
    return [{"stoppedAt": None} | job for job in batch.describe_jobs(jobs=list(ids))["jobs"]]


async def drawn(target: Target) -> str:
    """Open the screen, point at the job that failed, and draw it."""
    app = Top(place_of(target))
    async with app.run_test(size=SIZE) as pilot:
        while not app.fetcher.book.job or app.fetcher.book.job["status"] != "FAILED":
            pointed = app.table.pointed
            if pointed is not None and pointed.status != "FAILED":
                await pilot.press("down")
            await pilot.pause(0.1)
        await pilot.pause(2)
        return app.export_screenshot()


if __name__ == "__main__":
    main()
