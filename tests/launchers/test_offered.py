"""Offered attempts over a restart and at the end, and two launchers as one."""

from __future__ import annotations

from collections.abc import Sequence

from batchyard.batch.ids import Place
from batchyard.launchers.fake import FakeLauncher
from batchyard.launchers.offered import SERVICE, Offered
from batchyard.launchers.routed import Routed
from batchyard.launchers.seam import Exited, Held, Launch, Lost, Started
from batchyard.pipelines.instances import Failure
from batchyard.pipelines.tasks import Taken, Task
from tests.launchers.task_runners import GROUP, HERE, offer
from tests.launchers.worlds import Heard


class Board:
    """Notes what is asked of it; ``holders`` are who holds tasks."""

    def __init__(self, *holders: Taken) -> None:
        self.holders = list(holders)
        self.asked: list[tuple[str, str]] = []

    def offer(self, place: Place, service: str, owner: str, task: Task) -> None:
        assert (place, service, owner) == (HERE, SERVICE, f"job of {task.attempt}")
        self.asked.append(("offer", task.attempt))

    def withdraw(self, place: Place, attempt: str) -> bool:
        assert place == HERE
        self.asked.append(("withdraw", attempt))
        return any(taken.task.attempt == attempt for taken in self.holders)

    def over(self, place: Place, attempt: str) -> None:
        assert place == HERE
        self.asked.append(("over", attempt))

    def held(self, service: str) -> Sequence[Taken]:
        assert service == SERVICE
        return self.holders


def attempt(name: str) -> Launch:
    return Launch(name, ("true",), {}, offer=offer(name))


def taken(name: str) -> Taken:
    task = Task(name, GROUP, again=False)
    return Taken(
        id=f"t-{name}",
        task=task,
        service=SERVICE,
        owner=f"job of {name}",
        account=HERE.account,
        region=HERE.region,
        hostname="far",
    )


async def test_what_runs_since_before_a_restart_started_when_it_did() -> None:
    heard, offered = Heard(), Offered(Board(taken("a")), lambda: 900)
    assert await offered.start([Held("a", at=5, launch=attempt("a"))], heard) == []
    offered.begun("job of a", "a")
    assert heard.reports == [Started("a", None, None, 5, "far")]


async def test_what_was_begun_and_is_held_by_nobody_is_lost() -> None:
    heard, offered = Heard(), Offered(Board(), lambda: 900)
    assert await offered.start([Held("a", at=5, launch=attempt("a"))], heard) == []
    assert heard.reports == [Lost("a", 900)]


async def test_who_holds_what_is_no_attempt_any_more_is_told_to_stop() -> None:
    heard, board = Heard(), Board(taken("gone"))
    await Offered(board, lambda: 900).start([], heard)
    assert board.asked == [("withdraw", "gone")]
    assert heard.reports == []


async def test_runners_that_do_not_say_in_time_that_they_stopped_are_lost() -> None:
    heard, board = Heard(), Board(taken("a"))
    offered = Offered(board, lambda: 900, patience=0)
    await offered.start([Held("a", at=5, launch=attempt("a"))], heard)
    offered.launch([attempt("b")])
    await offered.stop(jobs=True)
    assert heard.reports == [Lost("a", 900)]
    assert board.asked == [("offer", "b"), ("withdraw", "a"), ("withdraw", "b")]


async def test_what_is_over_is_left_alone_until_it_is_forgotten() -> None:
    heard, board = Heard(), Board()
    offered = Offered(board, lambda: 900)
    await offered.start([], heard)
    offered.launch([attempt("a")])
    offered.ended("job of a", "a", "FINISHED", Failure())
    told = [Started("a", None, None, 900), Exited("a", 0, None, 900)]
    offered.ended("job of a", "a", "FAILED", Failure("ExitCode:1"))
    offered.begun("job of a", "a")
    offered.lost("job of a", "a")
    offered.end("a", 0)
    assert heard.reports == told
    assert offered.objects("job of a", "a") is None
    offered.acknowledge(["a", "nobody"])
    assert board.asked == [("offer", "a"), ("over", "a")]


async def test_each_attempt_goes_where_it_belongs_and_is_found_there_again() -> None:
    heard, here, far = Heard(), FakeLauncher(), FakeLauncher()
    routed = Routed(here, far)
    own, other = Launch("own", ("true",), {}), attempt("other")
    assert await routed.start([Held("own"), Held("other", launch=other)], heard) == ["own", "other"]
    routed.launch([own, other])
    assert (list(here.launched), list(far.launched)) == (["own"], ["other"])
    routed.end("own", 3)
    routed.end("other", 4)
    assert (here.ended, far.ended) == ({"own": 3}, {"other": 4})
    ends = [here.exits("own"), far.exits("other")]
    assert heard.reports == ends
    routed.acknowledge(["own", "other"])
    assert (here.acknowledged, far.acknowledged) == (["own"], ["other"])
    await routed.stop()
    assert (here.running(), far.running()) == ([], [])


async def test_both_places_end_their_attempts() -> None:
    heard, here, far = Heard(), FakeLauncher(), FakeLauncher()
    routed = Routed(here, far)
    await routed.start([], heard)
    routed.launch([Launch("own", ("true",), {}), attempt("other")])
    await routed.stop(jobs=True)
    assert [report.attempt for report in heard.reports] == ["own", "other"]
