"""The wheel and the sdist hold what they should, and the wheel works in an empty environment."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from shutil import which

import pytest

from tests.requires import require

ROOT = Path(__file__).resolve().parents[2]
UV = ROOT / "tools" / "uv"
JUNK = {
    "__pycache__",
    ".git",
    ".venv",
    ".venv-airflow",
    ".hypothesis",
    ".mypy_cache",
    ".ruff_cache",
    "dist",
}

pytestmark = pytest.mark.xdist_group("distribution")  # build once, not once per worker


def run(*command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; its words are the message when it fails."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command} exited with {done.returncode}:\n{done.stdout}"
    return done


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel made from that sdist."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT)
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    (path,) = dist.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def sdist_names(dist: Path) -> set[str]:
    """The names in the sdist, without the folder that holds them all."""
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


@pytest.fixture(scope="module")
def wheel_names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def pythons() -> list[str]:
    """Find the Pythons of this machine that batchyard is for: this one, and newer ones."""
    found = [sys.executable]
    for minor in range(sys.version_info.minor + 1, 30):
        python = which(f"python3.{minor}")
        if (
            python
            and not subprocess.run([python, "-V"], capture_output=True, check=False).returncode
        ):
            found.append(python)
    return found


@pytest.fixture(scope="module", params=pythons())
def environment(
    tmp_path_factory: pytest.TempPathFactory, wheel: Path, request: pytest.FixtureRequest
) -> Path:
    """An environment that holds the wheel and what its lock names, and nothing else."""
    require("uv in .venv", "make setup", present=(ROOT / ".venv/bin/uv").exists())
    folder = tmp_path_factory.mktemp("empty") / "env"
    lock = ROOT / "requirements" / "server.txt"
    run(UV, "venv", "--quiet", "--python", request.param, folder)
    run(UV, "pip", "install", "--python", folder, "--require-hashes", "-r", lock)
    run(UV, "pip", "install", "--python", folder, "--offline", f"{wheel}[server]")
    return folder


def test_the_wheel_holds_the_package_whole_and_nothing_else(wheel_names: set[str]) -> None:
    source = ROOT / "src"
    package = {
        str(path.relative_to(source))
        for path in source.rglob("*")
        if path.is_file() and not JUNK & set(path.parts)
    }
    meta = {name for name in wheel_names if name.startswith("batchyard-")}
    assert wheel_names - meta == package
    assert any(name.endswith("/LICENSE") for name in meta)


def test_the_sdist_holds_what_is_needed_to_work_on_it(sdist_names: set[str]) -> None:
    needed = {
        "LICENSE",
        "SECURITY.md",
        "CITATION.cff",
        "Makefile",
        "README.md",
        "CHANGELOG.md",
        "PKG-INFO",
        "pyproject.toml",
    }
    assert needed <= sdist_names
    folders = {name.partition("/")[0] for name in sdist_names if "/" in name}
    assert {"src", "tests", "docs", "examples", "benchmarks", "requirements", "tools"} <= folders


def test_the_sdist_holds_no_junk(sdist_names: set[str]) -> None:
    assert [name for name in sdist_names if JUNK & set(Path(name).parts)] == []
    assert [name for name in sdist_names if name.endswith((".pyc", ".lock", ".db", ".log"))] == []


def test_the_installed_wheel_runs_a_job(environment: Path, tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data"), "PYTHONPATH": ""}
    run(environment / "bin" / "batchyard", "run", "--", "true", **home)


def test_what_the_wheel_asks_for_is_what_the_lock_holds(environment: Path) -> None:
    run(UV, "pip", "check", "--python", environment)
