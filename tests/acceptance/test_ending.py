"""`batchyard cancel` and `terminate` by what jobs are, and failed children run again."""

import json
from uuid import uuid4

from tests.acceptance.terminal import Terminal
from tests.acceptance.yards import described, ended, reached, register, submit


def unique() -> str:
    return f"n{uuid4().hex}"


def sleepers(terminal: Terminal, name: str, many: int = 2) -> list[str]:
    """Jobs of a name that wait for one that runs; it is the first."""
    definition = register(terminal.batch, "sleep", "60", name=unique())
    first = terminal.batch.submit_job(
        jobName=f"{name}-0", jobQueue="default", jobDefinition=definition
    )["jobId"]
    reached(terminal.batch, first, "RUNNING")
    after = [
        terminal.batch.submit_job(
            jobName=f"{name}-{number}",
            jobQueue="default",
            jobDefinition=definition,
            dependsOn=[{"jobId": first}],
        )["jobId"]
        for number in range(1, many + 1)
    ]
    return [first, *after]


def test_cancel_by_name_takes_those_that_wait(terminal: Terminal) -> None:
    name = unique()
    first, second, third = sleepers(terminal, name)
    code, out, err = terminal.type("cancel", "--name", f"{name.upper()}*", "--yes")
    assert code == 0
    assert out == f"{third} cancelled\n{second} cancelled\n"
    assert err == f"2 jobs: 2 PENDING ({name}-2, {name}-1)\n{terminal.where}"
    assert described(terminal.batch, first)["status"] == "RUNNING"
    assert terminal.changes("terminate", "--name", f"{name}-0") == f"{first} terminated\n"


def test_before_more_than_one_is_touched_somebody_is_asked(terminal: Terminal) -> None:
    name = unique()
    jobs = sleepers(terminal, name)
    code, out, err = terminal.type("terminate", "--name", f"{name}*")
    assert (code, out) == (2, "")
    assert "Terminate 3 jobs?" in err.splitlines()[-1]
    assert "--yes" in err.splitlines()[-1]
    assert described(terminal.batch, jobs[0])["status"] == "RUNNING"
    terminal.changes("terminate", *jobs)


def test_a_dry_run_touches_nothing(terminal: Terminal) -> None:
    name = unique()
    first, second = sleepers(terminal, name, 1)
    said = terminal.reads("terminate", "--dry-run", "-q", "default", "--name", f"{name}*")
    assert sorted(said.splitlines()) == sorted(
        [
            f"{first} {name}-0 would be terminated",
            f"{second} {name}-1 would be terminated",
        ]
    )
    assert f"{first} {name}-0 left alone" in terminal.reads("cancel", "--dry-run", first)
    assert described(terminal.batch, first)["status"] == "RUNNING"
    terminal.changes("terminate", first, second)


def test_by_status_only_jobs_that_are_in_it(terminal: Terminal) -> None:
    name = unique()
    first, second = sleepers(terminal, name, 1)
    assert terminal.changes("terminate", "--name", f"{name}*", "-s", "pending") == (
        f"{second} terminated\n"
    )
    assert described(terminal.batch, first)["status"] == "RUNNING"
    terminal.changes("terminate", first)
    assert "SUCCEEDED" in terminal.refused("terminate", "--status", "SUCCEEDED")


def test_where_nothing_fits_nothing_is_done(terminal: Terminal) -> None:
    code, out, err = terminal.type("cancel", "--name", unique())
    assert (code, out, err) == (0, "", "batchyard: there is no job to cancel\n")
    assert "not both" in terminal.refused("cancel", "--name", "x", "an-id")


def test_a_child_ends_alone_and_an_array_whole(terminal: Terminal) -> None:
    array = submit(terminal.batch, "sleep", "60", arrayProperties={"size": 2})
    for index in range(2):
        reached(terminal.batch, f"{array}:{index}", "RUNNABLE", "STARTING", "RUNNING")
    terminal.changes("terminate", f"{array}:1", "--reason", "not this one")
    assert ended(terminal.batch, f"{array}:1")["statusReason"] == "not this one"
    assert described(terminal.batch, f"{array}:0")["status"] != "FAILED"
    terminal.changes("terminate", array)
    assert ended(terminal.batch, f"{array}:0")["status"] == "FAILED"


ODD = 'echo "$AWS_BATCH_JOB_ARRAY_INDEX of $AWS_BATCH_JOB_ARRAY_SIZE $1"; '
"""Begins a script that fails for some indices."""


def failing(terminal: Terminal, indices: str, size: int) -> str:
    script = f"{ODD}case $AWS_BATCH_JOB_ARRAY_INDEX in {indices}) exit 1;; esac"
    words = ["sh", "-c", script, "x", "Ref::word"]
    told = {"arrayProperties": {"size": size}, "parameters": {"word": "a  b"}}
    job = submit(terminal.batch, *words, **told)
    ended(terminal.batch, job)
    return job


def resubmitted(terminal: Terminal, array: str) -> tuple[str, str]:
    """Run failed children again; give the new job and the old indices that are told."""
    said = terminal.changes("array", array, "--failed", "--resubmit")
    job, _, indices = said.strip().partition(" ")
    ended(terminal.batch, job)
    return job, indices


def test_failed_children_run_again_under_their_indices(terminal: Terminal) -> None:
    array = failing(terminal, "1|3|4", 6)
    job, indices = resubmitted(terminal, array)
    assert indices == "1 3-4"
    assert described(terminal.batch, job)["arrayProperties"]["size"] == 3
    printed = [terminal.reads("logs", f"{job}:{number}") for number in range(3)]
    assert printed == [f"{index} of 6 a  b\n" for index in (1, 3, 4)]
    again, indices = resubmitted(terminal, job)
    assert indices == "1 3-4"
    assert terminal.reads("logs", f"{again}:2") == "4 of 6 a  b\n"


def test_one_failed_child_runs_again_as_one_job(terminal: Terminal) -> None:
    job, indices = resubmitted(terminal, failing(terminal, "2", 3))
    assert indices == "2"
    assert "arrayProperties" not in described(terminal.batch, job)
    assert terminal.reads("logs", job) == "2 of 3 a  b\n"


def test_where_all_failed_the_array_runs_again_as_it_was(terminal: Terminal) -> None:
    array = failing(terminal, "*", 2)
    job, indices = resubmitted(terminal, array)
    assert indices == "0-1"
    old, new = (described(terminal.batch, one)["container"]["command"] for one in (array, job))
    assert old == new


def test_what_cannot_run_again_is_refused(terminal: Terminal) -> None:
    good = failing(terminal, "none", 2)
    assert "nothing to resubmit" in terminal.refused("array", good, "--failed", "--resubmit")
    assert "--failed" in terminal.refused("array", good, "--resubmit")
    array = failing(terminal, "0", 2)
    told = json.loads(terminal.reads("array", array, "--failed", "--resubmit", "--dry-run"))
    assert told[0]["jobDefinition"] == described(terminal.batch, array)["jobDefinition"]
