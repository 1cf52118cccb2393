"""What a yard's file may be, and what is said when it cannot be one."""

from __future__ import annotations

import re
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from batchyard.batch.ids import Place
from batchyard.batch.model import DEFAULT_LOG_GROUP, Consumed
from batchyard.errors import Unreadable, YardError
from batchyard.logs.groups import LogGroup
from batchyard.logs.putting import Given
from batchyard.store import codec
from batchyard.store.asking import EventQuery, StreamQuery
from batchyard.store.seam import Batch, EventsPut, JobChange, LogStreamRemoval
from batchyard.store.sqlite import SQLiteStore, sql
from batchyard.store.sqlite.opening import migrate
from tests.store.kept import (
    ELSEWHERE,
    HERE,
    array,
    batch,
    definition,
    ended,
    job,
    listed_ids,
    queue,
    running,
    spec,
    streams,
)
from tests.store.kept_pipelines import changes, deleted, instance, moved, pipeline, taken

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "yard.db"


def written(path: Path, jobs: int = 1) -> Path:
    store = SQLiteStore(path)
    store.commit(batch(*(job(str(n)) for n in range(jobs))))
    store.close()
    return path


def execute(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_store_that_was_closed_says_so_and_loses_nothing(path: Path) -> None:
    store = SQLiteStore(written(path))
    store.close()
    with pytest.raises(YardError, match="closed"):
        store.commit(batch(job("b")))
    with pytest.raises(YardError, match="closed"):
        store.job("0")
    again = SQLiteStore(path)
    assert list(again.live_jobs()) == [job("0")]
    again.close()


def test_the_file_is_its_owners_alone_since_jobs_hold_secrets(path: Path) -> None:
    store = SQLiteStore(path)
    store.commit(batch(job("a")))
    modes = {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    assert modes == {0o600}
    store.close()


def test_every_commit_is_on_disk_before_it_returns(path: Path) -> None:
    store = SQLiteStore(path)
    connection = store._writing  # noqa: SLF001 - durability is a setting of this connection
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    store.close()


def test_a_forgotten_job_leaves_no_trace_of_what_it_consumed(path: Path) -> None:
    """Numbers are given out again by a store that was opened anew: another job would have it."""
    store = SQLiteStore(path)
    store.commit(batch(ended(job("a", of=spec(consumes=(Consumed("licence", 1),))))))
    assert store.forget_before(9999, 9).jobs == 1
    store.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM consumed").fetchone() == (0,)


def test_a_newer_version_is_refused_with_what_to_do(path: Path) -> None:
    execute(written(path), f"PRAGMA user_version = {1 | 1 << 30}")
    with pytest.raises(Unreadable, match=r"version 31.*upgrade batchyard"):
        SQLiteStore(path)


def test_another_programs_file_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    execute(path, "CREATE TABLE theirs (a)")
    with pytest.raises(Unreadable, match="another program"):
        SQLiteStore(path)
    execute(path, "SELECT a FROM theirs")


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database, but long enough to be taken for one" * 100)
    with pytest.raises(Unreadable, match="damaged"):
        SQLiteStore(path)


def test_damage_inside_is_told_when_it_is_met(path: Path) -> None:
    content = bytearray(written(path, jobs=2000).read_bytes())
    content[8192:-8192] = b"\xa5" * (len(content) - 2 * 8192)
    path.write_bytes(content)
    with pytest.raises(Unreadable, match="damaged"), closing(SQLiteStore(path)) as store:
        list(store.live_jobs())


def test_a_place_that_cannot_be_written_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(YardError, match="file"):
        SQLiteStore(tmp_path / "file" / "yard.db")
    (tmp_path / "folder").mkdir()
    with pytest.raises(YardError, match="folder"):
        SQLiteStore(tmp_path / "folder")


FULL = """
import resource, sys
from pathlib import Path
from batchyard.batch.ids import Place
from batchyard.errors import YardError
from batchyard.store.seam import Batch, JobChange
from batchyard.store.sqlite import SQLiteStore
from tests.store.kept import array, batch, ended, job, listed_ids, running, spec

store = SQLiteStore(Path(sys.argv[1]))
store.commit(batch(job("before")))
many = batch(*(job(f"{n}") for n in range(5000)), notes={"many": "5000"})
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, most))
try:
    store.commit(many)
except YardError as error:
    print(type(error).__name__, error)
print([each.id for each in store.live_jobs()], store.notes())
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
store.commit(many)
print(len(list(store.live_jobs())), store.notes())
"""


def test_a_batch_for_which_there_is_no_room_is_not_half_kept_and_can_be_tried_again(
    path: Path,
) -> None:
    command = [sys.executable, "-c", FULL, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    error, before, after = done.stdout.splitlines()
    assert error.startswith("YardError")
    assert str(path) in error
    assert before == "['before'] {}"
    assert after == "5001 {'many': '5000'}"


def test_a_batch_that_cannot_be_written_leaves_nothing_behind_it(path: Path) -> None:
    place = Place("9", "new")
    first, second = job("a", of=spec(place, log_group="g")), job("b", of=spec(place))
    wrong = JobChange(running(second, "x"), object())  # type: ignore[arg-type] # on purpose
    with closing(SQLiteStore(path)) as store:
        with pytest.raises(YardError):
            store.commit(Batch([JobChange(running(first, "y")), wrong], notes={"a": "b"}))
        assert (list(store.live_jobs()), store.notes(), store.log_groups(place)) == ([], {}, ())
        store.commit(batch(job("c")))
        store.commit(batch(running(first, "y")))
        assert [each.id for each in store.live_jobs()] == ["c", "a"]
        assert [group.name for group in store.log_groups(place)] == ["g"]
        assert listed_ids(store, place=place, queue=first.spec.queue) == ["a"]


def test_a_pipeline_that_could_not_be_written_is_as_new_as_before(path: Path) -> None:
    first = Batch(pipelines=[pipeline("p")], instances=changes("p", instance("@a")))
    wrong = [*first.instances, *changes("q", instance("@a"))]
    with closing(SQLiteStore(path)) as store:
        with pytest.raises(YardError, match="'q'"):
            store.commit(Batch(pipelines=first.pipelines, instances=wrong))
        with pytest.raises(YardError, match="'p'"):
            store.commit(Batch(instances=first.instances))
        assert not [*store.pipelines(), *store.live_instances()]
        store.commit(first)
    with closing(SQLiteStore(path)) as store:
        store.commit(Batch(instances=changes("p", moved(instance("@a")))))
        assert list(store.live_instances()) == [("p", moved(instance("@a")))]


def test_of_a_deleted_pipeline_no_row_but_its_own_is_left_in_the_file(path: Path) -> None:
    with closing(SQLiteStore(path)) as store:
        instances, tasks = changes("p", instance("@a"), moved(instance("@b"))), [taken("1")]
        store.commit(Batch(pipelines=[pipeline("p")], instances=instances, tasks=tasks))
    with closing(SQLiteStore(path)) as store:
        store.commit(Batch(pipelines=[deleted(pipeline("p"))]))
        store.commit(Batch(instances=instances, tasks=tasks))
    with closing(SQLiteStore(path)) as store:
        store.commit(Batch(instances=instances, tasks=tasks))
        with closing(sqlite3.connect(path)) as file:
            for table, rows in (("pipelines", 1), ("instances", 0), ("tasks", 0)):
                left = file.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - of this module
                assert left.fetchone() == (rows,), table


def test_of_forgotten_jobs_no_row_is_left_in_the_file(path: Path) -> None:
    with closing(SQLiteStore(path)) as store:
        jobs = [*array("a", 3), job("b")]
        store.commit(batch(*(ended(running(each, each.id)) for each in jobs)))
        assert store.forget_before(9999, 99).jobs == 5
        with closing(sqlite3.connect(path)) as file:
            for table in LARGE:
                left = file.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - of this module
                assert left.fetchone() == (0,), table


def test_every_migration_has_a_number_of_its_own_and_a_bit_to_be_remembered_by() -> None:
    numbers = [number for number, _ in sql.migration_files()]
    assert len(set(numbers)) == len(numbers)
    assert set(numbers) <= set(range(1, 32))
    assert list(sql.migrations()) == numbers


def test_a_migration_that_lands_late_is_still_run_and_none_is_run_twice(path: Path) -> None:
    scripts = {number: f"CREATE TABLE made_{number} (a);" for number in (1, 2, 3)}
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for known in ({1}, {1, 3}, {1, 2, 3}, {1, 2, 3}):
            migrate(connection, path, {number: scripts[number] for number in sorted(known)})
            tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
            assert {name for (name,) in tables} == {f"made_{number}" for number in known}


def test_a_file_of_the_first_version_is_brought_up_to_date(path: Path) -> None:
    path.parent.mkdir()
    jobs = [job(str(n), 1000 + n, spec(definition=definition(f"d{n % 2}:1"))) for n in range(4)]
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        migrate(file, path, {1: sql.migrations()[1]})
        file.execute("INSERT INTO places VALUES (1, ?, ?)", HERE)
        file.execute("INSERT INTO queues VALUES (1, 1, ?)", (queue(),))
        for n, each in enumerate(jobs, 1):
            of = each.spec
            file.execute(
                "INSERT INTO specs VALUES (?, 1, ?, ?, NULL, NULL, ?)",
                (n, of.name, of.definition, codec.encode_spec(of)),
            )
            file.execute(
                "INSERT INTO jobs VALUES (?, ?, 1, 1, NULL, NULL, ?, ?, 0, NULL, ?)",
                (n, each.id, n, each.created_at, codec.encode_job(each)),
            )
    with closing(SQLiteStore(path)) as store:
        assert list(store.live_jobs()) == jobs
        assert listed_ids(store, queue=queue(), definition="d1") == ["3", "1"]
        assert listed_ids(store, queue=queue(), name="JOB") == ["3", "2", "1", "0"]


def test_a_file_of_the_first_version_is_brought_up_to_date_and_loses_nothing(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as old:
        old.executescript(Path(__file__).with_name("version_1.sql").read_text())
        old.execute("PRAGMA user_version = 1")
    with closing(SQLiteStore(path)) as store:
        assert [each.id for each in store.live_jobs()] == ["array", "array:1", "elsewhere", "here"]
        assert store.notes() == {"a": "b"}
        assert store.log_groups(HERE) == (LogGroup(name=DEFAULT_LOG_GROUP, created_at=900),)
        assert store.log_groups(ELSEWHERE) == (LogGroup(name="mine", created_at=1000),)
        query = StreamQuery(place=HERE, log_group=DEFAULT_LOG_GROUP)
        found = {each.name: each.job_id for each in streams(store, query)}
        assert found == {
            "census/default/first": "array:0",
            "census/default/second": "array:1",
            "census/default/third": "ended",
        }
        puts = EventsPut(HERE, DEFAULT_LOG_GROUP, "census/default/third", 5, [Given(1, "put")])
        store.commit(Batch(logs=[puts]))
        store.commit(batch(running(job("new"), "fifth")))
    with closing(SQLiteStore(path)) as store:
        asked = EventQuery(place=HERE, log_group=DEFAULT_LOG_GROUP, stream=puts.stream)
        assert [event.message for event in store.put_events(asked)] == ["put"]
        assert len(streams(store, query)) == 4
        assert store.forget_before(9999, 9).jobs == 1


def test_a_stream_that_was_removed_stays_away_when_the_file_is_opened_anew(path: Path) -> None:
    live, name = running(job("a"), "x"), "census/default/x"
    with closing(SQLiteStore(path)) as store:
        store.commit(batch(live))
        store.commit(Batch(logs=[LogStreamRemoval(HERE, DEFAULT_LOG_GROUP, name)]))
    with closing(SQLiteStore(path)) as store:
        store.commit(batch(running(ended(live), "y")))
        query = StreamQuery(place=HERE, log_group=DEFAULT_LOG_GROUP)
        assert [each.name for each in streams(store, query)] == ["census/default/y"]


def test_versions_are_numbered_without_a_gap() -> None:
    assert list(sql.migrations()) == list(range(1, len(sql.migrations()) + 1))


FILES = ["asking", "keeping", "logs", "pipelines"]
LARGE = ("jobs", "specs", "details", "streams", "events", "instances")


@pytest.mark.parametrize("file", FILES)
def test_no_statement_reads_a_large_table_from_end_to_end(path: Path, file: str) -> None:
    store = SQLiteStore(path)
    connection = store._writing  # noqa: SLF001 - plans are asked of the connection
    for name, text in sql.statements(file).items():
        named = dict.fromkeys(re.findall(r":(\w+)", text))
        plan = connection.execute(f"EXPLAIN QUERY PLAN {text}", named or (None,) * text.count("?"))
        steps = [step for *_, step in plan]
        scanned = [step for step in steps if step.startswith(tuple(f"SCAN {t}" for t in LARGE))]
        assert not scanned, (name, steps)
    store.close()


@pytest.mark.parametrize("file", FILES)
def test_every_statement_says_what_it_is_for_and_is_used(file: str) -> None:
    modules = [each.read_text() for each in Path(sql.__file__).parent.glob("*.py")]
    for name, text in sql.statements(file).items():
        assert text.startswith("-- "), name
        assert any(f'"{name}"' in module for module in modules), name
