"""The expression language, against AWS's own examples.

The oracles: https://docs.aws.amazon.com/datapipeline/latest/DeveloperGuide/dp-pipeline-expressions.html,
dp-pipeline-reference-functions-datetime.html and dp-pipeline-reference-functions-math.html beside
it, and https://www.joda.org/joda-time/apidocs/org/joda/time/format/DateTimeFormat.html
"""

from datetime import datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from batchyard.pipelines.expressions import joda
from batchyard.pipelines.expressions.evaluation import evaluate
from batchyard.pipelines.expressions.functions import FUNCTIONS
from batchyard.pipelines.expressions.parsing import parse
from batchyard.pipelines.expressions.scopes import ObjectScope, rendered
from batchyard.pipelines.expressions.trees import Malformed
from batchyard.pipelines.model import Field, PipelineObject

MOMENTS = st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(8000, 1, 1)).map(  # noqa: DTZ001 - naive and UTC, as AWS writes them
    lambda moment: moment.replace(microsecond=0)
)
MINE = PipelineObject(
    "A",
    "An object",
    (
        Field("myDateTime", "2011-05-24T17:10:00"),
        Field("myMidnight", "2011-05-25T17:10:00"),
        Field("myList", "one"),
        Field("myList", "two"),
        Field("myList1", "1"),
        Field("myList1", "2"),
        Field("myList2", "3"),
        Field("myList2", "4"),
        Field("@scheduledStartTime", "2012-01-31T22:05:09"),
        Field("path", "s3://b/#{format(@scheduledStartTime,'YYYY')}"),
        Field("output", ref_value="Out"),
        Field("output", ref_value="Out2"),
        Field("node", ref_value="Out"),
        Field("gone", ref_value="Nowhere"),
        Field("mySelf", "#{mySelf}"),
        Field("myShadow", "#{myShadow}"),
        Field("myLong", "#{myWay}"),
        Field("myWay", "#{myLong}"),
        Field("@componentParent", ref_value="Component"),
    ),
)
OUT = PipelineObject(
    "Out",
    "Out",
    (
        Field("directoryPath", "s3://out/#{name}"),
        Field("@actualEndTime", "2012-01-31T23:00:00"),
        Field("next", ref_value="Out2"),
        Field("myBad", "#{nothing}"),
    ),
)
OUT2 = PipelineObject(
    "Out2", "2", (Field("directoryPath", "s3://two"), Field("@actualEndTime", "late"))
)
COMPONENT = PipelineObject("Component", "The component", ())
KNOWN = {o.id: o for o in (MINE, OUT, OUT2, COMPONENT)}
PARAMETERS = {"myParam": ("p",), "*mySecret": ("s3cr3t",), "myShadow": ("from outside",)}
SCOPE = ObjectScope(MINE, KNOWN.get, PARAMETERS)


def value(text: str) -> str:
    (found,) = evaluate(text, SCOPE)
    return found


@pytest.mark.parametrize(
    "text,expected",
    [
        ("#{day(myDateTime)}", "24"),
        ("#{dayOfYear(myDateTime)}", "144"),
        ("#{firstOfMonth(myDateTime)}", "2011-05-01T17:10:00"),
        ("#{format(myDateTime,'YYYY-MM-dd HH:mm:ss z')}", "2011-05-24 17:10:00 UTC"),
        ("#{hour(myDateTime)}", "17"),
        ("#{makeDate(2011,5,24)}", "2011-05-24T00:00:00"),
        ("#{makeDateTime(2011,5,24,14,21)}", "2011-05-24T14:21:00"),
        ("#{midnight(myMidnight)}", "2011-05-25T00:00:00"),
        ("#{minusDays(myDateTime,1)}", "2011-05-23T17:10:00"),
        ("#{minusHours(myDateTime,1)}", "2011-05-24T16:10:00"),
        ("#{minusMinutes(myDateTime,1)}", "2011-05-24T17:09:00"),
        ("#{minusMonths(myDateTime,1)}", "2011-04-24T17:10:00"),
        ("#{minusWeeks(myDateTime,1)}", "2011-05-17T17:10:00"),
        ("#{minusYears(myDateTime,1)}", "2010-05-24T17:10:00"),
        ("#{minute(myDateTime)}", "10"),
        ("#{month(myDateTime)}", "5"),
        ("#{plusDays(myDateTime,1)}", "2011-05-25T17:10:00"),
        ("#{plusHours(myDateTime,1)}", "2011-05-24T18:10:00"),
        ("#{plusMinutes(myDateTime,1)}", "2011-05-24T17:11:00"),
        ("#{plusMonths(myDateTime,1)}", "2011-06-24T17:10:00"),
        ("#{plusWeeks(myDateTime,1)}", "2011-05-31T17:10:00"),
        ("#{plusYears(myDateTime,1)}", "2012-05-24T17:10:00"),
        ("#{sunday(myDateTime)}", "2011-05-22T17:10:00"),
        ("#{sunday(makeDate(2011,5,22))}", "2011-05-22T00:00:00"),
        ("#{year(myDateTime)}", "2011"),
        ("#{yesterday(myDateTime)}", "2011-05-23T17:10:00"),
        ("#{1 + 2}", "3"),
        ("#{1 - 2}", "-1"),
        ("#{1 * 2}", "2"),
        ("#{1 / 2}", "0"),
        ("#{1.0 / 2}", "0.5"),
        ("#{2 ^ 2}", "4.0"),
        (
            "#{format(minusMinutes(@scheduledStartTime,30),'YYYY-MM-dd hh:mm:ss')}",
            "2012-01-31 09:35:09",
        ),
        ("#{@scheduledStartTime.format('YYYY-MM-dd HH:mm:ss')}", "2012-01-31 22:05:09"),
        ('#{plusPeriod(@scheduledStartTime, "1 day")}', "2012-02-01T22:05:09"),
        ("s3://mybucket/#{parent.@id}.csv", "s3://mybucket/Component.csv"),
        ("s3://myBucket/#{name}.csv", "s3://myBucket/An object.csv"),
        ("#{node.@actualEndTime}", "2012-01-31T23:00:00"),
        ("#{node.directoryPath}", "s3://out/Out"),
        ("#{node.next.directoryPath}", "s3://two"),
        ("#{path}/x", "s3://b/2012/x"),
        ("#{myParam}#{*mySecret}", "ps3cr3t"),
        ("#{myShadow}", "from outside"),
    ],
)
def test_aws_examples_come_to_what_aws_says(text: str, expected: str) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    "text,expected",
    [
        ("#{'this is ' + myList}", ["this is one", "this is two"]),
        ("[#{myList1}, #{myList2}]", ["1", "2", "3", "4"]),
        ("#{myList1 + 1}", ["11", "21"]),
        ("#{myList1 * 10}", ["10", "20"]),
        ("#{output.directoryPath}", ["s3://out/Out", "s3://two"]),
        ("#{myList1}-#{myList2}", ["1-3", "1-4", "2-3", "2-4"]),
    ],
)
def test_an_expression_on_a_list_makes_a_list(text: str, expected: list[str]) -> None:
    assert list(evaluate(text, SCOPE)) == expected


@pytest.mark.parametrize(
    "text,expected",
    [
        ("#{1 + 2 * 3}", "7"),
        ("#{(1 + 2) * 3}", "9"),
        ("#{7 - 2 - 1}", "4"),
        ("#{2 * 3 * 4}", "24"),
        ("#{2 ^ 3 ^ 2}", "512.0"),
        ("#{-2 ^ 2}", "-4.0"),
        ("#{-7 / 2}", "-3"),
        ("#{7 / -2}", "-3"),
        ("#{8 / 2 / 2}", "2"),
        ("#{2 * -3}", "-6"),
        ("#{'a' + 1 + 2}", "a12"),
        ("#{1 + 2 + 'a'}", "3a"),
        ("#{'}' + \"it's\"}", "}it's"),
        ("#{'it\\'s'}", "it's"),
        (" #{ 1 } ", " 1 "),
        ("#{minusMonths(makeDate(2012,3,31),1)}", "2012-02-29T00:00:00"),
        ("#{plusYears(makeDate(2012,2,29),1)}", "2013-02-28T00:00:00"),
    ],
)
def test_operators_bind_as_in_arithmetic(text: str, expected: str) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    "text,why,at",
    [
        ("a#{1 +}", "ends too early", 6),
        ("#{}", "empty", 2),
        ("#{f", "has no '}'", 0),
        ("ab #{'x}", "never closed", 5),
        ("#{1 1}", "'1' is not expected", 4),
        ("#{nothing}", "'nothing' is no field of 'A'", 2),
        ("x#{1 + day(nothing)}", "'nothing'", 11),
        ("#{now()}", "no function called 'now'", 2),
        ("#{day()}", "takes 1 arguments, and 0", 2),
        ("#{1 + day(1,2)}", "takes 1 arguments, and 2", 6),
        ("#{day('x')}", "takes a DateTime, and 'x'", 2),
        ("#{plusDays(myDateTime,'x')}", "takes an integer, and 'x'", 2),
        ("#{plusDays(myDateTime,1.5)}", "takes an integer", 2),
        ("#{plusDays(myDateTime,999999999999)}", "beyond the calendar", 2),
        ("#{plusYears(myDateTime,9999)}", "beyond the calendar", 2),
        ("#{makeDate(2011,13,1)}", "month", 2),
        ("#{plusPeriod(myDateTime,'soon')}", "'soon' is no period", 2),
        ("#{format(myDateTime,'b')}", "Illegal pattern component: b", 2),
        ('#{format(myDateTime,"YYYY\'")}', "never closed", 2),
        ("#{1 / 0}", "1 / 0 has no result", 2),
        ("#{0 - 1 / 0.0}", "has no result", 6),
        ("#{'a' * 2}", "'*' takes numbers, and 'a'", 2),
        ("#{9 ^ 9 ^ 9}", "has no result", 2),
        ("#{(0-1) ^ 0.5}", "no real result", 3),
        ("#{" + "9" * 5000 + "}", "too many digits", 2),
        ("#{" + "(" * 200 + ")" * 200 + "}", "nested", 66),
        ("#{1" + "+1" * 200 + "}", "operators", 259),
        ("#{node.output.@actualEndTime}", "over one reference only", 2),
        ("#{myParam.x}", "'myParam' is no reference", 2),
        ("#{gone.x}", "'Nowhere', which does not exist", 2),
        ("#{mySelf}", "refers to itself", 2),
        ("#{myLong}", "refers to itself", 2),
        ("#{node.myBad}", "Out.myBad: 'nothing' is no field of 'Out'", 2),
    ],
)
def test_an_error_says_why_and_points_at_the_spot(text: str, why: str, at: int) -> None:
    with pytest.raises(Malformed) as caught:
        evaluate(text, SCOPE)
    assert why in caught.value.why
    assert caught.value.at == at
    assert caught.value.pointing(text).endswith(f"{text[:at]}»{text[at:]}")


def test_a_value_is_fetched_over_so_many_fields_and_no_more() -> None:
    links = [Field(f"my_{n}", f"#{{my_{n + 1}}}") for n in range(2_000)]
    item = PipelineObject("C", "C", (*links, Field("my_2000", "end")))
    assert evaluate("#{my_1990}", ObjectScope(item, KNOWN.get, {})) == ("end",)
    with pytest.raises(Malformed):
        evaluate("#{my_0}", ObjectScope(item, KNOWN.get, {}))


PIECES = st.sampled_from(
    [*"#{}()'\"+-*/^.,@ \\1", "#{", "day(", "myList", "node.", "format(", "''"]
)


@given(st.lists(PIECES, max_size=14).map("".join) | st.text())
def test_any_text_has_a_value_or_an_error_within_it(text: str) -> None:
    spot, why = 0, "none"
    try:
        evaluate(text, SCOPE)
    except Malformed as error:
        spot, why = error.at, error.why
    assert 0 <= spot <= len(text)
    assert why


@given(st.text().filter(lambda text: "#{" not in text))
@example("[]")  # no list: lists are made of expressions
@example("[ , ]")
def test_text_without_an_expression_stands_for_itself(text: str) -> None:
    assert evaluate(text, SCOPE) == (text,)
    assert parse(text) == ((text,) if text else ())


@given(MOMENTS, st.integers(-500, 500))
def test_plus_and_minus_are_each_others_undoing(moment: datetime, count: int) -> None:
    for unit in ("Days", "Hours", "Minutes", "Weeks"):
        there = FUNCTIONS[f"plus{unit}"].does(moment, count)
        assert FUNCTIONS[f"minus{unit}"].does(there, count) == moment
        assert there == moment + timedelta(**{unit.lower(): count})


@given(MOMENTS, st.integers(-5000, 5000))
def test_months_keep_the_day_or_take_the_last_there_is(moment: datetime, months: int) -> None:
    there = FUNCTIONS["plusMonths"].does(moment, months)
    assert isinstance(there, datetime)
    assert (there.year - moment.year) * 12 + there.month - moment.month == months
    assert there.time() == moment.time()
    assert there.day == moment.day or (there.day < moment.day and (there + timedelta(1)).day == 1)


@given(MOMENTS)
def test_patterns_write_what_pythons_own_directives_write(moment: datetime) -> None:
    pairs = {
        "YYYY-MM-dd": "%Y-%m-%d",
        "yyyyMMdd'T'HHmmss": "%Y%m%dT%H%M%S",
        "hh:mm a": "%I:%M %p",
        "DDD": "%j",
        "EEEE, EEE d MMMM (MMM) yy": f"%A, %a {moment.day} %B (%b) %y",
        "xxxx-'W'ww-e": "%G-W%V-%u",
        "Z ZZ z": "+0000 +00:00 UTC",
    }
    for pattern, directive in pairs.items():
        assert joda.shown(moment, pattern) == moment.strftime(directive)


@pytest.mark.parametrize(
    "pattern,expected",
    [
        ("G C", "AD 20"),
        ("K:h:H:k", "0:12:0:24"),
        ("H m s S SSS", "0 5 9 1 120"),
        ("SSSSSSSS", "12000000"),
        ("zzzz", "Coordinated Universal Time"),
        ("''yy''", "'12'"),
        ("'o''clock' 'a'", "o'clock a"),
        ("MMM MMMM M MM", "Jan January 1 01"),
        ("yyyyyy y", "002012 2012"),
        ("", ""),
    ],
)
def test_every_letter_is_jodas(pattern: str, expected: str) -> None:
    moment = datetime(2012, 1, 31, 0, 5, 9, 120_000)  # noqa: DTZ001 - naive and UTC
    assert joda.shown(moment, pattern) == expected


def test_an_object_is_rendered_field_by_field_and_says_what_has_no_value() -> None:
    item = PipelineObject(
        "B",
        "B",
        (
            Field("type", "#{kept}"),
            Field("scriptArgument", "a"),
            Field("scriptArgument", "#{1 + 1}"),
            Field("command", "echo #{nothing}"),
            Field("input", ref_value="Out"),
        ),
    )
    done, wrong = rendered(item, ObjectScope(item, KNOWN.get, {}))
    assert done == {"type": ("#{kept}",), "scriptArgument": ("a", "2")}
    assert list(wrong) == ["command"]
    assert "echo #{»nothing}" in wrong["command"]


GIVEN: dict[str, tuple[str, ...]] = {
    "myEnv": ("dev",),
    "myBucket": ("s3://b/#{myEnv}",),
    "mySql": ("create table #{table}",),
    "myFlags": (),
    "myRound": ("#{myTrip}",),
    "myTrip": ("#{myRound}",),
}
"""AWS's own templates ask for values such as the statement: expressions of whoever uses them."""


def given_as(text: str) -> tuple[str, ...]:
    item = PipelineObject("B", "B", (Field("table", "orders"), Field("myEnv", "#{myEnv}!")))
    return evaluate(text, ObjectScope(item, KNOWN.get, GIVEN))


def test_the_value_of_a_parameter_is_worked_out_where_it_is_used() -> None:
    assert given_as("#{mySql}") == ("create table orders",)
    assert given_as("#{myBucket}/in") == ("s3://b/dev!/in",)
    with pytest.raises(Malformed, match="'myRound' of 'the parameters' refers to itself"):
        given_as("#{myRound}")


def test_a_parameter_that_was_left_out_leaves_no_trace() -> None:
    assert given_as("#{myFlags}") == ()
    assert given_as("load #{myFlags}--all") == ("load --all",)
    item = PipelineObject("B", "B", (Field("options", "#{myFlags}"), Field("command", "true")))
    assert rendered(item, ObjectScope(item, KNOWN.get, GIVEN)) == (
        {"options": (), "command": ("true",)},
        {},
    )
