"""What the disk itself takes to make something durable."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from benchmarks.gear.figures import median

if TYPE_CHECKING:
    from pathlib import Path

_APPENDED = b"x" * 4096
_TIMES = 200


def fsync_seconds(folder: Path) -> float:
    """Append a page to a file and fsync it, many times; give the median of the fsync alone."""
    path = folder / "fsync"
    taken = []
    with path.open("ab", buffering=0) as file:
        for _ in range(_TIMES):
            file.write(_APPENDED)
            began = time.perf_counter()
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - began)
    path.unlink()
    return median(taken)
