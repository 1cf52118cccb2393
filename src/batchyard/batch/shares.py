"""Fair share: how much each share of a queue has used, and which one is next.

A share's usage is its vCPU-seconds, of which half is forgotten every shareDecaySeconds. The share
with the least ``usage * weightFactor`` is next. What runs now is counted a little ahead, so that
shares which have used nothing yet divide an empty machine among them, too: only a little, since
whole jobs are a coarse measure, and the past is what evens them out.

Sources: FairsharePolicy and ShareAttributes in botocore's model;
https://docs.aws.amazon.com/batch/latest/userguide/share-identifiers.html ("T * weightFactor");
https://docs.aws.amazon.com/batch/latest/userguide/fair-share-scheduling.html (active shares,
computeReservation); https://aws.amazon.com/blogs/hpc/deep-dive-on-fair-share-scheduling-in-aws-batch/
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from batchyard.batch.resources import FairShare

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SHORTEST_DECAY: Final = 600
"""Seconds that a shareDecaySeconds of 0 stands for (FairsharePolicy in botocore's model)."""

AHEAD: Final = 1 / 32
"""How far ahead what runs now is counted, as a part of the decay."""

NOTHING: Final = 1e-3
"""vCPU-seconds: a share that has used less, and holds nothing, is forgotten."""

LN2: Final = math.log(2)
MS: Final = 1000
"""Milliseconds in a second, and thousandths in a vCPU."""


Written: TypeAlias = tuple[float, int, int]
"""A share's usage as it is written down: vCPU-seconds, the moment, and its last change."""


class Use(NamedTuple):
    """What a share had used at a moment.

    Attributes:
        vcpu_seconds: decayed until then.
        at: the moment, epoch milliseconds.
        last: when it was given something, or gave something back, last.
        vcpus: what it has held since, in thousandths.
    """

    vcpu_seconds: float
    at: int
    last: int
    vcpus: int = 0

    def later(self, now: int, decay: float) -> float:
        """Tell its vCPU-seconds at a later moment, half forgotten every ``decay`` seconds."""
        left = math.exp2((self.at - now) / MS / decay) if now > self.at else 1.0
        if not self.vcpus:
            return self.vcpu_seconds * left
        return self.vcpu_seconds * left + self.vcpus / MS * (1 - left) * decay / LN2


class Shares:
    """The shares of one queue."""

    def __init__(self) -> None:
        """Begin without usage, and with every weight 1."""
        self._policy = FairShare()
        self._uses: dict[str, Use] = {}
        self._weights: dict[str, float] = {}

    @property
    def decay(self) -> int:
        """Seconds in which half of what was used is forgotten."""
        return self._policy.decay_seconds or SHORTEST_DECAY

    @property
    def reserves(self) -> bool:
        """Whether room is kept for shares that are not active."""
        return self._policy.compute_reservation > 0

    def follow(self, policy: FairShare, now: int) -> None:
        """Follow a new or changed policy; what was used until now has decayed by the old one."""
        if policy == self._policy:
            return
        self._uses = {name: self._settled(use, now) for name, use in self._uses.items()}
        self._policy = policy
        self._weights.clear()

    def hold(self, name: str, vcpus: int, now: int) -> None:
        """Count what a share holds from now on; less than nothing gives it back.

        Args:
            name: the share identifier.
            vcpus: how much more it holds, in thousandths.
            now: epoch milliseconds.
        """
        use = self._settled(self._uses.get(name, Use(0.0, now, now)), now)
        self._uses[name] = use._replace(vcpus=use.vcpus + vcpus, last=use.at)

    def _settled(self, use: Use, now: int) -> Use:
        return Use(use.later(now, self.decay), max(now, use.at), use.last, use.vcpus)

    def weight(self, name: str) -> float:
        """Give a share's weightFactor: its own, that of its longest prefix, or 1."""
        found = self._weights.get(name)
        if found is None:
            if len(self._weights) >= MOST_REMEMBERED:
                self._weights.clear()
            fitting = [each for each in self._policy.weights if _means(each.share, name)]
            best = max(fitting, key=lambda each: _closeness(each.share), default=None)
            found = self._weights[name] = best.factor if best else 1.0
        return found

    def used(self, name: str, now: int) -> float:
        """Tell what a share has used by now, in vCPU-seconds, decayed."""
        use = self._uses.get(name)
        return use.later(now, self.decay) if use else 0.0

    def held(self, name: str) -> int:
        """Tell what a share holds, in thousandths of a vCPU."""
        use = self._uses.get(name)
        return use.vcpus if use else 0

    def rank(self, name: str, now: int, more: int = 0) -> float:
        """Rank a share: the least comes next.

        Args:
            name: the share identifier.
            now: epoch milliseconds.
            more: vCPUs that it is to be ranked with besides what it holds, in thousandths.
        """
        use, decay = self._uses.get(name), self.decay
        if use is None:
            return self.weight(name) * more / MS * decay * AHEAD
        ahead = (use.vcpus + more) / MS * decay * AHEAD
        return self.weight(name) * (use.later(now, decay) + ahead)

    def active(self, waiting: Iterable[str], now: int) -> set[str]:
        """Name the shares in use: with jobs that wait or run, or did so within the decay."""
        since = now - self.decay * MS
        return {
            *waiting,
            *(name for name, use in self._uses.items() if use.vcpus or use.last > since),
        }

    def reserved(self, active: int) -> float:
        """Tell which part of the vCPUs is kept for shares that are not active.

        Args:
            active: how many shares are.
        """
        return float((self._policy.compute_reservation / 100) ** active)

    def written(self, now: int) -> dict[str, Written]:
        """Write down what was used, for `restore`; shares whose usage is forgotten are left out."""
        self._uses = {
            name: use
            for name, use in self._uses.items()
            if use.vcpus or use.later(now, self.decay) > NOTHING
        }
        return {name: use[:3] for name, use in self._uses.items()}

    def restore(self, written: Mapping[str, Written]) -> None:
        """Begin with what was written down.

        What runs is held from the moments written on, so that it counts while the yard is away.
        """
        self._uses = {name: Use(*use) for name, use in written.items()}

    def resume(self, name: str, vcpus: int, since: int) -> None:
        """Count what a share has held since its usage was written down, or else since a moment."""
        use = self._uses.get(name, Use(0.0, since, since))
        self._uses[name] = use._replace(vcpus=use.vcpus + vcpus)


MOST_REMEMBERED: Final = 10_000
"""Weights that are remembered; each can be looked up again."""


def _means(pattern: str, name: str) -> bool:
    if pattern.endswith("*"):
        return name.startswith(pattern[:-1])
    return name == pattern


def _closeness(pattern: str) -> tuple[bool, int]:
    """Rank patterns that mean a share: its own name first, then the longest prefix."""
    return not pattern.endswith("*"), len(pattern)
