"""What an engine does, case by case; histories at random are in engine_laws.py."""

import asyncio

import pytest
from msgspec.structs import replace

from batchyard.batch import events, ids, lifecycle, reasons
from batchyard.batch.images import Image
from batchyard.batch.model import Attempt, Demand, Retry
from batchyard.batch.states import JobState
from batchyard.engine.endings import A_TURN
from batchyard.engine.journal import RETRY_MS
from batchyard.errors import YardError
from batchyard.launchers import seam
from batchyard.logs.groups import LogGroup
from batchyard.store.seam import Batch, JobChange
from tests.engine.yard import MEMORY, PLACE, SEQUENTIAL, VCPUS, Yard, after, spec

LARGE = Demand(VCPUS, 100)


@pytest.fixture
def yard() -> Yard:
    return Yard()


def cancel(yard: Yard, job_id: str) -> None:
    yard.engine.apply(job_id, events.Cancelled(yard.clock.now(), reason="cancel"))


def terminate(yard: Yard, job_id: str) -> None:
    yard.engine.apply(job_id, events.Terminated(yard.clock.now(), reason="terminate"))


def test_a_job_runs_and_is_then_read_from_the_store(yard: Yard) -> None:
    job = yard.submit()
    yard.settle()
    assert yard.state(job) == "STARTING"
    yard.runs(job)
    assert yard.state(job) == "SUCCEEDED"
    assert yard.engine.jobs == {}
    assert yard.store.details(PLACE, [job]) == {job: b"SUCCEEDED"}
    assert yard.launcher.acknowledged == [yard.attempt(job)]


def test_nothing_starts_before_it_is_on_disk(yard: Yard) -> None:
    yard.writer.held = True
    job = yard.submit()
    yard.settle()
    assert yard.state(job) == "STARTING"
    assert yard.launcher.launched == {}
    yard.writer.write()
    yard.settle()
    assert list(yard.launcher.launched) == [yard.attempt(job)]


def test_no_exit_is_forgotten_before_it_is_on_disk(yard: Yard) -> None:
    job = yard.submit()
    yard.settle()
    yard.writer.held = True
    yard.runs(job)
    assert yard.launcher.acknowledged == []
    yard.crash()
    yard.settle()
    assert yard.state(job) == "SUCCEEDED"
    assert yard.launcher.acknowledged == [yard.attempt(job)]


def test_what_could_not_be_written_is_tried_again(yard: Yard) -> None:
    yard.store.failures = 1
    first = yard.submit()
    yard.settle()
    assert (yard.store.job(first), yard.launcher.launched) == (None, {})
    yard.clock.advance(RETRY_MS)
    assert yard.store.job(first) == yard.job(first)
    assert list(yard.launcher.launched) == [yard.attempt(first)]


def test_a_failed_commit_is_no_older_than_what_changed_meanwhile(yard: Yard) -> None:
    yard.writer.held = True
    job = yard.submit()
    yard.settle()
    cancel(yard, job)
    terminate(yard, job)
    yard.store.failures = 1
    yard.writer.write()
    yard.writer.held = False
    yard.clock.advance(RETRY_MS)
    assert yard.store.job(job) == yard.job(job)
    assert yard.job(job).stop is not None


async def test_whoever_waits_for_a_failed_commit_is_told(yard: Yard) -> None:
    yard.store.failures = 1
    yard.submit()
    told = asyncio.ensure_future(yard.engine.durable())
    await asyncio.sleep(0)
    yard.settle()
    with pytest.raises(YardError, match="disk is full"):
        await told


async def test_whoever_waits_is_told_when_it_is_on_disk(yard: Yard) -> None:
    yard.writer.held = True
    job = yard.submit()
    told = asyncio.ensure_future(yard.engine.durable())
    await asyncio.sleep(0)
    yard.settle()
    assert not told.done()
    yard.writer.write()
    yard.settle()
    yard.writer.write()
    yard.settle()
    await told
    assert yard.store.job(job) is not None


@pytest.mark.parametrize("code,state", [(0, "STARTING"), (1, "FAILED")])
def test_a_dependent_hears_how_a_live_job_ended(yard: Yard, code: int, state: str) -> None:
    first = yard.submit()
    second = yard.submit(depends_on=after(first))
    yard.settle()
    assert yard.state(second) == "PENDING"
    yard.runs(first, code)
    assert yard.state(second) == state
    assert yard.job(second).story[2].cause == f"{first} {'failed' if code else 'succeeded'}"


@pytest.mark.parametrize("code,state", [(0, "STARTING"), (1, "FAILED")])
@pytest.mark.parametrize("held", [False, True], ids=["on disk", "in memory"])
def test_a_dependent_of_an_ended_job_need_not_wait(
    yard: Yard, *, code: int, state: str, held: bool
) -> None:
    first = yard.submit()
    yard.settle()
    yard.writer.held = held
    yard.runs(first, code)
    second = yard.submit(depends_on=after(first))
    yard.settle()
    assert yard.state(second) == state


def test_log_changes_that_could_not_be_written_are_tried_again_in_their_order(yard: Yard) -> None:
    yard.store.failures = 1
    yard.engine.logs.put_group(PLACE, LogGroup(name="g", created_at=1))
    yard.settle()
    assert yard.store.log_groups(PLACE) == ()
    yard.engine.logs.create_stream(PLACE, "g", "s")
    yard.clock.advance(RETRY_MS)
    assert yard.store.stream(PLACE, "g", "s") is not None
    assert yard.engine.settled


def test_a_dependent_of_a_job_nobody_knows_fails(yard: Yard) -> None:
    """It was forgotten after it was looked for: waiting for it would never end."""
    job = yard.submit(depends_on=after("forgotten"))
    yard.settle()
    assert (yard.state(job), yard.job(job).status_reason) == ("FAILED", "Dependent Job failed")


def test_counterparts_of_children_that_never_were_fail(yard: Yard) -> None:
    first = yard.submit(demand=LARGE)
    array = yard.submit(array_size=2, depends_on=after(first))
    pairs = yard.submit(array_size=2, depends_on=after(array, kind="N_TO_N"))
    yard.settle()
    assert yard.state(f"{pairs}:1") == "PENDING"
    yard.runs(first, 1)
    assert [yard.state(each) for each in (array, f"{pairs}:1", pairs)] == ["FAILED"] * 3


@pytest.mark.parametrize("held", [False, True], ids=["on disk", "in memory"])
def test_counterparts_of_an_array_that_failed_before_it_spawned_fail(
    yard: Yard, *, held: bool
) -> None:
    first = yard.submit()
    array = yard.submit(array_size=2, depends_on=after(first))
    yard.settle()
    yard.writer.held = held
    yard.runs(first, 1)
    pairs = yard.submit(array_size=2, depends_on=after(array, kind="N_TO_N"))
    yard.settle()
    assert yard.state(pairs) == "FAILED"


def test_a_counterpart_beyond_the_other_array_is_not_waited_for(yard: Yard) -> None:
    """The service refuses such arrays; an engine that is given one must still come to an end."""
    array = yard.submit(array_size=2)
    pairs = yard.submit(array_size=3, depends_on=after(array, kind="N_TO_N"))
    yard.settle()
    assert [yard.state(f"{pairs}:{index}") for index in range(3)] == ["PENDING"] * 2 + ["FAILED"]


def test_children_wait_for_their_counterparts_one_by_one(yard: Yard) -> None:
    array = yard.submit(array_size=2)
    pairs = yard.submit(array_size=2, depends_on=after(array, kind="N_TO_N"))
    yard.settle()
    yard.runs(f"{array}:1")
    states = [yard.state(f"{pairs}:{index}") for index in (0, 1)]
    assert states == ["PENDING", "STARTING"]


def test_sequential_children_start_one_after_the_other(yard: Yard) -> None:
    array = yard.submit(array_size=3, depends_on=SEQUENTIAL)
    yard.settle()
    for index in range(3):
        assert [job.id for job in yard.placed()] == [f"{array}:{index}"]
        yard.runs(f"{array}:{index}")
    assert yard.state(array) == "SUCCEEDED"


def test_a_terminate_before_the_process_is_there_still_ends_it(yard: Yard) -> None:
    job = yard.submit()
    yard.settle()
    attempt = yard.attempt(job)
    terminate(yard, job)
    yard.settle()
    yard.launcher.ended.clear()
    yard.launcher.starts(attempt)
    yard.settle()
    assert yard.launcher.ended == {attempt: 30.0}
    yard.launcher.exits(attempt, 143)
    yard.settle()
    assert (yard.state(job), yard.job(job).status_reason) == ("FAILED", "terminate")


def test_a_timeout_ends_an_attempt_and_survives_a_restart(yard: Yard) -> None:
    job = yard.submit(timeout=60)
    yard.settle()
    yard.clock.advance(5000)
    yard.launcher.starts(yard.attempt(job))
    yard.settle()
    yard.clock.advance(30_000)
    yard.crash()
    yard.clock.advance(29_999)
    assert yard.launcher.ended == {}
    yard.clock.advance(1)
    assert yard.launcher.ended == {yard.attempt(job): 30.0}


def test_an_attempt_that_ended_in_time_leaves_no_timer(yard: Yard) -> None:
    job = yard.submit(timeout=60)
    yard.settle()
    yard.runs(job)
    assert yard.clock.pending == 0


def test_an_attempt_that_ended_while_nobody_looked_leaves_no_timer(yard: Yard) -> None:
    job = yard.submit(timeout=60)
    yard.settle()
    yard.launcher.starts(yard.attempt(job))
    yard.settle()
    yard.writer.held = True
    yard.launcher.exits(yard.attempt(job))
    yard.crash()
    yard.settle()
    assert yard.state(job) == "SUCCEEDED"
    assert yard.clock.pending == 0


def test_a_launch_that_never_arrived_is_made_again(yard: Yard) -> None:
    yard.writer.held = True
    job = yard.submit()
    yard.settle()
    yard.writer.write()
    yard.crash()
    assert yard.state(job) == "STARTING"
    yard.settle()
    assert list(yard.launcher.launched) == [yard.attempt(job)]


def test_a_lost_place_is_told_as_a_lost_host_and_tried_again(yard: Yard) -> None:
    job = yard.submit(retry=Retry(2))
    yard.settle()
    yard.launcher.starts(yard.attempt(job))
    yard.settle()
    yard.crash(with_launcher=True)
    yard.settle()
    assert len(yard.job(job).attempts) == 2
    assert (yard.job(job).attempts[0].status_reason or "").startswith("Host EC2 (instance i-")


def test_the_end_of_an_attempt_nobody_knows_is_forgotten_at_once(yard: Yard) -> None:
    job = yard.submit()
    yard.settle()
    attempt = yard.attempt(job)
    yard.runs(job)
    yard.launcher.launch([seam.Launch(attempt, ("true",), {})])
    yard.launcher.acknowledged.clear()
    yard.launcher.exits(attempt)
    yard.settle()
    assert yard.launcher.acknowledged == [attempt]
    assert yard.engine.settled


def test_older_jobs_go_first_after_a_restart_too(yard: Yard) -> None:
    blocker = yard.submit(demand=LARGE)
    waiting = [yard.submit(array_size=2, demand=LARGE), yard.submit(demand=LARGE)]
    yard.settle()
    yard.crash()
    yard.settle()
    order = []
    yard.runs(blocker)
    while placed := yard.placed():
        order.append(placed[0].id)
        yard.runs(placed[0].id)
    assert order == [f"{waiting[0]}:0", f"{waiting[0]}:1", waiting[1]]


def test_a_job_too_large_for_every_environment_says_so(yard: Yard) -> None:
    job = yard.submit(demand=Demand(VCPUS + 1, 1))
    fine = yard.submit(demand=Demand(VCPUS, MEMORY))
    yard.settle()
    assert (yard.job(job).status_reason or "").startswith("MISCONFIGURATION:")
    assert yard.state(fine) == "STARTING"
    yard.environment(vcpus=VCPUS + 1)
    yard.runs(fine)
    assert yard.state(job) == "STARTING"
    assert yard.job(job).status_reason is None


def test_a_shrunken_environment_is_told_to_who_no_longer_fits(yard: Yard) -> None:
    yard.submit(demand=LARGE)
    job = yard.submit(demand=LARGE)
    yard.settle()
    assert yard.job(job).status_reason is None
    yard.environment(vcpus=1000)
    yard.settle()
    assert (yard.job(job).status_reason or "").startswith("MISCONFIGURATION:")


def test_a_disabled_environment_keeps_what_runs_and_takes_nothing_new(yard: Yard) -> None:
    job = yard.submit()
    yard.settle()
    yard.environment(enabled=False)
    late = yard.submit()
    yard.settle()
    yard.runs(job)
    assert (yard.state(job), yard.state(late)) == ("SUCCEEDED", "RUNNABLE")
    yard.environment()
    yard.settle()
    assert yard.state(late) == "STARTING"


def test_deleting_a_queue_terminates_its_jobs_and_no_others(yard: Yard) -> None:
    other = yard.queue("other")
    running, array = yard.submit(demand=LARGE), yard.submit(array_size=2, demand=LARGE)
    kept = yard.submit(queue=other.arn, demand=LARGE)
    yard.settle()
    queue = yard.engine.shelf(PLACE).queues["q"]
    yard.engine.remove(PLACE, queue)
    yard.settle()
    assert yard.launcher.ended == {yard.attempt(running): 30.0}
    assert (yard.state(array), yard.job(array).status_reason) == ("FAILED", "Job queue deleted")
    yard.runs(running, 143)
    assert (yard.state(running), yard.state(kept)) == ("FAILED", "STARTING")
    assert ids.QUEUE not in [r.arn for _, r in yard.store.resources() if r == queue]
    yard.crash()
    assert "q" not in yard.engine.shelf(PLACE).queues


def test_an_environment_that_is_gone_is_given_nothing(yard: Yard) -> None:
    environment = yard.engine.shelf(PLACE).environments["env"]
    yard.engine.remove(PLACE, environment)
    job = yard.submit()
    yard.settle()
    assert yard.state(job) == "RUNNABLE"
    assert yard.engine.shelf(PLACE).environments == {}


def test_a_large_array_comes_to_life_in_few_commits(yard: Yard) -> None:
    before = yard.writer.batches
    array = yard.submit(array_size=10_000)
    yard.settle()
    assert yard.writer.batches - before <= 2
    assert yard.job(array).tally == dict.fromkeys(JobState, 0) | {
        JobState.STARTING: 2,
        JobState.RUNNABLE: 9_998,
    }
    cancel(yard, array)
    yard.settle()
    assert yard.writer.batches - before <= 4 + 10_000 / A_TURN
    assert len(yard.engine.jobs) == 3


async def test_a_yard_that_stops_its_jobs_starts_no_others(yard: Yard) -> None:
    job = yard.submit(demand=LARGE, retry=Retry(2))
    yard.submit(demand=LARGE)
    yard.settle()
    yard.launcher.starts(yard.attempt(job))
    stopping = asyncio.ensure_future(yard.engine.stop(jobs=True))
    while not stopping.done():
        yard.settle()
        await asyncio.sleep(0)
    await stopping
    assert len(yard.launcher.launched) == 1
    assert [job.state for job in yard.engine.jobs.values()] == [JobState.RUNNABLE] * 2


async def test_a_stopped_yard_has_written_everything(yard: Yard) -> None:
    job = yard.submit(timeout=60)
    yard.settle()
    yard.launcher.starts(yard.attempt(job))
    for _ in range(2):
        stopping = asyncio.ensure_future(yard.engine.stop())
        while not stopping.done():
            yard.settle()
            await asyncio.sleep(0)
        await stopping
    assert yard.store.job(job) == yard.job(job)
    assert yard.state(job) == "RUNNING"
    assert yard.clock.pending == 0


def test_a_job_that_says_nothing_to_run_fails_at_its_start_and_is_not_tried_again(
    yard: Yard,
) -> None:
    """Not valid definitions are not retried (UG job_retries)."""
    job = yard.submit(command=(), image="lab/align:2", retry=Retry(3))
    yard.settle()
    (attempt,) = yard.job(job).attempts
    assert (yard.state(job), attempt.status_reason) == ("FAILED", reasons.NOT_STARTED)
    assert attempt.reason == reasons.no_command("lab/align:2")
    assert yard.launcher.launched == {}


def test_a_launch_that_never_arrived_is_judged_anew_after_a_restart(yard: Yard) -> None:
    placed = Attempt("never-heard-of", yard.environment(), 1)
    job = lifecycle.submitted("kept", spec(command=()), 1)
    starting = replace(job, state=JobState.STARTING, attempts=(placed,))
    yard.store.commit(Batch([JobChange(starting)]))
    yard.crash()
    yard.settle()
    assert yard.state("kept") == "FAILED"
    assert yard.launcher.launched == {}


def test_what_an_image_would_run_stands_in_for_a_command_and_before_one(yard: Yard) -> None:
    yard.images = {"lab/align": Image(("python3", "align.py"), ("--help",))}
    yard.crash()
    without = yard.submit(command=(), image="lab/align:2")
    having = yard.submit(command=("reads.fq",), image="lab/align:2")
    yard.settle()
    launched = [yard.launcher.launched[yard.attempt(job)].command for job in (without, having)]
    assert launched == [("python3", "align.py", "--help"), ("python3", "align.py", "reads.fq")]


def test_a_job_is_tagged_wherever_it_stands_and_keeps_that_over_a_crash(yard: Yard) -> None:
    ended, runs = yard.submit(), yard.submit()
    yard.settle()
    yard.runs(ended)
    for job in (ended, runs):
        yard.engine.tag(yard.job(job), {"a": "1"})
        yard.engine.tag(yard.job(job), {"a": "2"})
        yard.settle()
    assert set(yard.engine.jobs) == {runs}
    yard.crash()
    yard.settle()
    assert [yard.job(job).tags for job in (ended, runs)] == [{"a": "2"}] * 2
    assert set(yard.engine.jobs) == {runs}
    yard.runs(runs)
    assert yard.state(runs) == "SUCCEEDED"


def test_an_ended_job_is_shown_as_it_was_tagged_before_and_after_that_is_on_disk(
    yard: Yard,
) -> None:
    job = yard.submit()
    yard.settle()
    yard.runs(job)
    yard.presenter.more = b" tagged"
    yard.writer.held = True
    yard.engine.tag(yard.job(job), {})
    yard.settle()
    assert yard.engine.shown.details(PLACE, [job]) == [b"SUCCEEDED tagged"]
    yard.writer.write()
    yard.settle()
    assert yard.engine.shown.details(PLACE, [job]) == [b"SUCCEEDED tagged"]
    assert yard.store.details(PLACE, [job]) == {job: b"SUCCEEDED tagged"}


def test_watchers_see_every_change_in_its_turn(yard: Yard) -> None:
    seen: list[tuple[str | None, str]] = []
    yard.engine.watchers.append(
        lambda was, now: seen.append((was.state if was else None, now.state))
    )
    job = yard.submit()
    yard.settle()
    yard.runs(job)
    states = ["SUBMITTED", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]
    assert seen == list(zip([None, *states], states, strict=False))


def test_a_detail_is_formed_anew_when_the_job_changes(yard: Yard) -> None:
    job = yard.submit(demand=LARGE)
    late = yard.submit(demand=LARGE)
    yard.settle()
    assert yard.engine.shown.detail(yard.job(late)) == b"RUNNABLE"
    yard.runs(job)
    assert yard.engine.shown.detail(yard.job(late)) == b"STARTING"


def test_defaults_that_fail_once_are_there_the_next_time(yard: Yard) -> None:
    queue = yard.engine.shelf(PLACE).queues["q"]
    elsewhere = PLACE._replace(region="elsewhere")
    yard.presenter.given = lambda: [queue][1 // 0 :]
    with pytest.raises(ZeroDivisionError):
        yard.engine.shelf(elsewhere)
    yard.presenter.given = lambda: [queue]
    assert "q" in yard.engine.shelf(elsewhere).queues
