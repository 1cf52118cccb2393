"""DescribeJobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from batchyard.batch import ids
from batchyard.server.operations.batch.refusals import refused

if TYPE_CHECKING:
    from batchyard.server.operations import Context
    from batchyard.server.operations.batch.echoes import Wire

MOST_DESCRIBED = 100
"""Bound of DescribeJobs in botocore's model text."""


def describe_jobs(context: Context, request: Wire) -> Wire:
    """Show up to 100 jobs, live or ended; ids that are not known are left out, service jobs' too.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobs.html
    """
    wanted = list(dict.fromkeys(request.jobs))
    if len(request.jobs) > MOST_DESCRIBED:
        raise refused(
            f"jobs: at most {MOST_DESCRIBED} can be described at once, not {len(request.jobs)}"
        )
    # Every JobDetail begins with its jobArn, which says of what kind a job is.
    service = f'{{"jobArn":"{ids.arn(context.place, ids.SERVICE_JOB, "")}'.encode()
    shown = context.engine.shown.details(context.place, wanted)
    jobs = (detail for detail in shown if not detail.startswith(service))
    return msgspec.Raw(b'{"jobs":[' + b",".join(jobs) + b"]}")
