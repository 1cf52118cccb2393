"""The mutants that the laws of the task runner must kill."""

from tests.mutants.mutant import Mutant

BATCH = "tests/runner/test_batch_attempts.py"
CHECKING = ("tests/runner/test_checking.py",)
PATHS = ("tests/runner/paths_laws.py",)
RUNNER = "tests/runner/test_runner.py"
STREAMS = ("tests/runner/test_streams.py",)
SERVICE = ("tests/runner/test_service.py",)
TASKS = ("tests/runner/tasks_laws.py",)
ACTIVITIES = "tests/runner/test_activities.py"


def mutant(file: str, old: str, new: str, killers: tuple[str, ...]) -> Mutant:
    return Mutant(file=f"batchyard/runner/{file}.py", old=old, new=new, killers=killers)


def law(file: str, name: str) -> tuple[str, ...]:
    return (f"{file}::test_{name}",)


MUTANTS = [
    mutant("tasks", "min(most, timeout / REPORTS)", "max(most, timeout / REPORTS)", TASKS),
    mutant("tasks", 'part.replace("%", "%25")', "part", TASKS),
    mutant("tasks", 'if set(safe) == {"."}:', "if False:", TASKS),
    mutant("tasks", "[:LONGEST_NAME]", "", TASKS),
    mutant("tasks", "trace[-LONGEST_ID:]", "trace[:LONGEST_ID]", TASKS),
    mutant("paths", 'if ".." in path.parts or', "if", PATHS),
    mutant("paths", "enumerate(nodes, start=1)", "enumerate(nodes)", PATHS),
    mutant("paths", 'if parts.netloc not in {"", "localhost"} or', "if", PATHS),
    mutant("paths", "if directory and not", "if not directory and not", PATHS),
    mutant("printing", "event.at - events[start].at >= span", "event.at >= span", PATHS),
    mutant("printing", "yield events[start:]", "yield events", PATHS),
    mutant("checking", "now >= until", "now > until + 1", CHECKING),
    mutant("checking", "await stop.wait(pause)", "await asyncio.sleep(pause)", CHECKING),
    mutant("checking", "while not stop.given:", "while True:", CHECKING),
    mutant(
        "checking",
        "            break\n        await stop",
        "            break\n        async with checks:\n            await stop",
        CHECKING,
    ),
    mutant("service", 'headers["x-amz-security-token"] = key.token', "pass", SERVICE),
    mutant("service", 'fault.type.rpartition("#")[2]', "fault.type", SERVICE),
    mutant("access", "if self._had:", "if False:", SERVICE),
    mutant(
        "course",
        "min(pause, self.task.report_every(self.kit.pace.report))",
        "pause",
        law(BATCH, "a_service_that_is_back_hears_of_it_before_it_misses_a_report"),
    ),
    mutant(
        "course",
        "            await self._report()\n            begun.set()",
        "            begun.set()",
        law(RUNNER, "a_task_is_acknowledged_before_its_command_starts"),
    ),
    mutant(
        "course",
        "        if self.stop.canceled and not self.task.is_batch:\n            return False",
        "        if False:\n            return False",
        law(RUNNER, "a_canceled_task_is_ended_whole_and_has_no_status"),
    ),
    mutant(
        "course",
        "if self.stop.canceled and not self.task.is_batch:",
        "if self.stop.canceled:",
        law(BATCH, "a_canceled_one_says_how_it_ended_all_the_same"),
    ),
    mutant(
        "course",
        "sleep(0 if self.task.is_batch else every)",
        "sleep(every)",
        law(BATCH, "its_first_report_does_not_wait"),
    ),
    mutant(
        "course",
        "return self.task.is_batch or not answer.canceled",
        "return not answer.canceled",
        law(BATCH, "a_canceled_one_is_reported_on_until_it_has_ended"),
    ),
    mutant(
        "runner",
        "            await self._slots.acquire()\n",
        "",
        law(RUNNER, "it_polls_only_while_a_slot_is_free"),
    ),
    mutant(
        "runner",
        "if handed.work.type in PRECONDITIONS:",
        "if False:",
        law(RUNNER, "preconditions_take_no_slot"),
    ),
    mutant(
        "runner",
        "            polling.add_done_callback(self._take_late)\n",
        "",
        law(RUNNER, "a_task_that_comes_while_it_leaves_is_taken"),
    ),
    mutant(
        "runner",
        "await self._idle.wait()",
        "pass",
        law(RUNNER, "its_heart_beats_while_it_finishes_what_it_has"),
    ),
    mutant(
        "activities/batch_job_attempt",
        "            if await running.started():\n                begun.set()",
        "            begun.set()",
        law(BATCH, "one_that_cannot_be_started_is_never_acknowledged"),
    ),
    mutant(
        "activities/batch_job_attempt",
        "            await following\n",
        "",
        law(BATCH, "what_it_prints_is_put_before_its_status"),
    ),
    mutant(
        "activities/batch_job_attempt",
        '{"PATH": DEFAULT_PATH, **kept, **own}',
        "{**kit.environment, **own}",
        law(BATCH, "it_gets_its_environment_directory_and_little_else"),
    ),
    mutant("streams", "for _again in range(FULL):", "for _again in range(0):", STREAMS),
    mutant(
        "streams",
        'exec >"$1" 2>"$2"; shift 2; exec',
        'out=$1; exec >"$1" 2>"$2"; shift 2; exec',
        STREAMS,
    ),
    mutant(
        "streams", "os.O_WRONLY | os.O_CREAT | os.O_APPEND", "os.O_WRONLY | os.O_CREAT", STREAMS
    ),
]
