"""The README's Python that needs nothing else is run as it stands."""

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_readmes_yard_in_a_test_greets_as_it_says() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    (script,) = [block for block in blocks if "with yard()" in block]
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "Hello, reader\nHello, reader\n"), done.stderr
