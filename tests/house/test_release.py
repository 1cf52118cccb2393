"""What a release says of itself says the same everywhere."""

import tomllib
from pathlib import Path
from typing import Any

import yaml

import batchyard

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CITATION: dict[str, Any] = yaml.safe_load((ROOT / "CITATION.cff").read_text())


def test_the_version_is_the_same_everywhere() -> None:
    version = PROJECT["version"]
    assert batchyard.__version__ == version
    assert CITATION["version"] == version
    assert f"({version})" in (ROOT / "CHANGELOG.md").read_text()


def test_the_citation_says_what_the_package_says() -> None:
    assert CITATION["title"] == PROJECT["name"]
    assert CITATION["license"] == PROJECT["license"]
    assert CITATION["abstract"] == PROJECT["description"]
    assert [each["name"] for each in CITATION["authors"]] == [
        each["name"] for each in PROJECT["authors"]
    ]


def test_every_python_from_the_oldest_allowed_is_named() -> None:
    oldest = int(PROJECT["requires-python"].removeprefix(">=3."))
    prefix = "Programming Language :: Python :: 3."
    named = sorted(
        int(each.removeprefix(prefix)) for each in PROJECT["classifiers"] if each.startswith(prefix)
    )
    assert named == list(range(oldest, named[-1] + 1))
