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
from batchyard.pipelines.states import Status
from batchyard.store.seam import Batch, TaskRemoval
from batchyard.store.sqlite import SQLiteStore
from batchyard.store.writer import Writer
from tests.store.kept import array, batch, ended, job, running
from tests.store.kept_pipelines import changes, deleted, instance, moved, pipeline, taken

AHEAD = 8
"""How many batches are on their way at a time."""


def jobs(number: int) -> list[Job]:
    """What a batch brings: a job, and an array of three."""
    return [job(f"job-{number}"), *array(f"array-{number}", 3)]


def owner(number: int) -> str:
    """Whose instances a batch brings."""
    return f"df-{number}"


def pipelines(number: int) -> dict[str, list]:
    """What a batch does to pipelines.

    A new one comes with two instances; of the one before, one is taken; of the one before that, it
    ends, or all of it is deleted.
    """
    done: dict[str, list] = {
        "pipelines": [pipeline(owner(number))],
        "instances": changes(owner(number), instance("@a"), instance("@b")),
        "tasks": [],
    }
    if number > 0:
        done["instances"] += changes(owner(number - 1), moved(instance("@b")))
        done["tasks"] += [taken(f"task-{number - 1}", owner(number - 1))]
    if number > 1 and number % 3:
        over = moved(moved(instance("@b")), Status.FINISHED)
        done["instances"] += changes(owner(number - 2), over)
        done["tasks"] += [TaskRemoval(f"task-{number - 2}")]
    elif number > 1:
        done["pipelines"] += [deleted(pipeline(owner(number - 2)))]
    return done


def made(number: int) -> Batch:
    """A batch: new jobs, the attempts of the jobs before, the ends of those before these.

    And what `pipelines` brings.
    """
    begun = [running(each, f"{each.id}-x") for each in jobs(number - 1)] if number > 0 else []
    over = [ended(running(each, f"{each.id}-x")) for each in jobs(number - 2)] if number > 1 else []
    return batch(*jobs(number), *begun, *over, notes={"last": str(number)}, **pipelines(number))


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
