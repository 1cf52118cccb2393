"""Puts one mutant at a time into a copy of the source, and runs the laws against the copy."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.mutant import Mutant, Outcome, Verdict

GUARD = Path(__file__).with_name("guard.py")
PARALLEL = 2
PATIENCE_SECONDS = 600.0
_TESTS_PASSED, _TESTS_FAILED = 0, 1  # pytest's exit codes; all others mean that no law spoke


class BaselineError(Exception):
    """The laws fail on the unchanged source, so their failing on a mutant would say nothing."""


@dataclass(frozen=True)
class Tree:
    """A project: where its source and its tests are.

    Attributes:
        root: The folder that killers are relative to; pytest runs in it.
        patience: How long, in seconds, the laws may take over one mutant.
    """

    root: Path
    patience: float = PATIENCE_SECONDS

    @property
    def src(self) -> Path:
        """The folder that holds the packages."""
        return self.root / "src"


def judge_all(tree: Tree, mutants: Iterable[Mutant]) -> Iterator[Outcome]:
    """Judge every mutant, two at a time, in the order of the table.

    Raises:
        BaselineError: The laws do not pass on the unchanged source.
    """
    listed = list(mutants)
    check_baseline(tree, listed)
    with ThreadPoolExecutor(PARALLEL) as pool:
        yield from pool.map(lambda mutant: judge(tree, mutant), listed)


def check_baseline(tree: Tree, mutants: Iterable[Mutant]) -> None:
    """Run every killer once on an unchanged copy.

    Raises:
        BaselineError: One of them does not pass there.
    """
    killers = tuple(sorted({killer for mutant in mutants for killer in mutant.killers}))
    if not killers:
        return
    with _copy(tree) as folder:
        code, output = _run_laws(tree, Path(folder), killers)
    if code != _TESTS_PASSED:
        raise BaselineError(f"the laws do not pass on the unchanged source:\n{output}")


def judge(tree: Tree, mutant: Mutant) -> Outcome:
    """Let the mutant's killers loose on a copy that carries it."""
    begun = time.monotonic()
    with _copy(tree) as folder:
        verdict, detail = _verdict(tree, Path(folder), mutant)
    return Outcome(mutant, verdict, time.monotonic() - begun, detail)


def _copy(tree: Tree) -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="mutant-")
    shutil.copytree(
        tree.src, folder.name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True
    )
    return folder


def _verdict(tree: Tree, copy: Path, mutant: Mutant) -> tuple[Verdict, str]:
    stale = _apply(copy, mutant)
    if stale:
        return Verdict.STALE, stale
    try:
        code, output = _run_laws(tree, copy, mutant.killers)
    except subprocess.TimeoutExpired:
        return Verdict.HUNG, ""
    if code == _TESTS_FAILED:
        return Verdict.KILLED, ""
    return (Verdict.SURVIVED if code == _TESTS_PASSED else Verdict.BROKEN), output


def _apply(copy: Path, mutant: Mutant) -> str:
    """Change the copy; say why not when the old text is not there exactly once."""
    path = copy / mutant.file
    if not path.is_file():
        return f"{mutant.file} does not exist"
    text = path.read_text()
    if (found := text.count(mutant.old)) != 1:
        return f"the old text occurs {found} times in {mutant.file}"
    path.write_text(text.replace(mutant.old, mutant.new))
    return ""


def _run_laws(tree: Tree, copy: Path, killers: tuple[str, ...]) -> tuple[int, str]:
    # -P: the guard's own folder is not a place to import from.
    done = subprocess.run(
        [sys.executable, "-P", GUARD, tree.src, "-x", "-q", "-p", "no:cacheprovider", *killers],
        cwd=tree.root,
        env=_environment(copy),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=tree.patience,
        check=False,
    )
    return done.returncode, done.stdout


def _environment(copy: Path) -> dict[str, str]:
    path = [str(copy), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HYPOTHESIS_PROFILE": "mutants",
    }
