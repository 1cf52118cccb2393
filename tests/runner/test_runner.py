"""How a runner polls, holds its tasks and leaves: real processes, a stand-in for the service."""

import os
from pathlib import Path
from typing import Any

import pytest

from batchyard.errors import RefusedCredentials
from tests.runner.running import running
from tests.runner.stand_in import HANG_UP, LOST, Fate, Service, task

API = "https://docs.aws.amazon.com/datapipeline/latest/APIReference"


def waiting_for(gate: Path, name: str = "Wait") -> dict[str, Any]:
    """A task that says that it runs, and ends once a file is there."""
    command = f"touch {gate}.runs; while [ ! -e {gate} ]; do sleep 0.02; done"
    return task(name, "ShellCommandActivity", command=command)


def runs(gate: Path) -> bool:
    return Path(f"{gate}.runs").exists()


def test_a_task_is_acknowledged_before_its_command_starts(service: Service, tmp_path: Path) -> None:
    """API_ReportTaskProgress.html: without it, somebody else gets the task."""
    gate = tmp_path / "gate"
    seen: list[bool] = []

    def fate(operation: str, _: dict[str, Any]) -> Fate:
        if operation == "ReportTaskProgress" and len(seen) < 3:
            seen.append(runs(gate))
            return HANG_UP
        return None

    service.fate = fate
    service.offer(waiting_for(gate))
    with running(service, tmp_path):
        service.until(lambda: runs(gate))
        assert seen == [False] * 3
        gate.touch()
        assert service.ended("task-Wait")[0]["taskStatus"] == "FINISHED"


def test_one_poll_is_under_way_whatever_the_number_of_slots(
    service: Service, tmp_path: Path
) -> None:
    """API_PollForTask.html: not again on the same workerGroup until it receives a response."""
    names = [f"T{number}" for number in range(8)]
    service.offer(*(task(name, "ShellCommandActivity", command="true") for name in names))
    with running(service, tmp_path, tasks=4):
        for told in service.ended(*(f"task-{name}" for name in names)):
            assert told["taskStatus"] == "FINISHED"
    assert service.most_polling == 1
    assert {polled["workerGroup"] for polled in service.all("PollForTask")} == {"wg"}


def test_it_polls_only_while_a_slot_is_free(service: Service, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    service.offer(waiting_for(first, "A"), waiting_for(second, "B"))
    with running(service, tmp_path, tasks=1):
        service.until(lambda: runs(first))
        service.until(lambda: len(service.all("ReportTaskProgress")) > 3)
        assert (len(service.all("PollForTask")), runs(second)) == (1, False)
        first.touch()
        service.until(lambda: runs(second))
        second.touch()
        service.ended("task-A", "task-B")


def test_preconditions_take_no_slot(service: Service, tmp_path: Path) -> None:
    checks = [
        task(f"Check{number}", "ShellCommandPrecondition", command="false") for number in range(3)
    ]
    service.offer(*checks, task("Work", "ShellCommandActivity", command="true"))
    with running(service, tmp_path, tasks=1):
        assert service.ended("task-Work")[0]["taskStatus"] == "FINISHED"


def test_a_canceled_task_is_ended_whole_and_has_no_status(service: Service, tmp_path: Path) -> None:
    """API_ReportTaskProgress.html: canceled, then it need not call SetTaskStatus."""
    gate = tmp_path / "gate"
    command = f"trap '' TERM; sleep 1000 & echo $! > {gate}.pid; touch {gate}.runs; wait; wait"
    service.offer(task("Long", "ShellCommandActivity", command=command))
    with running(service, tmp_path) as runner:
        service.until(lambda: runs(gate))
        pid = int(Path(f"{gate}.pid").read_text())
        service.canceled.add("task-Long")
        service.until(lambda: is_gone(pid))
        service.until(lambda: any("canceled" in sentence for sentence in runner.said))
        service.offer(task("Next", "ShellCommandActivity", command="true"))
        service.ended("task-Next")
    assert service.status("task-Long") is None


@pytest.mark.parametrize("code", ["TaskNotFoundException", "InvalidRequestException"])
def test_a_task_that_nobody_knows_any_more_is_dropped(
    service: Service, tmp_path: Path, code: str
) -> None:
    gate = tmp_path / "gate"
    service.offer(waiting_for(gate))
    with running(service, tmp_path) as runner:
        service.until(lambda: runs(gate))
        service.fate = lambda operation, _: (
            (400, code) if operation == "ReportTaskProgress" else None
        )
        service.until(lambda: any("not ours any more" in sentence for sentence in runner.said))
        runner.leave()
        assert runner.ended()
    assert service.status("task-Wait") is None


def test_work_goes_on_while_the_service_is_away_and_its_status_is_told_later(
    service: Service, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    service.offer(waiting_for(gate))
    with running(service, tmp_path):
        service.until(lambda: runs(gate))
        service.fate = lambda *_: HANG_UP
        gate.touch()
        service.until(lambda: len(service.all("SetTaskStatus")) > 2)
        service.asked.clear()
        service.fate = lambda *_: None
        assert service.ended("task-Wait")[0]["taskStatus"] == "FINISHED"


def test_a_status_whose_answer_was_lost_is_told_again_and_then_let_be(
    service: Service, tmp_path: Path
) -> None:
    fates: list[Fate] = [500, LOST, (400, "TaskNotFoundException")]
    service.fate = lambda operation, _: fates.pop(0) if operation == "SetTaskStatus" else None
    service.offer(task("Quick", "ShellCommandActivity", command="true"))
    with running(service, tmp_path) as runner:
        service.until(lambda: any("nobody wants" in sentence for sentence in runner.said))
    assert fates == []


def test_an_empty_answer_is_followed_by_another_poll(service: Service, tmp_path: Path) -> None:
    service.hold = 0.01
    with running(service, tmp_path):
        service.until(lambda: len(service.all("PollForTask")) > 1)
        service.offer(task("Late", "ShellCommandActivity", command="true"))
        service.ended("task-Late")


def test_errors_of_polls_are_borne(service: Service, tmp_path: Path) -> None:
    fates: list[Fate] = [500, HANG_UP, (400, "ThrottlingException"), (400, "TaskNotFoundException")]
    service.fate = lambda operation, _: (
        fates.pop(0) if operation == "PollForTask" and fates else None
    )
    service.offer(task("Late", "ShellCommandActivity", command="true"))
    with running(service, tmp_path) as runner:
        service.ended("task-Late")
        assert [said for said in runner.said if "poll" in said] == [
            said for said in runner.said if said.startswith(("cannot poll", "polling again"))
        ]
    assert fates == []


@pytest.mark.parametrize("operation", ["PollForTask", "ReportTaskProgress", "SetTaskStatus"])
def test_refused_credentials_end_the_runner_and_what_it_runs(
    service: Service, tmp_path: Path, operation: str
) -> None:
    gate = tmp_path / "gate"
    service.offer(waiting_for(gate))
    with running(service, tmp_path) as runner:
        service.until(lambda: runs(gate))
        service.fate = lambda asked, _: (
            (403, "UnrecognizedClientException") if asked == operation else None
        )
        service.hold = 0
        if operation == "SetTaskStatus":
            gate.touch()
        assert runner.ended()
        assert isinstance(runner.error, RefusedCredentials)


def test_a_terminated_runner_finishes_what_it_has_and_leaves(
    service: Service, tmp_path: Path
) -> None:
    """API_ReportTaskRunnerHeartbeat.html: terminate."""
    gate = tmp_path / "gate"
    service.offer(waiting_for(gate))
    with running(service, tmp_path) as runner:
        service.until(lambda: runs(gate))
        service.terminate = True
        service.until(lambda: any("terminates" in sentence for sentence in runner.said))
        polls = len(service.all("PollForTask"))
        gate.touch()
        assert runner.ended()
        assert runner.error is None
    assert service.ended("task-Wait")[0]["taskStatus"] == "FINISHED"
    assert len(service.all("PollForTask")) == polls
    beaten = service.all("ReportTaskRunnerHeartbeat")[0]
    assert (beaten["taskrunnerId"], beaten["workerGroup"]) == ("the-runner", "wg")


def test_its_heart_beats_while_it_finishes_what_it_has(service: Service, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    service.offer(waiting_for(gate))
    with running(service, tmp_path) as runner:
        service.until(lambda: runs(gate))
        runner.leave()
        service.until(lambda: any("no more polls" in sentence for sentence in runner.said))
        beats = len(service.all("ReportTaskRunnerHeartbeat"))
        service.until(lambda: len(service.all("ReportTaskRunnerHeartbeat")) > beats + 1)
        gate.touch()
        assert runner.ended()


def test_a_task_that_comes_while_it_leaves_is_taken(service: Service, tmp_path: Path) -> None:
    """The service has handed it over: nobody else would get it until its lease is over."""
    gate = tmp_path / "gate"
    service.offer(waiting_for(gate))
    with running(service, tmp_path) as runner:
        service.until(lambda: runs(gate))
        service.until(lambda: service.polling)
        runner.leave()
        service.until(lambda: any("no more polls" in sentence for sentence in runner.said))
        service.offer(task("Late", "ShellCommandActivity", command="true"))
        assert service.ended("task-Late")[0]["taskStatus"] == "FINISHED"
        gate.touch()
        assert runner.ended()


def test_a_runner_without_tasks_leaves_at_once_although_a_poll_is_open(
    service: Service, tmp_path: Path
) -> None:
    with running(service, tmp_path) as runner:
        service.until(lambda: service.polling)
        runner.leave()
        assert runner.ended()
        assert service.polling == 1


def test_a_stopped_runner_stops_its_tasks_and_says_that_they_failed(
    service: Service, tmp_path: Path
) -> None:
    service.offer(waiting_for(tmp_path / "never"))
    with running(service, tmp_path) as runner:
        service.until(lambda: runs(tmp_path / "never"))
        runner.stop()
        assert runner.ended()
    assert service.ended("task-Wait")[0]["errorId"] == "RunnerStopped"


def test_nothing_is_left_of_a_runner(service: Service, tmp_path: Path) -> None:
    command = f"pwd > {tmp_path}/where; setsid sleep 1000 & echo $! > {tmp_path}/pid"
    service.offer(task("Stray", "ShellCommandActivity", command=command))
    with running(service, tmp_path):
        service.ended("task-Stray")
    assert not Path((tmp_path / "where").read_text().strip()).exists()
    assert is_gone(int((tmp_path / "pid").read_text()))


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"
