"""What pages are made with is imported with the first page, and not to start a yard."""

import subprocess
import sys

LATE = ("starlette", "jinja2", "markupsafe", "webbrowser")


def test_a_yard_starts_without_what_pages_are_made_with() -> None:
    script = f"""
import sys
import batchyard.server.serving
import batchyard.cli.console
print([name for name in {LATE!r} if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
