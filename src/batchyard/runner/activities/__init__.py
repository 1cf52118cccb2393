"""The types of tasks that are run here, each in a file of its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchyard.runner.activities.batch_job_attempt import batch_job_attempt
from batchyard.runner.activities.exists import exists
from batchyard.runner.activities.shell_command_activity import shell_command_activity
from batchyard.runner.activities.shell_command_precondition import shell_command_precondition
from batchyard.runner.tasks import BATCH

if TYPE_CHECKING:
    from batchyard.runner.kit import Activity

ACTIVITIES: Final[dict[str, Activity]] = {
    BATCH: batch_job_attempt,
    "Exists": exists,
    "ShellCommandActivity": shell_command_activity,
    "ShellCommandPrecondition": shell_command_precondition,
}
"""Who runs what, by the type's name."""

PRECONDITIONS: Final = frozenset({"Exists", "ShellCommandPrecondition"})
"""Those that take no slot of activities."""
