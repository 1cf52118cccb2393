"""Which jobs changed, as EventBridge tells it in the messages of an SQS queue.

An event may be late, doubled, out of order, about somebody else's job, or forged: all that is ever
read of one is whose job to ask about. What became of the job, DescribeJobs says.

Source: https://docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

SOURCE = "aws.batch"
DETAIL_TYPE = "Batch Job State Change"


class _Detail(msgspec.Struct, frozen=True):
    job_id: str = msgspec.field(name="jobId", default="")


class _Body(msgspec.Struct, frozen=True):
    """An event, or SNS's envelope of one, which has it as text in ``Message``.

    https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html
    """

    source: str = ""
    detail_type: str = msgspec.field(name="detail-type", default="")
    detail: _Detail = _Detail()
    message: str = msgspec.field(name="Message", default="")


_DECODER = msgspec.json.Decoder(_Body)


def changed(bodies: Iterable[str]) -> list[str]:
    """Name the jobs that events are about.

    Args:
        bodies: of messages, as SQS gives them; what is no event of a job is passed over.

    Returns:
        Ids, each once, in the order in which they were first named.
    """
    named = (_job_id(body) for body in bodies)
    return list(dict.fromkeys(job_id for job_id in named if job_id))


def _job_id(text: str) -> str:
    """Read the job of an event, bare or in SNS's envelope; nothing when there is none."""
    body = _read(text)
    event = _read(body.message) if body.message else body
    known = (event.source, event.detail_type) == (SOURCE, DETAIL_TYPE)
    return event.detail.job_id if known else ""


def _read(text: str) -> _Body:
    """Read JSON that anybody may have written: also none, wrong types, lone surrogates, depth."""
    try:
        return _DECODER.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return _Body()
