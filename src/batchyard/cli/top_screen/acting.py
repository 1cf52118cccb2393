"""What keys do to a job, or ask about it. These calls wait for an answer: they go on threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.cli.ending import told
from batchyard.cli.shown import Paper, table
from batchyard.client.calls import call
from batchyard.client.describing import one_job
from batchyard.errors import Refused

if TYPE_CHECKING:
    from batchyard.cli.ending import Ending
    from batchyard.cli.top_screen.fetching import Place
    from batchyard.cli.top_screen.rows import JobRow

PAPER = Paper(None, terminal=False)


def left_alone(how: Ending, row: JobRow) -> str | None:
    """Say why ending a job like this would change nothing; None when it would."""
    if row.status in how.statuses:
        return None
    return f"{row.name} is {told(how, row.status)}"


def question(how: Ending, row: JobRow, place: Place) -> str:
    """Ask whether a job is to be ended; say which, and where."""
    array = " and its children" if row.array else ""
    return (
        f"{how.verb.capitalize()} {row.name}{array}?\n\n"
        f"{row.id}\n{row.status} in queue {row.queue}\non {place.name}"
    )


def end(how: Ending, row: JobRow, place: Place) -> str:
    """End a job.

    Returns:
        What has become of it.

    Raises:
        BatchyardError: the service refused, or did not answer.
    """
    reason = f"{how.done.capitalize()} by batchyard top"
    call(place.target.batch, how.operation, jobId=row.id, reason=reason)
    return f"{row.name} {how.done}"


def why(row: JobRow, place: Place) -> str:
    """Say why a job does not run."""
    from batchyard.cli.why import reasons
    from batchyard.cli.why import told as lines

    return "\n".join(lines(reasons(place.target, row.id)))


def details(row: JobRow, place: Place) -> str:
    """Say all that is known of a job."""
    from batchyard.cli.describe import facts

    return table(("", ""), facts(one_job(place.target.batch, row.id)), PAPER)


def story(row: JobRow, place: Place) -> str:
    """Tell a job's life.

    Raises:
        Refused: only a yard can.
    """
    from batchyard.cli.story import COLUMNS, rows
    from batchyard.cli.top_screen.fetching import asked

    if not place.yard:
        raise Refused(f"only a yard keeps stories of its jobs, and {place.name} is none")
    found = asked(place.target.batch, f"/_batchyard/stories/{row.id}")
    return table(COLUMNS, rows(found), PAPER)
