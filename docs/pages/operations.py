"""The AWS operations that a yard serves, and those that it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchyard.server.models import load
from batchyard.server.operations import batch, logs, pipelines
from pages.markdown import code, doc, sources, summary, table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Operations = Mapping[str, Callable[..., Any]]

API = {
    "batch": "https://docs.aws.amazon.com/batch/latest/APIReference/API_{}.html",
    "datapipeline": "https://docs.aws.amazon.com/datapipeline/latest/APIReference/API_{}.html",
    "logs": "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_{}.html",
}


def page() -> str:
    """Form the page of the operations."""
    return "\n\n".join((INTRODUCTION, *_batch(), *_logs(), *_pipelines(), OWN_PATHS))


INTRODUCTION = """# Operations

What a request may hold is what botocore's model of the service says. What an operation refuses
beyond that, and where it differs from AWS, is in [fidelity](../fidelity.md). An operation that is
not listed is answered with `UnsupportedOperationException`, HTTP 501."""

OWN_PATHS = """## The yard's own paths

Signed like any other request (service `batch`), the health check excepted.

| request | answer |
| --- | --- |
| `GET /_batchyard/health` | `{"status": "ok", "version": …}`; needs no signature |
| `GET /_batchyard/runners` | task runners: what they hold, when each was heard; what waits |
| `GET /_batchyard/stories/JOB` | a job's story, as `batchyard story --json` prints it |
| `GET /_batchyard/why/JOB` | why a job does not run, as `batchyard why --json` prints it |
| `POST /_batchyard/reset` | with `--ephemeral` only: ends what runs and forgets everything |"""


def _batch() -> list[str]:
    return ["## AWS Batch", _served("batch", batch.OPERATIONS), _unserved(batch.OPERATIONS)]


def _logs() -> list[str]:
    rest = len(load("logs")["operations"]) - len(logs.OPERATIONS)
    others = f"The other {rest} operations of CloudWatch Logs are not served."
    return ["## CloudWatch Logs", _served("logs", logs.OPERATIONS), others]


def _pipelines() -> list[str]:
    return ["## AWS Data Pipeline", _served("datapipeline", pipelines.OPERATIONS)]


def _served(service: str, operations: Operations) -> str:
    rows = (
        (f"[{name}]({API[service].format(name)})", summary(function), _more(function))
        for name, function in sorted(operations.items())
    )
    return table(("operation", "what it does", "see also"), rows)


def _more(function: Callable[..., Any]) -> str:
    addresses = [one for one in sources(doc(function)) if "/APIReference/" not in one]
    return ", ".join(f"[{one.rpartition('/')[2]}]({one})" for one in addresses)


def _unserved(operations: Operations) -> str:
    names = sorted(set(load("batch")["operations"]) - set(operations))
    if not names:
        return "These are all the operations of botocore's model."
    return f"Not served: {', '.join(map(code, names))}."
