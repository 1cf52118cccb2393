"""moto's process: started with the yard, started again if it ends, ended with the yard.

It is a process of its own because moto is slow to import and works hard under one interpreter lock:
in the yard's process each of its requests would hold up jobs. Its state is in its memory, and gone
with it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from batchyard.errors import Refused, YardError
from batchyard.server.neighbours import program, yard
from batchyard.server.neighbours.exchange import Broken, asked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchyard.server.keys import Keys

log = logging.getLogger(__name__)

PATIENCE: Final = 60
"""Seconds that moto gets to begin to answer: it imports much; the machine may be busy (ours)."""

BUS: Final = "eventbridge:default@moto"
"""By which name a yard remembers what its moto's EventBridge was told, whatever its port."""

NEEDED: Final = ("moto", "flask", "flask_cors", "boto3")


def check_installed() -> None:
    """See to it that moto can be started.

    Raises:
        Refused: it is not installed.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        message = f"--with-moto: {missing[0]} is not installed: pip install 'batchyard[moto]'"
        raise Refused(message)


class Moto:
    """moto's process.

    Args:
        account: the account id that it works in.
        keys: what it signs its calls to the yard with.
        url: where the yard answers.
    """

    def __init__(self, account: str, keys: Keys, url: str) -> None:
        """Take the settings; nothing is started before `start`."""
        self._account = account
        self._keys = keys
        self._url = url
        self._begun: asyncio.Task[Path] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._stopped = False

    def start(self) -> None:
        """Begin to start it; a second call is fine."""
        if self._begun is None and not self._stopped:
            self._begun = asyncio.ensure_future(self._start())
            self._begun.add_done_callback(_looked_at)

    async def socket(self) -> Path:
        """Wait until it answers; if it has ended, start it again.

        Returns:
            The Unix socket that it listens on.

        Raises:
            YardError: it cannot be started; the next call tries again.
        """
        if self._process is not None and self._process.returncode is not None:
            self._forget(self._process.returncode)
        self.start()
        if self._begun is None:
            raise YardError("this yard is stopping, and its moto with it")
        begun = self._begun
        try:
            return await asyncio.shield(begun)
        except YardError:
            if self._begun is begun:
                self._begun = None
            raise

    def _forget(self, code: int) -> None:
        """Let go of a process that has ended by itself, and of its folder."""
        log.error("moto has ended (exit code %s); it begins anew, and knows nothing", code)
        begun, self._begun, self._process = self._begun, None, None
        if begun is not None and begun.done() and not begun.cancelled():
            shutil.rmtree(begun.result().parent, ignore_errors=True)

    async def _start(self) -> Path:
        path = Path(tempfile.mkdtemp(prefix="batchyard-moto-")) / "socket"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", program.__name__, str(path)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment(os.environ, self._account)
            | yard.environment(self._url, self._keys.access_key_id, self._keys.secret_access_key),
        )
        try:
            await asyncio.wait_for(_said_ready(process), PATIENCE)
        except (TimeoutError, YardError):
            await _end(process, path.parent)
            message = f"moto did not begin to answer (exit code {process.returncode}); see stderr"
            raise YardError(message) from None
        if self._stopped:
            await _end(process, path.parent)
            raise YardError("this yard is stopping, and its moto with it")
        self._process = process
        return path

    async def reset(self) -> None:
        """Empty it.

        Raises:
            YardError: it does not answer.
        """
        try:
            await asked(await self.socket(), "POST", "/moto-api/reset")
        except Broken as error:
            raise YardError(f"moto was not emptied: {error}") from None

    async def stop(self) -> None:
        """End it; twice, or before the start, is fine."""
        self._stopped = True
        begun, self._begun = self._begun, None
        if begun is None:
            return
        try:
            path = await begun
        except YardError:
            return
        if self._process is not None:
            await _end(self._process, path.parent)
            self._process = None


def environment(own: Mapping[str, str], account: str) -> dict[str, str]:
    """Form the environment of moto's process: nobody's access to AWS, and the yard's account.

    Args:
        own: this process's environment; what is set there for moto (``MOTO_…``) is kept.
        account: the account id.
    """
    kept = {name: text for name, text in own.items() if not name.startswith("AWS_")}
    return kept | {
        "MOTO_ACCOUNT_ID": account,
        "MOTO_DISABLE_GLOBAL_CORS": "true",
    }


def _looked_at(begun: asyncio.Task[Path]) -> None:
    """Say why it did not start, whether or not a request waits for it."""
    if not begun.cancelled() and (error := begun.exception()) is not None:
        log.error("%s", error)


async def _said_ready(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None  # noqa: S101 - it was made with one
    line = await process.stdout.readline()
    if line.decode().strip() != program.READY:
        raise YardError("moto has ended before it answered")


async def _end(process: asyncio.subprocess.Process, folder: Path) -> None:
    """End it by closing its standard input, its own sign to leave; else kill it."""
    assert process.stdin is not None  # noqa: S101 - it was made with one
    process.stdin.close()
    try:
        await asyncio.wait_for(asyncio.shield(process.wait()), 5)
    except TimeoutError:
        process.kill()
        await process.wait()
    shutil.rmtree(folder, ignore_errors=True)
