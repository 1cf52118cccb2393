"""ShellCommandPrecondition: it holds once a command exits with 0.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-object-shellcommandprecondition.html
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from batchyard.errors import Refused
from batchyard.launchers.seam import Exited
from batchyard.runner import shell
from batchyard.runner.checking import Waits, check_until

if TYPE_CHECKING:
    from batchyard.runner.kit import Kit
    from batchyard.runner.stops import Stop
    from batchyard.runner.tasks import Ending, Handed


async def shell_command_precondition(
    task: Handed,
    kit: Kit,
    stop: Stop,
    begun: asyncio.Event,  # noqa: ARG001 - it was acknowledged before; see `Activity`
) -> Ending:
    """Run the command until it exits with 0; see `Activity`."""

    async def holds() -> bool:
        ran = await shell.run(task, kit, stop)
        if not isinstance(ran.end, Exited):
            raise Refused(ran.ending.error_message)
        return ran.succeeded

    return await check_until(holds, Waits.of(task), kit.checks, stop)
