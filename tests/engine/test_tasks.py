"""Polls that wait, and what is kept of who holds what.

The oracle: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_PollForTask.html
"""

import asyncio
from collections.abc import Mapping
from itertools import count
from typing import Any, cast

from batchyard.batch.ids import Place
from batchyard.engine.tasks import Held, Result, Runner, Tasks
from batchyard.pipelines.instances import Failure
from batchyard.pipelines.model import PipelineObject
from batchyard.pipelines.tasks import Leases, Taken, Task
from batchyard.testing import FakeClock

HERE, THERE = Place("123456789012", "eu-west-1"), Place("123456789012", "us-east-1")
OTHER = Place("111122223333", "eu-west-1")
ME = Runner("host")


class Kept:
    """A journal that keeps tasks only: what would be on disk."""

    def __init__(self) -> None:
        self.tasks: dict[str, Taken] = {}

    def task(self, taken: Taken) -> None:
        self.tasks[taken.id] = taken

    def task_gone(self, task_id: str) -> None:
        self.tasks.pop(task_id, None)


class Told:
    """A service that notes what it is told."""

    def __init__(self) -> None:
        self.story: list[tuple[Any, ...]] = []

    def objects(self, owner: str, attempt: str) -> Mapping[str, PipelineObject]:
        return {attempt: PipelineObject(attempt, owner)}

    def taken(self, owner: str, attempt: str, runner: Runner) -> None:
        self.story.append(("taken", owner, attempt, runner.hostname))

    def begun(self, owner: str, attempt: str) -> None:
        self.story.append(("begun", owner, attempt))

    def ended(self, owner: str, attempt: str, result: Result, failure: Failure) -> None:
        self.story.append(("ended", owner, attempt, result, failure.error_id))

    def lost(self, owner: str, attempt: str) -> None:
        self.story.append(("lost", owner, attempt))


class World:
    """Tasks over a journal; `restart` begins anew with what that keeps."""

    def __init__(self) -> None:
        self.kept = Kept()
        self.told = Told()
        self.clock = FakeClock(1_000_000)
        self._ids = count(1)
        self.tasks = self._new()

    def _new(self) -> Tasks:
        def new_id() -> str:
            return f"t{next(self._ids)}"

        journal = cast("Any", self.kept)
        tasks = Tasks(journal, self.clock, new_id, lambda: None, Leases(120, 900))
        tasks.serve("told", self.told)
        return tasks

    def restart(self) -> None:
        self.clock = FakeClock(self.clock.now())
        self.tasks = self._new()
        self.tasks.restore(self.kept.tasks.values())

    def offer(self, attempt: str, group: str = "g", place: Place = HERE, **more: Any) -> None:  # noqa: ANN401 - of Task
        self.tasks.offer(place, "told", "owner", Task(attempt, group, **more))

    def poll(
        self, group: str = "g", place: Place = HERE, runner: Runner = ME
    ) -> asyncio.Task[Taken | None]:
        return asyncio.ensure_future(self.tasks.poll(place, group, runner, 90))

    async def take(self, group: str = "g", place: Place = HERE) -> str:
        taken = await self.tasks.poll(place, group, ME, 90)
        assert taken is not None
        return taken.id

    def settle(self, task_id: str, result: Result = "FINISHED", place: Place = HERE) -> Held:
        return self.tasks.settle(place, task_id, result, Failure())


async def turn() -> None:
    """Let whoever can go on go on, until nobody can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_ready_task_is_answered_at_once_with_who_took_it_kept() -> None:
    world = World()
    world.offer("a")
    taken = await world.tasks.poll(HERE, "g", Runner("host-1"), 90)
    assert taken is not None
    assert (taken.task.attempt, taken.owner, taken.hostname) == ("a", "owner", "host-1")
    assert world.kept.tasks == {taken.id: taken}
    assert world.told.story == [("taken", "owner", "a", "host-1")]


async def test_groups_match_exactly_within_their_account_and_region() -> None:
    world = World()
    strangers = [world.poll("G"), world.poll("g "), world.poll("g*"), world.poll("")]
    strangers += [world.poll(place=THERE), world.poll(place=OTHER)]
    mine = world.poll("g")
    await turn()
    world.offer("a")
    await turn()
    assert mine.done()
    assert not any(stranger.done() for stranger in strangers)
    world.tasks.stop()
    assert await asyncio.gather(*strangers) == [None] * len(strangers)


async def test_the_poller_that_waited_longest_is_served_first() -> None:
    world = World()
    polls = [world.poll() for _ in range(3)]
    await turn()
    for name in "abc":
        world.offer(name)
    found = [taken.task.attempt for taken in await asyncio.gather(*polls) if taken is not None]
    assert found == ["a", "b", "c"]


async def test_a_poll_is_answered_without_a_task_when_its_time_is_over() -> None:
    world = World()
    poll = world.poll()
    await turn()
    world.clock.advance(89_999)
    await turn()
    assert not poll.done()
    world.clock.advance(1)
    world.offer("a")
    assert await poll is None
    assert world.tasks.depths(HERE) == {"g": (1, 0)}


async def test_a_poller_that_hung_up_leaves_the_queue_at_once() -> None:
    world = World()
    gone, waits = world.poll(), world.poll()
    await turn()
    gone.cancel()
    await turn()
    assert world.tasks.depths(HERE) == {"g": (0, 1)}
    world.offer("a")
    taken = await waits
    assert taken is not None
    assert taken.task.attempt == "a"


async def test_a_task_on_its_way_to_a_poller_that_hangs_up_goes_to_the_next() -> None:
    world = World()
    gone, waits = world.poll(), world.poll()
    await turn()
    world.offer("a")
    gone.cancel()
    taken = await waits
    assert gone.cancelled() or await gone is None
    assert taken is not None
    assert taken.task.attempt == "a"
    held = [each for each in world.kept.tasks.values() if not each.stale]
    assert held == [taken]


async def test_a_hang_up_not_noticed_yet_does_not_swallow_a_task() -> None:
    world = World()
    gone, waits = world.poll(), world.poll()
    await turn()
    gone.cancel()
    world.offer("a")
    taken = await waits
    assert taken is not None
    assert taken.task.attempt == "a"


async def test_a_second_poll_of_the_same_runner_is_served_and_counted() -> None:
    world = World()
    first, second = world.poll(), world.poll()
    other = world.poll(runner=Runner("another"))
    await turn()
    assert world.tasks.roster.crowded == 1
    for name in "abc":
        world.offer(name)
    assert None not in await asyncio.gather(first, second, other)


async def test_nobody_waits_once_a_yard_stops() -> None:
    world = World()
    poll = world.poll()
    await turn()
    world.tasks.stop()
    assert await poll is None
    assert await world.tasks.poll(HERE, "g", ME, 90) is None


async def test_what_was_held_before_a_crash_is_held_after_it() -> None:
    world = World()
    world.offer("a")
    task_id = await world.take()
    world.restart()
    world.offer("a")
    assert world.tasks.depths(HERE) == {}
    assert world.tasks.report(HERE, task_id).answer.held
    assert world.settle(task_id).answer.held
    assert world.told.story[-1] == ("ended", "owner", "a", "FINISHED", "")
    assert world.kept.tasks == {}


async def test_what_lapses_after_a_restart_is_offered_again_without_being_offered_anew() -> None:
    world = World()
    world.offer("a")
    await world.take()
    world.restart()
    world.clock.advance(899_000)
    waits = world.poll()
    await turn()
    world.clock.advance(1_002)
    taken = await waits
    assert taken is not None
    assert (taken.owner, taken.task.attempt) == ("owner", "a")


async def test_a_task_that_nobody_reports_about_is_offered_again_after_two_minutes() -> None:
    world = World()
    world.offer("a")
    first = await world.take()
    world.clock.advance(119_999)
    assert world.tasks.depths(HERE) == {}
    world.clock.advance(2)
    assert world.tasks.depths(HERE) == {"g": (1, 0)}
    second = await world.take()
    assert first != second
    for _ in range(2):  # before a restart, and after it
        late = world.tasks.report(HERE, first)
        assert late.answer.canceled
        assert not world.settle(first, "FAILED").answer.held
        world.restart()
    assert world.settle(second).answer.held
    assert [told for told in world.told.story if told[0] == "ended"] == [
        ("ended", "owner", "a", "FINISHED", "")
    ]


async def test_a_runner_that_reports_holds_its_task_for_as_long_as_it_may_be_silent() -> None:
    world = World()
    world.offer("a", progress=300)
    task_id = await world.take()
    for _ in range(5):
        world.clock.advance(119_000)
        assert world.tasks.report(HERE, task_id).answer.held
    world.clock.advance(299_000)
    assert world.tasks.report(HERE, task_id).answer.held
    world.clock.advance(300_002)
    assert world.tasks.depths(HERE) == {"g": (1, 0)}


async def test_a_runner_that_must_report_often_is_missed_soon_after_its_first_report() -> None:
    world = World()
    world.offer("a", progress=60)
    world.tasks.report(HERE, await world.take())
    world.clock.advance(60_002)
    assert world.tasks.depths(HERE) == {"g": (1, 0)}


async def test_a_task_that_ends_with_its_runner_is_lost_when_that_falls_silent() -> None:
    world = World()
    world.offer("a", again=False)
    world.tasks.report(HERE, await world.take())
    world.clock.advance(900_002)
    assert world.told.story[-1] == ("lost", "owner", "a")
    assert world.tasks.depths(HERE) == {}


async def test_the_holder_of_a_withdrawn_task_is_told_to_stop() -> None:
    world = World()
    world.offer("a")
    task_id = await world.take()
    assert world.tasks.withdraw(HERE, "a")
    assert world.tasks.report(HERE, task_id).answer.canceled
    assert not world.settle(task_id).answer.held


async def test_the_same_status_again_after_a_lost_answer_is_fine_and_another_is_not() -> None:
    world = World()
    world.offer("a")
    task_id = await world.take()
    assert world.settle(task_id).answer.held
    assert world.settle(task_id).answer.held
    assert not world.settle(task_id, "FAILED").answer.held
    assert len([told for told in world.told.story if told[0] == "ended"]) == 1


async def test_the_holder_of_a_withdrawn_task_of_its_own_tells_how_it_ended() -> None:
    world = World()
    world.offer("a", again=False)
    task_id = await world.take()
    assert world.tasks.report(HERE, task_id).answer.first
    world.tasks.withdraw(HERE, "a")
    assert world.tasks.report(HERE, task_id).answer.canceled
    assert world.settle(task_id, "FAILED").answer.held
    assert world.settle(task_id, "FAILED").answer.held
    assert world.told.story[-1] == ("ended", "owner", "a", "FAILED", "")
    assert world.kept.tasks == {}


async def test_a_task_of_its_holder_that_is_withdrawn_on_its_way_is_not_forgotten() -> None:
    world = World()
    gone = world.poll()
    await turn()
    world.offer("a", again=False)
    world.tasks.withdraw(HERE, "a")
    gone.cancel()
    await turn()
    assert world.told.story[-1] == ("lost", "owner", "a")
    assert world.tasks.held("told") == []


async def test_the_first_report_after_a_restart_is_told_of() -> None:
    world = World()
    world.offer("a", again=False)
    task_id = await world.take()
    world.restart()
    assert [taken.id for taken in world.tasks.held("told")] == [task_id]
    assert world.tasks.held("another") == []
    world.tasks.report(HERE, task_id)
    assert world.told.story[-1] == ("begun", "owner", "a")


async def test_a_task_is_known_where_it_was_handed_out_only() -> None:
    world = World()
    world.offer("a")
    task_id = await world.take()
    for place in (THERE, OTHER):
        assert world.tasks.report(place, task_id).taken is None
        assert not world.settle(task_id, place=place).answer.held
    assert world.settle(task_id).answer.held


async def test_runners_that_are_gone_give_back_what_they_held() -> None:
    world = World()
    world.offer("a")
    world.offer("b", "other")
    await world.take()
    await world.take("other")
    world.offer("c", again=False)
    await world.take()
    world.tasks.reclaim(HERE, "g")
    assert world.tasks.depths(HERE) == {"g": (1, 0)}
