"""Opening a yard's file: its pragmas, its schema, and plain words for what can go wrong."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from batchyard.errors import Unreadable, YardError
from batchyard.store.sqlite import sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PAGES_PER_CHECKPOINT: Final = 2000
"""16 MB of log before it is folded into the file: hot pages are then copied once, not often."""

_PRAGMAS: Final = (
    "PRAGMA page_size = 8192",  # details are a few KB each: less of a page is left empty
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # a commit is on disk when it returns, power cut included
    f"PRAGMA wal_autocheckpoint = {PAGES_PER_CHECKPOINT}",
    "PRAGMA cache_size = -65536",  # KiB
    "PRAGMA temp_store = MEMORY",
)
_BUSY_SECONDS: Final = 10.0
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_IN_WORDS: Final = {
    sqlite3.SQLITE_FULL: "the disk is full: make room, then go on",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened or created: see that its directory can be "
    "written by this user",
    sqlite3.SQLITE_READONLY: "it cannot be written: see that the file and its directory belong "
    "to this user",
    sqlite3.SQLITE_BUSY: "another program keeps it locked: close that first",
    sqlite3.SQLITE_IOERR: "reading or writing the disk failed: see the system's log",
}


@contextmanager
def troubles(path: Path) -> Iterator[None]:
    """Say in plain words what goes wrong with a file.

    Args:
        path: the file.

    Raises:
        Unreadable: it is damaged, or no yard's.
        YardError: anything else: no room, no permission, another program.
    """
    try:
        yield
    except sqlite3.Error as error:
        # The low byte is the error, what stands above it says which kind of it.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in _DAMAGED:
            raise Unreadable(
                f"the yard's state in {path} is damaged ({error}): move it away to begin anew"
            ) from error
        words = _IN_WORDS.get(code, "it does not do what was asked")
        raise YardError(f"the yard's state in {path}: {words} ({error})") from error
    except OSError as error:
        raise YardError(f"the yard's state in {path} cannot be opened: {error}") from error


def connect(path: Path) -> sqlite3.Connection:
    """Open a file that may be written, by its owner alone, and bring it up to date.

    Args:
        path: the file; it is made if there is none, with its directory.

    Raises:
        Unreadable: it is damaged, no yard's, or a newer version's.
        YardError: it cannot be opened.
    """
    with troubles(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = _connection(path)
        try:
            for pragma in _PRAGMAS:
                connection.execute(pragma)
            migrate(connection, path, sql.migrations())
        except BaseException:
            connection.close()
            raise
        return connection


def connect_for_reading(path: Path) -> sqlite3.Connection:
    """Open a file that `connect` has opened before, to ask only.

    Raises:
        YardError: it cannot be opened.
    """
    with troubles(path):
        connection = _connection(path)
        connection.execute("PRAGMA cache_size = -65536")
        connection.execute("PRAGMA query_only = TRUE")
        return connection


def _connection(path: Path) -> sqlite3.Connection:
    # Statements are few; each is prepared once and kept.
    return sqlite3.connect(
        path,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )


def migrate(connection: sqlite3.Connection, path: Path, known: Mapping[int, str]) -> None:
    """Run the migrations that the file has not seen, each in a transaction of its own.

    ``user_version`` has a bit for each that it has seen, so that they may arrive in any order:
    two branches can add one each, and whichever lands later is still run on every file.

    Args:
        connection: the file, open.
        path: what it is called.
        known: every migration, by its number.

    Raises:
        Unreadable: the file is another program's, or has seen a migration that is not known.
    """
    seen = _version(connection)
    if newer := seen & ~sum(map(_bit, known)):
        raise Unreadable(
            f"the yard's state in {path} is of version {newer.bit_length()}, and this batchyard "
            f"knows versions up to {max(known)}: upgrade batchyard, or use another data directory"
        )
    if seen == 0 and connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise Unreadable(f"{path} holds another program's data: use another data directory")
    for version, script in known.items():
        if not seen & _bit(version):
            seen |= _bit(version)
            with transaction(connection):
                _run(connection, script)
                connection.execute(f"PRAGMA user_version = {seen}")


def _bit(version: int) -> int:
    """Give the bit of a migration; ``user_version`` has room for 31."""
    return 1 << (version - 1)


def _version(connection: sqlite3.Connection) -> int:
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found


def _run(connection: sqlite3.Connection, script: str) -> None:
    """Run a script statement by statement: ``executescript`` would commit before it begins."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


@contextmanager
def transaction(connection: sqlite3.Connection, kind: str = "IMMEDIATE") -> Iterator[None]:
    """Do all of it or nothing.

    Args:
        connection: where.
        kind: IMMEDIATE to write, DEFERRED to read one state of things with several statements.
    """
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # a full disk has rolled back already
            connection.execute("ROLLBACK")
        raise
