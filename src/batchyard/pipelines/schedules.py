"""When a schedule's intervals begin and end.

An interval lasts one period; the n-th begins n periods after the start, so that a schedule which
starts on the 31st comes back to it after shorter months. Cron style runs at an interval's beginning
and timeseries style at its end. No run is due after endDateTime: cron style has the intervals that
begin before it, timeseries style those that end by it (inferred where a period does not divide).

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-concepts-schedules.html
"""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Literal, NamedTuple

from batchyard.pipelines import periods
from batchyard.pipelines.model import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

Style = Literal["cron", "timeseries", "ondemand"]


class Interval(NamedTuple):
    """An interval: from when, until when (UTC)."""

    start: datetime
    end: datetime


class Schedule(Value, frozen=True):
    """A schedule whose beginning is known.

    Attributes:
        start: the beginning of its first interval; of FIRST_ACTIVATION_DATE_TIME, the activation's.
        period: how long an interval lasts; None of a run on demand, which is over as it begins.
        end: when it ends; None: never.
        occurrences: how many intervals it has; None: any number.
    """

    start: datetime
    period: periods.Period | None
    end: datetime | None = None
    occurrences: int | None = None

    def interval(self, number: int, style: Style = "cron") -> Interval | None:
        """Give the interval of a number, from 0; None when the schedule has no such interval."""
        if self.period is None:
            return Interval(self.start, self.start) if number == 0 else None
        if number < 0 or (self.occurrences is not None and number >= self.occurrences):
            return None
        try:
            start = self.period.after(self.start, number)
            end = self.period.after(self.start, number + 1)
        except OverflowError:
            return None
        over = self.end is not None and (
            end > self.end if style == "timeseries" else start >= self.end
        )
        return None if over else Interval(start, end)

    def number(self, moment: datetime) -> int:
        """Tell which interval a moment lies in; -1 or less before the first."""
        if self.period is None:
            return 0
        found = int((moment - self.start).total_seconds() // self.period.seconds)
        try:
            while self.period.after(self.start, found) > moment:
                found -= 1
            while self.period.after(self.start, found + 1) <= moment:
                found += 1
        except OverflowError:
            pass
        return found

    def starting(
        self, since: datetime, until: datetime, style: Style = "cron"
    ) -> Iterator[Interval]:
        """List the intervals that begin at ``since`` or later, and before ``until``."""
        first = self.number(since)
        for number in count(max(0, first)):
            interval = self.interval(number, style)
            if interval is None or interval.start >= until:
                return
            if interval.start >= since:
                yield interval
            if self.period is None:
                return

    def overlapping(self, other: Interval, style: Style = "cron") -> Iterator[Interval]:
        """List the intervals that share time with another one, or a moment if that is all it is."""
        for number in count(max(0, self.number(other.start))):
            interval = self.interval(number, style)
            if interval is None:
                return
            if interval.start >= other.end and interval.start != other.start:
                return
            yield interval


def due(interval: Interval, style: Style) -> datetime:
    """Tell when what is scheduled for an interval may run; resources are always of cron style."""
    return interval.end if style == "timeseries" else interval.start
