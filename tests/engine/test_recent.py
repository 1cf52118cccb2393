"""The last jobs to end are kept in so many bytes and no more."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from batchyard.batch import lifecycle
from batchyard.batch.ids import Place
from batchyard.batch.model import Job
from batchyard.batch.states import JobState
from batchyard.engine.recent import Recent
from batchyard.engine.shown import Shown
from batchyard.store.memory import MemoryStore
from batchyard.store.seam import Batch, JobChange
from tests.batch.jobs_given import spec

HERE = Place(spec().account, spec().region)
ELSEWHERE = Place(HERE.account, "us-west-2")


@given(st.lists(st.tuples(st.text("ab", min_size=1, max_size=3), st.integers(0, 40))))
def test_what_is_kept_never_takes_more_room_than_there_is(puts: list[tuple[str, int]]) -> None:
    recent, given_ = Recent(room=100), dict[str, bytes]()
    for job_id, size in puts:
        given_[job_id] = b"x" * size
        recent.put(HERE, {job_id: given_[job_id]})
    kept = {name: recent.of(HERE).get(name) for name in given_}
    assert sum(len(detail) for detail in kept.values() if detail is not None) <= 100
    assert all(detail in {None, given_[name]} for name, detail in kept.items())


def test_a_job_is_only_given_to_its_own_place() -> None:
    recent = Recent()
    recent.put(HERE, {"job": b"{}"})
    assert recent.of(HERE) == {"job": b"{}"}
    assert recent.of(ELSEWHERE) == {}


def test_the_oldest_goes_first_and_clearing_forgets_all() -> None:
    recent = Recent(room=2)
    recent.put(HERE, {"a": b"1", "b": b"2", "c": b"3"})
    assert recent.of(HERE) == {"b": b"2", "c": b"3"}
    recent.clear()
    assert recent.of(HERE) == {}


def test_details_come_in_the_order_asked_for_wherever_they_are_kept() -> None:
    store = MemoryStore()
    ended, live, elsewhere = (a_job(name) for name in ("ended", "live", "elsewhere"))
    elsewhere = replace(elsewhere, spec=replace(elsewhere.spec, region="us-west-2"))
    ended = replace(ended, state=JobState.SUCCEEDED)
    store.commit(Batch(jobs=[JobChange(ended, b"stored")]))
    jobs = {"live": live, "elsewhere": elsewhere}
    shown = Shown(jobs, store, lambda job: job.id.encode())
    wanted = ["ended", "nobody", "live", "elsewhere"]
    for _ in range(2):
        assert shown.details(HERE, wanted) == [b"stored", b"live"]
        assert shown.details(HERE, ["live"]) == [b"live"]
        assert shown.details(ELSEWHERE, wanted) == [b"elsewhere"]


def a_job(name: str) -> Job:
    return lifecycle.submitted(name, spec(), 0)
