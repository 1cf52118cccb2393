"""Which task runners there are, as their polls and reports tell."""

from typing import Any

from batchyard.batch.ids import Place
from batchyard.engine.roster import KNOWN, SILENT, Known, Roster
from batchyard.engine.tasks import Runner
from tests.engine.test_tasks import HERE, THERE, World, turn

HOST = Runner("host-1")


def runners(world: World, place: Place = HERE) -> list[Known]:
    return world.tasks.runners(place)


def told(known: Known) -> tuple[Any, ...]:
    return known.group, known.hostname, known.polls, [t.task.attempt for t in known.tasks]


async def test_a_runner_is_there_while_it_polls_with_all_of_its_polls() -> None:
    world = World()
    polls = [world.poll(runner=HOST), world.poll(runner=HOST), world.poll(group="h", runner=HOST)]
    await turn()
    assert [told(one) for one in runners(world)] == [("g", "host-1", 2, []), ("h", "host-1", 1, [])]
    for each in polls:
        each.cancel()
    await turn()
    assert {one.polls for one in runners(world)} == {0}


async def test_a_runner_has_what_it_holds_until_it_has_settled_it() -> None:
    world = World()
    world.offer("a")
    world.offer("b")
    first, second = await world.take(), await world.take()
    assert [told(one) for one in runners(world)] == [("g", "host", 0, ["a", "b"])]
    world.settle(first)
    assert [told(one) for one in runners(world)] == [("g", "host", 0, ["b"])]
    world.settle(second)
    assert [told(one) for one in runners(world)] == [("g", "host", 0, [])]


async def test_polls_and_reports_are_signs_of_life() -> None:
    world = World()
    begun = world.clock.now()
    world.offer("a")
    task_id = await world.take()
    assert [one.heard_at for one in runners(world)] == [begun]
    world.clock.advance(50_000)
    world.tasks.report(HERE, task_id)
    assert [one.heard_at for one in runners(world)] == [begun + 50_000]
    world.clock.advance(50_000)
    world.settle(task_id)
    assert [one.heard_at for one in runners(world)] == [begun + 100_000]


async def test_what_another_place_reports_is_no_sign_of_life() -> None:
    world = World()
    world.offer("a")
    task_id = await world.take()
    (before,) = runners(world)
    world.clock.advance(1_000)
    world.tasks.report(THERE, task_id)
    assert runners(world) == [before]
    assert runners(world, THERE) == []


async def test_who_is_silent_goes_unless_something_is_in_its_hands() -> None:
    world = World()
    world.offer("a")
    await world.take()
    world.clock.advance(10_000)
    assert world.tasks.ready(HERE, "h", HOST) is None
    roster, now = world.tasks.roster, world.clock.now() + SILENT
    taken = [one for each in runners(world) for one in each.tasks]
    assert [one.group for one in roster.shown(HERE, taken, now - 1)] == ["g", "h"]
    assert [one.group for one in roster.shown(HERE, taken, now)] == ["g"]


async def test_a_task_that_was_taken_from_its_holder_is_nobodys() -> None:
    world = World()
    world.offer("a")
    await world.take()
    world.clock.advance(120_001)
    assert [told(one) for one in runners(world)] == [("g", "host", 0, [])]


async def test_after_a_restart_a_holder_is_there_and_has_not_been_heard() -> None:
    world = World()
    world.offer("a")
    await world.take()
    world.restart()
    assert [(told(one), one.heard_at) for one in runners(world)] == [
        (("g", "host", 0, ["a"]), None)
    ]


def test_no_more_runners_are_remembered_than_it_says() -> None:
    roster = Roster()
    for number in range(KNOWN + 5):
        roster.heard(HERE, "g", f"{number:06}", 0)
    shown = roster.shown(HERE, (), 0)
    assert (len(shown), shown[0].hostname) == (KNOWN, "000005")
