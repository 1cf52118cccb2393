"""batchyard: run AWS Batch jobs on your own machine, and wait for thousands of them, anywhere.

The public names of the client, and nothing else. They are loaded on first use (PEP 562), so that
importing one part of batchyard never loads another; their types are in ``__init__.pyi``, which
neither Python nor import-linter reads, so that this module hangs on no other.
"""

from importlib import import_module

_EXPORTS: dict[str, str] = {
    "AsyncBatchClient": "batchyard.client.aio_classic",
    "Attempt": "batchyard.client.attempts",
    "BackOff": "batchyard.polling.cadence",
    "BatchClient": "batchyard.client.classic",
    "BatchWaiters": "batchyard.client.waiters",
    "BatchyardError": "batchyard.errors",
    "CallerError": "batchyard.errors",
    "Classic": "batchyard.polling.cadence",
    "Failed": "batchyard.errors",
    "Fixed": "batchyard.polling.cadence",
    "Job": "batchyard.client.jobs",
    "JobDefinition": "batchyard.client.definitions",
    "JobError": "batchyard.errors",
    "Limits": "batchyard.polling.news",
    "LogEvent": "batchyard.client.logs",
    "NotFound": "batchyard.errors",
    "Outcome": "batchyard.client.gathering",
    "Outcomes": "batchyard.client.gathering",
    "Progress": "batchyard.client.gathering",
    "Refused": "batchyard.errors",
    "RefusedCredentials": "batchyard.errors",
    "S3Uri": "batchyard.client.s3",
    "Seen": "batchyard.polling.seen",
    "ServiceError": "batchyard.errors",
    "Throttled": "batchyard.errors",
    "Unanswered": "batchyard.errors",
    "Unfinished": "batchyard.errors",
    "Unreachable": "batchyard.errors",
    "Unsubmitted": "batchyard.errors",
    "aio": "batchyard.client",
    "as_completed": "batchyard.client.waits",
    "export_waits": "batchyard.client.metering",
    "follow_logs": "batchyard.client.following",
    "latest_revision": "batchyard.client.registering",
    "register": "batchyard.client.registering",
    "wait": "batchyard.client.waits",
    "submit_many": "batchyard.client.many",
}
"""Each public name and the module that defines it."""

__all__ = [
    "AsyncBatchClient",
    "Attempt",
    "BackOff",
    "BatchClient",
    "BatchWaiters",
    "BatchyardError",
    "CallerError",
    "Classic",
    "Failed",
    "Fixed",
    "Job",
    "JobDefinition",
    "JobError",
    "Limits",
    "LogEvent",
    "NotFound",
    "Outcome",
    "Outcomes",
    "Progress",
    "Refused",
    "RefusedCredentials",
    "S3Uri",
    "Seen",
    "ServiceError",
    "Throttled",
    "Unanswered",
    "Unfinished",
    "Unreachable",
    "Unsubmitted",
    "__version__",
    "aio",
    "as_completed",
    "export_waits",
    "follow_logs",
    "latest_revision",
    "register",
    "submit_many",
    "wait",
]


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("batchyard")
    if name in _EXPORTS:
        return getattr(import_module(_EXPORTS[name]), name)
    raise AttributeError(f"module 'batchyard' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
