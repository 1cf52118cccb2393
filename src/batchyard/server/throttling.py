"""Refusing calls that come too often, where a yard is to have AWS's quotas (`--aws-quotas`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchyard.errors import Fault
from batchyard.pipelines import quotas

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchyard.batch.ids import Place
    from batchyard.pipelines.quotas import Saved
    from batchyard.server.operations import Context


class Throttle:
    """Counts the calls of Data Pipeline's operations, for each account and region.

    Args:
        now: what time it is, epoch milliseconds.
    """

    def __init__(self, now: Callable[[], int]) -> None:
        """Begin with all that a burst may have."""
        self._now = now
        self._saved: dict[tuple[Place, str], Saved] = {}

    def limited(
        self, operations: Mapping[str, Callable[..., Any]]
    ) -> dict[str, Callable[..., Any]]:
        """Give the same operations, refused when they are called too often."""
        return {name: self._limited(name, perform) for name, perform in operations.items()}

    def _limited(self, name: str, perform: Callable[..., Any]) -> Callable[..., Any]:
        def limited(context: Context, request: Any) -> Any:  # noqa: ANN401 - wire structs
            saved = quotas.called(name, self._saved.get((context.place, name)), self._now())
            if saved is None:
                raise Fault("ThrottlingException", "Rate exceeded")
            self._saved[context.place, name] = saved
            return perform(context, request)

        return limited
