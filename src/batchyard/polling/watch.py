"""The watch: whom we wait for, what to ask next, who has been answered.

Everybody who waits on one service shares one watch. A job is asked about once, however many wait
for it; questions hold up to a hundred jobs and are kept full; and they never outrun the budget.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import count
from typing import TYPE_CHECKING

from batchyard.polling import endings
from batchyard.polling.ages import Ages
from batchyard.polling.cohorts import Cohort, Cohorts
from batchyard.polling.deadlines import Deadlines
from batchyard.polling.news import Describe, Idle, Kind, SleepUntil, Told, Trouble
from batchyard.polling.silence import Silence
from batchyard.polling.waited import Job, Waiter, delay_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

    from batchyard.polling.budget import Budget
    from batchyard.polling.news import News, Next, Wish
    from batchyard.polling.seen import Seen

COMPANY = 0.01, 0.2
"""Seconds that a question with room waits for company: at least, and when a thousand jobs or more
are waited for. A job alone is asked about at once; thousands that are added one by one are not."""

CROWD = 1000

DOUBTS = 3
"""Answers that show nothing new after an event did: the service may lag behind its own events."""

MISSING = 5.0
"""Seconds; a job that is not shown is asked about again after this at the latest."""

EARLY = 0.5
"""A job may fill a question once this part of its delay is over."""


class Watch:
    """Everybody who waits on one service.

    Times are in seconds, of a clock that only goes forward.

    Args:
        budget: how often the service may be asked.
        chance: gives numbers from 0 up to 1.
    """

    def __init__(self, budget: Budget, chance: Callable[[], float]) -> None:
        self._budget = budget
        self._chance = chance
        self._jobs: dict[str, Job] = {}
        self._waiters: dict[Hashable, Waiter] = {}
        self._cohorts = Cohorts()
        self._deadlines = Deadlines()
        self._silence = Silence()
        self._ages = Ages()
        self._longest: float | None = None
        self._numbers = count()

    def __contains__(self, job_id: str) -> bool:
        """Tell whether anybody waits for a job."""
        return job_id in self._jobs

    def waits(self, waiter: Hashable) -> bool:
        """Tell whether somebody still waits for anything."""
        return waiter in self._waiters

    def __len__(self) -> int:
        """Count the jobs that somebody waits for."""
        return len(self._jobs)

    @property
    def oldest_answer(self) -> float | None:
        """When that job was last heard of, or came, of which it is longest ago; None without jobs.

        Any thread may ask.
        """
        return self._ages.oldest

    def add(self, waiter: Hashable, ids: Iterable[str], wish: Wish, now: float) -> None:
        """Wait for jobs on somebody's behalf; each is asked about soon.

        Args:
            waiter: who waits; nobody of that name does yet.
            ids: for which jobs; one that is given twice counts once.
            wish: what it wants to know.
            now: the time.
        """
        left = dict.fromkeys(ids)
        if not left:
            return
        self._waiters[waiter] = Waiter(wish, now, left)
        if wish.deadline is not None:
            self._deadlines.set(waiter, wish.deadline)
        answer = self._ages.begin(now)
        for one in left:
            job = self._jobs.get(one)
            if job is None:
                job = self._jobs[one] = Job(answer)
                answer.left += 1
            job.join(waiter, wish)
        self._ask_soon(left, now)
        self._ages.settle()

    def cancel(self, waiter: Hashable) -> None:
        """Forget somebody who waits, and every job that nobody else waits for."""
        gone = self._waiters.get(waiter)
        for one in list(gone.left) if gone else ():
            self._release(waiter, one)

    def _release(self, waiter: Hashable, one: str) -> None:
        """Let somebody not wait for a job any more."""
        job, whose = self._jobs[one], self._waiters[waiter]
        del job.waiters[waiter], whose.left[one]
        if not job.waiters:
            job.answer.left -= 1
            self._ages.settle()
            del self._jobs[one]
            self._cohorts.remove((one,))
        if not whose.left:
            del self._waiters[waiter]
            self._deadlines.forget(waiter)
        if not self._waiters:
            self._silence.end()

    def hurry(self, ids: Iterable[str], now: float) -> None:
        """Ask about jobs soon, because something may have happened to them.

        Args:
            ids: which; those that nobody waits for are passed over.
            now: the time.
        """
        known = [one for one in ids if one in self._jobs]
        for one in known:
            self._jobs[one].doubts = DOUBTS
            self._jobs[one].tries = 0
        self._ask_soon(known, now)

    def _ask_soon(self, ids: Iterable[str], now: float) -> None:
        due: dict[str, None] = {}
        for one in ids:
            job, cohort = self._jobs[one], self._cohorts.of.get(one)
            job.again = job.asked is not None
            if not job.again and (cohort is None or cohort.due > now):
                due[one] = None
        self._cohorts.remove(due)
        self._put(due, now, now)

    def _put(
        self, ids: Iterable[str], due: float, usual: float, early: float | None = None
    ) -> None:
        """Let jobs be due, in cohorts that fit a question."""
        for cohort in Cohort.sized(ids, due, due if early is None else early, usual):
            self._cohorts.put(cohort, self._company())

    def _company(self) -> float:
        """Tell how long a question with room waits for company."""
        least, most = COMPANY
        return least + (most - least) * min(1.0, len(self._jobs) / CROWD)

    def relax(self, longest: float | None, now: float) -> None:
        """Ask less, because events tell when something happens; or as usual again.

        Args:
            longest: seconds after which a job is asked about all the same; None for as usual.
            now: the time.
        """
        if longest is None and self._longest is not None:
            self._cohorts.as_usual(now)
        self._longest = longest

    def next(self, now: float) -> Next:
        """Decide what to do now: ask, sleep, or nothing because nobody waits."""
        due = self._due(now)
        if due is None:
            return Idle() if self._deadlines.first is None else SleepUntil(self._deadlines.first)
        if due > now:
            first = self._deadlines.first
            return SleepUntil(due if first is None else min(due, first))
        self._budget.take(now)
        asked = Describe(self._cohorts.take(now), now, next(self._numbers))
        for one in asked.ids:
            self._jobs[one].asked = asked.number
        return asked

    def _due(self, now: float) -> float | None:
        """Tell when the next question is to go; None when there is none."""
        first = self._cohorts.first
        if first is None:
            return None
        due = first.due
        if due <= now and not self._cohorts.is_full(now):
            due += self._company()
        due = max(due, self._silence.until)
        return due if due > now else self._budget.ready_at(now)

    def receive(self, asked: Describe, jobs: Iterable[Seen], now: float) -> list[News]:
        """Learn what was answered.

        Args:
            asked: the question.
            jobs: what the answer shows; jobs that are not shown are not there.
            now: the time.

        Returns:
            What there is to tell, to whom.
        """
        self._budget.answered()
        self._silence.end()
        shown = {job.job_id: job for job in jobs}
        news: list[News] = []
        answer = self._ages.begin(now)
        for heard in (self._jobs[one] for one in asked.ids if one in self._jobs):
            heard.heard(answer)
        self._ages.settle()
        for one in asked.ids:
            job = self._jobs.get(one)
            if job is None:
                continue
            seen = shown.get(one)
            news += self._missed(one, job, asked.asked_at) if seen is None else job.changed(seen)
            news += self._fulfilled(one, job)
        return [*news, *self._wait_on(asked, now)]

    def _missed(self, one: str, job: Job, at: float) -> Iterator[Told]:
        """Decide who has missed a job for long enough."""
        if job.missing_since is None:
            job.missing_since = at
        for waiter, wish in list(job.waiters.items()):
            limit = wish.limits.unseen if job.seen is None else wish.limits.vanished
            since = max(job.missing_since, self._waiters[waiter].since)
            if at - since >= limit:
                yield self._tell(waiter, one, endings.missing(one, job.seen, at - since))

    def _fulfilled(self, one: str, job: Job) -> Iterator[Told]:
        """Decide whose wait for a job is over after an answer."""
        for waiter, wish in list(job.waiters.items()):
            try:
                over = job.seen is not None and job.missing_since is None and wish.test(job.seen)
            except BaseException as error:  # noqa: BLE001 - the test is the waiter's, and so is its error
                yield self._tell(waiter, one, endings.raised(error))
                continue
            if over:
                yield self._tell(waiter, one)
            elif job.seen is not None and job.seen.ended and job.missing_since is None:
                yield self._tell(waiter, one, endings.never(one, job.seen))
            elif self._waiters[waiter].overdue:
                yield self._tell(waiter, one, self._late(waiter, one))

    def _late(self, waiter: Hashable, one: str, trouble: str = "") -> Exception:
        whose = self._waiters[waiter]
        seconds = (whose.wish.deadline or 0.0) - whose.since
        return endings.unfinished(one, self._jobs[one].seen, seconds, trouble)

    def _tell(self, waiter: Hashable, one: str, error: Exception | None = None) -> Told:
        """End the wait for a job."""
        seen = self._jobs[one].seen
        self._release(waiter, one)
        return Told(waiter, one, seen, error)

    def _wait_on(self, asked: Describe, now: float) -> list[Told]:
        """Let those that are still waited for be due again, those together that can be."""
        chance = self._chance()
        soon: list[str] = []
        later: defaultdict[tuple[float, bool], list[str]] = defaultdict(list)
        news: list[Told] = []
        for one in asked.ids:
            if not self._is_answer(asked, one):
                continue
            job = self._jobs[one]
            job.asked = None
            job.tries += 1
            if job.again:
                job.again = False
                soon.append(one)
                continue
            sure = job.missing_since is None and not job.doubts
            delay = self._delay(one, job, chance, news)
            if delay is not None:
                later[delay, sure].append(one)
                job.doubts = max(0, job.doubts - 1)
        self._put(soon, now, now)
        for (delay, relaxed), ids in later.items():
            usual = max(asked.asked_at + delay, now + delay * EARLY)
            longest = self._longest if relaxed else None
            due = usual if longest is None else max(usual, asked.asked_at + longest)
            self._put(ids, due, usual, now + (due - now) * EARLY)
        return news

    def _delay(self, one: str, job: Job, chance: float, news: list[Told]) -> float | None:
        """Give the shortest delay that anybody who waits for a job wants; None if nobody does.

        Who brought a cadence that fails does not wait any more: that is added to the news.
        """
        delays = [] if job.missing_since is None else [MISSING]
        for waiter, wish in list(job.waiters.items()):
            try:
                delays.append(delay_of(wish.cadence, job.tries, chance))
            except Exception as error:  # noqa: BLE001 - the cadence is the waiter's
                news.append(self._tell(waiter, one, error))
        return min(delays) if job.waiters else None

    def fail(self, asked: Describe, trouble: Trouble, now: float) -> list[News]:
        """Learn that a question brought no answer.

        Args:
            asked: the question.
            trouble: what was wrong.
            now: the time.

        Returns:
            What there is to tell, to whom.
        """
        ids = [one for one in asked.ids if self._is_answer(asked, one)]
        for one in ids:
            self._jobs[one].asked, self._jobs[one].again = None, False
        if trouble.kind is Kind.HOPELESS:
            return self.give_up(trouble.error)
        if trouble.kind is Kind.REFUSED:
            return self._refused(ids, trouble, now)
        self._budget.throttled(now)
        self._silence.go_on(asked.asked_at, trouble.kind, now)
        news: list[News] = [*self._given_up(trouble, now), *self._too_late(ids, trouble)]
        self._put([one for one in ids if one in self._jobs], asked.asked_at, asked.asked_at)
        return news

    def _is_answer(self, asked: Describe, one: str) -> bool:
        """Tell whether a question about a job that is still waited for is the latest."""
        return one in self._jobs and self._jobs[one].asked == asked.number

    def give_up(self, error: Exception) -> list[News]:
        """Tell everybody who waits that asking again will not help."""
        whose = [(waiter, one) for waiter, each in self._waiters.items() for one in each.left]
        return [self._tell(waiter, one, error) for waiter, one in whose]

    def _refused(self, ids: list[str], trouble: Trouble, now: float) -> list[News]:
        """Tell whose job it is that the service refuses, or look for it, in halves."""
        if len(ids) == 1:
            whose = list(self._jobs[ids[0]].waiters)
            return [self._tell(waiter, ids[0], trouble.error) for waiter in whose]
        middle = len(ids) // 2
        for half in (ids[:middle], ids[middle:]):
            if half:
                self._cohorts.put(Cohort(dict.fromkeys(half), now, now, now, alone=True))
        return []

    def _given_up(self, trouble: Trouble, now: float) -> Iterator[Told]:
        """Decide who has waited too long for any answer at all."""
        for waiter, whose in list(self._waiters.items()):
            limits = whose.wish.limits
            limit = limits.throttled if trouble.kind is Kind.THROTTLED else limits.unreachable
            silent = now - max(self._silence.since, whose.since)
            if silent >= limit:
                for one in list(whose.left):
                    yield self._tell(waiter, one, endings.silent(trouble, silent))

    def _too_late(self, ids: Iterable[str], trouble: Trouble) -> Iterator[Told]:
        """Decide whose last question this was."""
        for one in ids:
            for waiter in list(self._jobs[one].waiters) if one in self._jobs else ():
                if self._waiters[waiter].overdue:
                    yield self._tell(waiter, one, self._late(waiter, one, str(trouble.error)))

    def expire(self, now: float) -> list[News]:
        """Look whose time is up: their jobs are asked about once more, then they are told.

        Returns:
            What there is to tell, to whom.
        """
        news: list[News] = []
        for waiter in self._deadlines.passed(now):
            whose = self._waiters[waiter]
            if whose.overdue:
                news += [
                    self._tell(waiter, one, self._late(waiter, one)) for one in list(whose.left)
                ]
            else:
                whose.overdue = True
                self._deadlines.set(waiter, now + whose.wish.limits.last_look)
                self._ask_soon(whose.left, now)
        return news
