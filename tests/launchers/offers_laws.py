"""What a task runner is handed of an attempt, and what its status says of it.

The oracle: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_SetTaskStatus.html
"""

from __future__ import annotations

from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from batchyard.batch.ids import Place
from batchyard.batch.reasons import EXITED
from batchyard.launchers.offers import end_of, object_of, task_of
from batchyard.launchers.seam import Exited, Launch, Offer, StartFailed
from batchyard.pipelines.instances import Failure
from batchyard.pipelines.model import PipelineObject

TEXT: Final = st.text(max_size=20)
NAMES: Final = st.text(min_size=1, max_size=20).filter(lambda name: "=" not in name)
OFFER: Final = Offer(Place("123456789012", "eu-west-1"), "g", "job", "name", "group", "stream")
LAUNCHES: Final = st.builds(
    Launch,
    attempt=NAMES,
    command=st.lists(TEXT, min_size=1).map(tuple),
    environment=st.dictionaries(NAMES, TEXT),
    directory=st.none() | NAMES,
    memory=st.none() | st.integers(4, 10**6),
    offer=st.just(OFFER),
)
RESULTS: Final = st.sampled_from(["FINISHED", "FAILED", "FALSE"])
ERRORS: Final = st.one_of(
    st.integers(-(2**31), 2**32).map("ExitCode:{}".format),
    st.sampled_from(["", "NotStarted", "ExitCode:", "ExitCode:x", "ExitCode:1 ", "exitcode:1"]),
)


def read(item: PipelineObject) -> Launch:
    """Read an object as a task runner does."""
    given = (entry.partition("=") for entry in item.strings("environment"))
    memory = item.string("memory")
    return Launch(
        item.id,
        item.strings("command"),
        {name: value for name, _, value in given},
        item.string("workingDirectory"),
        None if memory is None else int(memory),
        OFFER,
    )


@given(LAUNCHES)
def test_a_runner_reads_what_was_launched(launch: Launch) -> None:
    item = object_of(launch, OFFER)
    assert read(item) == launch
    assert list(read(item).environment) == list(launch.environment)
    assert (item.name, item.type) == ("name", "BatchJobAttempt")
    logs = item.string("jobId"), item.string("logGroupName"), item.string("logStreamName")
    assert logs == ("job", "group", "stream")


@given(LAUNCHES)
def test_a_task_is_its_holders_who_says_so_every_minute(launch: Launch) -> None:
    task = task_of(launch, OFFER)
    assert (task.attempt, task.group) == (launch.attempt, "g")
    assert (task.progress, task.again) == (60, False)
    assert object_of(launch, OFFER).string("reportProgressTimeout") == "1 minute"


@given(RESULTS, ERRORS, st.sampled_from(["", EXITED, "Why"]), st.integers(0), st.booleans())
def test_every_status_is_an_end_and_only_finished_is_success(
    result: str,
    error: str,
    message: str,
    at: int,
    begun: bool,  # noqa: FBT001 - a drawn value
) -> None:
    end = end_of("a", result, Failure(error, message), at, begun=begun)
    assert (end.attempt, end.at) == ("a", at)
    succeeded = isinstance(end, Exited) and end.exit_code == 0
    assert succeeded == (result == "FINISHED")
    if isinstance(end, StartFailed):
        assert (result, begun) == ("FAILED", False)
        assert end.reason


@given(st.integers(1, 2**32) | st.integers(-(2**31), -1), st.booleans())
def test_an_exit_code_is_what_it_says(code: int, begun: bool) -> None:  # noqa: FBT001 - a drawn value
    def end(message: str) -> Exited | StartFailed:
        return end_of("a", "FAILED", Failure(f"ExitCode:{code}", message), 1, begun=begun)

    assert end("") == end(EXITED) == Exited("a", code, None, 1)
    assert end("OutOfMemoryError: …") == Exited("a", code, "OutOfMemoryError: …", 1)


@given(st.sampled_from(["", "NotStarted", "ExitCode:0", "ExitCode:1 "]))
def test_without_an_exit_code_it_is_1_or_was_never_started(error: str) -> None:
    why = error or "The task runner has set FAILED"
    for message, reason in (("Why", "Why"), ("", why)):
        failure = Failure(error, message)
        assert end_of("a", "FAILED", failure, 1, begun=False) == StartFailed("a", reason, 1)
        assert end_of("a", "FAILED", failure, 1, begun=True) == Exited("a", 1, reason, 1)
        assert isinstance(end_of("a", "FALSE", failure, 1, begun=False), Exited)
