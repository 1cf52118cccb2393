"""Names of jobs, as SubmitJob takes them.

https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
"""

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from subprocess import run

from hypothesis import given
from hypothesis import strategies as st

from batchyard.client.names import stem, unique_name

MOMENT = datetime(2024, 1, 31, 23, 59, 59, 123456, UTC)
MOMENTS = st.datetimes(
    datetime(1000, 1, 2),  # noqa: DTZ001 - the zone is drawn
    datetime(9999, 12, 30),  # noqa: DTZ001 - the zone is drawn
    timezones=st.one_of(st.none(), st.timezones()),
)


@given(st.text(), MOMENTS)
def test_a_name_is_one_that_aws_takes(name: str, moment: datetime) -> None:
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", unique_name(name, moment))


def test_a_name_tells_its_time_and_its_definition() -> None:
    assert unique_name("align", MOMENT).startswith("2024-01-31T23-59-59-123-align-")


def test_a_long_name_is_cut_to_what_aws_takes_and_no_further() -> None:
    assert len(unique_name("x" * 200, MOMENT)) == 128


def test_the_same_moment_reads_the_same_in_every_zone() -> None:
    elsewhere = MOMENT.astimezone(timezone(timedelta(hours=9)))
    assert unique_name("align", elsewhere)[:23] == unique_name("align", MOMENT)[:23]


def test_names_of_one_moment_differ_in_all_threads() -> None:
    with ThreadPoolExecutor(4) as pool:
        names = list(pool.map(lambda _: unique_name("align", MOMENT), range(2000)))
    assert len(set(names)) == 2000


def test_names_of_one_moment_differ_in_all_processes() -> None:
    program = (
        "import os; from datetime import datetime;"
        "from batchyard.client.names import stem, unique_name as name;"
        "moment = datetime(2024, 1, 31); name('a', moment); child = os.fork(); child and os.wait();"
        "print('\\n'.join(name('a', moment) for _ in range(100)), flush=True)"
    )
    done = run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert len(set(done.stdout.split())) == 200


@given(st.from_regex(r"[A-Za-z0-9_-]{1,80}", fullmatch=True), MOMENTS)
def test_the_name_that_a_name_was_made_of_is_found_again(name: str, moment: datetime) -> None:
    assert stem(unique_name(name, moment)) == name


@given(st.text(max_size=30))
def test_a_name_of_somebody_elses_stays(name: str) -> None:
    assert stem(name) == name
