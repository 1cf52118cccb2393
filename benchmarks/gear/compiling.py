"""The C programs that stand beside us, compiled anew for each run."""

from __future__ import annotations

import subprocess
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[1] / "programs"


def compiled(name: str, folder: Path) -> Path:
    """Compile a program.

    Args:
        name: its file in ``benchmarks/programs``, without ``.c``.
        folder: where the program goes.
    """
    program = folder / name
    source = SOURCES / f"{name}.c"
    subprocess.run(["cc", "-O2", "-Wall", "-o", program, source], check=True)
    return program
