"""The numbers that stand for places, queues, log groups and job definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.batch.ids import Place
from batchyard.store.sqlite import sql

if TYPE_CHECKING:
    import sqlite3


class Numbers:
    """Gives each long string its number, new ones in the transaction that is under way.

    Args:
        connection: the one that writes.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Learn every number there is."""
        self._connection = connection
        self._sql = sql.statements("keeping")
        self.learn()

    def learn(self) -> None:
        """Read every number anew: after a transaction that was undone, or a clearing."""
        read = self._connection.execute
        self._places = {Place(*place): n for n, *place in read(self._sql["places"])}
        self._queues = {(place, arn): n for n, place, arn in read(self._sql["queues"])}
        self._groups = {(place, name): n for n, place, name in read(self._sql["log_groups"])}
        self._definitions = {arn: n for n, arn in read(self._sql["definitions"])}

    def place(self, account: str, region: str) -> int:
        """Number an account in a region."""
        place = Place(account, region)
        number = self._places.get(place)
        if number is None:
            number = self._places[place] = self._add("add_place", account, region)
        return number

    def queue(self, place: int, arn: str) -> int:
        """Number a queue of a place."""
        number = self._queues.get((place, arn))
        if number is None:
            number = self._queues[place, arn] = self._add("add_queue", place, arn)
        return number

    def log_group(self, place: int, name: str, at: int) -> int:
        """Number a log group of a place; a new one was made at a time (epoch milliseconds)."""
        number = self._groups.get((place, name))
        if number is None:
            number = self._groups[place, name] = self._add("add_log_group", place, name, at)
        return number

    def definition(self, arn: str) -> int:
        """Number a revision of a job definition."""
        number = self._definitions.get(arn)
        if number is None:
            number = self._definitions[arn] = self._add("add_definition", arn)
        return number

    def known_log_group(self, place: Place, name: str) -> int | None:
        """Tell the number of a log group; None if there is none of that name."""
        return self._groups.get((self._places.get(place, 0), name))

    def forget_log_group(self, place: Place, name: str) -> None:
        """Know a log group no more: it was dropped."""
        del self._groups[self._places[place], name]

    def _add(self, statement: str, *values: str | int) -> int:
        number = self._connection.execute(self._sql[statement], values).lastrowid
        return number or 0
