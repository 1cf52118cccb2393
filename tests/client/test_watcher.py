"""What drives a watch: one set of threads for everybody, whoever asks and however it goes."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import threading
import weakref
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any

import pytest

from batchyard import (
    Failed,
    Limits,
    NotFound,
    Refused,
    RefusedCredentials,
    Throttled,
    aio,
    as_completed,
    wait,
)
from batchyard.client.asking import Answer, Body, Parsers, ask, asker
from batchyard.client.sessions import REGISTRY, connect
from batchyard.client.watcher import Watcher
from batchyard.client.watchers import retire, watcher_of
from batchyard.polling.cadence import Fixed
from batchyard.polling.news import Moved, News, Told
from batchyard.polling.seen import Seen
from batchyard.testing import EphemeralYard
from tests.client.definitions import PATIENCE, Script, registered, run
from tests.client.test_sessions import printed

Heard = SimpleQueue[tuple[list[News], Body]]


class Desk:
    """Answers a watcher's questions: every job is in the state it was put in."""

    def __init__(self) -> None:
        self.status: dict[str, str] = {}
        self.asked: list[tuple[str, ...]] = []
        self.threads: set[str] = set()
        self.error: Exception | None = None
        self.answered = threading.Semaphore(0)

    def ask(self, ids: Sequence[str]) -> Answer:
        self.asked.append(tuple(ids))
        self.threads.add(threading.current_thread().name)
        self.answered.release()
        if self.error is not None:
            raise self.error
        known = [Seen(one, self.status[one]) for one in ids if one in self.status]
        shown = {"jobs": [{"jobId": one.job_id} for one in known]}
        return Answer(known, Body(json.dumps(shown).encode()))


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def watcher(desk: Desk) -> Watcher:
    return Watcher(desk.ask, cadence=Fixed(0.01))


def listen() -> tuple[Heard, Callable[[list[News], Body], None]]:
    heard: Heard = SimpleQueue()
    return heard, lambda news, body: heard.put((news, body))


def told(heard: Heard) -> list[Told]:
    news, _ = heard.get(timeout=PATIENCE)
    return [one for one in news if isinstance(one, Told)]


def test_a_listener_hears_the_end_with_the_answer_it_comes_from(
    desk: Desk, watcher: Watcher
) -> None:
    desk.status = {"a": "RUNNING", "b": "SUCCEEDED"}
    heard, listener = listen()
    watcher.wait_for(["a", "b"], listener, moves=True)
    news, body = heard.get(timeout=PATIENCE)
    assert [type(one) for one in news] == [Moved, Moved, Told]
    assert body.detail("b") == {"jobId": "b"}
    desk.status["a"] = "FAILED"
    news, _ = heard.get(timeout=PATIENCE)
    assert [(type(one), one.seen and one.seen.status) for one in news] == [
        (Moved, "FAILED"),
        (Told, "FAILED"),
    ]


def test_many_threads_ask_together(desk: Desk, watcher: Watcher) -> None:
    ids = [f"job-{number}" for number in range(300)]
    heard, listener = listen()
    threads = [
        threading.Thread(target=watcher.wait_for, args=(ids[n : n + 100], listener))
        for n in range(0, 201, 50)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    desk.status = dict.fromkeys(ids, "SUCCEEDED")
    over: list[Told] = []
    while len(over) < 500:
        over += told(heard)
    assert {one.job_id for one in over} == set(ids)
    assert all(len(asked) <= 100 for asked in desk.asked)
    assert desk.threads <= {"batchyard-asker"}


class Jobs(list[Seen]):
    """A list that can be watched."""


def test_an_answer_is_kept_by_nobody_once_it_is_told() -> None:
    answers: list[weakref.ref[Jobs]] = []

    def ask(ids: Sequence[str]) -> Answer:
        jobs = Jobs(Seen(one, "SUCCEEDED") for one in ids)
        answers.append(weakref.ref(jobs))
        return Answer(jobs, Body())

    watcher = Watcher(ask, cadence=Fixed(0.01))
    heard: SimpleQueue[int] = SimpleQueue()
    watcher.wait_for(["a"], lambda news, _: heard.put(len(news)))
    assert heard.get(timeout=PATIENCE) == 1
    taken = threading.Event()
    watcher._post(taken.set)  # noqa: SLF001 - the next message after that of the answer
    assert taken.wait(PATIENCE)
    assert [jobs() for jobs in answers] == [None]


def test_a_cancelled_wait_hears_nothing_more_and_is_not_asked_for(
    desk: Desk, watcher: Watcher
) -> None:
    desk.status = {"a": "RUNNING", "b": "RUNNING"}
    heard, listener = listen()
    waiter = watcher.wait_for(["a"], listener)
    other, listener = listen()
    watcher.wait_for(["b"], listener)
    while not any("a" in asked for asked in desk.asked):
        desk.answered.acquire(timeout=PATIENCE)
    watcher.cancel(waiter)
    watcher.cancel(waiter)
    desk.status = {"a": "SUCCEEDED", "b": "SUCCEEDED"}
    assert [one.job_id for one in told(other)] == ["b"]
    assert not watcher.watches("a")
    assert heard.empty()


def test_a_listener_that_fails_harms_nobody_else(desk: Desk, watcher: Watcher) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("Event loop is closed")

    watcher.wait_for(["a", "b"], broken)
    heard, listener = listen()
    watcher.wait_for(["a"], listener)
    desk.status = {"a": "SUCCEEDED"}
    assert [one.job_id for one in told(heard)] == ["a"]


def test_an_error_that_nobody_foresaw_is_told_to_everybody(desk: Desk, watcher: Watcher) -> None:
    desk.error = ZeroDivisionError("a bug")
    heard, listener = listen()
    watcher.wait_for(["a"], listener)
    assert isinstance(told(heard)[0].error, ZeroDivisionError)


def test_a_bug_in_what_drives_is_told_to_everybody(desk: Desk, watcher: Watcher) -> None:
    desk.status = {"a": "RUNNING"}
    heard, listener = listen()
    watcher.wait_for(["a"], listener)
    wrong: Any = [["not", "an", "id"]]
    watcher.wait_for(wrong, listener)
    assert isinstance(told(heard)[0].error, TypeError)


def test_throttling_passes(desk: Desk, watcher: Watcher) -> None:
    desk.error = Throttled("slow down")
    heard, listener = listen()
    watcher.wait_for(["a"], listener)
    desk.answered.acquire(timeout=PATIENCE)
    desk.status, desk.error = {"a": "SUCCEEDED"}, None
    assert told(heard)[0].error is None


def test_keys_that_cannot_be_renewed_for_a_moment_end_no_wait(desk: Desk, watcher: Watcher) -> None:
    from botocore.exceptions import CredentialRetrievalError

    def expired() -> RefusedCredentials:
        error = RefusedCredentials("describe_jobs: Credential refresh failed")
        error.__cause__ = CredentialRetrievalError(provider="iam-role", error_msg="no answer")
        return error

    desk.error = expired()
    heard, listener = listen()
    watcher.wait_for(["a"], listener)
    assert isinstance(told(heard)[0].error, RefusedCredentials)
    desk.error, desk.status = None, {"a": "RUNNING"}
    watcher.wait_for(["a"], listener, moves=True)
    heard.get(timeout=PATIENCE)
    desk.error = expired()
    asked = len(desk.asked)
    while len(desk.asked) <= asked + 1:
        assert heard.empty()
        desk.answered.acquire(timeout=1)
    desk.error, desk.status = None, {"a": "SUCCEEDED"}
    over: list[Told] = []
    while not over:
        over = told(heard)
    assert over[0].error is None


def test_threads_end_when_nobody_waits_and_come_back(desk: Desk) -> None:
    gone = threading.Event()
    watcher = Watcher(desk.ask, cadence=Fixed(0.01), linger=0.01, retire=lambda _: gone.set())
    for one in ("a", "b"):
        desk.status[one] = "SUCCEEDED"
        heard, listener = listen()
        watcher.wait_for([one], listener)
        assert told(heard)[0].job_id == one
        assert gone.wait(PATIENCE)
        gone.clear()


def test_a_wait_that_begins_while_the_threads_end_is_served(desk: Desk) -> None:
    desk.status = {"a": "SUCCEEDED", "b": "SUCCEEDED"}
    heard, listener = listen()
    late = iter([["b"]])

    def retire(gone: Watcher) -> None:
        for ids in late:
            gone.wait_for(ids, listener)

    watcher = Watcher(desk.ask, cadence=Fixed(0.01), linger=0.01, retire=retire)
    watcher.wait_for(["a"], listener)
    assert [told(heard)[0].job_id for _ in range(2)] == ["a", "b"]


def test_hurrying_asks_at_once(desk: Desk) -> None:
    watcher = Watcher(desk.ask, cadence=Fixed(1000))
    desk.status = {"a": "RUNNING"}
    heard, listener = listen()
    watcher.wait_for(["a"], listener, moves=True)
    heard.get(timeout=PATIENCE)
    desk.status = {"a": "SUCCEEDED"}
    watcher.hurry(["a", "nobody's"])
    assert told(heard)[0].job_id == "a"


@pytest.mark.parametrize(
    "wrong", [{"timeout": -1}, {"until": "never"}, {"limits": Limits(unseen=-1)}]
)
def test_what_is_no_wait_is_refused(watcher: Watcher, wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        watcher.wait_for(["a"], lambda *_: None, **wrong)


def test_all_who_mean_the_same_share_a_watcher(here: EphemeralYard) -> None:
    one, other = connect(**here.connection), connect(**here.connection)
    assert watcher_of(one) is watcher_of(other)
    same = connect(client=here.client("batch"))
    assert watcher_of(same) is watcher_of(connect(client=here.client("batch")))
    elsewhere = connect(
        session=here.session, region="eu-west-1", endpoint=here.connection["endpoint"]
    )
    assert watcher_of(elsewhere) is not watcher_of(one)


def test_a_watcher_that_retired_is_made_anew(here: EphemeralYard) -> None:
    clients = connect(**here.connection)
    first = watcher_of(clients)
    (key,) = (key for key, found in REGISTRY.shared.items() if found is first)
    retire(key, first)
    second = watcher_of(clients)
    assert second is not first
    retire(key, first)
    assert watcher_of(clients) is second


def test_our_reading_of_answers_is_botocores(here: EphemeralYard) -> None:
    registered(here)
    array = run(here, "exit 3", array_size=3)
    array.wait(PATIENCE, check=False)
    plain, own = here.client("batch"), asker(connect(**here.connection))
    ids = [str(array.job_id), f"{array.job_id}:0", "unknown"]
    theirs = plain.describe_jobs(jobs=ids)["jobs"]
    answer = ask(own, ids)
    assert [one.job_id for one in answer.jobs] == [one["jobId"] for one in theirs]
    for ours, job in zip(answer.jobs, theirs, strict=True):
        assert answer.body.detail(ours.job_id) == job
        assert (ours.status, ours.status_reason) == (job["status"], job["statusReason"])
        assert ours.children == job["arrayProperties"].get("statusSummary", {})
        container = job.get("container") or {}
        assert (ours.container and ours.container.exit_code) == container.get("exitCode")
    with pytest.raises(Refused, match="100"):
        ask(own, ["x"] * 101)
    assert here.session.get_component("response_parser_factory").__class__ is not Parsers


def test_a_wait_in_a_forked_child_has_threads_of_its_own(here: EphemeralYard) -> None:
    registered(here)
    job = run(here, "true")
    wait([job])
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_waits, args=(sender,))
    child.start()
    assert receiver.recv() == "NotFound"
    child.join()


def _waits(sender: Any) -> None:  # noqa: ANN401 - a pipe's end
    assert not REGISTRY.shared
    desk = Desk()
    heard, listener = listen()
    Watcher(desk.ask, cadence=Fixed(0.01)).wait_for(["a"], listener, limits=Limits(unseen=0))
    sender.send(type(told(heard)[0].error).__name__)


async def test_a_cancelled_task_leaves_nothing_behind(here: EphemeralYard) -> None:
    registered(here)
    job = run(here, "sleep 600")
    watcher = watcher_of(connect(**here.connection))
    seen = asyncio.Event()
    task = asyncio.create_task(aio.wait([job], progress=lambda _: seen.set()))
    await asyncio.wait_for(seen.wait(), PATIENCE)
    assert watcher.watches(str(job.job_id))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    job.terminate("enough")
    with pytest.raises(Failed, match="enough"):
        await aio.wait([job])
    assert not watcher.watches(str(job.job_id))


def test_two_loops_and_a_thread_share_a_watcher(here: EphemeralYard) -> None:
    registered(here)
    job = run(here, "echo hello")
    results: SimpleQueue[str | None] = SimpleQueue()

    def in_a_loop() -> None:
        (outcome,) = asyncio.run(aio.wait([job]))
        results.put(outcome.status)

    threads = [threading.Thread(target=in_a_loop) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert wait([job])[0].status == "SUCCEEDED"
    for thread in threads:
        thread.join()
    assert [results.get(timeout=PATIENCE) for _ in threads] == ["SUCCEEDED"] * 2
    assert Script.name == "script"


def test_nobody_waits_for_nothing(here: EphemeralYard) -> None:
    assert wait([], **here.connection) == ()
    with pytest.raises(NotFound):
        wait(["nothing"], limits=Limits(unseen=0), **here.connection)


def test_a_wait_can_be_given_up_in_the_midst_of_anything(desk: Desk, watcher: Watcher) -> None:
    """The garbage collector closes what was abandoned, whatever its thread is about to do."""
    desk.status = {"a": "RUNNING"}
    heard, listener = listen()
    waiter = watcher.wait_for(["a"], listener, moves=True)
    heard.get(timeout=PATIENCE)
    given_up = threading.Event()

    def give_up() -> None:
        watcher.cancel(waiter)
        given_up.set()

    with watcher._lock:  # noqa: SLF001 - what a thread holds while it leaves a message
        threading.Thread(target=give_up, daemon=True).start()
        assert given_up.wait(PATIENCE)


def test_a_process_without_room_for_threads_says_so_and_waits_when_there_is() -> None:
    program = (
        "import threading\n"
        "from tests.client.test_watcher import Desk, Fixed, Watcher, listen, told\n"
        "desk = Desk(); desk.status = {'a': 'SUCCEEDED'}\n"
        "watcher = Watcher(desk.ask, cadence=Fixed(0.01))\n"
        "lost, listener = listen()\n"
        "threading.stack_size(2**46)\n"
        "try: watcher.wait_for(['a'], listener)\n"
        "except RuntimeError as error: print(error)\n"
        "threading.stack_size(0)\n"
        "heard, listener = listen()\n"
        "watcher.wait_for(['a'], listener)\n"
        "print(told(heard)[0].seen.status, lost.empty())"
    )
    assert printed(program).splitlines() == ["can't start new thread", "SUCCEEDED True"]


def test_few_threads_ask_for_all_when_no_more_can_be_had() -> None:
    program = (
        "import threading\n"
        "from tests.client.test_watcher import Desk, Fixed, Watcher, listen, told\n"
        "desk = Desk()\n"
        "watcher = Watcher(desk.ask, cadence=Fixed(0.01))\n"
        "heard, listener = listen()\n"
        "desk.status = {'first': 'SUCCEEDED'}\n"
        "watcher.wait_for(['first'], listener); told(heard)\n"
        "threading.stack_size(2**46)\n"
        "ids = [str(number) for number in range(500)]\n"
        "desk.status = dict.fromkeys(ids, 'SUCCEEDED')\n"
        "watcher.wait_for(ids, listener)\n"
        "over = []\n"
        "while len(over) < 500: over += told(heard)\n"
        "print({one.error for one in over}, watcher._askers)"
    )
    assert printed(program) == "{None} 1"


def test_a_thread_that_was_interrupted_at_its_start_is_replaced(desk: Desk) -> None:
    watcher = Watcher(desk.ask, cadence=Fixed(0.01), linger=1000)
    watcher._thread = threading.Thread(target=watcher._drive, daemon=True)  # noqa: SLF001 - Ctrl-C came before it ran
    desk.status = {"a": "SUCCEEDED"}
    heard, listener = listen()
    late = watcher._thread  # noqa: SLF001 - as above
    watcher.wait_for(["a"], listener)
    assert told(heard)[0].error is None
    late.start()
    late.join(PATIENCE)
    assert not late.is_alive()


def test_outcomes_that_nobody_takes_are_not_waited_for(here: EphemeralYard) -> None:
    registered(here)
    job, done = run(here, "sleep 600"), run(here, "true")
    watcher = watcher_of(connect(**here.connection))
    outcomes = as_completed([job])
    watcher_has_it = threading.Event()
    watcher.wait_for([str(job.job_id)], lambda *_: watcher_has_it.set(), until="exists")
    assert watcher_has_it.wait(PATIENCE)
    assert watcher.watches(str(job.job_id))
    del outcomes
    wait([done])
    assert not watcher.watches(str(job.job_id))
    job.terminate("enough")
