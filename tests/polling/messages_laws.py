"""What is read of the messages of a queue that anybody may have written to.

The shape of an event: https://docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html
"""

import json
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from batchyard.polling.messages import changed

IDS = st.sampled_from([f"4c7599ae-0a82-49aa-ba5a-{number:012}" for number in range(4)]) | st.builds(
    "4c7599ae-0a82-49aa-ba5a-4727fcce14a8{}{}".format, st.sampled_from(":#"), st.integers(0, 9999)
)
STATUSES = st.sampled_from(["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED"])
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def event(job_id: object, status: str = "SUCCEEDED", **more: object) -> dict[str, object]:
    """A state change as AWS documents it, shortened; ``more`` takes the place of its members."""
    arn = f"arn:aws:batch:us-east-1:123456789012:job/{job_id}"
    return {
        "version": "0",
        "id": "c8f9c4b5-76e5-d76a-f980-7011e206042b",
        "detail-type": "Batch Job State Change",
        "source": "aws.batch",
        "account": "123456789012",
        "time": "2022-01-11T23:36:40Z",
        "region": "us-east-1",
        "resources": [arn],
        "detail": {"jobArn": arn, "jobName": "event-test", "jobId": job_id, "status": status},
    } | more


def enveloped(text: str) -> str:
    """A text as SNS wraps it.

    https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html
    """
    topic = "arn:aws:sns:us-west-2:123456789012:MyTopic"
    return json.dumps({"Type": "Notification", "TopicArn": topic, "Message": text})


EVENTS = st.builds(event, IDS, STATUSES, extra=JSON).map(json.dumps)
TOLD = EVENTS | EVENTS.map(enveloped)
WRONG_TYPES = st.builds(
    lambda member, value: json.dumps(event("j") | {member: value}),
    st.sampled_from(["source", "detail-type", "detail"]),
    JSON.filter(lambda value: not isinstance(value, dict) or "jobId" not in value),
)
JUNK = (
    st.text()
    | st.text(alphabet=st.characters(categories=["Cs"]))
    | JSON.map(json.dumps)
    | WRONG_TYPES
    | st.builds(event, JSON.filter(lambda one: not isinstance(one, str))).map(json.dumps)
    | EVENTS.map(lambda text: text[: len(text) // 2])
    | EVENTS.map(lambda text: enveloped(enveloped(text)))
)


def job_of(told: str) -> str:
    found = json.loads(told)
    found = json.loads(found["Message"]) if "Message" in found else found
    return str(found["detail"]["jobId"])


@given(st.lists(TOLD))
def test_each_job_that_changed_is_named_once_in_the_order_of_the_events(told: list[str]) -> None:
    assert changed(told) == list(dict.fromkeys(map(job_of, told)))


@given(st.lists(TOLD.map(lambda text: (text, True)) | JUNK.map(lambda text: (text, False))))
def test_junk_between_events_neither_raises_nor_names_a_job(mixed: list[tuple[str, bool]]) -> None:
    events = [text for text, is_event in mixed if is_event]
    assert changed(text for text, _ in mixed) == changed(events)


@given(IDS, st.text(), st.sampled_from(["source", "detail-type"]))
def test_other_events_are_not_of_a_job(job_id: str, other: str, member: str) -> None:
    told = event(job_id)
    assert changed([json.dumps(told | {member: other})]) == [job_id] * (told[member] == other)


@given(st.lists(TOLD), st.randoms())
def test_late_and_double_events_name_the_same_jobs(told: list[str], chance: Random) -> None:
    again = told + told
    chance.shuffle(again)
    assert set(changed(again)) == set(changed(told))
    assert len(changed(again)) == len(changed(told))


def test_depth_and_size_do_no_harm() -> None:
    deep = "[" * 100_000
    huge = json.dumps(event("big", detail={"jobId": "big", "padding": "x" * 1_000_000}))
    held = json.dumps(event("deep"))[:-1] + ', "more": ' + deep
    assert changed([deep, enveloped(deep), held, huge]) == ["big"]
