"""When instances are made: at once for intervals that have begun, by the clock for others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchyard.pipelines import consequences, periods, pipeline, planning
from batchyard.pipelines.model import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchyard.engine.clock import Clock
    from batchyard.engine.pipelines.live import Live
    from batchyard.pipelines.consequences import Consequences
    from batchyard.pipelines.pipeline import Pipeline

SECOND = 1_000


class Planner:
    """Makes instances of pipelines.

    Args:
        clock: what time it is.
        change: lets something happen to a pipeline as a whole.
        follow: keeps what has come of events.
    """

    def __init__(
        self,
        clock: Clock,
        change: Callable[[str, pipeline.Change], Pipeline],
        follow: Callable[[Live, Consequences], None],
    ) -> None:
        self._clock = clock
        self._change = change
        self._follow = follow

    @staticmethod
    def on_demand(live: Live) -> bool:
        """Tell whether a pipeline's latest definition runs on demand."""
        latest = live.pipeline.latest
        objects = () if latest is None else latest.pipeline_objects
        said = (item.string("scheduleType") for item in objects if item.id == DEFAULT)
        return any((text or "").lower() == "ondemand" for text in said)

    @staticmethod
    def run_at(live: Live, now: int) -> int:
        """Choose the moment of a run on demand: whole seconds, and no earlier run's."""
        moment, last = now - now % SECOND, live.pipeline.run_at
        return moment if last is None or last < moment else last + SECOND

    def plan(self, live: Live) -> None:
        """Make the instances of every interval that has begun, and see to the next.

        Of a run on demand, they are made once, for its moment. A schedule that is over counts as
        planned up to its last interval only: it may be given a later end.
        """
        self.halt(live)
        known, now = live.pipeline, self._clock.now()
        run_at = known.run_at
        until = max(now, run_at or 0) + 1
        since = known.planned_until if run_at is None else max(run_at, known.planned_until or 0)
        found = planning.plan(
            live.blueprint(),
            periods.EARLIEST if since is None else periods.at(since),
            periods.at(until),
            None if known.resumed_at is None or run_at else periods.at(known.resumed_at),
        )
        self._sleep(live, until)  # first: whether more is to come decides if a pipeline is done
        over = live.next_run is None and found
        self._change(known.id, pipeline.Planned(found[-1].start + 1 if over else until))
        if found:
            self._follow(live, consequences.planned(live, found, now))
            self._pause(live, {each.component for each in found}, now)

    def _pause(self, live: Live, components: set[str], now: int) -> None:
        """Hold new instances of components that are paused."""
        for component in sorted(components & live.pipeline.paused):
            names = [n for n in live.open if live.instances[n].component == component]
            self._follow(live, consequences.paused(live, component, names, now))

    def _sleep(self, live: Live, until: int) -> None:
        following = planning.next_start(live.blueprint(), periods.at(until))
        if following is None:
            live.next_run = None
            return
        live.next_run = periods.millis(following)
        live.timer = self._clock.call_at(live.next_run, lambda: self._due(live))

    def _due(self, live: Live) -> None:
        if live.planning:
            self.plan(live)

    @staticmethod
    def halt(live: Live) -> None:
        """Make no more instances by the clock."""
        live.next_run = None
        if live.timer is not None:
            live.timer.cancel()
            live.timer = None
