"""A yard that is asked for moto where there is none says what to install, before it starts."""

import subprocess
import sys
from pathlib import Path

import pytest

from batchyard.errors import Refused
from batchyard.server.inprocess import InProcessYard
from batchyard.server.options import Options

PROGRAM = """
import sys
sys.modules[{missing!r}] = None
from batchyard.cli import main
sys.argv[1:] = ["serve", "--with-moto", "--ephemeral", "--port", "0", "--data-dir", {folder!r}]
main()
"""


def test_a_yard_without_an_address_takes_no_moto(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no address"):
        InProcessYard(Options(data_dir=tmp_path, ephemeral=True, with_moto=True))


@pytest.mark.parametrize("missing", ["moto", "flask_cors"])
def test_what_is_missing_is_named_with_what_to_install(missing: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(missing=missing, folder=str(tmp_path))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert f"{missing} is not installed: pip install 'batchyard[moto]'" in done.stderr
    assert "Traceback" not in done.stderr
