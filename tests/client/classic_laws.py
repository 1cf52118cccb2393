"""What of the classic client is a value: delays, the time for retries, where the output is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchyard import AsyncBatchClient, BatchClient, NotFound, Refused
from batchyard.batch.states import JobState
from batchyard.client.awslogs import awslogs_of
from batchyard.client.classic import pause, span, status_terms
from batchyard.polling.seen import Seen

SECONDS = st.floats(-1000, 1000)
EITHER = pytest.mark.parametrize("kind", [BatchClient, AsyncBatchClient])
GROUP = "/aws/batch/job"


@EITHER
@given(delay=SECONDS, width=SECONDS, minima=SECONDS)
def test_jitter_is_what_airflows_is(
    kind: type[BatchClient], delay: float, width: float, minima: float
) -> None:
    """As add_jitter of BatchClientHook: uniform(max(|minima|, |d| - |w|), |d| + |w|)."""
    lower, upper = max(abs(minima), abs(delay) - abs(width)), abs(delay) + abs(width)
    drawn = kind.add_jitter(delay, width, minima)
    assert min(lower, upper) - 1e-9 <= drawn <= max(lower, upper) + 1e-9


@EITHER
@given(tries=st.integers(0, 100))
def test_the_exponential_delay_is_airflows(kind: type[BatchClient], tries: int) -> None:
    longest = min(600, 1 + (0.6 * tries) ** 2)
    assert longest / 3 <= kind.exponential_delay(tries) <= longest


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 1))
def test_a_delay_that_is_not_given_is_between_the_least_and_the_most(
    least: float, more: float, chance: float
) -> None:
    assert least <= pause(None, least, least + more, chance) <= least + more + 1e-9
    assert pause(None, least, least + more, 0) == least
    assert max(0, least - 1) <= pause(least, 5, 5, chance) <= least + 1


def test_retries_are_the_time_in_which_the_classic_rule_asks_so_often() -> None:
    assert span(0) == 0
    assert span(1) == pytest.approx(1.36 * 2 / 3)
    assert span(2) == pytest.approx((1.36 + 2.44) * 2 / 3)
    assert span(4200) == pytest.approx(19.3 * 24 * 3600, rel=0.01)


@given(st.sets(st.sampled_from(JobState), min_size=1), st.sampled_from(JobState))
def test_a_wait_for_states_is_over_in_one_of_them_or_when_none_can_come(
    wanted: set[JobState], status: JobState
) -> None:
    terms: Any = status_terms(wanted, 3, 10)
    over = status in wanted or status in {"SUCCEEDED", "FAILED"}
    assert terms["until"](Seen("a", status)) == over
    assert terms["timeout"] == span(3)
    assert terms["limits"].unseen == terms["limits"].vanished == span(9)


@pytest.mark.parametrize(
    "wrong", [{"max_retries": -1}, {"status_retries": 0}, {"max_retries": "many"}]
)
@EITHER
def test_retries_that_are_none_are_refused(kind: type[BatchClient], wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=next(iter(wrong))):
        kind(**wrong)


@EITHER
def test_a_job_is_found_once_in_an_answer(kind: type[BatchClient]) -> None:
    one, other = {"jobId": "a", "status": "RUNNING"}, {"jobId": "b"}
    assert kind.parse_job_description("a", {"jobs": [one, other]}) is one
    for jobs in ([], [other], [one, one]):
        with pytest.raises(NotFound, match=r"job a is [02] times"):
            kind.parse_job_description("a", {"jobs": jobs})


def job(stream: str | None = None, *earlier: str, **more: object) -> dict[str, Any]:
    container = {"logStreamName": stream} if stream else {}
    attempts = [{"container": {"logStreamName": name}} for name in earlier]
    return {"jobId": "a", "container": container, "attempts": attempts, **more}


def info(stream: str, group: str = GROUP, region: str = "eu-west-1") -> dict[str, str]:
    return {"awslogs_stream_name": stream, "awslogs_group": group, "awslogs_region": region}


@pytest.mark.parametrize(
    "detail, told",
    [
        (job(), []),
        (job("s/2"), [info("s/2")]),
        (job("s/2", "s/1", "s/2"), [info("s/1"), info("s/2")]),
        (
            job(
                container={
                    "logStreamName": "s",
                    "logConfiguration": {
                        "logDriver": "awslogs",
                        "options": {"awslogs-group": "mine", "awslogs-region": "us-east-2"},
                    },
                }
            ),
            [info("s", "mine", "us-east-2")],
        ),
        (job(container={"logStreamName": "s", "logConfiguration": {"logDriver": "splunk"}}), []),
    ],
)
def test_each_attempt_has_its_log_stream(
    detail: dict[str, Any], told: list[dict[str, str]]
) -> None:
    assert awslogs_of(detail, "eu-west-1") == told


def test_every_node_has_its_log_stream_and_none_is_told_twice() -> None:
    def node(group: str) -> dict[str, Any]:
        return {"container": {"logConfiguration": {"options": {"awslogs-group": group}}}}

    nodes = {"nodeRangeProperties": [node("a"), node("b"), node("a")]}
    detail = job(None, "s/1", "s/2", nodeProperties=nodes)
    del detail["container"]
    assert awslogs_of(detail, "eu-west-1") == [
        info("s/1", "a"),
        info("s/1", "b"),
        info("s/2", "a"),
        info("s/2", "b"),
    ]


def test_a_job_of_another_kind_is_refused() -> None:
    with pytest.raises(Refused, match="job a has neither"):
        awslogs_of({"jobId": "a", "eksProperties": {}}, "eu-west-1")
