"""What the store seam promises of pipelines, their instances and tasks, on every store."""

from __future__ import annotations

import threading

import pytest
from msgspec.structs import replace

from batchyard.errors import Refused, YardError
from batchyard.pipelines.states import ENDED, Status
from batchyard.pipelines.tasks import Taken
from batchyard.store.asking import InstanceQuery
from batchyard.store.seam import Batch, Store, TaskRemoval
from tests.store.kept import batch, job
from tests.store.kept_pipelines import (
    changes,
    deleted,
    held,
    instance,
    moved,
    names,
    pages,
    pipeline,
    taken,
)

A, B, C = (instance(name) for name in ("@a", "@b", "@c"))


def kept(store: Store, *owners: str) -> None:
    store.commit(Batch(pipelines=[pipeline(owner) for owner in owners]))


def test_pipelines_come_in_the_order_they_came_as_they_stand_last(store: Store) -> None:
    kept(store, "c", "a", "b")
    now = replace(pipeline("a"), version=2, active=pipeline("a").latest, paused=frozenset({"Say"}))
    store.commit(Batch(pipelines=[now]))
    assert list(store.pipelines()) == [pipeline("c"), now, pipeline("b")]


def test_an_instance_is_found_whole_live_and_ended(store: Store) -> None:
    kept(store, "p", "q")
    for now in (instance("@a"), moved(instance("@a")), moved(instance("@a"), Status.FINISHED)):
        store.commit(Batch(instances=changes("p", now)))
        assert store.instance("p", "@a") == now
    assert store.instance("q", "@a") is store.instance("p", "@b") is store.instance("r", "@a")


def test_instances_of_two_pipelines_may_have_the_same_id(store: Store) -> None:
    kept(store, "p", "q")
    store.commit(Batch(instances=[*changes("p", A), *changes("q", moved(A))]))
    assert (store.instance("p", "@a"), store.instance("q", "@a")) == (A, moved(A))
    assert names(store, "p") == names(store, "q") == ["@a"]


def test_an_instance_may_come_with_its_pipeline_and_never_before_it(store: Store) -> None:
    store.commit(Batch(pipelines=[pipeline("p")], instances=changes("p", A)))
    assert store.instance("p", "@a") == A
    with pytest.raises(YardError, match=r"instance @a .*'q'"):
        store.commit(Batch(instances=changes("q", A)))


def test_of_a_batch_that_is_refused_nothing_is_kept(store: Store) -> None:
    kept(store, "p")
    wrong = Batch(pipelines=[pipeline("r")], instances=[*changes("p", A), *changes("q", A)])
    for refused in (wrong, batch(job("a"), tasks=[taken("1"), taken("2", "q")])):
        with pytest.raises(YardError, match="'q'"):
            store.commit(refused)
    assert list(store.pipelines()) == [pipeline("p")]
    assert not [*store.live_instances(), *store.tasks(), *store.live_jobs()]


def test_a_task_of_a_pipeline_never_comes_before_it_and_that_of_a_job_may(store: Store) -> None:
    store.commit(Batch(tasks=[taken("1", "q", "batch")]))
    with pytest.raises(YardError, match=r"task 2 .*'q'"):
        store.commit(Batch(tasks=[taken("2", "q")]))
    store.commit(Batch(pipelines=[pipeline("q")], tasks=[taken("2", "q")]))
    assert set(held(store)) == {"1", "2"}


@pytest.mark.parametrize("status", Status)
def test_live_instances_are_those_that_have_not_ended(store: Store, status: Status) -> None:
    kept(store, "p")
    now = moved(A, status)
    store.commit(Batch(instances=changes("p", now)))
    assert list(store.live_instances()) == ([] if status in ENDED else [("p", now)])


def test_live_instances_come_in_the_order_they_came_whosever_they_are(store: Store) -> None:
    kept(store, "p", "q")
    store.commit(Batch(instances=[*changes("q", C), *changes("p", B, A), *changes("q", A)]))
    store.commit(Batch(instances=changes("p", moved(A), moved(B, Status.FAILED))))
    assert list(store.live_instances()) == [("q", C), ("p", moved(A)), ("q", A)]
    store.commit(Batch(instances=changes("p", moved(B))))
    assert list(store.live_instances()) == [("q", C), ("p", moved(B)), ("p", moved(A)), ("q", A)]


def test_of_several_changes_in_one_batch_the_last_is_kept(store: Store) -> None:
    now = replace(pipeline("p"), version=3)
    instances = changes("p", A, B, moved(A), moved(A, Status.FINISHED))
    tasks: list[Taken | TaskRemoval] = [taken("1"), taken("2"), taken("1", stale=True)]
    tasks += [TaskRemoval("2"), taken("3"), TaskRemoval("4"), taken("4")]
    store.commit(Batch(pipelines=[pipeline("p"), now], instances=instances, tasks=tasks))
    assert list(store.pipelines()) == [now]
    assert store.instance("p", "@a") == moved(A, Status.FINISHED)
    assert names(store, "p") == ["@a", "@b"]
    assert held(store) == {"1": taken("1", stale=True), "3": taken("3"), "4": taken("4")}


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_instances_are_listed_in_the_order_they_came_however_they_stand(
    store: Store, limit: int
) -> None:
    kept(store, "p", "q")
    every = [instance(f"@{n * 7 % 11}", f"C{n % 2}") for n in range(11)]
    for each in every:
        store.commit(Batch(instances=[*changes("p", each), *changes("q", each)]))
    ended = [moved(each, Status.FINISHED) for each in every[::3]]
    store.commit(Batch(instances=changes("p", *reversed(ended), moved(every[1]))))
    now = [moved(each, Status.FINISHED) if each in every[::3] else each for each in every]
    now[1] = moved(every[1])
    query = InstanceQuery(pipeline="p", limit=limit)
    assert [each for page in pages(store, query) for each in page.instances] == now
    finished = frozenset({Status.FINISHED})
    some = frozenset({Status.FINISHED, Status.RUNNING})
    ids = [each.id for each in every]
    assert names(store, "p", limit=limit, statuses=finished) == ids[::3]
    assert names(store, "p", limit=limit, statuses=some) == sorted(
        [*ids[::3], ids[1]], key=ids.index
    )
    assert names(store, "p", limit=limit, component="C1") == ids[1::2]
    assert names(store, "p", limit=limit, component="C1", statuses=finished) == [ids[3], ids[9]]
    assert names(store, "p", statuses=frozenset()) == names(store, "p", component="C2") == []
    assert names(store, "q", limit=limit) == ids
    assert names(store, "p", limit=limit, newest=True) == ids[::-1]
    assert names(store, "p", limit=limit, newest=True, statuses=finished) == ids[::3][::-1]
    assert names(store, "p", limit=limit, newest=True, component="C1") == ids[1::2][::-1]
    assert names(store, "r") == []


def test_a_page_that_is_full_to_the_last_has_none_after_it(store: Store) -> None:
    kept(store, "p")
    store.commit(Batch(instances=changes("p", A, B)))
    first = store.instances(InstanceQuery(pipeline="p", limit=2))
    assert (first.instances, first.next) == ((A, B), None)


def test_what_moves_between_pages_is_neither_passed_over_nor_given_twice(store: Store) -> None:
    kept(store, "p")
    every = [instance(f"@{n}") for n in range(6)]
    store.commit(Batch(instances=changes("p", *every)))
    seen = []
    for turn, page in enumerate(pages(store, InstanceQuery(pipeline="p", limit=2))):
        seen += [each.id for each in page.instances]
        over = [moved(each, Status.FINISHED) for each in (every[turn], every[-1 - turn])]
        store.commit(Batch(instances=changes("p", *over)))
    assert seen == [each.id for each in every]


@pytest.mark.parametrize("after", ["", "x", "MS4y", "é", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5"])
def test_a_cursor_no_page_gave_is_refused(store: Store, after: str) -> None:
    kept(store, "p")
    with pytest.raises(Refused, match="nextToken"):
        store.instances(InstanceQuery(pipeline="p", after=after))


def test_a_task_is_known_until_it_is_removed(store: Store) -> None:
    kept(store, "p")
    gone = TaskRemoval("2")
    store.commit(Batch(tasks=[taken("1"), taken("2"), taken("3", "job", "batch")]))
    store.commit(Batch(tasks=[replace(taken("1"), stale=True), gone]))
    store.commit(Batch(tasks=[gone, TaskRemoval("none")]))
    assert held(store) == {"1": taken("1", stale=True), "3": taken("3", "job", "batch")}


def test_a_deleted_pipeline_is_told_but_nothing_of_it_is_left(store: Store) -> None:
    kept(store, "p", "q")
    every = changes("p", A, moved(B), moved(C, Status.FINISHED)) + changes("q", A)
    tasks = [taken("1"), taken("2", "q"), taken("3", "p", "batch")]
    store.commit(Batch(instances=every, tasks=tasks))
    store.commit(Batch(pipelines=[gone := deleted(pipeline("p"))]))
    assert list(store.pipelines()) == [gone, pipeline("q")]
    assert list(store.live_instances()) == [("q", A)]
    assert (store.instance("p", "@a"), names(store, "p")) == (None, [])
    assert set(held(store)) == {"2", "3"}


def test_of_a_deleted_pipeline_nothing_is_kept_any_more(store: Store) -> None:
    gone = deleted(pipeline("p"))
    store.commit(Batch(pipelines=[pipeline("p")], instances=changes("p", A), tasks=[taken("1")]))
    late = Batch(pipelines=[gone], instances=changes("p", B), tasks=[taken("2")])
    for each in (late, Batch(instances=changes("p", moved(A)), tasks=[taken("1", stale=True)])):
        store.commit(each)
        assert (list(store.live_instances()), names(store, "p"), held(store)) == ([], [], {})
    assert list(store.pipelines()) == [gone]


def test_a_cleared_store_knows_no_pipeline(store: Store) -> None:
    store.commit(Batch(pipelines=[pipeline("p")], instances=changes("p", A, B), tasks=[taken("1")]))
    store.clear()
    assert not [*store.pipelines(), *store.live_instances(), *store.tasks()]
    assert (store.instance("p", "@a"), names(store, "p")) == (None, [])
    with pytest.raises(YardError, match="before its pipeline"):
        store.commit(Batch(instances=changes("p", A)))
    store.commit(Batch(pipelines=[pipeline("p")], instances=changes("p", B, A)))
    assert names(store, "p") == ["@b", "@a"]


def test_jobs_and_pipelines_go_in_one_batch(store: Store) -> None:
    store.commit(batch(job("a"), pipelines=[pipeline("p")], instances=changes("p", A)))
    assert (list(store.live_jobs()), list(store.live_instances())) == ([job("a")], [("p", A)])


def test_what_one_thread_commits_another_reads_at_once(store: Store) -> None:
    kept(store, "p")
    committed: list[str] = []

    def commit() -> None:
        for n in range(50):
            store.commit(Batch(instances=changes("p", instance(f"@{n}"))))
            committed.append(f"@{n}")

    thread = threading.Thread(target=commit)
    thread.start()
    while thread.is_alive() or len(committed) < 50:
        known = set(committed)
        assert set(names(store, "p", limit=7)) >= known
        assert {each.id for _, each in store.live_instances()} >= known
    thread.join()
