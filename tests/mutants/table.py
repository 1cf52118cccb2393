"""The mutants, by module. A law is kept only if it kills one: add yours with the law."""

from collections.abc import Iterator

from tests.airflow.mutants import MUTANTS as AIRFLOW
from tests.batch.mutants import MUTANTS as SCHEDULING
from tests.batch.sharing_mutants import MUTANTS as SHARING
from tests.cli.mutants import MUTANTS as CLI
from tests.client.events_mutants import MUTANTS as EVENTS
from tests.client.mutants import MUTANTS as CLIENT
from tests.client.waiter_mutants import MUTANTS as WAITERS
from tests.launchers.offered_mutants import MUTANTS as OFFERED
from tests.logs.mutants import MUTANTS as LOGS
from tests.metrics.mutants import MUTANTS as METRICS
from tests.mutants.mutant import Mutant
from tests.pipelines.mutants import MUTANTS as PIPELINES
from tests.polling.mutants import MUTANTS as POLLING
from tests.runner.mutants import MUTANTS as RUNNER
from tests.server.console_mutants import MUTANTS as CONSOLE
from tests.server.mutants import MUTANTS as SERVER
from tests.server.neighbours.mutants import MUTANTS as NEIGHBOURS
from tests.server.targets.mutants import MUTANTS as TELLING
from tests.store.pipeline_mutants import MUTANTS as STORED_PIPELINES
from tests.wire.mutants import MUTANTS as WIRE
from tests.wire.sigv4_mutants import MUTANTS as SIGNATURES


def mutants(file: str, killer: str, *changes: tuple[str, str]) -> Iterator[Mutant]:
    """Several wrong changes to one module, for one file of laws."""
    return (Mutant(file=file, old=old, new=new, killers=(killer,)) for old, new in changes)


MUTANTS: list[Mutant] = [
    *mutants(
        "batchyard/batch/lifecycle.py",
        "tests/batch/lifecycle_laws.py",
        ('"Accepted"): frozenset({PENDING, RUNNABLE})', '"Accepted"): frozenset({RUNNABLE})'),
        ('    (STARTING, "Terminated"): frozenset({STARTING}),\n', ""),
        ('    (RUNNING, "Lost"): frozenset({RUNNABLE, FAILED}),\n', ""),
        ("job.attempt.id == named", "job.attempt.id != named or True"),
        ("if was.state is now.state:", "if was.state is not now.state:"),
        ("if now.ended:", "if now.state is SUCCEEDED:"),
        ("commands.TellParent(was.state, now.state)", "commands.TellParent(now.state, was.state)"),
        ("if event.job_id not in job.waits_for:", "if not job.waits_for:"),
        ("left = job.waits_for - {event.job_id}", "left = frozenset[str]()"),
        ("if not event.succeeded:", "if event.succeeded:"),
        ("if job.status_reason == event.reason:", "if job.status_reason:"),
        ("attempts = (*job.attempts, attempt)", "attempts = (attempt,)"),
        ("attempts=attempts, status_reason=None)", "attempts=attempts)"),
        ("(commands.Launch(event.attempt),)", "()"),
        ("event.at + job.spec.timeout * 1000", "job.created_at + job.spec.timeout * 1000"),
        ("        done.append(commands.End(event.attempt, GRACE))\n", "        pass\n"),
        ("replace(running, state=RUNNING), tuple(done)", "replace(running, state=RUNNING), ()"),
        ("[: reasons.REASON_LENGTH]", ""),
        ("said = reasons.NOT_STARTED if", "said = reasons.EXITED if"),
        ("if code == 0 and job.stop is None:", "if code == 0:"),
        ("return done, (_release(job),)", "return done, ()"),
        ("if again and job.stop is None and", "if again and"),
        ("if again and job.stop is None and", "if job.stop is None and"),
        ("job.spec.retry, tried, last)", "job.spec.retry, tried - 1, last)"),
        (
            "status_reason=last.status_reason)\n        return waiting, (_release(job), ",
            "status_reason=last.status_reason)\n        return waiting, (",
        ),
        ("failed(ended, event.at, said), (_release(job),)", "failed(ended, event.at, said), ()"),
        ("said = job.stop.reason if job.stop else last", "said = last"),
        ("replace(job, cancelled=True)", "replace(job, cancelled=False)"),
        ("if job.state in WAITING:", "if job.state is RUNNABLE:"),
        (
            'job, ()\n    stop = Stop("terminate", event.reason)',
            'job, ()\n    stop = Stop("timeout", event.reason)',
        ),
        (
            "terminated=True, stop=stop)\n    return stopping, (commands.End(job.attempts[-1].id",
            "terminated=True, stop=stop)\n    return stopping, (commands.End(job.attempts[0].id",
        ),
        (
            "    if job.state is RUNNABLE:\n        done",
            "    if job.state is PENDING:\n        done",
        ),
        ("latest.started_at + job.spec.timeout", "latest.placed_at + job.spec.timeout"),
    ),
    *mutants(
        "batchyard/batch/story.py",
        "tests/batch/lifecycle_laws.py",
        ("event.cause or _members(event)", "_members(event)"),
        ("event.cause or _members(event)", "event.cause"),
        ("(*job.story, entry)", "(entry,)"),
        ("stopped_at=at)", "stopped_at=None)"),
    ),
    *mutants(
        "batchyard/batch/reasons.py",
        "tests/batch/lifecycle_laws.py",
        ('"Host EC2 (instance', '"host EC2 (instance'),
        ("REASON_LENGTH = 255", "REASON_LENGTH = 256"),
    ),
    *mutants(
        "batchyard/batch/retry.py",
        "tests/batch/retry_laws.py",
        ("if tried >= retry.attempts:", "if tried > retry.attempts:"),
        ("rule in retry.rules if", "rule in reversed(retry.rules) if"),
        ("found is None or found", "found is not None and found"),
        ('found.action == "RETRY"', 'found.action == "EXIT"'),
        ("_globs(rule.on_reason, ended.reason)", "_globs(rule.on_reason, ended.status_reason)"),
        ("and _globs(rule.on_exit_code, code)", "or _globs(rule.on_exit_code, code)"),
        ("return text == pattern", "return text.lower() == pattern.lower()"),
        ('if pattern.endswith("*"):', 'if pattern == "*":'),
        ("    if text is None:\n        return False\n", '    text = text or ""\n'),
    ),
    *mutants(
        "batchyard/batch/arrays.py",
        "tests/batch/arrays_laws.py",
        ("tally[event.was] -= 1", "tally[event.was] -= 0"),
        ("for state in ENDED) ==", "for state in (SUCCEEDED,)) =="),
        ("== job.spec.array_size:", ">= (job.spec.array_size or 0) - 1:"),
        ("if job.tally[FAILED]:", "if job.tally[SUBMITTED]:"),
        ("event.now is RUNNABLE:", "event.now is STARTING:"),
        ("job.status_reason or reasons.CHILD_FAILED", "reasons.CHILD_FAILED"),
        ("    if job.tally_at is not None:\n        return job, ()\n", ""),
        ("() if waiting.waits_for else (commands.Spawn(),)", "(commands.Spawn(),)"),
        ("if not spawned(job):", "if spawned(job):"),
        ('"terminate" if terminate else "cancel"', '"cancel" if terminate else "terminate"'),
        ("cancelled=job.cancelled or not terminate", "cancelled=job.cancelled"),
        ("child_id(parent, index - 1)", "child_id(parent, 0)"),
        ("child_id(dependency.job_id, index)", "dependency.job_id"),
        ("if d.job_id and d.kind is None", "if d.job_id"),
        ("if moved.ended else ()", "if moved.state is FAILED else ()"),
        ("if terminate or job.stop is None:", "if True:"),
        ("return replace(job, stop=None) if told_all else job", "return job"),
        ("    if job.stop is None:\n        return ()", "    if True:\n        return ()"),
    ),
    *mutants(
        "batchyard/batch/launching.py",
        "tests/batch/launching_laws.py",
        ("**own, **_given(job)}", "**_given(job), **own}"),
        ("{**base, **job.spec.environment}", "{**job.spec.environment, **base}"),
        ("str(len(job.attempts))", "str(len(job.attempts) - 1)"),
        ("job.spec, job.attempts[-1]", "job.spec, job.attempts[0]"),
        ("word.removeprefix(REFERENCE), word)", 'word.removeprefix(REFERENCE), "")'),
        ("str(job.index)", "str(job.index + 1)"),
        ("if not command_of(spec, known):", "if not spec.command:"),
        ("spec.task_tags > reasons.MOST_TAGS", "spec.task_tags >= reasons.MOST_TAGS"),
        ("if missing else None", "if not missing else None"),
    ),
    *mutants(
        "batchyard/batch/images.py",
        "tests/batch/images_laws.py",
        ("(*known.entrypoint, *(command or known.command))", "command or known.command"),
        ("*(command or known.command))", "*(known.command or command))"),
        ("    yield image\n    yield tagged\n", "    yield tagged\n    yield image\n"),
        ("    yield plain + at + digest\n", ""),
        ("return path + slash + last.partition", "return image.partition"),
    ),
    *mutants(
        "batchyard/batch/ids.py",
        "tests/batch/ids_laws.py",
        ("== kind else reference", "!= kind else reference"),
        ("return parent if colon else None", "return parent"),
        ('region.startswith("cn-")', 'region.startswith("c-")'),
    ),
    *mutants(
        "batchyard/engine/engine.py",
        "tests/engine/test_engine.py",
        ("if self.jobs.get(job.id) is job:  # else", "if job:  # else"),
        (
            "        self._open = False\n        self.tasks.stop()\n        self.pipelines",
            "        self.tasks.stop()\n        self.pipelines",
        ),
        (
            "            handle.cancel()\n        self._attempts.ended",
            "            pass\n        self._attempts.ended",
        ),
        ("        self._attempts.leave()\n", ""),
    ),
    *mutants(
        "batchyard/engine/endings.py",
        "tests/engine/test_endings.py",
        ("while self._left and self._lots:", "while self._lots:"),
        ("in reversed(range(", "in list(range("),
        ("if job.index is None)", "if job.index is not None)"),
        ("        self._lots.clear()\n", "        pass\n"),
    ),
    *mutants(
        "batchyard/engine/scheduler.py",
        "tests/engine/test_endings.py",
        ("QuotaShare) and resource.deleting:", "QuotaShare) and False:"),
    ),
    *mutants(
        "batchyard/engine/dependencies.py",
        "tests/engine/test_engine.py",
        ("name not in kept and not self._to_come(name)", "name not in kept and False"),
        ("not parent.ended and not arrays.spawned(parent)", "not parent.ended"),
        ("job.is_array and not arrays.spawned(job)", "False"),
    ),
    *mutants(
        "batchyard/engine/engine.py",
        "tests/engine/engine_laws.py",
        ("        if job.state in PLACED:\n", "        if job.state is JobState.RUNNING:\n"),
        (
            "        self.dependencies.add(job)\n        if job.state",
            "        if job.state",
        ),
        ("        self._scheduler.release(job)\n", ""),
        ("            self._start_attempt(self.jobs[job_id])\n", "            pass\n"),
        ("        self._scheduler.withdraw(job)\n", "        pass\n"),
    ),
    *mutants(
        "batchyard/engine/attempts.py",
        "tests/engine/test_engine.py",
        ("            self._journal.flush()\n", ""),
        (
            "self._journal.after(partial(self._launcher.launch, self._launches))",
            "self._launcher.launch(self._launches)",
        ),
        (
            "self._journal.after(partial(self._launcher.acknowledge, self._ended))",
            "self._launcher.acknowledge(self._ended)",
        ),
    ),
    *mutants(
        "batchyard/engine/journal.py",
        "tests/engine/test_engine.py",
        ("self.jobs | later.jobs", "later.jobs | self.jobs"),
        ("self.after + later.after", "later.after"),
        ("self.logs + later.logs", "later.logs"),
        ("        self._clock.call_at(self._clock.now() + RETRY_MS, self.flush)\n", ""),
        ("if self._writing or not self._gathered:", "if not self._gathered:"),
    ),
    *mutants(
        "batchyard/store/sqlite/keeping.py",
        "tests/store/test_conformance.py",
        ("job.attempts[streams:]", "job.attempts[-1:]"),
        ("state >= ENDED and job.index is None", "state >= ENDED"),
        ("parent or number, job.created_at", "number, job.created_at"),
        ("or rows.known.get(job.id)", "or None"),
    ),
    *mutants(
        "batchyard/store/sqlite/keeping.py",
        "tests/store/test_opening.py",
        ("            self.learn()\n            raise", "            raise"),
    ),
    *mutants(
        "batchyard/store/sqlite/listing.py",
        "tests/store/store_laws.py",
        ("query.limit + 1))", "query.limit))"),
        ("reverse=True)", "reverse=False)"),
        ("key=lambda row: row[:2]", "key=lambda row: row[:1]"),
        ("found[query.limit - 1]", "found[query.limit]"),
    ),
    *mutants(
        "batchyard/store/sqlite/listing.py",
        "tests/store/test_conformance.py",
        ('return wanted, wanted + "\\0"  # a', "return _range(wanted)  # a"),
        ("        if len(numbers) <= STRETCHES:\n", "        if len(numbers) <= STRETCHES + 1:\n"),
    ),
    *mutants(
        "batchyard/store/sqlite/asking.sql",
        "tests/store/store_laws.py",
        (
            "AND (specs.created_at, specs.n) < (:created_at, :n)\n  AND specs.name",
            "AND specs.n < :n\n  AND specs.name",
        ),
        (
            "AND (specs.created_at, specs.n) < (:created_at, :n)\n  AND definitions",
            "AND specs.n < :n\n  AND definitions",
        ),
    ),
    *mutants(
        "batchyard/store/sqlite/listing.py",
        "tests/store/test_listing.py",
        ("min(created_at, _latest(query))", "_latest(query)"),
        ('"jobs_in_share"', '"jobs_in_state"'),
    ),
    *mutants(
        "batchyard/store/memory.py",
        "tests/store/store_laws.py",
        (") < moment", ") <= moment"),
        ("all(job.ended for job in jobs)", "jobs[0].ended"),
    ),
    *mutants(
        "batchyard/store/sqlite/opening.py",
        "tests/store/test_opening.py",
        ("if newer := seen & ~sum(map(_bit, known)):", "if newer := seen >> 31:"),
        ("if not seen & _bit(version):", "if seen < _bit(version):"),
        ("            seen |= _bit(version)\n", "            seen = _bit(version)\n"),
        ("PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL"),
        ('            connection.execute("ROLLBACK")', '            connection.execute("COMMIT")'),
    ),
    *AIRFLOW,
    *SHARING,
    *CLI,
    *SCHEDULING,
    *CLIENT,
    *EVENTS,
    *WAITERS,
    *POLLING,
    *RUNNER,
    *LOGS,
    *METRICS,
    *OFFERED,
    *PIPELINES,
    *CONSOLE,
    *SERVER,
    *TELLING,
    *STORED_PIPELINES,
    *WIRE,
    *SIGNATURES,
    *NEIGHBOURS,
]
