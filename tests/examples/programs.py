"""The example's programs, imported as they import each other: from the folder they are in."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "examples" / "stdlib_census"

sys.path.append(str(FOLDER))

measure = import_module("measure")
census = import_module("census")
merge = import_module("merge")


def run(program: str, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a program as a job runs: with the environment it is given, and no other."""
    return subprocess.run(
        [sys.executable, str(FOLDER / program), *arguments],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
