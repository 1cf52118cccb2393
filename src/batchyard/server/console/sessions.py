"""Who may look at the console: one-time links, and the sessions they begin.

The yard's keys stay out of the browser. Whoever can sign a request, or reads the terminal that the
yard was started in, gets a link; its first use begins a session, and its second finds nothing. A
session is a random cookie, of which only the hash is kept; it outlives a restart of the yard.
"""

from __future__ import annotations

import os
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING, Final

import msgspec

from batchyard.errors import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE: Final = "console.json"
"""The file's name in the data directory."""

LINK_MS: Final = 3_600_000
"""How long a link is good for (ours): an hour, for people who start a yard and look later."""

SESSION_MS: Final = 30 * 86_400_000
"""How long a session is good for without a visit (ours)."""

DAY_MS: Final = 86_400_000
"""How exactly a visit is written down: a file for every request would be too many."""

MOST: Final = 100
"""Links that are not used yet, and sessions (ours): the oldest go first."""

_sessions = msgspec.json.Decoder(dict[str, int])


class Sessions:
    """Links and sessions.

    Args:
        file: where sessions are kept; None: in memory only.
        now: tells the time, epoch milliseconds.
        chance: forms a secret that nobody guesses.

    Raises:
        Unreadable: the file holds something else.
    """

    def __init__(
        self, file: Path | None, now: Callable[[], int], chance: Callable[[], str]
    ) -> None:
        """Take up the sessions that are kept."""
        self._file = file
        self._now = now
        self._chance = chance
        self._links: dict[str, int] = {}
        self._visits = _read(file)

    def link(self) -> str:
        """Make the secret of a new link."""
        secret = self._chance()
        self._links[_hash(secret)] = self._now()
        _bound(self._links)
        return secret

    def enter(self, link: str) -> str | None:
        """Use a link, once.

        Returns:
            The secret of a new session; None: the link was used, is too old, or never was one.
        """
        made = self._links.pop(_hash(link), None)
        if made is None or self._now() - made > LINK_MS:
            return None
        secret = self._chance()
        self._visits[_hash(secret)] = self._now()
        self._keep()
        return secret

    def knows(self, secret: str) -> bool:
        """Tell whether a cookie is that of a session, and count this as a visit."""
        name, now = _hash(secret), self._now()
        visit = self._visits.get(name)
        if visit is None or now - visit > SESSION_MS:
            return False
        if now - visit > DAY_MS:
            self._visits[name] = now
            self._keep()
        return True

    def leave(self, secret: str) -> None:
        """End a session; one that is none is fine."""
        if self._visits.pop(_hash(secret), None) is not None:
            self._keep()

    def _keep(self) -> None:
        _bound(self._visits)
        if self._file is None:
            return
        draft = self._file.with_suffix(".draft")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
            file.write(msgspec.json.encode(self._visits))
        draft.replace(self._file)


def token(secret: str) -> str:
    """Form the token that a session's pages send with every action.

    A page of another origin cannot read it, and it tells nothing of the cookie.
    """
    return _hash(f"action {secret}")


def is_token(given: str, secret: str) -> bool:
    """Tell whether this is the token of a session."""
    return compare_digest(given.encode(), token(secret).encode())


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _bound(moments: dict[str, int]) -> None:
    for oldest in sorted(moments, key=moments.__getitem__)[: max(0, len(moments) - MOST)]:
        del moments[oldest]


def _read(file: Path | None) -> dict[str, int]:
    if file is None or not file.exists():
        return {}
    try:
        return _sessions.decode(file.read_bytes())
    except msgspec.DecodeError as error:
        message = f"{file} holds no sessions ({error}); remove it, and sign in anew."
        raise Unreadable(message) from None
