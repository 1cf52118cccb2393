"""Requests from options: what is wrong is found before anything is sent."""

from pathlib import Path
from typing import Any

import pytest
from botocore.session import get_session

from batchyard.cli.ordering import Order, dependency, plan
from batchyard.errors import Refused

MODEL = get_session().get_service_model("batch")


def submission(**options: Any) -> dict[str, Any]:  # noqa: ANN401 - the options of a command
    return plan(Order(**{"definition": "align:3", **options}), MODEL).submission


def test_every_option_becomes_its_member() -> None:
    asked = submission(
        queue="prod",
        name="mine",
        array=9,
        depends_on=("a", "N_TO_N:b", "SEQUENTIAL"),
        parameter=("p=q",),
        env=("A=1",),
        vcpus=0.25,
        memory=64,
        gpus=2,
        timeout=90,
        attempts=3,
        evaluate_on_exit=("onStatusReason=Host EC2*,action=RETRY", "onReason=*,action=EXIT"),
        share_identifier="s",
        scheduling_priority=0,
        tag=("t=u",),
        propagate_tags=True,
        words=("echo", "x"),
    )
    assert asked == {
        "jobName": "mine",
        "jobQueue": "prod",
        "jobDefinition": "align:3",
        "arrayProperties": {"size": 9},
        "dependsOn": [
            {"jobId": "a"},
            {"jobId": "b", "type": "N_TO_N"},
            {"type": "SEQUENTIAL"},
        ],
        "parameters": {"p": "q"},
        "containerOverrides": {
            "command": ["echo", "x"],
            "environment": [{"name": "A", "value": "1"}],
            "resourceRequirements": [
                {"type": "VCPU", "value": "0.25"},
                {"type": "MEMORY", "value": "64"},
                {"type": "GPU", "value": "2"},
            ],
        },
        "timeout": {"attemptDurationSeconds": 90},
        "retryStrategy": {
            "attempts": 3,
            "evaluateOnExit": [
                {"onStatusReason": "Host EC2*", "action": "RETRY"},
                {"onReason": "*", "action": "EXIT"},
            ],
        },
        "shareIdentifier": "s",
        "schedulingPriorityOverride": 0,
        "tags": {"t": "u"},
        "propagateTags": True,
    }


def test_what_is_not_said_is_not_sent() -> None:
    assert set(submission()) == {"jobName", "jobQueue", "jobDefinition"}
    assert submission()["jobName"] != submission()["jobName"]


def test_options_win_over_the_file_and_add_to_it(tmp_path: Path) -> None:
    file = tmp_path / "job.yaml"
    file.write_text("""
jobDefinition: other
jobName: theirs
dependsOn: [{jobId: a}]
containerOverrides: {command: [x], environment: [{name: A, value: 1}, {name: B, value: 2}]}
retryStrategy: {attempts: 2, evaluateOnExit: [{onExitCode: 1, action: EXIT}]}
nodeOverrides: {numNodes: 2}
""")
    asked = submission(file=str(file), env=("B=3",), depends_on=("b",), attempts=5)
    assert (asked["jobName"], asked["jobDefinition"]) == ("theirs", "align:3")
    assert asked["dependsOn"] == [{"jobId": "a"}, {"jobId": "b"}]
    assert asked["containerOverrides"] == {
        "command": ["x"],
        "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "3"}],
    }
    assert asked["retryStrategy"]["attempts"] == 5
    assert asked["retryStrategy"]["evaluateOnExit"] == [{"onExitCode": "1", "action": "EXIT"}]
    assert asked["nodeOverrides"] == {"numNodes": 2}


def test_resources_are_merged_by_type(tmp_path: Path) -> None:
    file = tmp_path / "job.yaml"
    needs = "[{type: VCPU, value: 1}, {type: MEMORY, value: 64}]"
    file.write_text(f"containerOverrides: {{resourceRequirements: {needs}}}")
    asked = submission(file=str(file), vcpus=4)["containerOverrides"]["resourceRequirements"]
    assert {one["type"]: one["value"] for one in asked} == {"VCPU": "4", "MEMORY": "64"}


def test_variables_come_from_files_and_options_win(tmp_path: Path) -> None:
    file = tmp_path / "vars"
    file.write_text("# none\n\nA=1 # kept\n  B=x=y\nC=\n")
    found = submission(env_file=(str(file),), env=("C=3",))["containerOverrides"]["environment"]
    assert {one["name"]: one["value"] for one in found} == {"A": "1 # kept", "B": "x=y", "C": "3"}
    file.write_text("A=1\nexport\n")
    with pytest.raises(Refused, match="line 2"):
        submission(env_file=(str(file),))


def test_an_image_makes_a_definition_of_what_it_runs() -> None:
    order = Order(image="x", words=("echo",), name="mine", vcpus=2, gpus=1, env=("A=1",))
    made = plan(order, MODEL)
    assert made.registration["jobDefinitionName"] == "mine"
    needs = made.registration["containerProperties"]["resourceRequirements"]
    assert [(one["type"], one["value"]) for one in needs] == [
        ("VCPU", "2"),
        ("MEMORY", "2048"),
        ("GPU", "1"),
    ]
    assert "resourceRequirements" not in made.submission["containerOverrides"]
    assert not made.unique


@pytest.mark.parametrize("text", ["N_TO_N", "N_TO_N:", "SEQUENTIAL:a"])
def test_a_dependency_has_the_parts_of_its_type(text: str) -> None:
    with pytest.raises(Refused, match="--depends-on"):
        dependency(text)


def test_a_child_is_no_type_of_dependency() -> None:
    assert dependency("2e6f0bd1:3") == {"jobId": "2e6f0bd1:3"}


@pytest.mark.parametrize(
    "options, said",
    [
        ({"evaluate_on_exit": ("onExitCode=1,action=EXIT",)}, "--attempts"),
        ({"evaluate_on_exit": ("onExitCod=1,action=EXIT",), "attempts": 2}, "onExitCod"),
        ({"evaluate_on_exit": ("action=EXIT",), "attempts": 2}, "action=EXIT"),
        ({"evaluate_on_exit": ("onExitCode=1",), "attempts": 2}, "onExitCode=1"),
        ({"evaluate_on_exit": ("EXIT",), "attempts": 2}, "EXIT"),
        ({"job_role": "arn"}, "--job-role"),
        ({"image": "x", "words": ("y",)}, "--image"),
        ({"file": "-", "script": "-"}, "not both"),
        ({"definition": None}, "--file"),
        ({"env": ("A=" + "x" * 8192,)}, "8192"),
        ({"parameter": ("A=" + "x" * 30 * 1024,)}, "30720"),
        ({"definition": None, "image": "x", "words": ("x" * 24 * 1024,)}, "24576"),
    ],
)
def test_what_cannot_work_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused) as caught:
        submission(**options)
    assert said in str(caught.value)
