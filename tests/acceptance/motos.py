"""moto_server in a process of its own: the S3 and STS that a yard does not serve."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.acceptance.yards import clean_environment, until

PROGRAM = Path(sys.executable).with_name("moto_server")
LINE = "Running on "


@contextmanager
def running_moto(folder: Path) -> Iterator[str]:
    """Run a moto_server on a port from the system; give its URL.

    Args:
        folder: where it writes what it has to say.
    """
    said = folder / "moto.err"
    with said.open("w") as err:
        server = subprocess.Popen(
            [PROGRAM, "--port", "0"],
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=err,
        )
    try:
        until(lambda: LINE in said.read_text() or server.poll() is not None)
        assert server.poll() is None, said.read_text()
        yield said.read_text().partition(LINE)[2].split()[0]
    finally:
        server.kill()
        server.wait()
