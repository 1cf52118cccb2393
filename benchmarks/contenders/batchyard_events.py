"""batchyard with state-change events, which hurry its questions: one call for all jobs."""

from __future__ import annotations

import botocore.session

from batchyard import Fixed, as_completed
from batchyard.client.events import EventSource
from batchyard.client.sessions import connect
from batchyard.client.watchers import watcher_of
from benchmarks.contenders.taking_part import part

assert botocore.session  # imported before it counts, as with all other contenders


def main() -> None:
    """Wait for every job."""
    taking = part()
    scenario, endpoint = taking.scenario, taking.endpoint
    with taking.measured():
        watcher = watcher_of(connect(endpoint=endpoint))
        queue = f"{endpoint}/123456789012/events"
        with EventSource(queue, watcher, endpoint=endpoint):
            for outcome in as_completed(
                taking.ids,
                cadence=Fixed(scenario.cadence),
                timeout=scenario.limit,
                endpoint=endpoint,
            ):
                if outcome.error is None:
                    taking.answered(outcome.job_id, succeeded=outcome.succeeded)


if __name__ == "__main__":
    main()
