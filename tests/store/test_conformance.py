"""What the store seam promises, on every store."""

from __future__ import annotations

import threading

import pytest
from msgspec.structs import replace

from batchyard.batch import ids
from batchyard.batch.model import DEFAULT_LOG_GROUP, Consumed
from batchyard.batch.notices import Notice
from batchyard.batch.resources import ComputeEnvironment, JobDefinition, JobQueue
from batchyard.batch.states import JobState
from batchyard.errors import Refused
from batchyard.logs.groups import LogGroup
from batchyard.store.asking import JobQuery, StreamQuery
from batchyard.store.seam import Batch, JobChange, ResourceChange, ResourceRemoval, Store
from batchyard.store.sqlite.listing import STRETCHES
from tests.store.kept import (
    ELSEWHERE,
    HERE,
    array,
    batch,
    definition,
    detail,
    ended,
    job,
    listed,
    listed_ids,
    queue,
    running,
    spec,
    streams,
)

LOCAL = ComputeEnvironment("local", ids.arn(HERE, ids.ENVIRONMENT, "local"), "ENABLED", 4000)
DEFAULT = JobQueue("default", queue(), "ENABLED", 1, (LOCAL.arn,))
CENSUS = JobDefinition("census", definition(), 1)


def test_a_job_is_found_whole_live_and_ended(store: Store) -> None:
    live = running(job("a"), "first")
    store.commit(batch(live))
    assert store.job("a") == live
    over = ended(live)
    store.commit(batch(over))
    assert store.job("a") == over
    assert store.job("b") is None


def test_live_jobs_come_in_the_order_they_came_without_those_that_ended(store: Store) -> None:
    jobs = [job(name, at) for name, at in (("c", 3), ("a", 2), ("b", 9))]
    store.commit(batch(*jobs))
    store.commit(batch(ended(jobs[1]), running(jobs[0], "x")))
    assert list(store.live_jobs()) == [running(jobs[0], "x"), jobs[2]]


def test_children_share_one_spec_with_their_array(store: Store) -> None:
    store.commit(batch(*array("a", 5), *array("b", 2)))
    live = list(store.live_jobs())
    assert len(live) == 9
    assert len({id(each.spec) for each in live}) == 2
    assert store.job("a:3") == array("a", 5)[4]


def test_a_spec_is_kept_once(store: Store) -> None:
    store.commit(batch(*array("a", 2)))
    store.commit(batch(ended(array("a", 2)[0])))
    kept = store.job("a")
    assert kept is not None
    assert kept.spec == array("a", 2)[0].spec


def test_of_several_changes_in_one_batch_the_last_is_kept(store: Store) -> None:
    new = job("a")
    over = ended(running(new, "x"))
    store.commit(Batch([JobChange(new), JobChange(over, b"{}"), JobChange(over)]))
    assert store.job("a") == over
    assert store.details(HERE, ["a"]) == {"a": b"{}"}
    assert store.stream(HERE, DEFAULT_LOG_GROUP, "census/default/x") is not None


def test_what_became_of_an_ended_job_is_kept_too(store: Store) -> None:
    over = ended(running(job("a"), "x"))
    store.commit(batch(over))
    store.commit(Batch([JobChange(replace(over, status_reason="told late"), b"late")]))
    assert store.job("a") == replace(over, status_reason="told late")
    assert store.details(HERE, ["a"]) == {"a": b"late"}
    assert listed_ids(store, queue=queue()) == ["a"]


def test_states_are_told_of_known_jobs_only(store: Store) -> None:
    store.commit(batch(running(job("a"), "x"), ended(job("b"), state=JobState.FAILED)))
    asked = ["a", "b", "c", "a", "c\0", "ü'"]
    assert store.state_of(asked) == {"a": JobState.RUNNING, "b": JobState.FAILED}
    assert store.state_of([]) == {}


def test_details_are_those_of_ended_jobs_of_the_place(store: Store) -> None:
    over = ended(job("a"))
    store.commit(batch(over, job("b"), ended(job("c", of=spec(ELSEWHERE)))))
    assert store.details(HERE, ["a", "b", "c", "d"]) == {"a": detail(over)}
    assert list(store.details(ELSEWHERE, ["a", "b", "c", "d"])) == ["c"]


def test_a_queue_lists_its_jobs_newest_first_and_the_later_of_two_at_once(store: Store) -> None:
    ages = (("a", 5), ("b", 9), ("c", 5), ("d", 1))
    store.commit(batch(*(job(name, at) for name, at in ages)))
    store.commit(batch(job("x", 7, spec(queue=queue("other")))))
    assert listed_ids(store, queue=queue()) == ["b", "c", "a", "d"]
    assert listed_ids(store, queue=queue(), limit=1) == ["b", "c", "a", "d"]


def test_a_queue_lists_no_children_and_an_array_lists_them_by_index(store: Store) -> None:
    jobs = array("a", 12)
    store.commit(batch(jobs[0], *reversed(jobs[1:])))
    store.commit(batch(job("b"), ended(jobs[3])))
    assert listed_ids(store, queue=queue()) == ["b", "a"]
    assert listed_ids(store, parent="a", limit=5) == [each.id for each in jobs[1:]]
    assert listed_ids(store, parent="a", states=frozenset({JobState.SUCCEEDED})) == ["a:2"]
    assert listed_ids(store, parent="b") == listed_ids(store, parent="c") == []


def test_lists_show_the_states_asked_for(store: Store) -> None:
    store.commit(batch(job("a", 1), job("b", 2), job("c", 3), ended(job("d", 4))))
    store.commit(batch(running(job("b", 2), "x")))
    some = frozenset({JobState.RUNNING, JobState.SUCCEEDED})
    assert listed_ids(store, queue=queue(), states=frozenset({JobState.RUNNING})) == ["b"]
    assert listed_ids(store, queue=queue(), states=some, limit=1) == ["d", "b"]
    assert listed_ids(store, queue=queue(), states=frozenset()) == []


def test_lists_of_one_place_are_not_seen_from_another(store: Store) -> None:
    store.commit(batch(*array("a", 2), job("b", of=spec(ELSEWHERE))))
    assert listed_ids(store, place=ELSEWHERE, queue=queue()) == []
    assert listed_ids(store, place=ELSEWHERE, parent="a") == []
    assert listed_ids(store, place=ELSEWHERE, queue=queue(place=ELSEWHERE)) == ["b"]


def test_a_row_tells_what_a_list_shows(store: Store) -> None:
    of = spec(name="Census", share="blue")
    store.commit(batch(ended(replace(running(job("a", of=of), "x"), status_reason="why"))))
    store.commit(batch(*array("b", 2, at=1)))
    row, parent = listed(store, JobQuery(place=HERE, queue=queue()))
    assert (row.name, row.queue, row.definition) == ("Census", queue(), definition())
    assert (row.created_at, row.started_at, row.stopped_at) == (1000, 2000, 3000)
    assert (row.state, row.status_reason) == (JobState.SUCCEEDED, "why")
    assert (row.exit_code, row.reason, row.share) == (0, None, "blue")
    assert (row.cancelled, row.terminated) == (False, False)
    assert (parent.array_size, parent.index, parent.started_at) == (2, None, None)
    first, _ = listed(store, JobQuery(place=HERE, parent="b"))
    assert (first.array_size, first.index, first.name) == (2, 0, "job")


# https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html (filters)
@pytest.mark.parametrize(
    "conditions,found",
    [
        ({"name": "TEST1"}, "a"),
        ({"name": "test1*"}, "ab"),
        ({"name": "t*"}, "abc"),
        ({"name": "t"}, ""),
        ({"name": "test_2"}, "c"),
        ({"name": "*"}, "abc"),
        ({"definition": "jd1"}, "ab"),
        ({"definition": "JD1"}, ""),
        ({"definition": "jd1*"}, "abc"),
        ({"definition": "jd1:2"}, "b"),
        ({"definition": definition("jd1:2")}, "b"),
        ({"definition": definition("jd1:2", ELSEWHERE)}, ""),
        ({"definition": definition("jd1*")}, ""),
        ({"definition": "jd1", "name": "test1"}, "a"),
        ({"definition": "jd1*", "created_after": 10}, "bc"),
        ({"definition": "jd1", "share": "blue"}, "b"),
        ({"definition": "jd1", "states": frozenset({JobState.RUNNING})}, ""),
        ({"share": "blue"}, "b"),
        ({"share": "green"}, ""),
        ({"created_before": 20}, "a"),
        ({"created_after": 20}, "c"),
        ({"created_after": 10, "created_before": 30}, "b"),
        ({"created_after": -(1 << 70), "created_before": 1 << 70}, "abc"),
        ({"share": "blue", "states": frozenset({JobState.SUCCEEDED})}, ""),
    ],
)
def test_filters_let_through_what_aws_says(
    store: Store, conditions: dict[str, object], found: str
) -> None:
    first = spec(name="Test1", definition=definition("jd1:1"))
    second = spec(name="test10", definition=definition("jd1:2"), share="blue")
    third = spec(name="test_2", definition=definition("jd1A:1"))
    store.commit(batch(job("a", 10, first), job("b", 20, second), job("c", 30, third)))
    assert sorted(listed_ids(store, queue=queue(), limit=1, **conditions)) == sorted(found)


@pytest.mark.parametrize("revisions", [3, STRETCHES, STRETCHES + 2])
def test_jobs_of_many_revisions_are_listed_newest_first(store: Store, revisions: int) -> None:
    jobs = [
        job(str(n), 1000 + n // 2, spec(definition=definition(f"d:{n % revisions}")))
        for n in range(2 * revisions)
    ]
    others = [job(f"x{n}", 1000 + n, spec(definition=definition(f"e:{n}"))) for n in range(9)]
    store.commit(batch(*jobs, *others))
    names = [each.id for each in reversed(jobs)]
    assert listed_ids(store, queue=queue(), definition="d", limit=7) == names


def test_jobs_that_take_of_a_resource_are_listed_newest_first_from_any_queue(store: Store) -> None:
    of = spec(consumes=(Consumed("licence", 1), Consumed("token", 2)))
    elsewhere = spec(ELSEWHERE, queue=queue("other", ELSEWHERE), consumes=of.consumes)
    taking = [job("a", 1000, of), job("b", 1001, replace(of, queue=queue("other"), name="B"))]
    store.commit(batch(*taking, job("c"), *array("d", 2, 1001, consumes=of.consumes[:1])))
    store.commit(batch(job("e", of=elsewhere)))
    assert listed_ids(store, consumes="licence", limit=2) == ["d", "b", "a"]
    assert listed_ids(store, consumes="token") == ["b", "a"]
    assert listed_ids(store, consumes="token", name="b") == ["b"]
    assert listed_ids(store, consumes="none") == []
    store.commit(batch(ended(taking[0])))
    assert listed_ids(store, consumes="token", states=frozenset({JobState.SUCCEEDED})) == ["a"]
    assert store.forget_before(9999, 9).jobs == 1
    assert listed_ids(store, consumes="token") == ["b"]


@pytest.mark.parametrize(
    "cursor", ["", "x", "MQ==", "MS4yLjM=", "é", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5Ljk="]
)
def test_a_cursor_no_page_gave_is_refused(store: Store, cursor: str) -> None:
    store.commit(batch(*array("a", 2)))
    for asked in (JobQuery(place=HERE, queue=queue()), JobQuery(place=HERE, parent="a")):
        with pytest.raises(Refused, match="nextToken"):
            store.list_jobs(replace(asked, after=cursor))


def test_a_stream_is_there_from_its_attempt_on_and_shows_it_as_it_is(store: Store) -> None:
    name = "census/default/x"
    store.commit(batch(job("a")))
    assert store.stream(HERE, DEFAULT_LOG_GROUP, name) is None
    live = running(job("a"), "x")
    store.commit(batch(live))
    found = store.stream(HERE, DEFAULT_LOG_GROUP, name)
    assert found is not None
    assert (found.name, found.job_id, found.attempt) == (name, "a", live.attempts[0])
    again = running(ended(live), "y")
    store.commit(batch(again))
    found = store.stream(HERE, DEFAULT_LOG_GROUP, name)
    assert found is not None
    assert found.attempt == again.attempts[0]
    assert store.stream(ELSEWHERE, DEFAULT_LOG_GROUP, name) is None
    assert store.stream(HERE, "other", name) is None


def test_each_of_several_attempts_that_came_between_commits_has_its_stream(store: Store) -> None:
    store.commit(batch(running(job("a"), "x")))
    store.commit(batch(running(ended(running(running(job("a"), "x"), "y")), "z")))
    query = StreamQuery(place=HERE, log_group=DEFAULT_LOG_GROUP)
    names = [f"census/default/{attempt}" for attempt in "xyz"]
    assert [each.name for each in streams(store, query)] == names


def test_streams_are_listed_by_name_and_prefix(store: Store) -> None:
    other = spec(definition=definition("census2:7"))
    jobs = [running(job(str(n)), f"{n % 7}{n}") for n in range(20)]
    store.commit(batch(*jobs, running(job("z", of=other), "00")))
    store.commit(batch(running(job("elsewhere", of=spec(ELSEWHERE)), "e")))
    query = StreamQuery(place=HERE, log_group=DEFAULT_LOG_GROUP, limit=3)
    names = sorted(f"census/default/{n % 7}{n}" for n in range(20))
    assert [each.name for each in streams(store, query)] == [*names, "census2/default/00"]
    some = streams(store, replace(query, prefix="census/default/1"))
    assert [each.name for each in some] == [name for name in names if "default/1" in name]
    assert streams(store, replace(query, log_group="none")) == []


def test_log_groups_are_those_that_attempts_logged_to(store: Store) -> None:
    logged = [running(job(name, of=spec(log_group=name)), name) for name in ("b", "a")]
    store.commit(batch(*logged, job("c", of=spec(log_group="c"))))
    groups = tuple(LogGroup(name=name, created_at=2000) for name in ("a", "b"))
    assert store.log_groups(HERE) == groups
    assert store.log_groups(ELSEWHERE) == ()
    store.commit(batch(*map(ended, logged)))
    assert store.forget_before(9999, 99).jobs == 2
    assert store.log_groups(HERE) == groups


def test_a_job_that_never_ran_makes_no_log_group_by_being_forgotten(store: Store) -> None:
    store.commit(batch(ended(job("a"))))
    assert store.forget_before(9999, 9).jobs == 1
    assert store.log_groups(HERE) == ()


def test_resources_are_replaced_and_removed_by_name(store: Store) -> None:
    store.commit(Batch(resources=[ResourceChange(HERE, each) for each in (LOCAL, DEFAULT, CENSUS)]))
    second, full = replace(CENSUS, revision=2), replace(LOCAL, vcpus=1, detail=b'{"a":1}')
    store.commit(Batch(resources=[ResourceChange(HERE, full), ResourceChange(HERE, second)]))
    store.commit(Batch(resources=[ResourceRemoval(HERE, DEFAULT), ResourceRemoval(HERE, DEFAULT)]))
    store.commit(Batch(resources=[ResourceChange(ELSEWHERE, DEFAULT)]))
    expected = [(HERE, full), (HERE, CENSUS), (HERE, second), (ELSEWHERE, DEFAULT)]
    assert list(store.resources()) == expected


def test_changes_of_resources_are_kept_in_their_order(store: Store) -> None:
    put, gone = ResourceChange(HERE, LOCAL), ResourceRemoval(HERE, LOCAL)
    store.commit(Batch(resources=[put, gone]))
    assert list(store.resources()) == []
    store.commit(Batch(resources=[put, gone, put]))
    assert list(store.resources()) == [(HERE, LOCAL)]


def test_notices_come_in_order_until_they_are_delivered(store: Store) -> None:
    notices = [Notice(number, f"job-{number}", b"{}") for number in (3, 7, 20, 21)]
    assert (store.notices(0, 10), store.last_notice()) == ((), 0)
    store.commit(Batch(notices=notices[:2]))
    store.commit(batch(job("a"), notices=notices[2:]))
    assert store.notices(0, 10) == tuple(notices)
    assert store.notices(3, 2) == tuple(notices[1:3])
    assert store.last_notice() == 21
    store.commit(Batch(delivered=19))
    assert store.notices(0, 10) == tuple(notices[2:])
    store.commit(Batch(notices=[Notice(22, "x", b"")], delivered=21))
    assert store.notices(0, 10) == (Notice(22, "x", b""),)
    store.clear()
    assert (store.notices(0, 10), store.last_notice()) == ((), 0)


def test_notes_are_kept_by_name(store: Store) -> None:
    store.commit(Batch(notes={"a": "1", "b": ""}))
    store.commit(Batch(notes={"a": "2"}))
    assert store.notes() == {"a": "2", "b": ""}


def test_retention_takes_the_oldest_ends_first_and_no_more_than_asked(store: Store) -> None:
    store.commit(batch(*(ended(running(job(str(n)), f"x{n}"), at=100 - n) for n in range(5))))
    forgotten = store.forget_before(99, 2)
    assert (forgotten.jobs, set(forgotten.attempts)) == (2, {"x3", "x4"})
    assert set(store.state_of("01234")) == {"0", "1", "2"}
    assert store.forget_before(99, 2).jobs == 1
    assert store.forget_before(99, 2).jobs == 0
    assert set(store.state_of("01234")) == {"0", "1"}


def test_of_a_forgotten_job_nothing_is_left(store: Store) -> None:
    store.commit(batch(ended(running(job("a"), "x"))))
    store.forget_before(9999, 10)
    assert store.job("a") is None
    assert store.details(HERE, ["a"]) == {}
    assert listed_ids(store, queue=queue()) == listed_ids(store, queue=queue(), name="job") == []
    query = StreamQuery(place=HERE, log_group=DEFAULT_LOG_GROUP)
    assert streams(store, query) == []
    store.commit(batch(job("a", 7)))
    assert list(store.live_jobs()) == [job("a", 7)]


def test_an_array_goes_whole_once_nothing_of_it_lives(store: Store) -> None:
    parent, *children = array("a", 3)
    over = [ended(running(child, child.id), 5) for child in children]
    store.commit(batch(parent, *over))
    assert store.forget_before(9999, 1).jobs == 0
    store.commit(batch(ended(parent, 6), replace(over[0], state=JobState.RUNNING)))
    assert store.forget_before(9999, 1).jobs == 0
    store.commit(batch(over[0]))
    assert store.forget_before(6, 1).jobs == 0
    forgotten = store.forget_before(7, 1)
    assert (forgotten.jobs, set(forgotten.attempts)) == (4, {"a:0", "a:1", "a:2"})


def test_a_cleared_store_is_as_good_as_new(store: Store) -> None:
    store.commit(batch(*array("a", 2), ended(running(job("b"), "x")), notes={"a": "b"}))
    store.commit(Batch(resources=[ResourceChange(HERE, LOCAL)]))
    store.clear()
    assert not [*store.live_jobs(), *store.resources()]
    assert (store.job("b"), store.notes(), store.log_groups(HERE)) == (None, {}, ())
    assert listed_ids(store, queue=queue()) == []
    store.commit(batch(running(job("b"), "x")))
    assert list(store.live_jobs()) == [running(job("b"), "x")]


def test_what_one_thread_commits_another_reads_at_once(store: Store) -> None:
    committed: list[str] = []

    def commit() -> None:
        for n in range(50):
            store.commit(batch(job(str(n))))
            committed.append(str(n))

    thread = threading.Thread(target=commit)
    thread.start()
    while thread.is_alive() or len(store.state_of(committed)) < 50:
        known = list(committed)
        assert set(listed_ids(store, queue=queue(), limit=7)) >= set(known)
        assert {each.id for each in store.live_jobs()} >= set(known)
    thread.join()
    assert len(committed) == 50


def test_closing_twice_is_fine(store: Store) -> None:
    store.close()
    store.close()
