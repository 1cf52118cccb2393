"""What the tree must never hold, and what it must say about itself."""

import ast
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST_MODULE = 400
# Folders that say where a project was laid out, not whose machine it is.
SHARED_FOLDERS = {Path(path) for path in ("/", "/home", "/opt", "/root", "/srv", "/usr/src")}
SHARED_FOLDERS.add(Path(tempfile.gettempdir()))

ADDRESS_OF_A_REGISTRY = re.compile(
    r"https?://[^\s\"'<>)]*(?:\bpypi\b|\bregistry\b|/simple\b)"  # a registry by its address
    r"|index-url[\s\"'=:]+(?:https?|file):"  # or any address, as an index
    r"|--find-links[\s=]+\S*[:/]",
    re.IGNORECASE,
)
A_RULE = re.compile(r'^\s*"(?P<rule>[A-Z]+[0-9]+)",(?P<rest>.*)$')
SUPPRESSION = re.compile(r"#\s*(?:noqa\b|type:\s*ignore\b)[^#]*")
REASONED = re.compile(r"#\s*(?:noqa:\s*[A-Z0-9, ]+?|type:\s*ignore\[[\w, -]+\])\s*(?:-|#)\s*\w+")


def files() -> list[Path]:
    """Every file that is, or is about to be, in the repository."""
    if not (ROOT / ".git").exists():  # an unpacked sdist
        made = {".venv", ".venv-airflow", ".venv-queues"}
        return [path for path in ROOT.rglob("*") if path.is_file() and made.isdisjoint(path.parts)]
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def lines() -> Iterator[tuple[str, str]]:
    """Each line of each text file, after the place where it stands."""
    for path in files():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            yield f"{path.relative_to(ROOT)}:{number}", line


def python_files(folder: str) -> Iterator[Path]:
    return (path for path in files() if path.suffix == ".py" and path.is_relative_to(ROOT / folder))


def test_no_file_names_the_address_of_a_package_registry() -> None:
    assert [where for where, line in lines() if ADDRESS_OF_A_REGISTRY.search(line)] == []


def test_the_pattern_knows_an_address_when_it_sees_one() -> None:
    scheme = "https" + "://"
    for line in (
        f"{scheme}pypi.org/simple",
        f"index-url = {scheme}mirror.example/x",
        f"{scheme}registry.example/a",
    ):
        assert ADDRESS_OF_A_REGISTRY.search(line), line
    assert not ADDRESS_OF_A_REGISTRY.search('index="$(pip_setting index-url)"')


def test_no_file_names_a_path_of_the_machine_it_was_written_on() -> None:
    own = {ROOT, ROOT.parent, Path.home()} - SHARED_FOLDERS
    if ROOT.parent == Path("/"):  # such as /src: too common a name to tell anything
        own.remove(ROOT)
    patterns = [re.compile(rf"(?<![\w./-]){re.escape(str(path))}/") for path in own]
    assert [where for where, line in lines() if any(p.search(line) for p in patterns)] == []


def test_the_only_locks_are_those_without_addresses() -> None:
    assert [path for path in files() if path.name == "uv.lock"] == []


def test_every_locked_package_carries_hashes() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        for package in re.findall(r"^\w.*(?:\n .*)*", lock.read_text(), re.MULTILINE):
            assert "--hash=sha256:" in package, f"{lock.name}: {package.splitlines()[0]}"


def test_no_module_is_too_long_to_read_in_one_go() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in python_files("src")}
    too_long = {str(path): length for path, length in lengths.items() if length > LONGEST_MODULE}
    assert too_long == {}


def test_every_rule_that_ruff_ignores_has_its_reason_beside_it() -> None:
    config = (ROOT / "pyproject.toml").read_text()
    ignores = [match for line in config.splitlines() if (match := A_RULE.match(line))]
    assert ignores
    unexplained = [match["rule"] for match in ignores if not re.search(r"# \w+", match["rest"])]
    assert unexplained == []


def test_every_suppression_in_the_code_names_its_rule_and_its_reason() -> None:
    code = [(where, line) for where, line in lines() if ".py:" in where]
    suppressed = [(where, line) for where, line in code if SUPPRESSION.search(line)]
    assert [where for where, line in suppressed if not REASONED.search(line)] == []


def test_a_test_skips_only_through_require() -> None:
    ways = {"skip", "skipif", "importorskip", "SkipTest"}
    found = []
    for path in python_files("tests"):
        if path == ROOT / "tests/requires.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in ways:
                owner = ast.unparse(node.value)
                if owner in {"pytest", "pytest.mark", "unittest"}:
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []
