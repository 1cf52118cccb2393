"""Who gets which task, and what becomes of tasks whose holders fall silent.

The oracles: https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_PollForTask.html,
API_ReportTaskProgress.html and API_SetTaskStatus.html beside it, and
https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-how-remote-taskrunner-client.html
"""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from batchyard.pipelines.tasks import Answer, Handed, Lapsed, Leases, Task, TaskQueue

GROUPS = st.sampled_from(["g", "G", "g ", "other"])
LEASES = Leases(acknowledge=120, progress=900)


class Queues(RuleBasedStateMachine):
    """The queue beside a slow and obvious model of it."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = TaskQueue(LEASES)
        self.now = 0.0
        self.count = 0
        self.ready: defaultdict[str, list[Task]] = defaultdict(list)
        self.line: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        self.held: dict[str, tuple[Task, float, bool]] = {}
        self.canceled: set[str] = set()
        self.old: dict[str, str] = {}

    def number(self) -> int:
        self.count += 1
        return self.count

    def matched(self, group: str) -> Handed | None:
        """What the model hands out now."""
        if not self.ready[group] or not self.line[group]:
            return None
        task, (poller, task_id) = self.ready[group].pop(0), self.line[group].pop(0)
        self.held[task_id] = (task, self.now + 120, False)
        return Handed(poller, task, task_id)

    @rule(group=GROUPS, progress=st.sampled_from([None, 30.0]), again=st.booleans())
    def offer(self, group: str, progress: float | None, *, again: bool) -> None:
        task = Task(f"a{self.number()}", group, progress, again)
        self.ready[group].append(task)
        assert self.queue.offer(task, self.now) == self.matched(group)

    @rule(group=GROUPS)
    def poll(self, group: str) -> None:
        poller = self.number()
        self.line[group].append((poller, f"t{poller}"))
        assert self.queue.poll(poller, group, f"t{poller}", self.now) == self.matched(group)

    @precondition(lambda self: any(self.line.values()))
    @rule(data=st.data())
    def hang_up(self, data: st.DataObject) -> None:
        group = data.draw(st.sampled_from([g for g, line in self.line.items() if line]))
        entry = data.draw(st.sampled_from(self.line[group]))
        self.line[group].remove(entry)
        assert self.queue.gone(entry[0])
        assert not self.queue.gone(entry[0])

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def report(self, data: st.DataObject) -> None:
        task_id = data.draw(st.sampled_from(sorted(self.held)))
        task, _, acknowledged = self.held[task_id]
        silence = 900 if task.progress is None else task.progress
        self.held[task_id] = (task, self.now + silence, True)
        canceled = task_id in self.canceled
        expected = Answer(task.attempt, held=True, canceled=canceled, first=not acknowledged)
        assert self.queue.report(task_id, self.now) == expected

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        task_id = data.draw(st.sampled_from(sorted(self.held)))
        task, _, acknowledged = self.held.pop(task_id)
        canceled = task_id in self.canceled
        self.old[task_id] = task.attempt
        answer = self.queue.settle(task_id)
        held = not canceled or not task.again
        assert answer == Answer(task.attempt, held, canceled, not acknowledged)

    @precondition(lambda self: self.old)
    @rule(data=st.data())
    def report_late(self, data: st.DataObject) -> None:
        task_id = data.draw(st.sampled_from(sorted(self.old)))
        told = Answer(self.old[task_id], held=False, canceled=True)
        assert self.queue.report(task_id, self.now) == told
        assert self.queue.settle(task_id) == told
        assert self.queue.report("nobody", self.now) == Answer(None)

    @precondition(lambda self: self.held or any(self.ready.values()))
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        holders = {task.attempt: task_id for task_id, (task, _, _) in self.held.items()}
        waiting = {task.attempt: task for tasks in self.ready.values() for task in tasks}
        attempt = data.draw(st.sampled_from(sorted({*holders, *waiting})))
        if attempt in waiting:
            self.ready[waiting[attempt].group].remove(waiting[attempt])
        else:
            self.canceled.add(holders[attempt])
        assert self.queue.withdraw(attempt) == (attempt in holders)

    @rule(seconds=st.sampled_from([1.0, 29.0, 30.0, 119.0, 120.0, 900.0]))
    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        silent = sorted((due, t) for t, (_, due, _) in self.held.items() if due <= self.now)
        expected, lapsed = [], []
        for _, task_id in silent:
            task, _, acknowledged = self.held.pop(task_id)
            self.old[task_id] = task.attempt
            lost = not task.again and (acknowledged or task_id in self.canceled)
            lapsed.append(Lapsed(task_id, task, lost))
            if task_id not in self.canceled and not lost:
                self.ready[task.group].append(task)
                expected.append(self.matched(task.group))
        given = tuple(handed for handed in expected if handed is not None)
        assert self.queue.expire(self.now) == (tuple(lapsed), given)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def hang_up_while_being_handed(self, data: st.DataObject) -> None:
        task_id = data.draw(st.sampled_from(sorted(self.held)))
        task, _, _ = self.held.pop(task_id)
        self.old[task_id] = task.attempt
        expected = None
        if task_id not in self.canceled:
            self.ready[task.group].append(task)
            expected = self.matched(task.group)
        assert self.queue.returned(task_id, self.now) == expected
        assert self.queue.returned(task_id, self.now) is None

    @rule(data=st.data())
    def offer_again(self, data: st.DataObject) -> None:
        known = [task for tasks in self.ready.values() for task in tasks]
        known += [task for task, _, _ in self.held.values()]
        if known:
            assert self.queue.offer(data.draw(st.sampled_from(known)), self.now) is None

    @invariant()
    def agree(self) -> None:
        counted = {
            group: (len(self.ready[group]), len(self.line[group]))
            for group in {*self.ready, *self.line}
            if self.ready[group] or self.line[group]
        }
        assert self.queue.depths() == counted
        assert all(0 in depth for depth in counted.values())
        dues = [due for _, due, _ in self.held.values()]
        assert self.queue.next_expiry() == (min(dues) if dues else None)


TestQueues = Queues.TestCase


@given(st.lists(st.integers(0, 3), min_size=1, max_size=4, unique=True))
def test_what_was_held_before_a_restart_is_held_after_it(numbers: list[int]) -> None:
    queue = TaskQueue(LEASES)
    tasks = [Task(f"a{n}", "g") for n in numbers]
    queue.restore([(task, f"t{task.attempt}") for task in tasks], 1000)
    assert queue.poll("p", "g", "new", 1000) is None
    assert queue.expire(1899).handed == ()
    assert queue.settle(f"t{tasks[0].attempt}").held
    left = len(tasks) - 1
    assert len(queue.expire(1900).handed) == min(1, left)
    assert queue.depths().get("g", (0, 0)) == (max(0, left - 1), 0 if left else 1)


def test_the_first_report_after_a_restart_is_a_first_one() -> None:
    queue = TaskQueue(LEASES)
    queue.restore([(Task("a", "g"), "t")], 1000)
    assert queue.report("t", 1001).first
    assert not queue.report("t", 1002).first


def test_who_is_forgotten_is_unknown() -> None:
    queue = TaskQueue()
    queue.offer(Task("a", "g"), 0)
    queue.poll("p", "g", "t", 0)
    queue.settle("t")
    queue.forget("a")
    assert queue.report("t", 0) == Answer(None)


def test_a_task_is_acknowledged_in_two_minutes_and_reported_on_every_fifteen() -> None:
    queue = TaskQueue()
    queue.offer(Task("a", "g"), 0)
    queue.poll("p", "g", "t", 0)
    assert queue.next_expiry() == 120
    queue.report("t", 60)
    assert queue.next_expiry() == 60 + 900
