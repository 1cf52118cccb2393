"""A server that launches what it is told and then waits to be killed.

``python -m tests.launchers.server_to_kill FOLDER LAUNCHES [OPTION...]`` prints a report per line;
the launches are JSON, the options the supervisor's.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from batchyard.launchers.processes import Processes
from batchyard.launchers.seam import Launch, Report
from tests.launchers.worlds import folders


def tell(reports: Sequence[Report]) -> None:
    for report in reports:
        sys.stdout.write(f"{type(report).__name__} {report.attempt}\n")
    sys.stdout.flush()


async def main(folder: str, launches: str, *options: str) -> None:
    processes = Processes(folders(Path(folder)), options=options)
    await processes.start([], tell)
    processes.launch(msgspec.json.decode(launches, type=list[Launch]))
    await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
