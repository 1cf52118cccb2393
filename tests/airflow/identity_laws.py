"""What a try does about the jobs it finds: takes up its own, ends the outdated, no others."""

from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from batchyard.airflow.identity import TAG, Identity, decide, identity_of, read_tag

TASKS = ("0" * 32, "a" * 32)
STATES = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")

identities = st.builds(
    Identity, st.sampled_from(TASKS), st.integers(0, 3), st.integers(min_value=1, max_value=4)
)


@st.composite
def jobs(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Jobs of tasks, of others, and of nobody."""
    found = draw(
        st.lists(
            st.tuples(
                st.none() | identities,
                st.sampled_from(STATES),
                st.booleans(),
                st.booleans(),
            ),
            max_size=8,
        )
    )
    return [
        {
            "jobId": str(number),
            "status": status,
            "isTerminated": terminated,
            "isCancelled": cancelled,
            **({"tags": {TAG: whose.tag, "team": "lab"}} if whose else {}),
        }
        for number, (whose, status, terminated, cancelled) in enumerate(found)
    ]


def alive(job: dict[str, Any]) -> bool:
    told = job["isTerminated"] or job["isCancelled"]
    return job["status"] not in {"SUCCEEDED", "FAILED"} and not told


@given(identities, jobs())
def test_only_jobs_that_are_alive_and_this_tasks_are_touched(
    own: Identity, found: list[dict[str, Any]]
) -> None:
    done = decide(own, found)
    mine = [
        job
        for job in found
        if alive(job) and (tag := read_tag(job.get("tags"))) and tag.task == own.task
    ]
    touched = [*([done.adopted] if done.adopted else []), *done.outdated]
    assert sorted(touched) == sorted(job["jobId"] for job in mine)


@given(identities, jobs())
def test_the_newest_of_the_tasks_present_life_is_taken_up(
    own: Identity, found: list[dict[str, Any]]
) -> None:
    same = [
        job["jobId"]
        for job in found
        if alive(job)
        and (tag := read_tag(job.get("tags")))
        and (tag.task, tag.generation) == (own.task, own.generation)
    ]
    assert decide(own, found).adopted == (same[0] if same else None)


@given(identities, jobs())
def test_it_is_sure_when_the_try_before_is_seen(own: Identity, found: list[dict[str, Any]]) -> None:
    attempts = [
        tag.attempt for job in found if (tag := read_tag(job.get("tags"))) and tag.task == own.task
    ]
    assert decide(own, found).sure == any(one >= own.attempt - 1 for one in attempts)


@given(identities)
def test_a_tag_is_read_as_it_was_written(own: Identity) -> None:
    assert read_tag({TAG: own.tag}) == own


@given(st.text(), identities, st.text(min_size=1))
def test_any_other_tag_is_nobodys(text: str, own: Identity, more: str) -> None:
    assert read_tag({TAG: f"{text}!"}) is None
    assert read_tag({TAG: f"{own.tag}.{more}"}) is None
    assert read_tag(None) is None


@dataclass
class Ti:
    dag_id: str
    task_id: str
    run_id: str
    map_index: int
    max_tries: int = 0
    try_number: int = 1


names = st.sampled_from(["", "a", "b"])
tis = st.builds(Ti, names, names, names, st.integers(-1, 1))


@given(tis, names, tis, names)
def test_two_tasks_have_one_identity_only_if_they_are_one(
    a: Ti, here: str, b: Ti, there: str
) -> None:
    same = (a, here) == (b, there)
    assert (identity_of(a, here).task == identity_of(b, there).task) == same
