"""batchyard: one call for all jobs, which gives each as it ends."""

from __future__ import annotations

import botocore.session

from batchyard import Fixed, as_completed
from benchmarks.contenders.taking_part import part

assert botocore.session  # imported before it counts, as with all other contenders


def main() -> None:
    """Wait for every job."""
    taking = part()
    scenario = taking.scenario
    with taking.measured():
        for outcome in as_completed(
            taking.ids,
            cadence=Fixed(scenario.cadence),
            timeout=scenario.limit,
            endpoint=taking.endpoint,
        ):
            if outcome.error is None:
                taking.answered(outcome.job_id, succeeded=outcome.succeeded)


if __name__ == "__main__":
    main()
