"""Somebody who reads a page and does what it says: a shell, a Python, a yard and a folder."""

import json
import os
import re
import select
import shlex
import signal
import socket
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from tests.acceptance.yards import clean_environment
from tests.docs.examples import Example
from tests.docs.markdown_files import Shown, shown
from tests.docs.sameness import same

PATIENCE = 110.0
"""Seconds for one command; none that passes takes so long."""

STAYS = re.compile(r"^batchyard (serve|runner)\b[^|&>\n]*$", re.MULTILINE)
"""Programs that go on until somebody ends them: they run in the background."""

READS = re.compile(r"aws (batch (describe|list)|logs get)-|batchyard (story|why|list|array) ")
"""What may be asked again until the answer is there, as a reader would."""

PORTS = ("4680", "4681", "9464", "9465")
"""The ports that pages name; a test takes others from the system."""

OWN_YARD = re.compile(r"^(\$ )?batchyard serve(?!.*--port)", re.MULTILINE)
PYTHON = Path(__file__).with_name("prompt.py")


def free_port() -> str:
    """A port that the system has free now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return str(taken.getsockname()[1])


class Reader:
    """Follows one page in a folder of its own; leaving ends every process that came of it.

    Args:
        page: the page, by its name.
        examples: what is on it.
        folder: an empty one, in which everything happens.
    """

    def __init__(self, page: str, examples: list[Example], folder: Path) -> None:
        self._page, self._folder = page, folder
        self._mark = uuid.uuid4().hex
        self._stands_for = {port: free_port() for port in PORTS}
        self._farewells: dict[str, list[str]] = {}
        self._count = 0
        self._served: dict[str, tuple[int, Path]] = {}
        self._python: subprocess.Popen[str] | None = None
        self._work = folder / "work"
        self._work.mkdir()
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        own = {"BATCHYARD_DATA_DIR": str(folder / "yard"), "HOME": str(folder), "PATH": path}
        self._environment = (
            clean_environment() | own | {"DOCS_READER": self._mark, "COLUMNS": "160"}
        )
        self._told, telling = os.pipe()
        self._shell = subprocess.Popen(
            ["bash", "--norc", "-s"],
            cwd=self._work,
            env=self._environment | {"TOLD": str(telling)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            text=True,
            pass_fds=[telling],
        )
        os.close(telling)
        asked = [one.code for one in examples if one.runs or one.hidden]
        self._has_yard = any(map(OWN_YARD.search, asked))

    def __enter__(self) -> Self:
        try:
            self._script(f"source {Path(__file__).with_name('beforehand.sh')}")
            if not self._has_yard:
                self._sh('batchyard serve\neval "$(batchyard env)"')
        except BaseException:
            self.leave()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def follow(self, example: Example) -> None:
        """Do what a block says, and compare what it shows."""
        code = self._here(example.code)
        if example.file:
            target = self._work / example.file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(code)
        elif example.prints:
            assert same(code.splitlines(), self._out), self._lines()
        elif example.why or not (example.runs or example.hidden):
            return
        elif example.kind == "python":
            self._run_python(code)
        elif example.kind == "console":
            commands = shown(code)
            for one, after in zip(commands, [*commands[1:], Shown("", [])], strict=True):
                self._typed(one, asked=after.command == "echo $?")
        else:
            self._sh(code)
        if example.id:
            self._stands_for[example.id] = self._out[-1].strip()

    def _here(self, code: str) -> str:
        """A text with this reader's ports and ids."""
        for named, own in self._stands_for.items():
            code = re.sub(rf"\b{named}\b", own, code)
        return code

    def _sh(self, code: str) -> None:
        """Run lines of a script; the first that fails ends it."""
        rest = code.replace("\\\n", " ")
        while stays := STAYS.search(rest):
            self._script(rest[: stays.start()])
            self._stay(stays[0])
            rest = rest[stays.end() :]
        self._script(rest)

    def _script(self, code: str) -> None:
        if code.strip():
            answer = self._source(f"set -e\n{code}\nset +e\n")
            assert answer == 0, f"{code}\n{self._lines()}"

    def _typed(self, one: Shown, *, asked: bool) -> None:
        """Type a command, and compare what it prints with what the page shows."""
        if STAYS.match(one.command):
            self._stay(one.command)
            said = [line for line in one.output if not line.startswith("^C")]
            assert same(said, self._out), self._lines()
            self._farewells[str(self._output)] = [line.removeprefix("^C") for line in one.output]
            return
        until = time.monotonic() + PATIENCE / 4
        free = "--array" in one.command
        while True:
            code = self._source(one.command + "\n")
            if same(one.output, self._out, any_order=free) or not READS.search(one.command):
                break
            if time.monotonic() > until:
                break
            select.select([], [], [], 0.05)
        assert same(one.output, self._out, any_order=free), f"$ {one.command}\n{self._lines()}"
        assert code == 0 or asked or one.output, f"$ {one.command}\n{self._lines()}"
        if asked:
            self._source(f"(exit {code})\n")

    def _source(self, code: str) -> int:
        """Let the shell read a script; give its exit code, which the next script's ``$?`` is."""
        self._count += 1
        script = self._folder / f"{self._count}.sh"
        self._output = script.with_suffix(".out")
        script.write_text(code)
        assert self._shell.stdin is not None
        self._shell.stdin.write(
            f"{{ (exit ${{CODE:-0}}); source {script}; }} > {self._output} 2>&1 < /dev/null; "
            f"CODE=$?; echo $CODE >&$TOLD\n"
        )
        self._shell.stdin.flush()
        return self._answer(self._told, code)

    def _answer(self, pipe: int, code: str) -> int:
        until = time.monotonic() + PATIENCE
        while not select.select([pipe], [], [], 0.1)[0]:
            if self._shell.poll() is not None:
                return 1
            assert time.monotonic() < until, f"it does not end:\n{code}\n{self._lines()}"
        return int(os.read(pipe, 64) or 1)

    @property
    def _out(self) -> list[str]:
        return self._output.read_text(errors="replace").splitlines()

    def _lines(self) -> str:
        return "\n".join(self._out)

    def _stay(self, command: str) -> None:
        """Start a program that stays; one that serves takes the place of the one before it."""
        words = shlex.split(command, comments=True)
        if words[1] == "serve" and "--port" not in words:
            words += ["--port", self._stands_for["4680"]]
        place = words[words.index("--data-dir") + 1] if "--data-dir" in words else "yard"
        if words[1] == "serve" and (before := self._served.pop(place, None)):
            self._interrupt(before)
        self._count += 1
        output = self._folder / f"{self._count}.stays"
        output.touch()
        started = shlex.join(words)
        assert self._source(f"{started} > {output} 2>&1 &\necho $!\n") == 0
        pid = int(self._out[0])
        self._output = output
        if words[1] == "serve":
            self._served[place] = (pid, output)
            until = time.monotonic() + PATIENCE
            while "ready http" not in self._lines():
                assert time.monotonic() < until, f"{started}\n{self._lines()}"
                assert Path(f"/proc/{pid}").exists(), f"{started}\n{self._lines()}"
                select.select([], [], [], 0.02)

    def _run_python(self, code: str) -> None:
        """Run a program where the ones before it have left their names, in the shell's world."""
        if self._python is None:
            self._answers, answering = os.pipe()
            self._python = subprocess.Popen(
                [sys.executable, PYTHON, str(answering)],
                env=self._environment,
                stdin=subprocess.PIPE,
                text=True,
                pass_fds=[answering],
            )
            os.close(answering)
        assert self._source("env -0; pwd\n") == 0
        *pairs, cwd = self._output.read_text().split("\0")
        self._count += 1
        self._output = self._folder / f"{self._count}.out"
        asked: dict[str, Any] = {"code": code, "page": self._page, "cwd": cwd.strip()}
        asked |= {"env": dict(pair.split("=", 1) for pair in pairs), "out": str(self._output)}
        assert self._python.stdin is not None
        self._python.stdin.write(json.dumps(asked) + "\n")
        self._python.stdin.flush()
        assert self._answer(self._answers, code) == 0, f"{code}\n{self._lines()}"

    def leave(self) -> None:
        """End everything that came of this page, by its id."""
        for process in (self._shell, self._python):
            if process is not None:
                process.kill()
                process.communicate()
        until = time.monotonic() + PATIENCE
        number = signal.SIGTERM
        while found := self.left():
            for pid in found:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
            assert time.monotonic() < until, f"they do not end: {found}"
            select.select([], [], [], 0.05)
            number = signal.SIGTERM if time.monotonic() < until - 90 else signal.SIGKILL

    def left(self) -> list[int]:
        """The processes that have this reader's mark in their environment."""
        mark = f"DOCS_READER={self._mark}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            with suppress(OSError):
                if entry.name.isdecimal() and mark in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
        return found

    def _interrupt(self, served: tuple[int, Path]) -> None:
        """Press Ctrl-C where a yard is served, and compare what it says then."""
        pid, output = served
        os.kill(pid, signal.SIGINT)
        until = time.monotonic() + PATIENCE
        while pid in self.left():
            assert time.monotonic() < until, f"{pid} does not end"
            select.select([], [], [], 0.02)
        said = output.read_text().splitlines()
        assert same(self._farewells.get(str(output), []), said), output.read_text()
