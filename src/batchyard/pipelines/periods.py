"""Periods and moments as AWS writes them: ``15 minutes``, ``2012-01-15T23:59:00``.

Source: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-expressions-functions.html
"""

from __future__ import annotations

import calendar
import re
from datetime import datetime, timedelta
from typing import Final, Literal

from batchyard.pipelines.model import Value

Unit = Literal["minutes", "hours", "days", "weeks", "months", "years"]

UNITS: Final[dict[str, tuple[Unit, float]]] = {
    "minute": ("minutes", 60),
    "hour": ("hours", 3600),
    "day": ("days", 86_400),
    "week": ("weeks", 604_800),
    "month": ("months", 2_629_746),
    "year": ("years", 31_556_952),
}
"""Singular, and how many seconds one lasts; of months and years the mean of 400 years."""

MONTHS_A_YEAR: Final = 12
LONGEST_COUNT: Final = 6
"""Digits that a period's number may have: a million minutes is nearly two years (ours)."""

_PERIOD = re.compile(r"\s*(\d+)\s*([A-Za-z]+)\s*")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
EARLIEST: Final = datetime.min  # noqa: DTZ901 - naive, as the others
LATEST: Final = datetime.max  # noqa: DTZ901 - naive, as the others
EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - moments are naive and UTC, as AWS writes them


class Period(Value, frozen=True):
    """A number of minutes, hours, days, weeks, months or years."""

    count: int
    unit: Unit

    @property
    def seconds(self) -> float:
        """How long it lasts; months and years on average."""
        return self.count * UNITS[self.unit[:-1]][1]

    def after(self, moment: datetime, times: int = 1) -> datetime:
        """Add it to a moment so many times; a day that a month lacks becomes its last.

        Raises:
            OverflowError: nobody's calendar goes that far.
        """
        if self.unit == "months":
            return plus_months(moment, self.count * times)
        if self.unit == "years":
            return plus_months(moment, self.count * times * MONTHS_A_YEAR)
        return moment + timedelta(seconds=int(self.seconds) * times)


def plus_months(moment: datetime, months: int) -> datetime:
    """Add months to a moment, back from its day of the month if the new month is shorter.

    Raises:
        OverflowError: the year would not be between 1 and 9999.
    """
    years, month = divmod(moment.month - 1 + months, MONTHS_A_YEAR)
    year = moment.year + years
    if not 1 <= year <= 9999:  # noqa: PLR2004 - the years that a datetime knows
        raise OverflowError("the year would not be between 1 and 9999")
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def period(text: str) -> Period | None:
    """Read a period, ``1 Day`` or ``15 minutes``; None when it is none.

    AWS's documents write units in either number and any case.
    """
    found = _PERIOD.fullmatch(text)
    if found is None or len(found[1]) > LONGEST_COUNT or int(found[1]) < 1:
        return None
    unit = UNITS.get(found[2].lower().removesuffix("s"))
    return None if unit is None else Period(int(found[1]), unit[0])


def lifetime(text: str) -> Period | None:
    """Read how long a resource lasts: a period, or a bare number, which means hours.

    Source: terminateAfter in
    https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-object-emrcluster.html
    """
    return period(f"{text} hours") or period(text)


def moment(text: str) -> datetime | None:
    """Read a moment, ``YYYY-MM-DDTHH:MM:SS`` in UTC; None when it is none."""
    if not _MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def shown(moment: datetime) -> str:
    """Write a moment as AWS does, to the second."""
    return moment.isoformat(timespec="seconds")


def millis(moment: datetime) -> int:
    """Give a moment in milliseconds since the epoch."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def at(millis: int) -> datetime:
    """Give the moment of so many milliseconds since the epoch."""
    return EPOCH + timedelta(milliseconds=millis)
