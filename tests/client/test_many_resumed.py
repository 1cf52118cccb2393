"""Under a key, a second call finds what is there already, and submits nothing twice."""

from typing import Any

import pytest

from batchyard import (
    Unsubmitted,
    submit_many,
)
from batchyard.testing import EphemeralYard
from tests.client.definitions import PATIENCE
from tests.client.road import Road, lost, refusal
from tests.client.shards import QUIET, Shard, Word, ids, listed, prepare, shards


@pytest.fixture(autouse=True, scope="module")
def definitions(here: EphemeralYard) -> None:
    prepare(here)


def test_a_lost_answer_among_others_is_found_and_doubles_nothing(here: EphemeralYard) -> None:
    road = Road(here, lambda number, _: lost if number % 9 == 2 else None, arrives=True)
    jobs = submit_many(shards(*range(40)), QUIET, client=road.client, resume="lossy")
    assert len(set(ids(jobs))) == 40
    assert road.calls.count("SubmitJob") == 40
    assert len(listed(here, "lossy")) == 40


def test_a_second_call_under_the_same_key_submits_what_is_missing(here: EphemeralYard) -> None:
    at: Any = {"queue": QUIET, "resume": "twice"}
    first = submit_many(shards(*range(0, 240, 2)), session=here.session, **at)
    road = Road(here)
    jobs = submit_many(shards(*range(240)), client=road.client, **at)
    assert ids(jobs[::2]) == ids(first)
    assert road.calls.count("SubmitJob") == 120
    assert road.calls.count("ListJobs") == 2  # all 120 jobs, a hundred a page, once
    assert [job.job_name for job in jobs[::2]] == [job.job_name for job in first]
    again = submit_many(shards(*range(240)), session=here.session, **at)
    assert ids(again) == ids(jobs)
    assert len(listed(here, "twice")) == 240


def test_equal_items_are_as_many_jobs_as_items(here: EphemeralYard) -> None:
    at: Any = {"queue": QUIET, "resume": "equal", "session": here.session}
    three = submit_many([Shard()] * 3, **at)
    five = submit_many([Shard()] * 5, **at)
    assert len(set(ids(five))) == 5
    assert ids(five[:3]) == ids(three)


def test_another_key_or_one_that_it_begins_with_finds_nothing(here: EphemeralYard) -> None:
    found = [
        ids(submit_many(shards(0), QUIET, resume=key, session=here.session))[0]
        for key in ("night-2", "night", "Night", "night-2")
    ]
    assert len(set(found)) == 3
    assert found[0] == found[3]


def test_ended_jobs_are_found_and_failed_ones_submitted_again_on_request(
    here: EphemeralYard,
) -> None:
    items = [Word(word="true"), Word(word="false")]
    at: Any = {"queue": "default", "resume": "failing", "session": here.session}
    good, bad = submit_many(items, **at)
    for job in (good, bad):
        job.wait(PATIENCE, check=False)
    assert ids(submit_many(items, **at)) == ids([good, bad])
    same, again = submit_many(items, resubmit_failed=True, **at)
    assert same.job_id == good.job_id
    assert again.job_id != bad.job_id
    assert str(again.job_name) == str(bad.job_name).removesuffix("-1") + "-2"
    again.wait(PATIENCE, check=False)
    assert ids(submit_many(items, **at)) == ids([good, again])


def test_of_two_jobs_that_a_race_made_the_newer_one_is_found(here: EphemeralYard) -> None:
    at: Any = {"queue": QUIET, "resume": "raced", "session": here.session}
    [job] = submit_many(shards(0), **at)
    batch = here.client("batch")
    name = {"jobName": job.job_name, "jobQueue": QUIET, "jobDefinition": "shard"}
    made = [batch.submit_job(**name)["jobId"] for _ in range(2)]
    assert ids(submit_many(shards(0), **at)) == made[1:]


def test_what_was_stopped_goes_on_where_it_stopped(here: EphemeralYard) -> None:
    road = Road(here, lambda n, _: (lambda: refusal(403, "AccessDenied")) if n > 9 else None)
    at: Any = {"queue": QUIET, "resume": "stopped"}
    with pytest.raises(Unsubmitted, match="9 of") as caught:
        submit_many(shards(*range(30)), client=road.client, at_once=2, **at)
    jobs = submit_many(shards(*range(30)), session=here.session, **at)
    # Two are under way at a time: the tenth call need not be the tenth item's.
    known = {n: job.job_id for n, job in enumerate(caught.value.jobs) if job is not None}
    assert len(known) == 9
    assert {n: jobs[n].job_id for n in known} == known
    assert len(listed(here, "stopped")) == 30
