"""`batchyard submit`: definitions from files, scripts, every option; on a real yard."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from tests.acceptance.terminal import Terminal
from tests.acceptance.yards import ended, register


def unique() -> str:
    return f"n{uuid4().hex}"


JOB = """
jobDefinitionName: {name}
containerProperties:
  image: busybox
  command: [echo, Ref::word]
  resourceRequirements: [{{type: VCPU, value: 1}}, {{type: MEMORY, value: 64}}]
  environment: [{{name: B, value: 2}}, {{name: A, value: 1}}]
parameters: {{word: on}}
"""


def submitted(terminal: Terminal, *words: str, given: str = "") -> str:
    return terminal.changes("submit", *words, given=given).strip()


def printed(terminal: Terminal, job_id: str) -> str:
    ended(terminal.batch, job_id)
    return terminal.reads("logs", job_id)


def test_a_yaml_file_is_registered_and_runs(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "job.yaml"
    file.write_text(JOB.format(name=unique()))
    assert printed(terminal, submitted(terminal, "--file", str(file))) == "on\n"
    again = submitted(terminal, "-f", str(file), "-p", "word=off")
    assert printed(terminal, again) == "off\n"


def test_a_definition_that_is_there_is_not_registered_again(terminal: Terminal) -> None:
    name = unique()
    for _ in range(2):
        submitted(terminal, "-f", "-", given=JOB.format(name=name))
    assert _revisions(terminal, name) == [1]
    submitted(terminal, "-f", "-", given=JOB.format(name=name).replace("2}", "3}"))
    assert _revisions(terminal, name) == [2, 1]


def test_an_image_and_a_command_are_not_registered_again(terminal: Terminal) -> None:
    name = unique()
    for word in ("a", "a", "b"):
        submitted(terminal, "--name", name, "--image", "x", "--", "echo", word)
    assert _revisions(terminal, name) == [2, 1]


def _revisions(terminal: Terminal, name: str) -> list[int]:
    return [one["revision"] for one in json.loads(terminal.reads("definitions", name, "--json"))]


def test_a_json_document_of_submit_job_is_submitted(terminal: Terminal) -> None:
    definition = register(terminal.batch, "echo", "Ref::w", parameters={"w": "no"}, name=unique())
    document = {"jobDefinition": definition, "parameters": {"w": "yes"}, "jobQueue": "default"}
    assert printed(terminal, submitted(terminal, "-f", "-", given=json.dumps(document))) == "yes\n"


def test_a_script_runs_with_its_arguments_and_its_variables(
    terminal: Terminal, tmp_path: Path
) -> None:
    (tmp_path / "vars").write_text("WHO=you\n")
    file = tmp_path / "hello.sh"
    file.write_text('for one in "$@"; do echo "$one $WHO"; done\n')
    words = ["--image", "x", "--env-file", str(tmp_path / "vars")]
    job = submitted(terminal, *words, "--script", str(file), "--", "a  b", "c")
    assert printed(terminal, job) == "a  b you\nc you\n"


def test_a_script_from_standard_input_runs_in_a_registered_definition(terminal: Terminal) -> None:
    definition = register(terminal.batch, "false", name=unique())
    script = "#!/usr/bin/env python3\nimport sys\nprint(sys.argv[1:])\n"
    job = submitted(terminal, "-d", definition, "--script", "-", "--", "it's", given=script)
    assert printed(terminal, job) == '["it\'s"]\n'


def test_retry_rules_dependencies_and_priorities_arrive(terminal: Terminal) -> None:
    definition = register(terminal.batch, "sh", "-c", "exit 5", name=unique())
    rule = "onExitCode=5,action=EXIT"
    told = ["--attempts", "3", "--evaluate-on-exit", rule, "--scheduling-priority", "7"]
    job = submitted(terminal, "-d", definition, *told, "--propagate-tags", "--timeout", "2m")
    found = ended(terminal.batch, job)
    assert len(found["attempts"]) == 1
    assert found["schedulingPriority"] == 7
    assert found["propagateTags"] is True
    assert found["timeout"] == {"attemptDurationSeconds": 120}
    many = submitted(terminal, "--image", "x", "--array", "2", "--", "true")
    pairs = ["--depends-on", f"n_to_n:{many}", "--depends-on", "SEQUENTIAL"]
    after = submitted(terminal, "--image", "x", "--array", "2", *pairs, "--", "true")
    asked = ended(terminal.batch, after)["dependsOn"]
    assert asked == [{"jobId": many, "type": "N_TO_N"}, {"type": "SEQUENTIAL"}]


def test_a_dry_run_sends_nothing(terminal: Terminal) -> None:
    name = unique()
    told = json.loads(terminal.reads("submit", "--dry-run", "-f", "-", given=JOB.format(name=name)))
    assert told["RegisterJobDefinition"]["jobDefinitionName"] == name
    assert told["SubmitJob"]["jobQueue"] == "default"
    assert name in terminal.refused("definitions", name)


@pytest.mark.parametrize(
    "words, given, named",
    [
        (["-f", "nowhere.yaml"], "", "nowhere.yaml"),
        (["-f", "/"], "", "/"),
        (["-f", "-"], "{", "JSON"),
        (["-f", "-"], "jobDefinitoin: x", "do you mean jobDefinition?"),
        (["--image", "x", "--script", "-"], "", "empty"),
        (["--image", "x", "--script", "-"], "x" * 24 * 1024, "24576"),
        (["-d", "x", "--script", "-"], "x" * 8192, "8192"),
        (["-d", "x", "--env-file", "nowhere"], "", "nowhere"),
        (["-d", "x", "--timeout", "soon"], "", "--timeout"),
        (["-d", "x", "--attempts", "eleven"], "", "--attempts"),
        (["-d", "x", "--evaluate-on-exit", "action=EXIT"], "", "onExitCode"),
    ],
)
def test_what_cannot_work_is_one_line(
    terminal: Terminal, words: list[str], given: str, named: str
) -> None:
    assert named in terminal.refused("submit", *words, given=given)
