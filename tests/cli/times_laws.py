"""Times as people write them."""

from datetime import UTC, datetime

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard.cli.times import UNITS, age, length_option, moment_of, seconds_of
from batchyard.errors import Refused

NOW = 1_795_000_000_000


@given(st.integers(0, 10**6), st.sampled_from(sorted(UNITS)))
def test_a_length_is_its_number_of_its_units(number: int, unit: str) -> None:
    assert seconds_of(f"{number}{unit}") == number * UNITS[unit]


def test_units_are_what_clocks_and_calendars_say() -> None:
    assert [seconds_of(text) for text in ("90", "90s", "15m", "2h", "3d", "1w")] == [
        90,
        90,
        900,
        7200,
        3 * 24 * 3600,
        7 * 24 * 3600,
    ]


@given(st.integers(0, 10**6), st.sampled_from(sorted(UNITS)))
def test_a_length_is_so_long_ago(number: int, unit: str) -> None:
    ago = NOW - number * UNITS[unit] * 1000
    assert moment_of(f"{number}{unit}", NOW) == max(0, ago)


@given(st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - the zone is drawn
def test_a_date_with_a_zone_is_that_moment(moment: datetime) -> None:
    assert abs(moment_of(moment.isoformat(), NOW) - moment.timestamp() * 1000) <= 1


def test_a_date_without_a_zone_is_local() -> None:
    local = datetime(2026, 11, 25, 9, 30).astimezone()
    assert moment_of("2026-11-25T09:30", NOW) == local.timestamp() * 1000


@pytest.mark.parametrize("text", ["", "h", "-1", "2 hours", "1.5h", "2026-13-01", "nan"])
def test_what_is_no_time_is_named(text: str) -> None:
    for read in (seconds_of, lambda given: moment_of(given, NOW)):
        with pytest.raises(Refused, match="is no"):
            read(text)


def test_a_refused_option_is_blamed_on_the_option() -> None:
    option = click.Option(["--timeout"])
    read = length_option
    with pytest.raises(click.BadParameter, match="soon"):
        read(click.Context(click.Command("x")), option, "soon")
    assert read(click.Context(click.Command("x")), option, None) is None


@given(st.integers(0, 10**12))
def test_an_age_is_two_thirds_of_what_has_passed_or_more_and_never_beyond(passed: int) -> None:
    told = seconds_of(age(passed)) * 1000
    assert told <= passed
    assert passed < 2000 or told * 3 > passed * 2
