"""The age of the oldest answer is what a look at every job would find."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from batchyard.polling import seen
from batchyard.polling.ages import Answer
from batchyard.polling.budget import Budget
from batchyard.polling.cadence import Fixed
from batchyard.polling.news import Describe, Kind, Limits, Trouble, Wish
from batchyard.polling.seen import Seen
from batchyard.polling.watch import Watch

NAMES = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4, unique=True)
WISH = Wish(seen.test_of("complete"), Fixed(5), Limits())


class Waits(RuleBasedStateMachine):
    """Jobs come, are answered for or not, end, and are given up."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.watch = Watch(Budget(), lambda: 0.5)
        self.heard: dict[str, float] = {}
        self.flying: list[Describe] = []
        self.waiters: list[int] = []
        self.number = 0

    @rule(names=NAMES)
    def add(self, names: list[str]) -> None:
        self.number += 1
        self.waiters.append(self.number)
        self.watch.add(self.number, names, WISH, self.now)
        for name in names:
            self.heard.setdefault(name, self.now)

    @rule(seconds=st.floats(0.1, 10))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def ask(self) -> None:
        todo = self.watch.next(self.now)
        if isinstance(todo, Describe):
            self.flying.append(todo)

    @precondition(lambda self: self.flying)
    @rule(data=st.data(), ended=st.sets(st.sampled_from("abcdef"), max_size=2))
    def answer(self, data: st.DataObject, ended: set[str]) -> None:
        asked = self.flying.pop(data.draw(st.integers(0, len(self.flying) - 1)))
        jobs = [Seen(one, "SUCCEEDED" if one in ended else "RUNNING") for one in asked.ids]
        self.watch.receive(asked, jobs, self.now)
        self.heard.update((one, self.now) for one in asked.ids if one in self.heard)
        self._forget()

    @precondition(lambda self: self.flying)
    @rule()
    def fail(self) -> None:
        self.watch.fail(self.flying.pop(), Trouble(Kind.THROTTLED, Exception()), self.now)

    @precondition(lambda self: self.waiters)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        self.watch.cancel(self.waiters.pop(data.draw(st.integers(0, len(self.waiters) - 1))))
        self._forget()

    def _forget(self) -> None:
        self.heard = {one: at for one, at in self.heard.items() if one in self.watch}

    @invariant()
    def the_oldest_is_found(self) -> None:
        assert self.watch.oldest_answer == min(self.heard.values(), default=None)

    @invariant()
    def every_job_is_counted_once(self) -> None:
        kept: list[Answer] = list(self.watch._ages._answers)  # noqa: SLF001 - what is kept
        assert sum(answer.left for answer in kept) == len(self.heard) == len(self.watch)


TestAges = Waits.TestCase
