"""Commits batch after batch, says which are on disk, and waits to be killed.

``python -m tests.store.committer_to_kill FILE`` prints the number of each batch once it is
durable. `made` says what a batch is, so that whoever kills it can tell what must be left.
"""

from __future__ import annotations

import sys
import threading
from itertools import count
from pathlib import Path

from batchyard.batch.model import Job
from batchyard.store.seam import Batch
from batchyard.store.sqlite import SQLiteStore
from batchyard.store.writer import Writer
from tests.store.kept import array, batch, ended, job, running

AHEAD = 8
"""How many batches are on their way at a time."""


def jobs(number: int) -> list[Job]:
    """What a batch brings: a job, and an array of three."""
    return [job(f"job-{number}"), *array(f"array-{number}", 3)]


def made(number: int) -> Batch:
    """A batch: new jobs, the attempts of the jobs before, the ends of those before these."""
    begun = [running(each, f"{each.id}-x") for each in jobs(number - 1)] if number > 0 else []
    over = [ended(running(each, f"{each.id}-x")) for each in jobs(number - 2)] if number > 1 else []
    return batch(*jobs(number), *begun, *over, notes={"last": str(number)})


def main(path: str) -> None:
    writer, room = Writer(SQLiteStore(Path(path))), threading.Semaphore(AHEAD)
    writer.start()
    for number in count():
        room.acquire()

        def done(error: BaseException | None, number: int = number) -> None:
            sys.stdout.write(f"{number}\n" if error is None else f"{error}\n")
            sys.stdout.flush()
            room.release()

        writer.submit(made(number), done)


if __name__ == "__main__":
    main(sys.argv[1])
