"""A store that outlives the process, in one SQLite file."""

from __future__ import annotations

from batchyard.store.sqlite.store import SQLiteStore

__all__ = ["SQLiteStore"]
