"""What a restart loses is done again: a pipeline ends as it would have ended without one."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from batchyard.pipelines import commands, events, lifecycle
from batchyard.pipelines.resuming import resume
from batchyard.pipelines.turnstiles import Turnstile, rebuilt
from tests.pipelines.samples import document, ref
from tests.pipelines.worlds import BEGIN, OUTCOMES, Drawn, World, documents

MINUTE, HOUR = 60_000, 3_600_000


class Awake(World):
    """A world whose clock stops only where something happens, and whose work is done in order."""

    def wake(self) -> bool:
        while self.wakes:
            due = min(self.wakes, key=lambda wake: (wake[1].at, wake[0], repr(wake[1])))
            self.wakes.remove(due)
            if self.matters(*due):
                self.now = max(self.now, due[1].at)
                self.tell(*due)
                return True
        return False

    def matters(self, name: str, event: events.Event) -> bool:
        now, done = lifecycle.step(self.instances[name], event)
        return now is not self.instances[name] or bool(done)

    def waiting(self) -> list[str]:
        return sorted(super().waiting())

    def carry_on(self, attempt: str, outcome: str) -> None:
        """Let a minute pass with it, unless something is due before that."""
        soon = [self.now + MINUTE, *(event.at for _, event in self.to_come())]
        self.now = max(self.now, min(soon))
        super().carry_on(attempt, outcome)

    def restart(self) -> None:
        """Lose all that is not an instance, and take it up again."""
        self.work.clear()
        self.wakes.clear()
        for name, known in self.turnstiles.items():
            mine = [i for i in self.instances.values() if i.component == name]
            self.turnstiles[name] = rebuilt(known.limit, mine, paused=known.paused)
        for name, instance in self.instances.items():
            assert not instance.ended or resume(instance, self.now) == ()
            for command in resume(instance, self.now):
                if isinstance(command, commands.Wake):
                    self.wakes.append((name, command.event))
                else:
                    assert isinstance(command, commands.Offer | commands.Check | commands.Provide)
                    self.work[command.attempt] = (name, command)

    def to_come(self) -> set[tuple[str, events.Event]]:
        return {wake for wake in self.wakes if self.matters(*wake)}


@given(documents(), OUTCOMES, OUTCOMES)
def test_whatever_is_lost_in_a_restart_is_done_again(
    whole: dict[str, Any], before: Drawn, after: Drawn
) -> None:
    through, restarted = Awake(whole), Awake(whole)
    for world in (through, restarted):
        world.live()
        world.go(before)
    restarted.restart()
    assert restarted.work == through.work
    assert orders(restarted) == orders(through)
    for world in (through, restarted):
        world.run(after)
    assert restarted.instances == through.instances


@given(documents(), OUTCOMES, st.sets(st.integers(0, 30)))
def test_a_pipeline_survives_any_number_of_restarts(
    whole: dict[str, Any], drawn: Drawn, restarts: set[int]
) -> None:
    through, restarted = Awake(whole), Awake(whole)
    for world in (through, restarted):
        world.live()
    for number, outcome in enumerate(drawn):
        through.go([outcome])
        restarted.go([outcome])
        if number in restarts:
            restarted.restart()
    through.finish()
    restarted.finish()
    assert restarted.instances == through.instances


@given(documents(), OUTCOMES)
def test_a_restart_twice_over_is_a_restart(whole: dict[str, Any], drawn: Drawn) -> None:
    world = Awake(whole)
    world.live()
    world.go(drawn)
    world.restart()
    work, orders_before, wakes = dict(world.work), orders(world), list(world.wakes)
    world.restart()
    assert (world.work, orders(world), world.wakes) == (work, orders_before, wakes)


def orders(world: World) -> dict[str, tuple[frozenset[str], tuple[tuple[int, str], ...]]]:
    return {n: (t.active, tuple(t.waiting)) for n, t in world.turnstiles.items()}


def test_what_was_due_while_nobody_was_there_happens_now() -> None:
    world = shell(lateAfterTimeout="10 minutes", onLateAction=ref("T"), attemptTimeout="1 hour")
    name, instance = next(iter(world.instances.items()))
    later = BEGIN + 5 * HOUR
    assert commands.Wake(events.GrewLate(later)) in resume(instance, later)
    attempt = f"{name}_Attempt=1"
    world.tell(name, events.Taken(BEGIN, attempt=attempt))
    again = resume(world.instances[name], later)
    assert commands.Wake(events.TimedOut(later, attempt=attempt)) in again
    assert commands.Wake(events.TimedOut(BEGIN + HOUR, attempt=attempt)) in resume(
        world.instances[name], BEGIN
    )


def test_a_rerun_is_not_late() -> None:
    world = shell(lateAfterTimeout="10 minutes", onLateAction=ref("T"))
    name = next(iter(world.instances))
    world.tell(name, events.Canceled(world.now))
    world.rerun([name])
    assert not any(
        isinstance(command, commands.Wake) for command in resume(world.instances[name], BEGIN)
    )
    world.tell(name, events.GrewLate(BEGIN + HOUR))
    assert not world.instances[name].late


def shell(**more: object) -> World:
    world = World(
        document(
            {"id": "Default", "scheduleType": "cron", "schedule": ref("S"), "workerGroup": "g"},
            {
                "id": "S",
                "type": "Schedule",
                "period": "1 hour",
                "startDateTime": "2012-01-01T00:00:00",
                "occurrences": "1",
            },
            {"id": "A", "type": "ShellCommandActivity", "command": "true"} | more,
            {"id": "T", "type": "Terminate"},
        )
    )
    world.live()
    return world


def test_one_that_is_rerun_takes_nobodys_place_after_a_restart() -> None:
    world = shell()
    name = next(iter(world.instances))
    world.carry_on(f"{name}_Attempt=1", "Succeeded")
    world.carry_on(f"{name}_Attempt=1", "Succeeded")
    world.rerun([name])
    assert rebuilt(1, world.instances.values(), paused=False) == Turnstile(1)
