"""What EventBridge is told: with the change that it tells, or not at all."""

from __future__ import annotations

import json
from collections import defaultdict

from batchyard.batch.model import Demand, Job
from batchyard.engine.bulletin import MARK_MS, NOTE
from tests.engine.yard import SEQUENTIAL, Yard

QUEUE = "a target"


def everything(job: Job) -> bool:
    return job.created_at > 0


class Telling(Yard):
    """A yard that tells targets, and shows JSON."""

    def __init__(self, *targets: str) -> None:
        super().__init__(targets or (QUEUE,))

    def told(self) -> dict[str, list[str]]:
        """What is kept for targets: of each job the states, in the order of the numbers."""
        found = defaultdict(list)
        notices = self.store.notices(0, 1000)
        numbers = [notice.number for notice in notices]
        assert numbers == sorted(set(numbers))
        for notice in notices:
            said = notice.body.partition(b',"detail":')
            assert json.loads(said[0] + b"}")["version"] == "0"
            found[notice.job_id].append(said[2].decode().rstrip("}"))
        return dict(found)


LIFE = ["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]


def test_each_change_of_a_job_is_kept_for_targets_in_order_and_no_submission_is() -> None:
    yard = Telling()
    one, other = yard.submit(), yard.submit()
    yard.settle()
    yard.runs(one)
    yard.runs(other)
    assert yard.told() == {one: LIFE, other: LIFE}


def test_an_array_and_its_children_are_told_of() -> None:
    yard = Telling()
    parent = yard.submit(array_size=2, depends_on=SEQUENTIAL)
    yard.settle()
    yard.runs(f"{parent}:0")
    yard.runs(f"{parent}:1")
    told = yard.told()
    assert told[parent] == ["PENDING", "SUCCEEDED"]
    assert told[f"{parent}:0"] == LIFE
    assert told[f"{parent}:1"] == ["PENDING", *LIFE]


def test_changes_and_notices_are_kept_together_or_not_at_all() -> None:
    yard = Telling()
    yard.settle()
    yard.writer.held = True
    job = yard.submit()
    yard.settle()
    assert (yard.store.job(job), yard.told()) == (None, {})
    yard.crash()
    assert (yard.store.job(job), yard.told()) == (None, {})


def test_a_failed_commit_is_made_up_for_with_every_notice() -> None:
    yard = Telling()
    yard.store.failures = 1
    job = yard.submit()
    yard.settle()
    yard.clock.advance(5000)
    yard.settle()
    yard.runs(job)
    assert yard.told() == {job: LIFE}


def test_a_target_is_told_once_what_there_is_is_on_disk() -> None:
    yard = Telling()
    seen: list[int] = []
    yard.engine.bulletin.published.append(lambda: seen.append(len(yard.store.notices(0, 100))))
    job = yard.submit()
    yard.settle()
    yard.runs(job)
    assert seen
    assert seen[-1] == 4
    assert all(seen)


def test_what_is_noted_while_the_disk_is_written_is_told_as_well() -> None:
    yard = Telling()
    seen: list[int] = []
    yard.engine.bulletin.published.append(lambda: seen.append(len(yard.store.notices(0, 100))))
    yard.settle()
    yard.writer.held = True
    yard.submit()
    yard.settle()
    yard.submit(depends_on=())
    yard.settle()
    yard.writer.write()
    yard.settle()
    yard.writer.write()
    yard.settle()
    assert seen[-1] == len(yard.store.notices(0, 100)) == 4


def test_without_targets_nothing_is_written_and_all_can_be_looked_at() -> None:
    yard = Yard()
    job = yard.submit()
    yard.settle()
    yard.runs(job)
    assert yard.store.notices(0, 10) == ()
    latest = yard.engine.bulletin.latest(everything, 10)
    assert [each.job.state.value for each in latest] == LIFE
    assert yard.engine.bulletin.after(latest[1].number, everything, 10) == latest[2:]
    assert yard.engine.bulletin.after(latest[-1].number, everything, 10) == []
    assert yard.engine.bulletin.after(0, everything, 3) == latest[:3]
    assert yard.engine.bulletin.latest(everything, 3) == latest[1:]


def test_what_every_target_has_is_forgotten_and_a_restart_goes_on_there() -> None:
    yard = Telling("one", "other")
    job = yard.submit()
    yard.settle()
    yard.runs(job)
    numbers = [notice.number for notice in yard.store.notices(0, 10)]
    bulletin = yard.engine.bulletin
    bulletin.delivered("one", numbers[3])
    bulletin.delivered("other", numbers[1])
    yard.clock.advance(MARK_MS)
    yard.settle()
    assert [notice.number for notice in yard.store.notices(0, 10)] == numbers[2:]
    yard.crash()
    assert yard.engine.bulletin.mark("one") == numbers[3]
    assert yard.engine.bulletin.mark("other") == numbers[1]
    assert yard.engine.bulletin.number >= numbers[3]


def test_a_new_target_begins_with_the_next_change_and_keeps_its_place_at_once() -> None:
    yard = Telling()
    yard.settle()
    begun = yard.engine.bulletin.mark(QUEUE)
    assert yard.store.notes()[NOTE + QUEUE] == str(begun)
    yard.submit()
    yard.settle()
    yard.crash()
    assert yard.engine.bulletin.mark(QUEUE) == begun
    assert all(notice.number > begun for notice in yard.store.notices(0, 10))


def test_stopping_keeps_how_far_each_target_has_come() -> None:
    yard = Telling()
    yard.submit()
    yard.settle()
    yard.engine.bulletin.delivered(QUEUE, yard.engine.bulletin.number)
    yard.engine.bulletin.stop()
    yard.settle()
    assert yard.store.notices(0, 10) == ()


def test_a_job_that_nothing_can_hold_blocks_its_queue() -> None:
    yard = Telling()
    job = yard.submit(demand=Demand(64_000, 1))
    yard.settle()
    bodies = [notice.body for notice in yard.store.notices(0, 10)]
    assert [b'"Batch Job Queue Blocked"' in body for body in bodies] == [False, True]
    assert yard.state(job) == "RUNNABLE"
