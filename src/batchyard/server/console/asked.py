"""What the address of the jobs' page asks for: read from a query, and written into one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

import msgspec

from batchyard.batch.states import PLACED, JobState
from batchyard.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUPS: Final[Mapping[str, frozenset[JobState]]] = {
    "live": frozenset(JobState) - {JobState.SUCCEEDED, JobState.FAILED},
    "waiting": frozenset({JobState.SUBMITTED, JobState.PENDING, JobState.RUNNABLE}),
    "running": PLACED,
}
"""States that go together (ours), beside each alone."""

_cursors = msgspec.json.Decoder(dict[str, str])


class Asked(NamedTuple):
    """Which jobs to show.

    Attributes:
        state: a state, or a word of `GROUPS`; empty: all.
        queue: a queue's name; empty: all.
        name: how the job's name begins, or with a ``*`` in it its exact beginning.
        tag: ``key=value``, or a key alone; empty: any.
        region: a region; empty: all.
        after: where the page begins: the store's cursor of each queue (its ARN).
    """

    state: str = ""
    queue: str = ""
    name: str = ""
    tag: str = ""
    region: str = ""
    after: Mapping[str, str] | None = None

    @property
    def states(self) -> frozenset[JobState] | None:
        """The states that are meant; None: all of them."""
        if not self.state:
            return None
        found = GROUPS.get(self.state)
        return found if found is not None else frozenset({JobState(self.state)})

    @property
    def begins(self) -> str | None:
        """How names begin, as `JobQuery` has it."""
        return f"{self.name.rstrip('*')}*" if self.name.rstrip("*") else None

    def query(self, **changes: str) -> str:
        """Write it as the query of an address, from the first page on."""
        members = self._asdict() | {"after": ""} | changes
        return urlencode([(name, value) for name, value in members.items() if value])

    def further(self, after: Mapping[str, str]) -> str:
        """Write the query of the next page."""
        return self.query(after=msgspec.json.encode(after).decode())


def asked_of(query: str) -> Asked:
    """Read what is asked for.

    Raises:
        Fault: a state is none, or a cursor is no page's.
    """
    given = dict(parse_qsl(query, max_num_fields=50))
    known = {name: given.get(name, "").strip() for name in Asked._fields if name != "after"}
    if known["state"] not in {"", *GROUPS, *JobState}:
        raise Fault("ClientException", f"{known['state'][:50]!r} is no state of a job", 400)
    try:
        after = _cursors.decode(given["after"]) if given.get("after") else None
    except msgspec.DecodeError:
        raise Fault("ClientException", "This is no page of jobs; begin with the first") from None
    return Asked(**known, after=after)
