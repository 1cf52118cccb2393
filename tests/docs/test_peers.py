"""Others' names are all mapped, and ours that stand for them are there."""

import importlib.util
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from tests.docs.markdown_files import ROOT
from tests.requires import require

NAMES: dict[str, dict[str, list[str]]] = json.loads((ROOT / "docs/peers.json").read_text())
PAGE = (ROOT / "docs/reference/where-you-come-from.md").read_text()
AIRFLOWS = ROOT / ".venv-airflow/lib"


def loaded(path: str) -> ModuleType:
    """A script of docs/, as a module."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / "docs" / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def chapter(package: str, name: str) -> str:
    """What the page says of one of a package's names."""
    _, _, rest = PAGE.partition(f"\n`{package}`: ")
    _, _, rest = rest.partition("\n## ")[0].partition(f"\n### {name}\n")
    return rest.partition("\n### ")[0]


@pytest.mark.parametrize("package", NAMES)
def test_every_name_of_another_package_is_on_the_page(package: str) -> None:
    for name, members in NAMES[package].items():
        said = chapter(package, name)
        assert said.strip(), name
        for member in members:
            assert f"`{member}`" in said, f"{name}.{member}"


def test_a_name_of_ours_that_is_not_there_stops_the_writing() -> None:
    asked = (
        "import sys; sys.path.insert(0, 'docs'); from pages import peers, peers_notes\n"
        "peers.page()\n"
        "for table, key, wrong in ((peers_notes.CLASSES, 'BatchJob', 'batchyard.Jbo'),\n"
        "                          (peers_notes.RUNNER, '--tasks', ('--taks', ''))):\n"
        "    table[key], right = wrong, table[key]\n"
        "    try: peers.page()\n"
        "    except LookupError: print('noticed')\n"
        "    table[key] = right\n"
        "del peers_notes.GONE['SubmitJobResponse']\n"
        "try: peers.page()\n"
        "except LookupError: print('noticed')\n"
        "for path in peers_notes.CLASSES.values(): peers.members_of(path)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout.split(), done.stderr) == (["noticed"] * 3, "")


def test_names_are_read_out_of_a_package_as_it_is_published(tmp_path: Path) -> None:
    peers = loaded("peers.py")
    with zipfile.ZipFile(tmp_path / "some-1.whl", "w") as wheel:
        wheel.writestr("some/batch.py", "class A:\n  B = 1\n  def __init__(self, c): ...\n")
        wheel.writestr("some/other.py", "class D: ...\n")
    (text,) = peers.texts(tmp_path / "some-1.whl", r"some/batch\.py")
    assert dict(peers.classes(text)) == {"A": ["B", "c="]}


def test_the_amazon_provider_that_is_installed_has_the_names_that_we_know() -> None:
    found = sorted(AIRFLOWS.glob("python*/site-packages/airflow/providers/amazon/aws"))
    require("Airflow in .venv-airflow", "make airflow", present=bool(found))
    peers = loaded("peers.py")
    known = {name: set(members) for told in NAMES.values() for name, members in told.items()}
    modules = (f"{kind}/batch*.py" for kind in ("hooks", "operators", "sensors", "triggers"))
    for file in (file for module in modules for file in found[0].glob(module)):
        for name, members in peers.classes(file.read_text()):
            assert set(members) <= known.get(name, set()), f"{name}: a name that is new"
