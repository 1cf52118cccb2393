"""ShellCommandActivity: a command or a script, with data staged around it.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-object-shellcommandactivity.html
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from batchyard.runner import shell
from batchyard.runner.paths import staged

if TYPE_CHECKING:
    from pathlib import Path

    from batchyard.runner.kit import Kit
    from batchyard.runner.paths import Staged
    from batchyard.runner.stops import Stop
    from batchyard.runner.tasks import Ending, Handed


async def shell_command_activity(
    task: Handed,
    kit: Kit,
    stop: Stop,
    begun: asyncio.Event,  # noqa: ARG001 - it was acknowledged before; see `Activity`
) -> Ending:
    """Bring the inputs, run, take the outputs; see `Activity`."""
    if not task.flag("stage"):
        return (await shell.run(task, kit, stop)).ending
    with kit.folder() as folder:
        return await _run_staged(task, kit, stop, folder)


async def _run_staged(task: Handed, kit: Kit, stop: Stop, folder: Path) -> Ending:
    inputs = list(staged(task.nodes("input"), "INPUT"))
    outputs = list(staged(task.nodes("output"), "OUTPUT"))
    variables = {item.name: str(folder / item.name) for item in (*inputs, *outputs)}
    for name in variables:
        (folder / name).mkdir()
    for item in inputs:
        await asyncio.to_thread(_bring, kit, item, folder / item.name)
    ran = await shell.run(task, kit, stop, variables)
    if ran.succeeded:
        for item in outputs:
            await asyncio.to_thread(kit.storage.put_all, folder / item.name, item.uri)
    return ran.ending


def _bring(kit: Kit, item: Staged, folder: Path) -> None:
    if item.whole:
        kit.storage.get_all(item.uri, folder)
    else:
        kit.storage.get(item.uri, folder / item.uri.key.rpartition("/")[2])
