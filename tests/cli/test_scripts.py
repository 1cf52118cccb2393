"""Scripts as commands: run here as a container would run them."""

import subprocess
import sys

import pytest

from batchyard.cli.scripts import command_of
from batchyard.errors import Refused

ARGUMENTS = ("a  b", "$HOME", "")
SHELL = 'printf "%s|" "$0" "$@"\n'
PYTHON = 'import sys\nprint(*sys.argv[1:], sep="|", end="|")\n'


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = command_of(script, "job.sh", arguments)
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    "line", ["", "#!/bin/sh\n", "#! /bin/sh -e\n", "#!/bin/sh -\n", "#!/usr/bin/env sh\n"]
)
def test_a_shell_has_the_arguments_and_the_scripts_name(line: str) -> None:
    assert run(line + SHELL, *ARGUMENTS).stdout == "|".join(("job.sh", *ARGUMENTS, ""))


@pytest.mark.parametrize("line", [f"#!{sys.executable}", "#!/usr/bin/env -S python3 -u"])
def test_another_interpreter_has_the_arguments(line: str) -> None:
    assert run(f"{line}\n{PYTHON}", *ARGUMENTS).stdout == "|".join((*ARGUMENTS, ""))


def test_a_script_arrives_as_it_is() -> None:
    text = 'it\'s "quoted" $HOME `date` \\n END_OF_SCRIPT'
    script = f"#!{sys.executable}\nprint({text!r})\n"
    assert run(script).stdout == f"{text}\n"
    assert run(f"cat <<'X'\n{text}\nEND_OF_SCRIPT\nX\n").stdout == f"{text}\nEND_OF_SCRIPT\n"


def test_a_long_script_arrives_whole() -> None:
    filling = "# " + "x" * 20_000 + "\n"
    assert run(f"#!{sys.executable}\n{filling}print('done')\n").stdout == "done\n"


@pytest.mark.parametrize(
    "script", ["exit 7", "#!/bin/sh\nexit 7", f"#!{sys.executable}\nraise SystemExit(7)"]
)
def test_an_exit_code_is_the_scripts(script: str) -> None:
    assert run(script).returncode == 7


def test_the_options_of_a_shell_are_kept() -> None:
    assert run("#!/bin/sh -e\nfalse\necho on\n").stdout == ""


def test_an_interpreter_becomes_the_main_process() -> None:
    script = f"#!{sys.executable}\nimport os\nprint(os.getpid())\n"
    with subprocess.Popen(
        command_of(script, "x", ()), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.communicate(timeout=60)[0] == f"{process.pid}\n"


def test_node_reads_its_script_from_standard_input() -> None:
    command = command_of("#!/usr/bin/env node\nconsole.log(1)\n", "x.js", ())
    assert "node - " in command[2]


@pytest.mark.parametrize("script", ["", " \n", "\x7fELF\0"])
def test_what_is_no_script_is_refused(script: str) -> None:
    with pytest.raises(Refused, match=r"job\.sh"):
        command_of(script, "job.sh", ())
