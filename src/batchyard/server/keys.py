"""The yard's own access key: made once, kept in the data directory, read by nobody else.

Whoever holds this key may run commands as the person who serves the yard, so the file is treated
like an ssh key: mode 600, and refused as soon as others could read it.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
import string
from base64 import b32encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from batchyard.errors import CallerError, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = "credentials.json"
"""The file's name in the data directory."""

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
# AKIA marks a long-term key of a user; base32 letters follow. Source:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes
_PREFIX = "AKIA"

LEARNT_MS: Final = 60_000
"""For how long a key is believed that was learnt of (ours)."""
# The same page: ASIA marks a temporary key of AWS STS.
_SESSION = "ASIA"
_SESSION_HALF = 8
_ID_LETTERS = string.ascii_uppercase + "234567"
# AWS's secrets hold + and / too; without them a secret survives shells and URLs unquoted.
_SECRET_LETTERS = string.ascii_letters + string.digits
_SECRET_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Keys:
    """An access key.

    Attributes:
        access_key_id: public.
        secret_access_key: never shown, in no repr and no message.
    """

    access_key_id: str
    secret_access_key: str = field(repr=False)

    def secret_of(self, access_key_id: str) -> str | None:
        """Look up the secret of an access key id; None when it is not one of this yard's."""
        if access_key_id == self.access_key_id:
            return self.secret_access_key
        return self._secret_of_session(access_key_id)

    def session(self, name: str) -> Keys:
        """Derive the temporary key of somebody: the same name has the same key.

        It is known again by its form, so that none of them has to be kept.
        """
        body = self._derived(f"session {name}", _SESSION_HALF)
        access_key_id = f"{_SESSION}{body}{self._derived(f'id {body}', _SESSION_HALF)}"
        return Keys(access_key_id, self._session_secret(access_key_id))

    def token(self, purpose: str) -> str:
        """Derive a word that nobody else can guess: 52 letters (256 bits) for a purpose."""
        return self._derived(f"token {purpose}", 52)

    def _secret_of_session(self, access_key_id: str) -> str | None:
        body, proof = access_key_id[4:12], access_key_id[12:]
        own = self._derived(f"id {body}", _SESSION_HALF)
        if access_key_id[:4] != _SESSION or not hmac.compare_digest(proof.encode(), own.encode()):
            return None
        return self._session_secret(access_key_id)

    def _session_secret(self, access_key_id: str) -> str:
        return self._derived(f"secret {access_key_id}", _SECRET_LENGTH)

    def _derived(self, purpose: str, length: int) -> str:
        digest = hmac.digest(self.secret_access_key.encode(), purpose.encode(), "sha256")
        return b32encode(digest).decode()[:length]


class Ring:
    """A yard's key, and those that were given out beside it.

    What was learnt holds for `LEARNT_MS`: a key that was withdrawn meanwhile is believed no longer.

    Args:
        keys: the yard's own.
        clock: tells the time in epoch milliseconds.
    """

    def __init__(self, keys: Keys, clock: Callable[[], int]) -> None:
        """Begin with the yard's own."""
        self._keys = keys
        self._clock = clock
        self._learnt: dict[str, tuple[str, int]] = {}

    def secret_of(self, access_key_id: str) -> str | None:
        """Look up the secret of an access key id; None when nobody knows it."""
        own = self._keys.secret_of(access_key_id)
        if own is not None:
            return own
        secret, until = self._learnt.get(access_key_id, ("", 0))
        return secret if self._clock() < until else None

    def learn(self, access_key_id: str, secret: str) -> None:
        """Take note of a key."""
        self._learnt[access_key_id] = secret, self._clock() + LEARNT_MS

    def forget(self) -> None:
        """Forget all but the yard's own."""
        self._learnt.clear()


def generate() -> Keys:
    """Make a new key in AWS's form: AKIA and 16 characters, and a secret of 40 (238 bits)."""
    return Keys(_PREFIX + _random(_ID_LETTERS, 16), _random(_SECRET_LETTERS, _SECRET_LENGTH))


def load_or_create(directory: Path) -> Keys:
    """Read the yard's keys, or make them if there are none yet.

    Any number of threads and processes may do this at once: all end with the same keys.

    Args:
        directory: the data directory; made with mode 700 if missing.

    Returns:
        The keys that are on disk.

    Raises:
        CallerError: others could have read or written the file.
        Unreadable: the file holds something else than keys.
    """
    private_directory(directory)
    path = directory / FILE
    if not path.exists():
        _publish(generate(), path)
    return _load(path)


def private_directory(directory: Path) -> None:
    """Make a directory nobody else can enter, whatever the umask; leave an existing one alone.

    Raises:
        CallerError: it cannot be made.
    """
    try:
        directory.mkdir(mode=stat.S_IRWXU, parents=True)
        directory.chmod(stat.S_IRWXU)
    except OSError as error:
        if not directory.is_dir():
            message = f"the data directory {directory} cannot be made: {error.strerror}"
            raise CallerError(message) from None


def _random(letters: str, length: int) -> str:
    return "".join(secrets.choice(letters) for _ in range(length))


def _publish(keys: Keys, path: Path) -> None:
    """Put whole keys under their name at once, unless somebody else was faster.

    A link, unlike a rename, never replaces what is there: the first one wins, and a reader finds
    all of the file or none of it.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    _write(draft, msgspec.json.encode(keys))
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _write(path: Path, content: bytes) -> None:
    mode = stat.S_IRUSR | stat.S_IWUSR
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)  # the umask may have taken too much
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _load(path: Path) -> Keys:
    with path.open("rb") as file:
        _check_private(path, os.fstat(file.fileno()))  # of what is read, not of what has its name
        content = file.read()
    try:
        keys = msgspec.json.decode(content, type=Keys)
    except msgspec.DecodeError as error:
        raise Unreadable(f"{path} holds no keys ({error}); remove it to get new ones.") from None
    if not keys.access_key_id or not keys.secret_access_key:
        raise Unreadable(f"{path} holds an empty key; remove it to get new ones.")
    return keys


def _check_private(path: Path, status: os.stat_result) -> None:
    if status.st_uid != os.geteuid():
        raise CallerError(
            f"{path} belongs to user id {status.st_uid}, who could know or change the keys in it; "
            "remove it to get keys of your own."
        )
    if status.st_mode & _OTHERS:
        mode = stat.S_IMODE(status.st_mode)
        raise CallerError(
            f"{path} can be read or changed by others (mode {mode:03o}), so its keys may be known; "
            "remove it to get new ones, or run chmod 600 on it if you trust them still."
        )
