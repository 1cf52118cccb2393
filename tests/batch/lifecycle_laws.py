"""How single jobs and children move.

The oracle: https://docs.aws.amazon.com/batch/latest/userguide/job_states.html, job_timeouts.html,
job_retries.html and job_dependencies.html beside it.
"""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from batchyard.batch import commands, events, lifecycle, reasons
from batchyard.batch.model import Entry, Retry
from batchyard.batch.states import ENDED, PLACED, WAITING, JobState
from tests.batch.jobs_given import Moved, any_events, lives, moved, service, spec, variants

SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING, SUCCEEDED, FAILED = JobState
ENDS = (events.Exited, events.StartFailed, events.Lost)


def test_the_table_names_every_move_and_no_other() -> None:
    """Every job there can be, met with every event, makes exactly the moves of the table."""
    found: dict[tuple[JobState, str], set[JobState]] = defaultdict(set)
    kept = spec(retry=Retry(2), timeout=60)
    ahead = [lifecycle.submitted("j", kept, 0, w) for w in (frozenset(), frozenset({"x", "y"}))]
    ahead.append(lifecycle.submitted("j", replace(kept, service=service(1)), 0))
    known = set()
    while ahead:
        job = ahead.pop()
        for event in variants(job, 1):
            now, _ = lifecycle.step(job, event)
            if now is job:
                continue
            found[job.state, type(event).__name__].add(now.state)
            bare = replace(now, story=())
            if str(bare) not in known:
                known.add(str(bare))
                ahead.append(bare)
    assert found == lifecycle.TRANSITIONS


@given(lives())
def test_every_move_is_in_the_table(life: list[Moved]) -> None:
    for was, event, now, done in life:
        if now is was:
            assert done == ()
        else:
            assert now.state in lifecycle.TRANSITIONS[was.state, type(event).__name__]


@given(lives())
def test_an_event_that_comes_twice_changes_nothing_the_second_time(life: list[Moved]) -> None:
    for _, event, now, _ in life:
        again, done = lifecycle.step(now, event)
        assert again is now
        assert done == ()


@given(lives(whole=True), st.data())
def test_a_late_event_never_changes_an_ended_job(life: list[Moved], data: st.DataObject) -> None:
    ended = life[-1].now
    assert ended.ended
    late = data.draw(any_events(ended, 99_000))
    assert lifecycle.step(ended, late) == (ended, ())


@given(lives())
def test_what_is_said_of_another_attempt_changes_nothing(life: list[Moved]) -> None:
    for was, event, now, _ in life:
        named = getattr(event, "attempt", None)
        if named and not isinstance(event, events.Placed):
            assert now is was or (was.attempt is not None and was.attempt.id == named)


@given(lives(whole=True))
def test_a_job_never_tries_more_often_than_it_may(life: list[Moved]) -> None:
    job = life[-1].now
    assert len(job.attempts) - len(job.preempted) <= job.spec.retry.attempts


@given(lives(whole=True))
def test_a_stopped_or_cancelled_job_is_never_tried_again(life: list[Moved]) -> None:
    for was, event, now, _ in life:
        stopped = was.stop is not None and was.stop.kind != "preempt"
        if stopped and now.state is not was.state:
            assert now.state is FAILED or isinstance(event, events.Started)
        if now.cancelled or (now.terminated and was.state in WAITING):
            assert now.state is FAILED


@given(lives(whole=True))
def test_a_failed_attempt_is_tried_again_while_attempts_are_left(life: list[Moved]) -> None:
    for was, event, now, _ in life:
        plain = was.stop is None and not was.spec.retry.rules
        if plain and now is not was and isinstance(event, ENDS) and now.state is not SUCCEEDED:
            left = len(was.attempts) - len(was.preempted) < was.spec.retry.attempts
            again = not isinstance(event, events.StartFailed) or event.again
            assert now.state is (RUNNABLE if left and again else FAILED)


def test_another_priority_is_another_place_in_the_line() -> None:
    job, _ = lifecycle.step(lifecycle.submitted("j", spec(priority=1), 0), events.Accepted(1))
    moved_job, done = lifecycle.step(job, events.Reprioritized(2, priority=5))
    assert (job.scheduling_priority, moved_job.scheduling_priority) == (1, 5)
    assert done == (commands.Withdraw(), commands.Offer())
    assert lifecycle.step(moved_job, events.Reprioritized(3, priority=5)) == (moved_job, ())
    placed, _ = lifecycle.step(moved_job, events.Placed(4, attempt="a", environment="e"))
    assert lifecycle.step(placed, events.Reprioritized(5, priority=0))[1] == ()
    ended, _ = lifecycle.step(moved_job, events.Cancelled(6, reason="enough"))
    assert lifecycle.step(ended, events.Reprioritized(7, priority=0)) == (ended, ())


@given(lives(whole=True))
def test_success_is_exit_code_zero_of_a_job_nobody_stopped(life: list[Moved]) -> None:
    for was, event, now, _ in life:
        good = isinstance(event, events.Exited) and event.exit_code == 0 and was.stop is None
        if now is not was and now.ended:
            assert (now.state is SUCCEEDED) == good


@given(lives(whole=True))
def test_room_is_given_back_exactly_once_and_by_whoever_held_it(life: list[Moved]) -> None:
    held: list[commands.Release] = []
    for step in life:
        released = step.told(commands.Release)
        over = step.was.state in PLACED and step.now.state not in PLACED
        assert released == (held if over else [])
        held = [] if released else held
        if step.changed and isinstance(step.event, events.Placed):
            event, demand = step.event, step.was.spec.demand
            held = [commands.Release(event.attempt, event.environment, demand)]
    assert held == []


@given(lives())
def test_a_stop_is_commanded_at_once_and_again_when_the_process_is_there(life: list[Moved]) -> None:
    for step in life:
        new = step.now.stop is not None and step.was.stop != step.now.stop
        there = step.changed and isinstance(step.event, events.Started)
        expected = []
        if new or (there and step.now.stop is not None):
            assert step.now.attempt is not None
            expected = [commands.End(step.now.attempt.id, 30.0)]
        assert step.told(commands.End) == expected


@given(lives())
def test_nobody_is_deaf_to_a_stop_or_to_the_end_of_an_attempt(life: list[Moved]) -> None:
    for job in (step.now for step in life if not step.now.ended):
        terminated, _ = lifecycle.step(job, events.Terminated(99_000, reason="why"))
        assert terminated.ended or terminated.stop is not None
        cancelled, _ = lifecycle.step(job, events.Cancelled(99_000, reason="why"))
        assert cancelled.ended == (job.state in WAITING)
        if job.attempt is not None and job.state in PLACED:
            for ended in _ways_to_end(job.state, job.attempt.id):
                assert lifecycle.step(job, ended)[0].state not in PLACED


def _ways_to_end(state: JobState, attempt: str) -> list[events.Event]:
    """What a launcher can tell of an attempt in this state."""
    if state is STARTING:
        failed = events.StartFailed(99_000, attempt=attempt, reason="gone")
        return [events.Lost(99_000, attempt=attempt), failed]
    return [events.Lost(99_000, attempt=attempt), events.Exited(99, attempt=attempt, exit_code=0)]


@given(lives())
def test_the_first_reason_to_stop_stands(life: list[Moved]) -> None:
    for was, event, now, _ in life:
        if was.stop is not None and was.stop.kind != "preempt" and not now.ended:
            assert now.stop == was.stop
        elif now is not was and isinstance(event, events.Terminated) and was.state in PLACED:
            assert now.stop is not None
            assert (now.stop.kind, now.stop.reason) == ("terminate", event.reason)
        elif now is not was and isinstance(event, events.TimedOut):
            assert now.stop is not None
            assert (now.stop.kind, now.stop.reason) == ("timeout", reasons.TIMED_OUT)


@given(lives())
def test_a_job_runs_only_once_its_process_is_known(life: list[Moved]) -> None:
    for _, event, now, _ in life:
        assert (now.attempt is not None) or now.state not in PLACED
        if now.state is RUNNING and isinstance(event, events.Started) and now.attempt:
            assert now.attempt.pid is not None
        if now.state is STARTING and now.attempt:
            assert now.attempt.pid is None


@given(lives())
def test_a_timeout_counts_from_the_start_of_each_attempt(life: list[Moved]) -> None:
    for step in life:
        timeout, expected = step.was.spec.timeout, []
        if step.changed and isinstance(step.event, events.Started) and timeout is not None:
            moment = step.event.at + 1000 * timeout
            expected = [commands.Limit(step.event.attempt, moment)]
        assert step.told(commands.Limit) == expected


@given(lives())
def test_a_job_waits_for_room_exactly_while_it_is_runnable(life: list[Moved]) -> None:
    for step in life:
        came = step.was.state is not RUNNABLE and step.now.state is RUNNABLE
        went = step.was.state is RUNNABLE and step.now.state is FAILED
        placed = step.was.state is RUNNABLE and step.now.state is STARTING
        assert len(step.told(commands.Offer)) == came
        assert len(step.told(commands.Withdraw)) == went
        launches = step.told(commands.Launch)
        assert len(launches) == placed
        assert all(step.now.attempt and step.now.attempt.id == a.attempt for a in launches)


@given(lives())
def test_a_pending_job_waits_for_every_dependency(life: list[Moved]) -> None:
    for was, event, now, _ in life:
        if was.state is SUBMITTED and isinstance(event, events.Accepted):
            assert now.state is (PENDING if was.waits_for else RUNNABLE)
        if isinstance(event, events.DependencyEnded) and now is not was:
            assert now.waits_for == was.waits_for - {event.job_id}
            left = PENDING if now.waits_for else RUNNABLE
            assert now.state is (left if event.succeeded else FAILED)


@given(lives(whole=True))
def test_a_job_announces_its_end_exactly_once(life: list[Moved]) -> None:
    told = [told for step in life for told in step.told(commands.Announce)]
    assert told == [commands.Announce(life[-1].now.state is SUCCEEDED)]


@given(lives())
def test_a_child_tells_its_parent_every_move_exactly_once(life: list[Moved]) -> None:
    for step in life:
        child, moves = step.was.index is not None, step.was.state is not step.now.state
        expected = [commands.TellParent(step.was.state, step.now.state)] if child and moves else []
        assert step.told(commands.TellParent) == expected


@given(lives())
def test_a_story_gains_one_line_per_change_and_none_is_rewritten(life: list[Moved]) -> None:
    for was, event, now, _ in life:
        if now is was:
            continue
        assert now.story[:-1] == was.story
        line = now.story[-1]
        assert line == Entry(event.at, type(event).__name__, now.state, line.cause)
        assert line.cause.startswith(event.cause)


@given(lives())
def test_every_reason_is_in_the_words_of_aws(life: list[Moved]) -> None:
    for step in life:
        blocked = step.was.state is RUNNABLE and isinstance(step.event, events.Blocked)
        if step.changed or blocked:
            assert step.now.status_reason == _reason(step)


def _reason(step: Moved) -> str | None:  # noqa: C901, PLR0911 - one case per text
    was, event = step.was, step.event
    match event:
        case events.Cancelled() | events.Terminated() if was.state in WAITING:
            return event.reason
        case events.Blocked():
            return event.reason
        case events.DependencyEnded() if not event.succeeded:
            return "Dependent Job failed"
        case events.Placed():
            return None
        case events.Exited() | events.StartFailed() | events.Lost() if was.stop is not None:
            return was.stop.reason
        case events.Preempted() if step.changed:
            return f"PREEMPTION_IN_PROGRESS: {event.reason}"
        case events.Exited() if was.spec.service:
            how = "failed" if event.exit_code else "completed"
            return f"Received status from SageMaker: Training job {how}"
        case events.StartFailed() if was.spec.service:
            return event.reason
        case events.Exited():
            return "Essential container in task exited"
        case events.StartFailed():
            return "Task failed to start"
        case events.Lost():
            environment = was.attempts[-1].environment
            return f"Host EC2 (instance {reasons.instance_of(environment)}) terminated."
    return was.status_reason


@given(lives(whole=True))
def test_an_attempt_keeps_how_it_began_and_ended(life: list[Moved]) -> None:
    for was, event, now, _ in life:
        if now is was or now.attempt is None:
            continue
        placed = isinstance(event, events.Placed)
        assert now.attempts[:-1] == (was.attempts if placed else was.attempts[:-1])
        if isinstance(event, events.Started):
            began = (now.attempt.pid, now.attempt.ticks, now.attempt.started_at)
            assert began == (event.pid, event.ticks, event.at)
        if isinstance(event, ENDS):
            assert now.attempt.stopped_at == event.at
            assert now.attempt.exit_code == getattr(event, "exit_code", None)
            assert now.attempt.reason == getattr(event, "reason", None)
            assert now.attempt.status_reason is not None
        if now.ended:
            assert now.stopped_at == event.at


@given(lives())
def test_flags_say_what_was_asked(life: list[Moved]) -> None:
    for was, event, now, _ in life:
        if now is not was:
            assert now.cancelled == (was.cancelled or isinstance(event, events.Cancelled))
            assert now.terminated == (was.terminated or isinstance(event, events.Terminated))


@given(lives())
def test_a_restart_commands_again_what_is_still_owed(life: list[Moved]) -> None:
    owed: dict[str, commands.Command] = {}
    for step in life:
        for command in step.commands:
            match command:
                case commands.Offer() | commands.Limit() | commands.End():
                    owed[type(command).__name__] = command
                case commands.Launch() | commands.Withdraw():
                    owed.pop("Offer")
                case commands.Release():
                    owed.pop("Limit", None)
                    owed.pop("End", None)
        resumed = lifecycle.resume(step.now)
        assert len(resumed) == len(owed)
        assert all(command in resumed for command in owed.values())


def test_a_long_reason_is_cut_where_aws_cuts_it() -> None:
    job, _ = lifecycle.step(lifecycle.submitted("j", spec(), 0), events.Accepted(1))
    job, _ = lifecycle.step(job, events.Placed(2, attempt="a", environment="e"))
    job, _ = lifecycle.step(job, events.StartFailed(3, attempt="a", reason="x" * 300))
    assert job.attempts[-1].reason == "x" * 255


@given(lives(), st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=3))
def test_tags_change_wherever_a_job_stands_and_nothing_changes_with_them(
    life: list[Moved], tags: dict[str, str]
) -> None:
    job = life[-1].now
    tagged, done = lifecycle.step(job, events.Tagged(99_000, tags=tags))
    assert (tagged.tags, done) == (tags, ())
    assert replace(tagged, tags=job.tags, story=job.story) == job
    assert tagged.story == (*job.story, Entry(99_000, "Tagged", job.state))


def test_a_spot_rule_matches_a_lost_host() -> None:
    """``onStatusReason: "Host EC2*"``, as in AWS's own example (UG job_retries)."""
    assert reasons.host_lost("env").startswith("Host EC2 (instance i-")
    assert reasons.host_lost("env") != reasons.host_lost("other")


def test_a_story_without_a_cause_tells_what_the_event_carried() -> None:
    job = lifecycle.submitted("j", spec(), 0)
    step = moved(job, events.Cancelled(1, reason="not needed"))
    assert "not needed" in step.now.story[-1].cause
    assert step.now.state in ENDED
