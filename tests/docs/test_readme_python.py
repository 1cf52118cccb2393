"""The README's Python that needs nothing else is run as it stands."""

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"


def block_with(words: str) -> str:
    """The README's only block of Python that holds these words."""
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    (block,) = [block for block in blocks if words in block]
    return block


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_readmes_yard_in_a_test_greets_as_it_says() -> None:
    done = run("-c", block_with("with yard()"))
    assert (done.returncode, done.stdout) == (0, "Hello, reader\nHello, reader\n"), done.stderr


def test_the_readmes_fixture_is_a_test_that_passes(tmp_path: Path) -> None:
    test = tmp_path / "test_readme.py"
    test.write_text(block_with("batchyard_yard"))
    done = run("-m", "pytest", "-q", "--rootdir", tmp_path, test)
    assert "1 passed" in done.stdout, done.stdout
