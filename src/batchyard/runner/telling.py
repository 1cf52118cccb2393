"""The runner's own log: a file for each hour, and a copy of it in S3.

"The Amazon S3 destination path for Task Runner to back up log files to every hour. When Task Runner
terminates, active logs in the local directory are pushed", says
https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-taskrunner-config-options.html
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from batchyard.errors import BatchyardError
from batchyard.runner.paths import joined

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from batchyard.client.s3 import S3Uri
    from batchyard.runner.storage import Storage

FOLDER: Final = "logs"
"""Where it is below the output folder, as with AWS's Task Runner."""

HOUR: Final = 3600.0


def file_of(moment: float) -> str:
    """Name the file of an hour, as AWS's Task Runner does.

    Args:
        moment: seconds since the epoch.
    """
    return time.strftime("Task Runner.log.%Y-%m-%d-%H", time.gmtime(moment))


class Telling:
    """Writes down what is said, and says it.

    Args:
        output: the output folder.
        say: tells people a sentence.
        storage: S3.
        uri: where copies of the files go.
    """

    def __init__(
        self, output: Path, say: Callable[[str], None], storage: Storage, uri: S3Uri
    ) -> None:
        self._folder = output / FOLDER
        self._say = say
        self._storage = storage
        self._uri = uri
        self._written: set[str] = set()

    def tell(self, sentence: str) -> None:
        """Say a sentence, and write it down; a full disk keeps nobody from hearing it."""
        self._say(sentence)
        now = time.time()
        name = file_of(now)
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / name).open("a", encoding="utf-8") as file:
                file.write(f"{time.strftime('%FT%TZ', time.gmtime(now))} {sentence}\n")
            self._written.add(name)

    async def copy_on(self) -> None:
        """Copy what was written every hour, until cancelled."""
        while True:
            await asyncio.sleep(HOUR)
            await asyncio.to_thread(self.copy)

    def copy(self) -> None:
        """Copy what was written since the last time; what fails is told, and copied later."""
        names, self._written = self._written, set()
        for name in sorted(names):
            try:
                self._storage.put(self._folder / name, joined(self._uri, name))
            except (BatchyardError, OSError) as error:
                self._written.add(name)
                self._say(f"{name} was not copied to {self._uri}: {error}")
