"""Writes docs/peers.json: the names that others' packages have for AWS Batch, as their source says.

``pip download --no-deps --dest FOLDER`` each package of `FILES`, then ``docs/peers.py FOLDER``.
The page that maps these names to ours, docs/pages/peers.py, fails when one of them has no row.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

WRITTEN = Path(__file__).with_suffix(".json")
AMAZON = "airflow/providers/amazon/aws"
FILES = {
    ("apache-airflow-providers-amazon", "2.0.0"): rf"{AMAZON}/(hooks|operators)/batch\w*\.py",
    ("apache-airflow-providers-amazon", "9.39.0"): (
        rf"{AMAZON}/((hooks|operators|sensors|triggers|links)/batch\w*|"
        r"executors/batch/batch_executor)\.py"
    ),
    ("astronomer-providers", "1.19.4"): (
        r"astronomer/providers/amazon/aws/(hooks|operators|sensors|triggers)/batch\w*\.py"
    ),
    ("pendant", "0.4.1"): r"[^/]*/?pendant/aws/(batch|exception|logs|response|s3)\.py",
}
"""The packages, and which of their files are about AWS Batch."""


def main(folder: Path) -> None:
    """Read the packages of a folder, and write what names they have."""
    found = {}
    for (package, version), files in FILES.items():
        (archive,) = folder.glob(f"{package.replace('-', '[-_]')}-{version}[-.]*")
        names = {name: told for text in texts(archive, files) for name, told in classes(text)}
        found[f"{package} {version}"] = dict(sorted(names.items()))
    WRITTEN.write_text(json.dumps(found, indent=1) + "\n")


def texts(archive: Path, files: str) -> Iterator[str]:
    """Read the files of a wheel or an sdist whose names match."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            names = [name for name in wheel.namelist() if re.fullmatch(files, name)]
            yield from (wheel.read(name).decode() for name in sorted(names))
        return
    with tarfile.open(archive) as sdist:
        for name in sorted(name for name in sdist.getnames() if re.fullmatch(files, name)):
            if (file := sdist.extractfile(name)) is not None:
                yield file.read().decode()


def classes(text: str) -> Iterator[tuple[str, list[str]]]:
    """Find a module's public classes with their members, and its functions with none.

    Args:
        text: the module's source.

    Yields:
        A name, and what is in it: methods, properties and constants by name, parameters of the
        constructor with a ``=`` behind.
    """
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef) and node.name[0] != "_":
            yield node.name, sorted({*_members(node), *_parameters(node)})
        elif isinstance(node, ast.FunctionDef) and node.name[0] != "_":
            yield node.name, []


def _members(node: ast.ClassDef) -> Iterator[str]:
    for one in node.body:
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one.name[0] != "_":
            yield one.name
        if isinstance(one, ast.Assign | ast.AnnAssign):
            targets = one.targets if isinstance(one, ast.Assign) else [one.target]
            yield from (t.id for t in targets if isinstance(t, ast.Name) and t.id.isupper())


def _parameters(node: ast.ClassDef) -> Iterator[str]:
    for one in node.body:
        if isinstance(one, ast.FunctionDef) and one.name == "__init__":
            named = [*one.args.posonlyargs, *one.args.args, *one.args.kwonlyargs]
            yield from (f"{argument.arg}=" for argument in named if argument.arg != "self")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
