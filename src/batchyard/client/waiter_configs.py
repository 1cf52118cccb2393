"""What batchyard's waiters wait for, in botocore's own form (version 2 of its waiter files).

botocore ships no waiters for AWS Batch; the names and the first three are those that Airflow's
BatchWaitersHook made known.

Source: the states and statuses are those of botocore's model, ``batch/2016-08-10/service-2.json``.
"""

from __future__ import annotations

from typing import Any, TypeAlias

Config: TypeAlias = dict[str, Any]
"""A waiter configuration, or a part of one, by botocore's names."""

DAY = 24 * 60 * 60
"""Seconds: how long JobComplete waits at most, when nobody says otherwise."""

JOBS = "jobs[].status"
FAILED_CHILDREN = "length(jobs[?arrayProperties.statusSummary.FAILED > `0`]) > `0`"


def _waiter(operation: str, delay: int, attempts: int, says: str, *acceptors: Config) -> Config:
    return {
        "description": says,
        "operation": operation,
        "delay": delay,
        "maxAttempts": attempts,
        "acceptors": list(acceptors),
    }


def _acceptor(state: str, matcher: str, argument: str, expected: str | bool) -> Config:  # noqa: FBT001 - a value to compare with
    return {"state": state, "matcher": matcher, "argument": argument, "expected": expected}


def _every(argument: str, expected: str) -> Config:
    return _acceptor("success", "pathAll", argument, expected)


def _fails(argument: str, expected: str) -> Config:
    return _acceptor("failure", "pathAny", argument, expected)


def _is(state: str, argument: str) -> Config:
    return _acceptor(state, "path", argument, expected=True)


def _valid(operation: str, member: str, what: str) -> Config:
    status = f"{member}[].status"
    return _waiter(
        operation,
        5,
        120,
        f"Wait until every {what} is VALID",
        _every(status, "VALID"),
        _fails(status, "INVALID"),
        _fails(status, "DELETED"),
    )


def _deleted(operation: str, member: str, what: str) -> Config:
    """Wait for absence: https://docs.aws.amazon.com/batch/latest/APIReference/API_DeleteComputeEnvironment.html says when it becomes INVALID instead."""  # noqa: E501 - an address
    status = f"{member}[].status"
    return _waiter(
        operation,
        5,
        120,
        f"Wait until every {what} is DELETED, or not there",
        _is("success", f"length({member}) == `0`"),
        _every(status, "DELETED"),
        _fails(status, "INVALID"),
    )


DEFAULT: Config = {
    "version": 2,
    "waiters": {
        "JobExists": _waiter(
            "DescribeJobs",
            5,
            100,
            "Wait until every job is visible",
            _is("success", "length(jobs) > `0`"),
        ),
        "JobRunning": _waiter(
            "DescribeJobs",
            5,
            100,
            "Wait until every job is RUNNING, or has ended",
            _every(JOBS, "RUNNING"),
            _every(JOBS, "SUCCEEDED"),
            _every(JOBS, "FAILED"),
        ),
        "JobComplete": _waiter(
            "DescribeJobs",
            30,
            DAY // 30,
            "Wait until every job has SUCCEEDED; fail when one is FAILED",
            _every(JOBS, "SUCCEEDED"),
            _fails(JOBS, "FAILED"),
        ),
    },
}
"""The waiters of one job's life."""

EXTENDED: Config = {
    "version": 2,
    "waiters": {
        **DEFAULT["waiters"],
        "ArrayChildrenComplete": _waiter(
            "DescribeJobs",
            30,
            DAY // 30,
            "Wait until every child of the arrays has SUCCEEDED; fail when the first is FAILED",
            _every(JOBS, "SUCCEEDED"),
            _fails(JOBS, "FAILED"),
            _is("failure", FAILED_CHILDREN),
        ),
        "ComputeEnvironmentDeleted": _deleted(
            "DescribeComputeEnvironments", "computeEnvironments", "compute environment"
        ),
        "ComputeEnvironmentValid": _valid(
            "DescribeComputeEnvironments", "computeEnvironments", "compute environment"
        ),
        "JobQueueDeleted": _deleted("DescribeJobQueues", "jobQueues", "job queue"),
        "JobQueueValid": _valid("DescribeJobQueues", "jobQueues", "job queue"),
        "ServiceJobComplete": _waiter(
            "DescribeServiceJob",
            30,
            DAY // 30,
            "Wait until the service job has SUCCEEDED; fail when it is FAILED",
            _acceptor("success", "path", "status", "SUCCEEDED"),
            _acceptor("failure", "path", "status", "FAILED"),
        ),
        "ServiceJobRunning": _waiter(
            "DescribeServiceJob",
            5,
            100,
            "Wait until the service job is RUNNING, or has ended",
            _acceptor("success", "path", "status", "RUNNING"),
            _acceptor("success", "path", "status", "SUCCEEDED"),
            _acceptor("success", "path", "status", "FAILED"),
        ),
    },
}
"""Those, and what else of AWS Batch is waited for."""
