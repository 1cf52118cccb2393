"""The example that `make run` runs."""

import json
import subprocess
import sys
from pathlib import Path

CENSUS = Path(__file__).resolve().parents[2] / "examples" / "stdlib_census"


def test_the_census_counts_the_standard_library_and_draws_it() -> None:
    done = subprocess.run(
        [sys.executable, CENSUS], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "longest function" in done.stdout
    report = json.loads((CENSUS / "out" / "report.json").read_text())
    assert report
    assert (CENSUS / "out" / "report.png").read_bytes().startswith(b"\x89PNG")
