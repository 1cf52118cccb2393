"""A pipeline that lives in a test: random definitions, and a driver that obeys commands.

The driver keeps time by itself: whatever is due happens in the order that the test draws, and the
clock is moved on only when nothing else can happen.
"""

import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from batchyard.pipelines import commands, consequences, events, files, periods
from batchyard.pipelines.blueprint import blueprint
from batchyard.pipelines.commands import Command
from batchyard.pipelines.consequences import Consequences
from batchyard.pipelines.events import Reported
from batchyard.pipelines.instances import Instance
from batchyard.pipelines.planning import plan
from batchyard.pipelines.states import Status
from batchyard.pipelines.turnstiles import Turnstile
from tests.pipelines.samples import document, ref

START = datetime(2012, 1, 1)  # noqa: DTZ001 - naive and UTC, as AWS writes moments
BEGIN = periods.millis(START)
Outside = tuple[str, Command]
Drawn = list[tuple[int, str]]


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Pipelines of a few activities and data nodes, in any acyclic shape."""
    modes = st.sampled_from(["cascade", "cascade", "none"])
    objects: list[dict[str, Any]] = [
        {
            "id": "Default",
            "workerGroup": "g",
            "scheduleType": draw(st.sampled_from(["cron", "timeseries"])),
            "schedule": ref("S"),
            "failureAndRerunMode": draw(modes),
            "maximumRetries": draw(st.sampled_from("0012")),
        },
        {
            "id": "S",
            "type": "Schedule",
            "period": "1 hour",
            "startDateTime": "2012-01-01T00:00:00",
            "occurrences": draw(st.sampled_from("112")),
        },
        {"id": "M", "type": "Ec2Resource"},
    ]
    count = draw(st.integers(1, 4))
    for n in range(count):
        before = st.lists(st.integers(0, n - 1), max_size=2, unique=True) if n else st.just([])
        activity: dict[str, Any] = {
            "id": f"A{n}",
            "type": "ShellCommandActivity",
            "command": "true",
            "dependsOn": [ref(f"A{i}") for i in draw(before)],
            "input": [ref(f"N{i}") for i in draw(before)],
            "output": ref(f"N{n}"),
        }
        optional: dict[str, Any] = {
            "runsOn": ref("M"),
            "precondition": ref("P"),
            "maxActiveInstances": "1",
            "attemptTimeout": "10 minutes",
            "failureAndRerunMode": draw(modes),
            "lateAfterTimeout": "30 minutes",
            "onLateAction": ref("T"),
        }
        activity |= {key: optional[key] for key in draw(st.sets(st.sampled_from(list(optional))))}
        node = {"id": f"N{n}", "type": "S3DataNode", "filePath": "s3://x"}
        objects += [activity, node | ({"precondition": ref("P")} if draw(st.booleans()) else {})]
    kind = draw(st.sampled_from(["Exists", "S3KeyExists"]))
    objects.append(
        {"id": "P", "type": kind, "s3Key": "k", "role": "r", "preconditionTimeout": "9 minutes"}
    )
    objects.append({"id": "T", "type": "Terminate"})
    return document(*objects)


class World:
    """A pipeline, the work that its commands ask for, and a clock."""

    def __init__(self, whole: dict[str, Any], hours: int = 3) -> None:
        plans = blueprint(files.read(json.dumps(whole)), START)
        self.blueprint = plans
        self.instances: dict[str, Instance] = {}
        self.turnstiles = {n: Turnstile(c.rules.max_active) for n, c in plans.components.items()}
        self.now = BEGIN
        self.work: dict[str, Outside] = {}
        self.wakes: list[tuple[str, events.Event]] = []
        self.triggers: list[tuple[str, commands.Trigger]] = []
        self.journal: list[tuple[str, Any]] = []
        self.watchers: list[Callable[[Consequences], None]] = []
        self.planned = plan(plans, START, START + timedelta(hours=hours))

    def instance(self, name: str) -> Instance | None:
        return self.instances.get(name)

    def turnstile(self, component: str) -> Turnstile:
        return self.turnstiles[component]

    def live(self) -> None:
        self.take(consequences.planned(self, self.planned, self.now))

    def tell(self, name: str, event: events.Event) -> None:
        self.journal.append(("tell", Reported(name, event)))
        self.take(consequences.happened(self, [Reported(name, event)]))

    def rerun(self, names: list[str]) -> None:
        self.journal.append(("rerun", (names, self.now)))
        self.take(consequences.rerun(self, names, self.now))

    def take(self, found: Consequences) -> None:
        for watcher in self.watchers:
            watcher(found)
        self.instances |= found.instances
        self.turnstiles |= found.turnstiles
        for name, command in found.commands:
            if isinstance(command, commands.Wake):
                self.wakes.append((name, command.event))
            elif isinstance(command, commands.Stop):
                self.work.pop(command.attempt, None)
            elif isinstance(command, commands.Trigger):
                self.triggers.append((name, command))
            elif isinstance(command, commands.Offer | commands.Check | commands.Provide):
                assert command.attempt not in self.work
                self.work[command.attempt] = (name, command)

    def open(self) -> list[str]:
        """The attempts that somebody could do something about."""
        return list(self.work)

    def carry_on(self, attempt: str, outcome: str) -> None:
        """Let a runner, or the service, take the next step with an attempt."""
        name, command = self.work[attempt]
        instance = self.instances[name]
        latest = instance.attempt
        assert latest is not None
        assert latest.id == attempt
        if latest.started_at is None and not isinstance(command, commands.Check):
            self.tell(name, events.Taken(self.now, attempt=attempt))
            return
        if isinstance(command, commands.Provide) and outcome != "Failed":
            return
        if outcome == "NotMet" and instance.kind != "precondition":
            outcome = "Succeeded"
        del self.work[attempt]
        self.tell(name, getattr(events, outcome)(self.now, attempt=attempt))

    def wake(self) -> bool:
        """Move the clock on to what is due next, and let it happen."""
        if not self.wakes:
            return False
        due = min(self.wakes, key=lambda wake: (wake[1].at, wake[0]))
        self.wakes.remove(due)
        self.now = max(self.now, due[1].at)
        self.tell(*due)
        return True

    def run(self, outcomes: Iterable[tuple[int, str]]) -> None:
        """Go on by what is drawn, then to the end with everything succeeding."""
        self.go(outcomes)
        self.finish()

    def go(self, outcomes: Iterable[tuple[int, str]]) -> None:
        """Go on by what is drawn."""
        for pick, outcome in outcomes:
            waiting = self.waiting()
            if outcome == "Wake" or not waiting:
                self.wake()
            elif outcome in {"Canceled", "MarkedFinished", "Paused", "Resumed"}:
                names = sorted(self.instances)
                self.tell(names[pick % len(names)], getattr(events, outcome)(self.now))
            elif outcome == "Rerun":
                names = sorted(self.instances)
                self.rerun([names[pick % len(names)]])
            else:
                self.carry_on(waiting[pick % len(waiting)], outcome)

    def waiting(self) -> list[str]:
        """The attempts that wait for somebody; a resource that runs does not."""
        return [
            attempt
            for attempt, (name, command) in self.work.items()
            if not isinstance(command, commands.Provide)
            or self.instances[name].status is Status.ACTIVATING
        ]

    def finish(self) -> None:
        """Resume what is paused, and do all there is to do."""
        for name in sorted(self.instances):
            self.tell(name, events.Resumed(self.now))
        for _ in range(10_000):
            waiting = self.waiting()
            if waiting:
                self.carry_on(waiting[0], "Succeeded")
            elif not self.wake():
                return
        raise AssertionError("the pipeline goes on for ever")


OUTCOMES = st.lists(
    st.tuples(
        st.integers(0, 50),
        st.sampled_from(
            [
                *["Succeeded"] * 5,
                *["Failed"] * 4,
                *["Wake"] * 2,
                "NotMet",
                "Canceled",
                "MarkedFinished",
                "Rerun",
                "Paused",
                "Resumed",
            ]
        ),
    ),
    max_size=30,
)
