"""Jobs that exist on paper only: their ids, and when each ends, and how.

The stub that answers for them, those who wait for them and those who judge the waiting read the
same paper, each in a process and perhaps an environment of its own: standard library only.
"""

from __future__ import annotations

import json
import random
from array import array
from dataclasses import asdict, dataclass

WINDOW = 60.0
"""Seconds within which all jobs end, unless a scenario says something else."""
CADENCE = 5.0
"""Seconds between two questions about a job: the default of Airflow's trigger."""
SEED = 4
UNLUCKY = 10
"""One job of so many fails."""
RUNNING_AT = 0.3
"""The part of its life after which a job is RUNNING."""
_PREFIX = "5eed0000-0000-4000-8000-"


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What is waited for, and what the service is like.

    Attributes:
        count: how many jobs there are.
        first: seconds after the start from which jobs end.
        last: seconds after the start until which the last has ended.
        cadence: seconds between two questions about a job.
        size: bytes that the service says of a job.
        rate: requests a second that the service takes, the others it answers 429; 0 for any number.
        events: whether a queue tells of state changes.
        limit: seconds after which whoever still waits gives up.
    """

    count: int
    first: float = 0.0
    last: float = WINDOW
    cadence: float = CADENCE
    size: int = 300
    rate: float = 0.0
    events: bool = False
    limit: float = 600.0

    def ends(self) -> array[float]:
        """Draw when each job ends, in seconds after the start; the same for everybody."""
        drawn = random.Random(SEED)  # noqa: S311 - the same draw for each contender
        return array("d", (drawn.uniform(self.first, self.last) for _ in range(self.count)))

    def ids(self) -> list[str]:
        """List the jobs."""
        return [f"{_PREFIX}{number:012x}" for number in range(self.count)]

    def dump(self) -> str:
        """Form what `load` reads."""
        return json.dumps(asdict(self))


def load(text: str) -> Scenario:
    """Read a scenario that another process formed."""
    return Scenario(**json.loads(text))


def number_of(job_id: str) -> int:
    """Tell which of the jobs an id is."""
    return int(job_id[len(_PREFIX) :], 16)


def succeeds(number: int) -> bool:
    """Tell how a job ends: SUCCEEDED, or FAILED."""
    return number % UNLUCKY != 0
