"""The watcher: drives a `Watch`, asks its questions on threads, and tells whoever waits.

There is one for each endpoint, region and credentials in a process; every wait, synchronous or
not, goes through it. One thread owns the watch and takes its messages in turn, so nothing is
locked; a few more do nothing but ask. All of them end when nobody has waited for a while.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import defaultdict
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeAlias

from batchyard.client.asking import CONNECTIONS, Body
from batchyard.errors import (
    BatchyardError,
    CallerError,
    NotFound,
    Refused,
    RefusedCredentials,
    Throttled,
)
from batchyard.polling.budget import Budget
from batchyard.polling.news import Describe, Idle, Kind, Limits, Trouble, Wish
from batchyard.polling.seen import test_of
from batchyard.polling.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from batchyard.client.asking import Answer
    from batchyard.polling.cadence import Cadence
    from batchyard.polling.news import News
    from batchyard.polling.seen import Test

Listener: TypeAlias = "Callable[[list[News], Body], None]"
"""Hears, on the watcher's own thread, what there is to tell, with the answer it comes from (empty
if from none). It must be quick, and hand over."""

LINGER = 10.0
"""Seconds that threads stay when nobody waits."""

NONE = Body()
"""Where news come from that no answer has brought."""

NAP = 1.0
"""Seconds after which a watcher that cannot ask more looks whose time is up."""

log = logging.getLogger(__name__)


class Watcher:
    """Asks one service for everybody in this process who waits on it.

    Args:
        ask: asks about at most a hundred jobs, on any thread.
        cadence: how often jobs are asked about when a wait does not say.
        budget: how often the service may be asked.
        retire: called when nobody has waited for a while and the threads end.
        linger: seconds that threads stay when nobody waits.
        where: the endpoint's host and its region.
        called: told of every question that has come back: ``answered``, ``throttled`` or
            ``failed``.
    """

    def __init__(
        self,
        ask: Callable[[Sequence[str]], Answer],
        *,
        cadence: Cadence,
        budget: Budget | None = None,
        retire: Callable[[Watcher], None] | None = None,
        linger: float = LINGER,
        where: tuple[str, str] = ("", ""),
        called: Callable[[tuple[str, str], str], None] = lambda *_: None,
    ) -> None:
        self.cadence = cadence
        self.where = where
        self._called = called
        self._ask = ask
        self._retire = retire
        self._linger = linger
        self._watch = Watch(budget or Budget(), random.random)
        self._listeners: dict[object, Listener] = {}
        self._inbox: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._questions: SimpleQueue[Describe | None] = SimpleQueue()
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._askers = 0
        self._flying = 0
        self._answered = False

    # From any thread

    def wait_for(
        self,
        ids: Iterable[str],
        listener: Listener,
        *,
        until: str | Test = "complete",
        timeout: float | None = None,
        cadence: Cadence | None = None,
        limits: Limits | None = None,
        moves: bool = False,
    ) -> object:
        """Wait for jobs; returns at once.

        Args:
            ids: for which.
            listener: hears of each exactly once that its wait is over.
            until: ``complete``, ``running``, ``exists``, or a function of what is seen of a job.
            timeout: seconds; None for ever.
            cadence: how often to ask.
            limits: when to give up by itself.
            moves: whether to hear of changes in between.

        Returns:
            What `cancel` takes.

        Raises:
            Refused: one of these is not what it must be.
        """
        limits = limits or Limits()
        limits.check()
        if timeout is not None and not timeout >= 0:
            raise Refused(f"timeout {timeout!r}: give seconds from 0, or None to wait for ever")
        now = time.monotonic()
        deadline = None if timeout is None else now + timeout
        wish = Wish(test_of(until), cadence or self.cadence, limits, deadline, moves)
        waiter = object()
        self._post(partial(self._add, waiter, list(ids), wish, listener, now))
        return waiter

    def cancel(self, waiter: object) -> None:
        """Stop a wait; its listener may still hear what was on its way.

        Nothing is locked, because the garbage collector may be who gives a wait up, in the midst
        of anything. No thread is needed: there is one as long as anybody waits.
        """
        self._inbox.put(partial(self._cancel, waiter))

    def hurry(self, job_ids: Iterable[str]) -> None:
        """Ask about jobs soon; those that nobody waits for are passed over."""
        ids = list(job_ids)
        self._post(lambda: self._watch.hurry(ids, time.monotonic()))

    def relax(self, longest: float | None) -> None:
        """Ask of its own accord only so often, because events come in; see `Watch.relax`."""
        self._post(lambda: self._watch.relax(longest, time.monotonic()))

    def watches(self, job_id: str) -> bool:
        """Tell whether anybody waits for a job."""
        return job_id in self._watch

    @property
    def watched(self) -> int:
        """How many jobs somebody waits for."""
        return len(self._watch)

    @property
    def oldest_answer(self) -> float | None:
        """When that job was last heard of of which it is longest ago; see `Watch`."""
        return self._watch.oldest_answer

    def _post(self, message: Callable[[], None]) -> None:
        """Leave a message; first see to it that there is a thread to take it."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._drive, name="batchyard-watcher", daemon=True
                )
                self._thread.start()
            self._inbox.put(message)

    # On the watcher's own thread

    def _add(
        self, waiter: object, ids: list[str], wish: Wish, listener: Listener, since: float
    ) -> None:
        self._listeners[waiter] = listener
        self._watch.add(waiter, ids, wish, since)

    def _cancel(self, waiter: object) -> None:
        self._listeners.pop(waiter, None)
        self._watch.cancel(waiter)

    def _drive(self) -> None:
        """Take messages, ask what is due, and end when there has been nothing to do."""
        with self._lock:
            if self._thread is not threading.current_thread():
                return  # Ctrl-C came while it was started, and another has its place by now
        while True:
            try:
                if self._turn():
                    return
            except Exception as error:
                log.exception("the watcher failed, and everybody who waits is told")
                self._tell(self._watch.give_up(error))

    def _turn(self) -> bool:
        """Do what is to be done, wait for the next message, and tell whether to end."""
        self._tell(self._watch.expire(time.monotonic()))
        seconds = self._act()
        try:
            self._inbox.get(timeout=self._linger if seconds is None else seconds)()
        except Empty:
            return seconds is None and self._ended()
        while not self._inbox.empty():
            self._inbox.get()()
        return False

    def _act(self) -> float | None:
        """Ask what is due; give the seconds until there is more, None if nobody waits."""
        while self._flying < CONNECTIONS:
            now = time.monotonic()
            todo = self._watch.next(now)
            if isinstance(todo, Idle):
                return NAP if self._flying else None
            if not isinstance(todo, Describe):
                return max(0.0, min(todo.at - now, NAP))
            self._send(todo)
        return NAP

    def _send(self, question: Describe) -> None:
        if self._flying >= self._askers:
            self._hire()
        self._flying += 1
        self._questions.put(question)

    def _hire(self) -> None:
        """Let one more thread ask; where there is no room for it, those that are there must do."""
        try:
            threading.Thread(target=self._answer, name="batchyard-asker", daemon=True).start()
        except RuntimeError:
            if not self._askers:
                raise
        else:
            self._askers += 1

    def _ended(self) -> bool:
        """End the threads unless a message has just come in."""
        with self._lock:
            if not self._inbox.empty():
                return False
            for _ in range(self._askers):
                self._questions.put(None)
            self._askers = 0
            self._thread = None
        if self._retire is not None:
            self._retire(self)
        return True

    def _received(self, question: Describe, answer: Answer) -> None:
        self._flying -= 1
        self._answered = True
        self._called(self.where, "answered")
        self._tell(self._watch.receive(question, answer.jobs, time.monotonic()), answer.body)

    def _failed(self, question: Describe, trouble: Trouble) -> None:
        self._flying -= 1
        self._called(self.where, "throttled" if trouble.kind is Kind.THROTTLED else "failed")
        self._tell(self._watch.fail(question, trouble, time.monotonic()))

    def _tell(self, news: list[News], body: Body = NONE) -> None:
        """Let everybody hear what is theirs."""
        theirs: defaultdict[object, list[News]] = defaultdict(list)
        for one in news:
            theirs[one.waiter].append(one)
        for waiter, what in theirs.items():
            listener = self._listeners.get(waiter)
            if not self._watch.waits(waiter):
                self._listeners.pop(waiter, None)
            if listener is None:
                continue
            try:
                listener(what, body)
            except Exception:
                log.debug("a listener failed, and is not told any more", exc_info=True)
                self._cancel(waiter)

    # On the askers' threads

    def _answer(self) -> None:
        """Ask what is to be asked, until told to end."""
        while (question := self._questions.get()) is not None:
            self._inbox.put(self._asked(question))

    def _asked(self, question: Describe) -> Callable[[], None]:
        """Ask, and form the message that tells of it; an answer may be megabytes: keep none."""
        try:
            answer = self._ask(question.ids)
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear it
            return partial(self._failed, question, trouble_of(error, answered=self._answered))
        return partial(self._received, question, answer)


def trouble_of(error: Exception, *, answered: bool = False) -> Trouble:
    """Tell what was wrong with a question that raised an error.

    Args:
        error: the error.
        answered: whether there have been answers. Then the credentials are good, and that new ones
            cannot be had (from an instance's metadata service, say) is trouble that may pass.
    """
    if isinstance(error, Throttled):
        return Trouble(Kind.THROTTLED, error)
    if answered and type(error.__cause__).__name__ == "CredentialRetrievalError":
        return Trouble(Kind.UNREACHABLE, error)
    if isinstance(error, RefusedCredentials) or not isinstance(error, BatchyardError):
        return Trouble(Kind.HOPELESS, error)
    if isinstance(error, CallerError) and not isinstance(error, NotFound):
        return Trouble(Kind.REFUSED, error)
    return Trouble(Kind.UNREACHABLE, error)
