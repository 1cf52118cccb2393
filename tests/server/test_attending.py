"""Work goes on as long as somebody waits for it."""

import asyncio
from collections.abc import Callable

import pytest

from batchyard.server.attending import GONE, attended
from batchyard.server.joining import Leaving


class Client:
    """Somebody who waits for an answer, and what becomes of the work."""

    def __init__(self) -> None:
        self.leaving = Leaving(asyncio.get_running_loop().call_soon)
        self.answer = asyncio.get_running_loop().create_future()
        self.cancelled = False

    async def work(self) -> object:
        try:
            return await self.answer
        except asyncio.CancelledError:
            self.cancelled = True
            raise

    def wait(self) -> asyncio.Task[object]:
        return asyncio.ensure_future(attended(self.work(), self.leaving.listen))


async def turn() -> None:
    """Let everything happen that is due."""
    for _ in range(3):
        await asyncio.sleep(0)


async def test_whoever_waits_gets_the_answer() -> None:
    client = Client()
    waiting = client.wait()
    await turn()
    client.answer.set_result("done")
    assert await waiting == "done"


async def test_where_nobody_can_tell_the_answer_is_waited_for() -> None:
    client = Client()
    client.answer.set_result("done")
    assert await attended(client.work(), None) == "done"


async def test_work_is_cancelled_when_the_client_hangs_up() -> None:
    client = Client()
    waiting = client.wait()
    await turn()
    client.leaving.happened()
    assert await waiting is GONE
    assert client.cancelled
    assert not waiting.cancelling()


async def test_a_client_that_had_hung_up_before_is_not_waited_for() -> None:
    client = Client()
    client.leaving.happened()
    assert await client.wait() is GONE
    assert client.cancelled


async def test_a_client_that_hangs_up_in_the_turn_of_the_answer_takes_nothing_with_it() -> None:
    client = Client()
    waiting = client.wait()
    await turn()
    client.answer.set_result("done")
    client.leaving.happened()
    assert await waiting is GONE
    assert client.cancelled, "whoever has handed something out has to learn that it did not arrive"


async def test_who_hangs_up_after_the_answer_disturbs_nobody() -> None:
    client = Client()
    client.answer.set_result("done")

    async def two() -> object:
        answer = await attended(client.work(), client.leaving.listen)
        client.leaving.happened()
        await turn()
        return answer

    assert await asyncio.ensure_future(two()) == "done"


async def test_a_task_that_is_cancelled_from_outside_ends_as_cancelled() -> None:
    client = Client()
    waiting = client.wait()
    await turn()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_what_fails_fails() -> None:
    client = Client()
    client.answer.set_exception(ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        await client.wait()


def test_only_the_last_listener_is_told_and_only_once() -> None:
    told: list[str] = []
    soon: list[Callable[[], None]] = []
    leaving = Leaving(soon.append)
    leaving.listen(lambda: told.append("first"))
    leaving.listen(lambda: told.append("second"))
    leaving.happened()
    leaving.happened()
    assert (told, soon) == (["second"], [])


def test_one_who_stops_listening_to_a_client_that_is_gone_is_not_told() -> None:
    told: list[str] = []
    soon: list[Callable[[], None]] = []
    leaving = Leaving(soon.append)
    leaving.happened()
    leaving.listen(lambda: told.append("late"))
    leaving.listen(None)
    for call in soon:
        call()
    assert not told
