"""How instances move, and how they move each other.

The oracles: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-manage-cascade-failandrerun.html,
dp-interpret-status.html and dp-how-tasks-scheduled.html beside it
"""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from batchyard.pipelines import commands, consequences, events, lifecycle, turnstiles
from batchyard.pipelines.consequences import Consequences
from batchyard.pipelines.events import Reported
from batchyard.pipelines.moves import TRANSITIONS
from batchyard.pipelines.states import BAD, BEGUN, Status
from batchyard.pipelines.turnstiles import Turnstile
from tests.pipelines.samples import document, ref
from tests.pipelines.worlds import BEGIN, OUTCOMES, Drawn, World, documents

HOUR = 3_600_000
MET = {Status.FINISHED, Status.SKIPPED}


@given(documents(), OUTCOMES)
def test_an_instance_never_begins_before_what_it_needs(whole: dict[str, Any], drawn: Drawn) -> None:
    world = World(whole)

    def watch(found: Consequences) -> None:
        after = world.instances | found.instances
        for name, command in found.commands:
            if isinstance(command, commands.Offer | commands.Check | commands.Provide):
                instance = after[name]
                assert world.now >= instance.due
                assert all(after[need].status in MET for need in instance.needs)
                if instance.resource is not None:
                    assert after[instance.resource].status is Status.RUNNING
                    assert isinstance(command, commands.Offer)
                    assert command.group == instance.resource

    world.watchers.append(watch)
    world.live()
    world.run(drawn)


@given(documents(), OUTCOMES)
def test_every_instance_ends_unless_it_waits_for_one_that_failed(
    whole: dict[str, Any], drawn: Drawn
) -> None:
    world = World(whole)
    world.live()
    world.run(drawn)
    assert set(world.instances) == {instance.id for instance in world.planned}
    for kept, _ in world.work.values():
        assert world.instances[kept].kind == "resource"
        assert any(not world.instances[n].ended for n in world.instances[kept].waits_for)
    for instance in world.instances.values():
        if not instance.ended:
            blockers = [world.instances[name] for name in instance.waits_for]
            failed = any(blocker.status in BAD for blocker in blockers)
            assert failed or any(not blocker.ended for blocker in blockers)
            assert not (failed and instance.rules.cascade) or instance.kind == "resource"
        assert all(attempt.ended_at is not None for attempt in instance.attempts) or not (
            instance.ended
        )
    stuck = [i for i in world.instances.values() if not i.ended]
    held_by = {n for i in stuck for n in i.waits_for if world.instances[n].status in BAD}
    assert bool(stuck) == bool(held_by)


@given(documents(), OUTCOMES)
def test_components_never_have_more_active_instances_than_they_may(
    whole: dict[str, Any], drawn: Drawn
) -> None:
    world = World(whole)

    def watch(found: Consequences) -> None:
        for name, turnstile in found.turnstiles.items():
            assert len(turnstile.active) <= turnstile.limit
            for other in turnstile.active:
                assert (world.instances | found.instances)[other].component == name

    world.watchers.append(watch)
    world.live()
    world.run(drawn)
    for turnstile in world.turnstiles.values():
        assert all(not world.instances[name].ended for name in turnstile.active)


@given(documents(), OUTCOMES)
def test_a_pipeline_replayed_from_its_journal_is_the_same_and_events_count_once(
    whole: dict[str, Any], drawn: Drawn
) -> None:
    world = World(whole)
    world.live()
    world.run(drawn)
    replayed = World(whole)
    replayed.live()
    for how, what in world.journal:
        if how == "rerun":
            replayed.take(consequences.rerun(replayed, *what))
            continue
        report = msgspec.json.decode(msgspec.json.encode(what), type=Reported)
        before = replayed.instances[report.id]
        now, done = lifecycle.step(before, report.event)
        if now is before:
            assert done == ()
        else:
            again, more = lifecycle.step(now, report.event)
            assert more == () or isinstance(report.event, events.Rerun)
            assert again is now or isinstance(report.event, events.Rerun)
        replayed.take(consequences.happened(replayed, [report]))
    assert replayed.instances == world.instances
    assert replayed.turnstiles == world.turnstiles


def test_every_event_has_a_rule_and_a_place_in_the_table() -> None:
    names = {kind.__name__ for kind in events.Event.__args__}
    assert {name for _, name in TRANSITIONS} == names


@given(documents(), OUTCOMES)
def test_whatever_moves_moves_by_the_table(whole: dict[str, Any], drawn: Drawn) -> None:
    world = World(whole)
    statuses: dict[str, Status] = {}

    def watch(found: Consequences) -> None:
        for moved in found.moves:
            assert moved.now in TRANSITIONS[moved.was, type(moved.event).__name__]
            assert statuses.get(moved.id, moved.was) is moved.was
            statuses[moved.id] = moved.now

    world.watchers.append(watch)
    world.live()
    world.run(drawn)
    assert statuses.items() <= {n: i.status for n, i in world.instances.items()}.items()


@given(documents(), OUTCOMES, st.data())
def test_a_report_of_another_attempt_changes_nothing(
    whole: dict[str, Any], drawn: Drawn, data: st.DataObject
) -> None:
    world = World(whole)
    world.live()
    world.go(drawn)
    begun = sorted(i.id for i in world.instances.values() if i.begun)
    name = data.draw(st.sampled_from(begun or sorted(world.instances)))
    for kind in (events.Taken, events.Succeeded, events.Failed, events.NotMet, events.TimedOut):
        before = world.instances[name]
        now, done = lifecycle.step(before, kind(world.now, attempt=f"{name}_Attempt=99"))
        assert now is before
        assert done == ()


def consumers(world: World, name: str) -> set[str]:
    """Everything that needs an instance, directly or not."""
    found: set[str] = set()
    ahead = [name]
    while ahead:
        for other in world.instances[ahead.pop()].consumers:
            if other not in found:
                found.add(other)
                ahead.append(other)
    return found


@given(documents(), OUTCOMES, st.data())
def test_a_cascade_reaches_exactly_the_consumers_that_wait(
    whole: dict[str, Any], drawn: Drawn, data: st.DataObject
) -> None:
    whole["objects"][0]["failureAndRerunMode"] = "cascade"
    for item in whole["objects"][1:]:
        item.pop("failureAndRerunMode", None)
        item.pop("runsOn", None)
    world = World(whole)
    world.live()
    for pick, outcome in drawn:
        waiting = world.waiting()
        if outcome == "Wake" or not waiting:
            world.wake()
        elif outcome == "Succeeded":
            world.carry_on(waiting[pick % len(waiting)], outcome)
    before = dict(world.instances)
    live = sorted(name for name, i in before.items() if not i.ended)
    if not live:
        return
    name = data.draw(st.sampled_from(live))
    world.tell(name, events.Canceled(world.now))
    reached = consumers(world, name)
    for other, was in before.items():
        now = world.instances[other]
        if other == name:
            assert now.status is Status.CANCELED
        elif other in reached and not was.ended:
            assert now.status is Status.CASCADE_FAILED
            assert now.cascade_failed_on in now.needs
        elif was.node is not None and (was.node == name or was.node in reached):
            assert now.status is (was.status if was.ended else Status.CANCELED)
        else:
            assert now.status is was.status or now.status in BEGUN


def shell(name: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of any form
    given = {"id": name, "type": "ShellCommandActivity", "command": "true", "workerGroup": "g"}
    return given | fields


def chain(mode: str = "cascade", **fields: Any) -> World:  # noqa: ANN401 - fields of any form
    """A makes N, which B reads; C depends on B; D on nobody. On demand."""
    default = {"id": "Default", "scheduleType": "ondemand", "failureAndRerunMode": mode}
    world = World(
        document(
            default | {"maximumRetries": "0"} | fields,
            shell("A", output=ref("N")),
            {"id": "N", "type": "S3DataNode", "filePath": "x", "precondition": ref("P")},
            {"id": "P", "type": "Exists"},
            shell("B", input=ref("N"), precondition=ref("P"), onFail=ref("Alarm")),
            shell("C", dependsOn=ref("B"), onSuccess=ref("Alarm")),
            shell("D"),
            {"id": "Alarm", "type": "SnsAlarm"},
        )
    )
    world.live()
    return world


def name(component: str) -> str:
    return f"@{component}_2012-01-01T00:00:00"


def statuses(world: World) -> dict[str, str]:
    return {
        i.component if i.node is None else i.id[1:4]: i.status.value
        for i in world.instances.values()
    }


def through(world: World, component: str, outcome: str = "Succeeded") -> None:
    instance = world.instances[name(component)]
    assert instance.attempt is not None, instance
    world.carry_on(instance.attempt.id, outcome)
    world.carry_on(instance.attempt.id, outcome)


def test_a_failure_goes_down_the_chain_as_the_guide_says_and_a_rerun_brings_it_back() -> None:
    world = chain()
    through(world, "D")
    through(world, "A", "Failed")
    assert statuses(world) == {
        "A": "FAILED",
        "N": "CASCADE_FAILED",
        "B": "CASCADE_FAILED",
        "C": "CASCADE_FAILED",
        "D": "FINISHED",
        "P_N": "CANCELED",
        "P_B": "CANCELED",
    }
    assert [(n, c.action, c.on) for n, c in world.triggers] == [(name("B"), "Alarm", "onFail")]
    assert set(consequences.with_reruns(world, name("B"))) == {
        name("B"),
        "@P_B_2012-01-01T00:00:00",
    }
    world.rerun([name("B")])
    assert world.instances[name("B")].status is Status.CASCADE_FAILED
    assert world.instances[name("C")].status is Status.CASCADE_FAILED
    world.rerun([name("A")])
    held = "WAITING_ON_DEPENDENCIES"
    assert statuses(world) == {
        "A": "WAITING_FOR_RUNNER",
        "N": held,
        "B": held,
        "C": held,
        "D": "FINISHED",
        "P_N": "WAITING_FOR_RUNNER",
        "P_B": "WAITING_FOR_RUNNER",
    }
    assert [a.id for a in world.instances[name("A")].attempts] == [
        f"{name('A')}_Attempt=1",
        f"{name('A')}_Attempt=2",
    ]
    world.finish()
    assert set(statuses(world).values()) == {"FINISHED"}
    assert world.triggers[-1][0] == name("C")


def test_without_cascade_consumers_wait_and_a_rerun_is_of_the_target_alone() -> None:
    world = chain("none")
    through(world, "A", "Failed")
    world.finish()
    assert {c: s for c, s in statuses(world).items() if s != "FINISHED"} == {
        "A": "FAILED",
        "N": "WAITING_ON_DEPENDENCIES",
        "B": "WAITING_ON_DEPENDENCIES",
        "C": "WAITING_ON_DEPENDENCIES",
    }
    assert consequences.with_reruns(world, name("A")) == [name("A")]
    world.rerun([name("A")])
    world.finish()
    assert set(statuses(world).values()) == {"FINISHED"}


def test_a_precondition_that_stays_unmet_fails_its_node_whatever_the_mode() -> None:
    world = chain("none", preconditionTimeout="5 minutes")
    pre = "@P_N_2012-01-01T00:00:00"
    for _ in range(2):
        attempt = world.instances[pre].attempt
        assert attempt is not None
        world.carry_on(attempt.id, "NotMet")
        world.carry_on(attempt.id, "NotMet")
        if world.instances[pre].attempt is None:
            world.tell(pre, events.RetryDue(world.now + 120_000))
    world.tell(pre, events.Expired(world.now + 300_000))
    assert world.instances[pre].status is Status.FAILED
    assert world.instances[name("N")].status is Status.CASCADE_FAILED
    assert world.instances[name("B")].status is Status.WAITING_ON_DEPENDENCIES


def test_a_need_that_is_rerun_and_fails_keeps_what_runs_from_being_tried_again() -> None:
    world = chain(maximumRetries="1")
    through(world, "A")
    for pre in ("@P_N_2012-01-01T00:00:00", "@P_B_2012-01-01T00:00:00"):
        for _ in range(2):
            world.carry_on(f"{pre}_Attempt=1", "Succeeded")
    assert world.instances[name("B")].begun
    world.rerun([name("N")])
    world.rerun([name("A")])
    world.tell(name("A"), events.Canceled(world.now))
    assert world.instances[name("N")].status is Status.FINISHED
    world.rerun(["@P_B_2012-01-01T00:00:00"])
    world.tell("@P_B_2012-01-01T00:00:00", events.Canceled(world.now))
    assert world.instances[name("B")].begun
    through(world, "B", "Failed")
    assert world.instances[name("B")].status is Status.CASCADE_FAILED


def test_marking_finished_lets_consumers_go_on() -> None:
    world = chain()
    world.tell(name("A"), events.MarkedFinished(world.now))
    assert not [a for a, (n, _) in world.work.items() if n == name("A")]
    world.finish()
    assert set(statuses(world).values()) == {"FINISHED"}


def test_nothing_arrives_before_its_time() -> None:
    world = one()
    waiting = world.instances[name("A")]
    assert lifecycle.step(waiting, events.Arrived(waiting.due - 1)) == (waiting, ())
    assert lifecycle.step(waiting, events.Arrived(waiting.due))[0].arrived


def test_retries_are_counted_and_delayed_and_start_anew_with_a_rerun() -> None:
    world = chain(maximumRetries="1", retryDelay="10 minutes")
    through(world, "A", "Failed")
    waiting = world.instances[name("A")]
    assert waiting.retry_at == BEGIN + 600_000
    assert lifecycle.step(waiting, events.RetryDue(BEGIN + 599_999))[0] is waiting
    world.tell(name("A"), events.RetryDue(BEGIN + 600_000))
    through(world, "A", "Failed")
    assert world.instances[name("A")].status is Status.FAILED
    assert len(world.instances[name("A")].attempts) == 2
    world.rerun([name("A")])
    through(world, "A", "Failed")
    assert world.instances[name("A")].retry_at is not None


def one(**fields: Any) -> World:  # noqa: ANN401 - fields of any form
    """One activity, hourly, twice, on a machine."""
    world = World(
        document(
            {"id": "Default", "schedule": ref("S"), "scheduleType": "timeseries"},
            {
                "id": "S",
                "type": "Schedule",
                "period": "1 hour",
                "startDateTime": "2012-01-01T00:00:00",
                "occurrences": "2",
            },
            {"id": "M", "type": "Ec2Resource", "terminateAfter": "2 hours", "maximumRetries": "1"},
            shell("A", runsOn=ref("M"), **fields),
            {"id": "T", "type": "Terminate"},
        )
    )
    world.live()
    return world


MACHINE = name("M")


def test_a_resource_waits_until_it_is_wanted_and_goes_when_nobody_uses_it() -> None:
    world = one()
    assert world.instances[MACHINE].status is Status.WAITING_ON_DEPENDENCIES
    world.wake()
    assert world.instances[MACHINE].status is Status.ACTIVATING
    assert world.instances[name("A")].status is Status.WAITING_ON_DEPENDENCIES
    world.carry_on(f"{MACHINE}_Attempt=1", "Succeeded")
    assert world.instances[name("A")].status is Status.WAITING_FOR_RUNNER
    limit = events.TimedOut(world.now + 2 * HOUR, attempt=f"{MACHINE}_Attempt=1")
    assert (MACHINE, limit) in world.wakes
    through(world, "A")
    assert world.instances[MACHINE].status is Status.FINISHED
    assert f"{MACHINE}_Attempt=1" not in world.work
    world.rerun([name("A")])
    assert world.instances[MACHINE].status is Status.ACTIVATING
    world.finish()
    assert {i.status for i in world.instances.values()} == {Status.FINISHED}


def test_a_resource_that_ends_badly_cancels_who_runs_on_it() -> None:
    for event in (events.Failed, events.TimedOut):
        world = one()
        world.wake()
        world.carry_on(f"{MACHINE}_Attempt=1", "Succeeded")
        world.tell(MACHINE, event(world.now, attempt=f"{MACHINE}_Attempt=1"))
        assert world.instances[MACHINE].status in {Status.FAILED, Status.TIMEDOUT}
        assert world.instances[name("A")].status is Status.CANCELED
        assert consequences.with_reruns(world, MACHINE) == [MACHINE, name("A")]


def test_what_is_late_is_told_once_and_terminated_if_it_has_not_begun() -> None:
    world = one(lateAfterTimeout="30 minutes", onLateAction=ref("T"))
    world.wake()
    late = events.GrewLate(BEGIN + HOUR + 1_800_000)
    assert lifecycle.step(world.instances[name("A")], replace(late, at=late.at - 1))[1] == ()
    world.tell(name("A"), late)
    assert world.instances[name("A")].status is Status.CANCELED
    assert [c.action for _, c in world.triggers] == ["T"]
    world = one(lateAfterTimeout="30 minutes", onLateAction=ref("T"))
    world.wake()
    world.carry_on(f"{MACHINE}_Attempt=1", "Succeeded")
    for _ in range(2):
        world.tell(name("A"), late)
    assert world.instances[name("A")].status is Status.WAITING_FOR_RUNNER
    assert len(world.triggers) == 1


def test_an_attempt_that_lasts_too_long_is_stopped_and_tried_again() -> None:
    world = one(attemptTimeout="5 minutes")
    world.wake()
    world.carry_on(f"{MACHINE}_Attempt=1", "Succeeded")
    attempt = f"{name('A')}_Attempt=1"
    world.carry_on(attempt, "Succeeded")
    assert (name("A"), events.TimedOut(world.now + 300_000, attempt=attempt)) in world.wakes
    world.tell(name("A"), events.TimedOut(world.now + 300_000, attempt=attempt))
    assert attempt not in world.work
    assert world.instances[name("A")].retry_at is not None
    failure = world.instances[name("A")].attempts[0].failure
    assert failure is not None
    assert failure.error_id == "attemptTimeout"


def hourly(hours: int) -> World:
    """A alone, every hour, one at a time; so many hours have passed."""
    world = World(
        document(
            {"id": "Default", "schedule": ref("S"), "maxActiveInstances": "1"},
            {
                "id": "S",
                "type": "Schedule",
                "period": "1 hour",
                "startDateTime": "2012-01-01T00:00:00",
            },
            shell("A"),
        )
    )
    world.now = BEGIN + hours * HOUR
    world.live()
    return world


def test_a_rerun_does_not_count_among_the_active() -> None:
    world = hourly(10)
    through(world, "A")
    assert [n for n, _ in world.work.values()] == ["@A_2012-01-01T01:00:00"]
    world.rerun([name("A")])
    assert sorted(n for n, _ in world.work.values()) == [name("A"), "@A_2012-01-01T01:00:00"]


def test_whoever_asks_while_the_component_is_paused_waits() -> None:
    closed, _ = turnstiles.paused(Turnstile(2))
    asked, passed = turnstiles.asked(closed, 1, "b")
    assert passed == ()
    asked, passed = turnstiles.asked(asked, 0, "a")
    assert passed == ()
    assert turnstiles.resumed(asked)[1] == ("a", "b")


def test_what_is_rerun_together_keeps_its_order() -> None:
    world = chain("none")
    world.finish()
    world.rerun([name("C"), name("B")])
    assert world.instances[name("B")].status is Status.WAITING_FOR_RUNNER
    assert world.instances[name("C")].status is Status.WAITING_ON_DEPENDENCIES
    assert world.instances[name("C")].waits_for == {name("B")}
    world.finish()
    world.rerun([name("N"), name("B")])
    assert world.instances[name("N")].status is Status.FINISHED
    assert world.instances[name("B")].status is Status.WAITING_FOR_RUNNER


def test_a_rerun_is_handed_on_only_if_the_target_says_cascade() -> None:
    world = World(
        document(
            {"id": "Default", "scheduleType": "ondemand", "maximumRetries": "0"},
            shell("A"),
            shell("X", dependsOn=ref("A"), failureAndRerunMode="cascade"),
        )
    )
    world.live()
    through(world, "A", "Failed")
    assert world.instances[name("X")].status is Status.CASCADE_FAILED
    assert consequences.with_reruns(world, name("A")) == [name("A")]


def test_a_node_that_is_rerun_has_its_precondition_checked_on_a_resource_anew() -> None:
    world = World(
        document(
            {"id": "Default", "scheduleType": "ondemand"},
            {"id": "M", "type": "Ec2Resource"},
            {"id": "N", "type": "S3DataNode", "filePath": "x", "precondition": ref("P")},
            {"id": "P", "type": "Exists"},
            shell("A", input=ref("N"), runsOn=ref("M")),
        )
    )
    world.live()
    for _ in range(2):
        world.tell(MACHINE, events.MarkedFinished(world.now))
        assert world.instances["@P_N_2012-01-01T00:00:00"].status is Status.CANCELED
        assert world.instances[name("N")].status is Status.CASCADE_FAILED
        world.rerun([name("N")])
        assert world.instances[MACHINE].status is Status.ACTIVATING
    world.finish()
    assert world.instances[name("N")].status is Status.FINISHED


def test_a_resource_stays_for_what_is_rerun_on_it_even_while_that_still_waits() -> None:
    world = World(
        document(
            {"id": "Default", "scheduleType": "ondemand"},
            {"id": "M", "type": "Ec2Resource"},
            shell("Z"),
            shell("A", runsOn=ref("M"), dependsOn=ref("Z")),
            shell("B", runsOn=ref("M")),
        )
    )
    world.live()
    through(world, "Z")
    world.carry_on(f"{MACHINE}_Attempt=1", "Succeeded")
    through(world, "A")
    world.rerun([name("A"), name("Z")])
    through(world, "B")
    assert world.instances[MACHINE].status is Status.RUNNING
    through(world, "Z")
    through(world, "A")
    assert world.instances[MACHINE].status is Status.FINISHED


def test_a_paused_component_lets_those_that_run_go_on_and_the_others_wait() -> None:
    world = hourly(10)
    names = [i.id for i in world.planned]
    assert [i.status for i in world.instances.values() if i.begun] == [Status.WAITING_FOR_RUNNER]
    world.take(consequences.paused(world, "A", names, world.now))
    found = [world.instances[n].status for n in names]
    assert found == [Status.WAITING_FOR_RUNNER, Status.PAUSED, Status.PAUSED]
    through(world, "A")
    assert not world.work
    world.take(consequences.resumed(world, "A", names, world.now))
    assert [n for n, _ in world.work.values()] == [names[1]]
    world.finish()
    assert {i.status for i in world.instances.values()} == {Status.FINISHED}


@given(documents(), OUTCOMES, st.data())
def test_a_rerun_is_of_the_target_and_of_what_failed_for_it(
    whole: dict[str, Any], drawn: Drawn, data: st.DataObject
) -> None:
    world = World(whole)
    world.live()
    world.run(drawn)
    target = data.draw(st.sampled_from(sorted(world.instances)))
    found = set(consequences.with_reruns(world, target))
    instance = world.instances[target]
    assert bool(found) == instance.ended
    before = dict(world.instances)
    world.rerun([target])
    for other, was in before.items():
        if other not in found and was.ended:
            assert world.instances[other].status is was.status
    for other in found - {target}:
        was = before[other]
        served = [before[n] for n in found]
        assert (
            was.status is Status.CASCADE_FAILED
            or any(other in i.preconditions or other == i.resource for i in served)
            or other in instance.users
        )
    world.finish()
    for kept, _ in world.work.values():
        assert any(not world.instances[n].ended for n in world.instances[kept].waits_for)
