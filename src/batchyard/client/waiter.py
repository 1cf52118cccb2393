"""A waiter of botocore whose loop is ours: it asks in hundreds, judges job by job, bears trouble.

Only what makes waiters imports this module: it loads botocore.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004 - theirs
from botocore.waiter import Waiter

from batchyard.client.describing import FULL
from batchyard.client.judging import UNREACHED, Judge, subject_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.waiter import SingleWaiterConfig

    from batchyard.client.calls import Answer
    from batchyard.client.judging import World
    from batchyard.polling.news import Limits


class BatchWaiter(Waiter):
    """A waiter; ``config`` may be changed, and ``wait`` called as often as one likes.

    Args:
        name: e.g. ``JobComplete``.
        config: delay, attempts, acceptors.
        operation_method: of a client, e.g. its ``describe_jobs``.
        limits: what is borne, and for how long.
        world: clock, pause and chance.
    """

    config: Any
    """A ``SingleWaiterConfig``; the stubs take it for a dictionary."""

    def __init__(
        self,
        name: str,
        config: SingleWaiterConfig,
        operation_method: Callable[..., Answer],
        limits: Limits,
        world: World,
    ) -> None:
        self._ask = asked_in_hundreds(operation_method)
        super().__init__(name, cast("Any", config), self._ask)
        self._limits = limits
        self._world = world

    def wait(self, **kwargs: Any) -> None:  # noqa: ANN401 - AWS's members
        """Wait until it is so.

        Args:
            **kwargs: the operation's members, e.g. ``jobs=[id]``, any number of them; and
                botocore's ``WaiterConfig`` with ``Delay`` in seconds and ``MaxAttempts``.

        Raises:
            WaiterError: it will not be so, or it took too many attempts.
            Refused: there is nothing to wait for.
        """
        judge, delay, request = self._begin(kwargs)
        while not judge.over(self._ask(**request), self._world.clock()):
            self._world.pause(judge.pause(delay, self._world.chance()))

    async def wait_on_loop(self, **kwargs: Any) -> None:  # noqa: ANN401 - AWS's members
        """Wait as `wait` does, on an event loop: only while a question is out is a thread held."""
        import asyncio

        judge, delay, request = self._begin(kwargs)
        while not judge.over(await asyncio.to_thread(self._ask, **request), self._world.clock()):  # noqa: ASYNC110 - nobody tells us: it is asked
            await asyncio.sleep(judge.pause(delay, self._world.chance()))

    def _begin(self, kwargs: dict[str, Any]) -> tuple[Judge, float, Answer]:
        request = dict(kwargs)
        own = request.pop("WaiterConfig", None) or {}
        attempts = own.get("MaxAttempts", self.config.max_attempts)
        judge = Judge(self.name, self.config.acceptors, request, attempts, self._limits)
        return judge, own.get("Delay", self.config.delay), request


def asked_in_hundreds(method: Callable[..., Answer]) -> Callable[..., Answer]:
    """Wrap a client's operation as a waiter needs it.

    Returns:
        What takes any number of ids and gives one answer; the service's errors, and that nobody
        answers, are answers too, with an ``Error`` in them.
    """

    def ask(**request: Any) -> Answer:  # noqa: ANN401 - AWS's members
        whole: Answer = {}
        for part in _parts(request):
            try:
                answer = method(**part)
            except ClientError as error:
                return dict(error.response)
            except (ConnectionError, HTTPClientError) as error:
                return {"Error": {"Code": UNREACHED, "Message": str(error)}}
            whole = _joined(whole, answer)
        return whole

    return ask


def _parts(request: Answer) -> Iterator[Answer]:
    member, ids = subject_of(request)
    if not member:
        yield request
    for start in range(0, len(ids), FULL):
        yield request | {member: list(ids[start : start + FULL])}


def _joined(whole: Answer, part: Answer) -> Answer:
    """Put two answers together: their lists are one, of all else the latter counts."""
    return whole | {
        name: whole.get(name, []) + value if isinstance(value, list) else value
        for name, value in part.items()
    }
