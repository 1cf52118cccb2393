"""Tables: plain in pipes, fitting and coloured on terminals."""

import re

import pytest

from batchyard.cli.given import first_words, pairs
from batchyard.cli.shown import Paper, stripped, table, tail
from batchyard.errors import Refused

PIPE = Paper(None, terminal=False)
RED = "\x1b[31m"
STYLE = re.compile(r"\x1b\[[0-9;]*m")
ID = "2e6f0bd1-7a5c-4b71-a7b5-8d1a2a0b6c11"


def test_a_pipe_gets_whole_lines_without_colour_and_trailing_blanks() -> None:
    rows = [(ID, "SUCCEEDED", "x" * 300), (ID, "FAILED", None)]
    lines = table(("JOB", "STATUS", "REASON"), rows, PIPE).splitlines()
    assert [line.split() for line in lines] == [
        ["JOB", "STATUS", "REASON"],
        [ID, "SUCCEEDED", "x" * 300],
        [ID, "FAILED"],
    ]
    assert lines == [line.rstrip() for line in lines]


def test_a_terminal_gets_lines_that_fit_with_ids_that_are_whole() -> None:
    shown = table(("JOB", "REASON"), [(ID, "why " * 30)], Paper(60, terminal=True, plain=True))
    assert ID in shown
    assert max(len(STYLE.sub("", line)) for line in shown.splitlines()) <= 60


def test_a_cell_of_several_lines_keeps_them_in_a_pipe() -> None:
    rows = [("command", "sh -c 'a\nb'"), ("vcpu", "1")]
    assert table(("", ""), rows, PIPE) == "command  sh -c 'a\n         b'\nvcpu     1\n"


def test_rows_that_may_be_cut_are_lines() -> None:
    on = Paper(60, terminal=True, plain=True)
    shown = table(("JOB", "REASON"), [(ID, "why\nnot " * 30), (ID, "")], on, cut=("REASON",))
    assert [line.split()[0] for line in shown.splitlines()[1:]] == [ID, ID]
    assert "why⏎not" in shown
    assert "why⏎not" in table(("JOB",), [("why\nnot",)], PIPE)


def test_plain_paper_has_no_colours() -> None:
    row = [(ID, "FAILED")]
    assert RED in table(("JOB", "STATUS"), row, Paper(60, terminal=True))
    assert RED not in table(("JOB", "STATUS"), row, Paper(60, terminal=True, plain=True))


def test_what_looks_like_markup_is_shown_as_it_stands() -> None:
    assert "[red]x[/red]" in table(("A",), [("[red]x[/red]",)], PIPE)


def test_blanks_go_and_lines_stay() -> None:
    assert stripped("\na  \n\nb \n\n") == "a\n\nb\n"


def test_a_name_is_the_end_of_its_arn() -> None:
    assert tail("arn:aws:batch:us-east-1:123456789012:job-queue/default") == "default"
    assert tail("default") == "default"


def test_ids_are_the_first_words_of_lines_below_a_head() -> None:
    assert first_words(["JOB  NAME\n", f"{ID}  job\n", "\n"]) == [ID]


def test_a_value_may_hold_equals_signs_and_a_name_may_not_be_missing() -> None:
    assert pairs("--env", ["A=b=c", "B="]) == {"A": "b=c", "B": ""}
    for wrong in ("A", "=b"):
        with pytest.raises(Refused, match="--env"):
            pairs("--env", [wrong])
