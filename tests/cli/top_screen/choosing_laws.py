"""Which jobs are shown: those that are meant, each once, in the order that was asked for."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from batchyard.cli.top_screen.book import Book, Listing
from batchyard.cli.top_screen.choosing import GROUPS, ORDERS, Choice, chosen, counts
from batchyard.cli.top_screen.plan import STATUSES, Kind, Question
from batchyard.cli.top_screen.rows import JobRow

NOW = 1_000_000

words = st.sampled_from(["", "align", "ALIGN", "!align", "exit 1", "!", "q1 failed"])
rows = st.builds(
    JobRow,
    id=st.uuids().map(str),
    name=st.sampled_from(["align-1", "Align-2", "census", "broken"]),
    status=st.sampled_from(STATUSES),
    queue=st.sampled_from(["q1", "q2"]),
    created=st.integers(0, NOW),
    started=st.none() | st.integers(0, NOW),
    reason=st.sampled_from(["", "exit 1", "Host EC2 terminated"]),
)
listings = st.lists(
    st.builds(Listing, rows=st.lists(rows, max_size=8).map(tuple), at=st.floats(0, 9)), max_size=4
)
choices = st.builds(
    Choice,
    group=st.sampled_from(sorted(GROUPS)),
    words=words,
    order=st.sampled_from(ORDERS),
    reverse=st.booleans(),
)


def holds(row: JobRow, choice: Choice) -> bool:
    text = f"{row.id} {row.name} {row.status} {row.queue} {row.reason}".lower()
    given_words = choice.words.lower().split()
    return row.status in GROUPS[choice.group] and all(
        (word[1:] not in text or word == "!") if word[0] == "!" else word in text
        for word in given_words
    )


@given(listings=listings, choice=choices)
def test_exactly_those_that_are_meant_are_shown(listings: list[Listing], choice: Choice) -> None:
    shown = chosen(listings, choice, NOW)
    meant = {row for one in listings for row in one.rows if holds(row, choice)}
    assert set(shown) == meant
    assert len(shown) == len(meant)


@given(listings=listings, order=st.sampled_from(ORDERS), reverse=st.booleans())
def test_they_stand_in_the_order_that_was_asked_for(
    listings: list[Listing],
    order: str,
    reverse: bool,  # noqa: FBT001 - drawn
) -> None:
    shown = chosen(listings, Choice(order=order, reverse=reverse), NOW)
    keys: dict[str, Any] = {
        "created": lambda row: -row.created,
        "name": lambda row: row.name.lower(),
        "status": lambda row: STATUSES.index(row.status),
        "ran": lambda row: -(row.ran(NOW) or 0),
        "queue": lambda row: row.queue,
    }
    sorted_by = [keys[order](row) for row in shown]
    assert sorted_by == sorted(sorted_by, reverse=reverse)


@given(row=rows, then=st.sampled_from(STATUSES))
def test_a_job_that_moved_on_is_shown_once_as_it_was_last(row: JobRow, then: str) -> None:
    moved = row._replace(status=then)
    looks = [Listing((moved,), at=2.0), Listing((row,), at=1.0)]
    assert chosen(looks, Choice(), NOW) == [moved]


def listing(status: str) -> Question:
    return Question(Kind.LISTING, "q", status)


def page(first: int, size: int) -> dict[str, Any]:
    jobs = [{"jobId": str(n), "jobName": "j"} for n in range(first, first + size)]
    return {"jobSummaryList": jobs}


def test_pages_come_one_after_the_other_and_more_is_said_as_more() -> None:
    book, asked = Book(), listing("FAILED")
    book.received(asked, page(0, 3), 1.0, last=False, more=True)
    assert str(counts(book.of("q"))["FAILED"]) == "3+"
    book.received(asked, page(3, 2), 2.0, last=True, more=True)
    assert str(counts(book.of(None))["FAILED"]) == "5+"
    assert counts(book.of("another")) == {}


def test_a_listing_that_is_read_anew_is_shown_when_it_is_whole_again() -> None:
    book, asked = Book(), listing("RUNNABLE")
    book.received(asked, page(0, 3), 1.0, last=False, more=True)
    book.received(asked, page(3, 3), 1.0, last=True, more=False)
    book.received(asked, page(1, 3), 2.0, last=False, more=True)
    assert len(book.listings[asked].rows) == 6
    assert book.age("q", 3.0) == 2.0
    book.received(asked, page(4, 1), 3.0, last=True, more=False)
    assert [row.id for row in book.listings[asked].rows] == ["1", "2", "3", "4"]
    assert book.age("q", 3.0) == 1.0


def test_what_could_not_be_asked_stays_as_it_was_with_why() -> None:
    book, asked = Book(), listing("RUNNING")
    book.received(asked, page(0, 2), 1.0, last=True, more=False)
    book.received(asked, page(0, 1), 2.0, last=False, more=True)
    book.failed(asked, "no answer")
    assert len(book.listings[asked].rows) == 2
    assert book.errors == {asked: "no answer"}
    book.received(asked, page(0, 1), 3.0, last=True, more=False)
    assert (len(book.listings[asked].rows), book.errors) == (1, {})
