"""What the launcher seam promises, on every launcher."""

from __future__ import annotations

import asyncio

import pytest

from batchyard.launchers.seam import Exited, Launcher, Lost, Started, StartFailed
from tests.launchers.worlds import Heard, World, exits, held, lasts, missing

pytestmark = pytest.mark.timeout(90)


@pytest.mark.parametrize("code", [0, 1, 3, 137, 255])
async def test_an_attempt_starts_and_exits_with_its_own_code(
    launcher: Launcher, heard: Heard, code: int
) -> None:
    attempt = exits(code)
    launcher.launch([attempt])
    exited = await heard.get(attempt.attempt, Exited)
    started, last = heard.of(attempt.attempt)
    assert isinstance(started, Started)
    assert last is exited
    assert (exited.exit_code, exited.reason, exited.dropped) == (code, None, 0)
    assert started.at <= exited.at


async def test_many_attempts_each_get_their_own_end(launcher: Launcher, heard: Heard) -> None:
    launches = [exits(code) for code in range(100)]
    attempts = {each.attempt: code for code, each in enumerate(launches)}
    launcher.launch(launches)
    ends = {each: (await heard.get(each, Exited)).exit_code for each in attempts}
    assert ends == attempts


async def test_what_cannot_start_is_told_in_plain_words(launcher: Launcher, heard: Heard) -> None:
    attempt = missing()
    launcher.launch([attempt])
    failed = await heard.get(attempt.attempt, StartFailed)
    assert "no-such-program" in failed.reason
    assert heard.of(attempt.attempt) == [failed]


async def test_launching_twice_starts_once(launcher: Launcher, heard: Heard) -> None:
    attempt = lasts()
    launcher.launch([attempt, attempt])
    started = await heard.get(attempt.attempt, Started)
    launcher.launch([attempt])
    launcher.end(attempt.attempt, 0)
    exited = await heard.get(attempt.attempt, Exited)
    assert set(heard.of(attempt.attempt)) == {started, exited}


async def test_launching_an_ended_attempt_repeats_its_end(launcher: Launcher, heard: Heard) -> None:
    attempt = exits(7)
    launcher.launch([attempt])
    exited = await heard.get(attempt.attempt, Exited)
    heard.reports.clear()
    launcher.launch([attempt])
    assert await heard.get(attempt.attempt, Exited) == exited


@pytest.mark.parametrize("grace", [0, 20])
async def test_an_attempt_that_is_ended_exits_by_the_signal(
    world: World, launcher: Launcher, heard: Heard, grace: float
) -> None:
    attempt = lasts()
    launcher.launch([attempt])
    await heard.get(attempt.attempt, Started)
    launcher.end(attempt.attempt, grace)
    code = 137 if world.kills and grace == 0 else 143
    assert (await heard.get(attempt.attempt, Exited)).exit_code == code


async def test_ending_in_the_same_breath_as_launching_still_ends(
    launcher: Launcher, heard: Heard
) -> None:
    attempt = lasts()
    launcher.launch([attempt])
    launcher.end(attempt.attempt, 0)
    async with asyncio.timeout(30):
        while not any(isinstance(r, Exited | StartFailed) for r in heard.of(attempt.attempt)):
            heard.more.clear()
            await heard.more.wait()


async def test_ending_what_is_not_there_is_passed_over(launcher: Launcher, heard: Heard) -> None:
    attempt = exits(0)
    launcher.end("nobody", 0)
    launcher.launch([attempt])
    exited = await heard.get(attempt.attempt, Exited)
    launcher.end(attempt.attempt, 0)
    launcher.end(attempt.attempt, 10)
    launcher.launch([attempt])
    assert heard.of(attempt.attempt)[-1] == exited


async def test_stopping_with_jobs_ends_and_reports_them_first(
    launcher: Launcher, heard: Heard
) -> None:
    attempts = [lasts(), lasts()]
    launcher.launch(attempts)
    for each in attempts:
        await heard.get(each.attempt, Started)
    await launcher.stop(jobs=True)
    for each in attempts:
        assert isinstance(heard.of(each.attempt)[-1], Exited)
    launcher.acknowledge([each.attempt for each in attempts])


async def test_stopping_twice_or_before_the_start_is_fine(world: World, heard: Heard) -> None:
    launcher = world.launcher()
    await launcher.stop()
    await launcher.start([], heard)
    await launcher.stop()
    await launcher.stop(jobs=True)
    assert heard.reports == []


async def test_what_nobody_ever_heard_of_is_returned_and_can_be_launched(
    world: World, heard: Heard
) -> None:
    launcher = world.launcher()
    attempt = exits(5)
    assert await launcher.start([held(attempt)], heard) == [attempt.attempt]
    assert heard.reports == []
    launcher.launch([attempt])
    assert (await heard.get(attempt.attempt, Exited)).exit_code == 5
    await launcher.stop(jobs=True)


async def test_a_started_attempt_whose_place_is_unknown_is_lost(world: World, heard: Heard) -> None:
    launcher = world.launcher()
    gone = held(lasts(), Started("", 2**22 + 5, 1, 1))
    assert await launcher.start([gone], heard) == []
    assert isinstance(await heard.get(gone.attempt, Lost), Lost)
    await launcher.stop(jobs=True)


async def test_a_restart_finds_the_living_and_the_ended(world: World, heard: Heard) -> None:
    first, living, ending = world.launcher(), lasts(), exits(9)
    await first.start([], heard)
    first.launch([living, ending])
    exited = await heard.get(ending.attempt, Exited)
    started = await heard.get(living.attempt, Started)
    await first.stop()

    again, second = Heard(), world.launcher()
    assert await second.start([held(living, started), held(ending)], again) == []
    if world.outlives:
        assert await again.get(ending.attempt, Exited) == exited
        assert await again.get(living.attempt, Started) == started
        second.end(living.attempt, 0)
        code = 137 if world.kills else 143
        assert (await again.get(living.attempt, Exited)).exit_code == code
    else:
        assert isinstance(await again.get(ending.attempt, Lost), Lost)
        assert isinstance(await again.get(living.attempt, Lost), Lost)
    await second.stop(jobs=True)


async def test_what_was_acknowledged_is_forgotten(world: World, heard: Heard) -> None:
    first, attempt = world.launcher(), exits(0)
    await first.start([], heard)
    first.launch([attempt])
    await heard.get(attempt.attempt, Exited)
    first.acknowledge([attempt.attempt, "nobody"])
    await first.stop()

    again, second = Heard(), world.launcher()
    assert await second.start([], again) == []
    await second.stop(jobs=True)
    assert again.reports == []


async def test_a_lost_place_loses_the_living_only_and_the_next_takes_over(
    world: World, launcher: Launcher, heard: Heard
) -> None:
    living, ended, later = lasts(), exits(1), exits(2)
    launcher.launch([living, ended])
    await heard.get(living.attempt, Started)
    await heard.get(ended.attempt, Exited)
    world.lose()
    await heard.get(living.attempt, Lost)
    assert not any(isinstance(report, Lost) for report in heard.of(ended.attempt))
    launcher.launch([later])
    assert (await heard.get(later.attempt, Exited)).exit_code == 2


async def test_a_lost_attempt_that_is_launched_again_is_still_lost(
    world: World, launcher: Launcher, heard: Heard
) -> None:
    attempt = lasts()
    launcher.launch([attempt])
    await heard.get(attempt.attempt, Started)
    world.lose()
    lost = await heard.get(attempt.attempt, Lost)
    heard.reports.clear()
    launcher.launch([attempt])
    assert await heard.get(attempt.attempt, Lost) == lost


async def test_a_place_lost_while_nobody_looked_loses_what_was_held(
    world: World, heard: Heard
) -> None:
    first, attempt = world.launcher(), lasts()
    await first.start([], heard)
    first.launch([attempt])
    started = await heard.get(attempt.attempt, Started)
    if world.outlives:
        await first.stop()
        world.lose()
    else:
        await first.stop()

    again, second = Heard(), world.launcher()
    assert await second.start([held(attempt, started)], again) == []
    lost = await again.get(attempt.attempt, Lost)
    assert again.of(attempt.attempt) == [lost]
    await second.stop(jobs=True)
