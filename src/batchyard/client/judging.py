"""What a waiter makes of each answer, without asking and without a clock.

botocore applies a waiter's acceptors to a whole answer. That never ends when of two jobs one is
SUCCEEDED and one FAILED and all are asked to be alike, nor when a job is left out of the answers;
so here they are applied to the whole answer first, then to each job alone, and who is left out is
counted.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from batchyard.client.calls import answered
from batchyard.errors import Refused, ServiceError, Throttled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from botocore.exceptions import WaiterError
    from botocore.waiter import AcceptorConfig

    from batchyard.client.calls import Answer
    from batchyard.polling.news import Limits

SUCCESS, FAILURE = "success", "failure"
"""botocore's states of an acceptor; its third, retry, is to go on."""

SLOWEST = 60.0
"""Seconds between two questions while there is trouble, or the waiter's delay if it is longer."""

UNREACHED = "Unreachable"
"""The error code under which an endpoint that nobody answers at is told."""

NAMED = 5
"""How many ids a message shows."""


class World(NamedTuple):
    """What a waiter takes from outside.

    Attributes:
        clock: tells the time, in seconds that only go forward.
        pause: waits for some seconds.
        chance: draws a number from 0 to 1.
    """

    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], object] = time.sleep
    chance: Callable[[], float] = random.random


class Subject(NamedTuple):
    """What a waiter was asked to wait for, if it was named.

    Attributes:
        member: of the request and of the answer, e.g. ``jobs``; empty when nothing is named.
        ids: which.
    """

    member: str
    ids: tuple[str, ...]


def subject_of(request: Answer) -> Subject:
    """Read what a request names.

    Raises:
        Refused: it names nothing, and there is nothing to wait for.
    """
    for member, value in request.items():
        if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
            if not value:
                raise Refused(f"{member} is empty: there is nothing to wait for")
            return Subject(member, tuple(dict.fromkeys(value)))
    return Subject("", ())


class Judge:
    """One wait of a waiter: what becomes of it, answer by answer.

    Args:
        name: the waiter's.
        acceptors: the waiter's, in their order.
        request: what is asked again and again.
        attempts: how many answers there may be.
        limits: what is borne, and for how long.

    Raises:
        Refused: there is nothing to wait for.
    """

    def __init__(
        self,
        name: str,
        acceptors: Iterable[AcceptorConfig],
        request: Answer,
        attempts: int,
        limits: Limits,
    ) -> None:
        self.subject = subject_of(request)
        self._name = name
        self._acceptors = [one for one in acceptors if not _is_void(one)]
        self._attempts = attempts
        self._limits = limits
        self._troubles = 0
        self._troubled: float = 0
        self._missed: dict[str, float] = {}
        self._seen: set[str] = set()

    def over(self, answer: Answer, now: float) -> bool:
        """Decide whether an answer ends the wait.

        Args:
            answer: the service's; an error as botocore's ``ClientError.response``.
            now: the time, in seconds of any clock that only goes forward.

        Raises:
            WaiterError: the wait has failed.
        """
        self._attempts -= 1
        state = self._of_error(answer, now) if "Error" in answer else self._of_answer(answer, now)
        if state != SUCCESS and self._attempts <= 0:
            raise self._failed("Max attempts exceeded", answer)
        return state == SUCCESS

    def pause(self, delay: float, chance: float) -> float:
        """Choose the seconds until the next question.

        Args:
            delay: the waiter's, in seconds.
            chance: from 0 to 1; spreads the questions of many who were throttled at once.
        """
        if not self._troubles:
            return delay
        backed_off = min(max(1.0, delay) * 2.0**self._troubles, max(delay, SLOWEST))
        return max(delay, backed_off * (1 + chance) / 2)

    def _of_error(self, answer: Answer, now: float) -> str | None:
        if (matched := self._matched(answer)) is not None:
            return self._state(matched, answer)
        error = answer["Error"]
        self._troubled = self._troubled if self._troubles else now
        self._troubles += 1
        if now - self._troubled >= self._borne(answer):
            raise self._failed(
                f"An error occurred ({error.get('Code')}): {error.get('Message')}", answer
            )
        return None

    def _borne(self, answer: Answer) -> float:
        """Choose for how many seconds to bear an error."""
        code = answer["Error"].get("Code")
        blamed = answered(answer, self._name)
        if isinstance(blamed, Throttled):
            return self._limits.throttled
        if code == UNREACHED or isinstance(blamed, ServiceError):
            return self._limits.unreachable
        # Operations that name one thing refuse one that is not visible yet; those that name a
        # list leave it out.
        hidden = code == "ClientException" and not self.subject.member
        return self._limits.unseen if hidden else 0.0

    def _of_answer(self, answer: Answer, now: float) -> str | None:
        self._troubles = 0
        items = answer.get(self.subject.member)
        left_out = self._left_out(items)
        matched = self._matched(answer)
        if matched is not None and not (left_out and _speaks_for_all(matched)):
            state = self._state(matched, answer)
        else:
            state = self._one_by_one(answer, items or [], left_out)
        if state != SUCCESS and not self._is_for_absence(answer):
            self._miss(left_out, answer, now)
        return state

    def _left_out(self, items: Sequence[Answer] | None) -> list[str]:
        """List what was named and is not in the answer."""
        if items is None:
            return []
        known = {value for item in items for value in item.values() if isinstance(value, str)}
        self._seen.update(known.intersection(self.subject.ids))
        return [one for one in self.subject.ids if one not in known]

    def _one_by_one(
        self, answer: Answer, items: Sequence[Answer], left_out: Sequence[str]
    ) -> str | None:
        states = []
        for item in items:
            alone = answer | {self.subject.member: [item]}
            matched = self._matched(alone)
            states.append(self._state(matched, answer, item) if matched else None)
        done = bool(items or left_out) and all(state == SUCCESS for state in states)
        return SUCCESS if done and (not left_out or self._is_for_absence(answer)) else None

    def _is_for_absence(self, answer: Answer) -> bool:
        """Tell whether what is waited for is that something is gone."""
        matched = self._matched(answer | {self.subject.member: []})
        return matched is not None and matched.state == SUCCESS

    def _miss(self, left_out: Sequence[str], answer: Answer, now: float) -> None:
        self._missed = {one: self._missed.get(one, now) for one in left_out}
        gone = [one for one, since in self._missed.items() if now - since >= self._patience(one)]
        if gone:
            says = f"not in the answers for {now - self._missed[gone[0]]:g} s: {_some(gone)}"
            raise self._failed(f"{says}; not there (any more), or another region's", answer)

    def _patience(self, one: str) -> float:
        """Choose for how many seconds something may be left out of the answers."""
        return self._limits.vanished if one in self._seen else self._limits.unseen

    def _matched(self, answer: Answer) -> AcceptorConfig | None:
        return next((one for one in self._acceptors if one.matcher_func(answer)), None)

    def _state(
        self, matched: AcceptorConfig, answer: Answer, item: Answer | None = None
    ) -> str | None:
        if matched.state == FAILURE:
            of = "" if item is None else f" ({_named(item)})"
            raise self._failed(
                f"Waiter encountered a terminal failure state: {matched.explanation}{of}", answer
            )
        return matched.state

    def _failed(self, reason: str, answer: Answer) -> WaiterError:
        from botocore.exceptions import WaiterError

        return WaiterError(name=self._name, reason=reason, last_response=cast("Any", answer))


def _is_void(acceptor: AcceptorConfig) -> bool:
    """Tell an acceptor that was meant for any error: botocore lets it match all that is none."""
    return acceptor.matcher == "error" and acceptor.expected == ""


def _speaks_for_all(acceptor: AcceptorConfig) -> bool:
    return acceptor.state == SUCCESS and acceptor.matcher != "pathAny"


def _some(ids: Sequence[str]) -> str:
    more = len(ids) - NAMED
    return ", ".join(ids[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _named(item: dict[str, Any]) -> str:
    """Name something by the first of its members that is an id or a name."""
    return next((str(v) for k, v in item.items() if k.endswith(("Id", "Name"))), "one of them")
