"""batchyard: run AWS Batch jobs on your own machine, and wait for thousands of them, anywhere.

The public names of the client, and nothing else. They are loaded on first use (PEP 562), so that
importing one part of batchyard never loads another; their types are in ``__init__.pyi``, which
neither Python nor import-linter reads, so that this module hangs on no other.
"""

from importlib import import_module

_EXPORTS: dict[str, str] = {
    "Attempt": "batchyard.client.attempts",
    "BatchyardError": "batchyard.errors",
    "CallerError": "batchyard.errors",
    "Failed": "batchyard.errors",
    "Job": "batchyard.client.jobs",
    "JobDefinition": "batchyard.client.definitions",
    "JobError": "batchyard.errors",
    "LogEvent": "batchyard.client.logs",
    "NotFound": "batchyard.errors",
    "Refused": "batchyard.errors",
    "RefusedCredentials": "batchyard.errors",
    "S3Uri": "batchyard.client.s3",
    "ServiceError": "batchyard.errors",
    "Throttled": "batchyard.errors",
    "Unanswered": "batchyard.errors",
    "Unfinished": "batchyard.errors",
    "Unreachable": "batchyard.errors",
    "Unsubmitted": "batchyard.errors",
    "aio": "batchyard.client",
    "latest_revision": "batchyard.client.registering",
    "register": "batchyard.client.registering",
    "submit_many": "batchyard.client.many",
}
"""Each public name and the module that defines it."""

__all__ = [
    "Attempt",
    "BatchyardError",
    "CallerError",
    "Failed",
    "Job",
    "JobDefinition",
    "JobError",
    "LogEvent",
    "NotFound",
    "Refused",
    "RefusedCredentials",
    "S3Uri",
    "ServiceError",
    "Throttled",
    "Unanswered",
    "Unfinished",
    "Unreachable",
    "Unsubmitted",
    "__version__",
    "aio",
    "latest_revision",
    "register",
    "submit_many",
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
