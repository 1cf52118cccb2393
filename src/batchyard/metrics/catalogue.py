"""Every metric there is: its name, its labels, what it says, and who has it.

The names of slots and tasks are Airflow's, so that what watches the one watches the other:
https://airflow.apache.org/docs/apache-airflow/stable/administration-and-deployment/\
logging-monitoring/metrics.html
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

PREFIX: Final = "batchyard"
"""What names begin with unless another prefix is chosen."""

AIRFLOW: Final = "airflow"
"""The prefix under which dashboards for Airflow find slots and tasks."""

AGGREGATED: Final = {"ti.scheduled": "af_agg_ti_scheduled"}
"""What these dashboards call otherwise than Airflow itself does."""

BUCKETS: Final = (
    *(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5),
    *(1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0),
)
"""Upper bounds in seconds (ours): a job starts within milliseconds, or waits for hours."""

Kind = Literal["gauge", "counter", "histogram"]
Place = Literal["yard", "runner", "waits"]


class Metric(NamedTuple):
    """A metric.

    Attributes:
        name: its name, with dots, as StatsD has it.
        kind: what it is; a histogram's values are seconds.
        labels: what its series differ by. Never an id, or the name of a job.
        places: who has it.
        help: what it says.
        unit: ``seconds``, or nothing for a number of things.
    """

    name: str
    kind: Kind
    labels: tuple[str, ...]
    places: tuple[Place, ...]
    help: str
    unit: str = ""

    def prometheus(self, prefix: str) -> str:
        """Give its name in Prometheus, without what is appended there to counters' names."""
        if prefix == AIRFLOW and self.name in AGGREGATED:
            return AGGREGATED[self.name]
        unit = f"_{self.unit}" if self.unit else ""
        return f"{prefix}_{self.name.replace('.', '_')}{unit}"


WORK: Final = ("region", "queue", "environment", "worker_group")
"""Where work is. Each piece is counted in one series of a metric, so that sums are true."""

_YARD: Final = ("yard",)
_BOTH: Final = ("yard", "runner")
_RUNNER: Final = ("runner",)
_WAITS: Final = ("waits",)
_GROUP: Final = ("region", "worker_group")
_QUEUE: Final = ("region", "queue")
_ENDPOINT: Final = ("endpoint", "region")

METRICS: Final = (
    Metric(
        "executor.open_slots",
        "gauge",
        WORK,
        _BOTH,
        "What can take work now: free vCPUs of an environment; polls that wait, of a worker group;"
        " on a runner, tasks that it could run besides those it runs.",
    ),
    Metric(
        "executor.queued_tasks",
        "gauge",
        WORK,
        _BOTH,
        "Work that is ready and waits for a slot: RUNNABLE jobs; of a worker group, tasks that no"
        " runner has begun; on a runner, preconditions that wait to be checked.",
    ),
    Metric(
        "executor.running_tasks",
        "gauge",
        WORK,
        _BOTH,
        "Work that holds a slot: jobs that are STARTING or RUNNING, activities that are RUNNING.",
    ),
    Metric(
        "scheduler.tasks.starving",
        "gauge",
        WORK,
        _YARD,
        "Runnable work that no slot takes though one exists: RUNNABLE jobs for which an environment"
        " of their queue has the vCPUs free; tasks of a worker group in which polls wait.",
    ),
    Metric(
        "scheduler.tasks.executable",
        "gauge",
        WORK,
        _YARD,
        "Work that waits for a slot, and that some environment of its queue could hold.",
    ),
    Metric(
        "ti.scheduled",
        "gauge",
        WORK,
        _YARD,
        "Work that waits for other work or for its time: jobs that are SUBMITTED or PENDING,"
        " activities that are WAITING_ON_DEPENDENCIES or PAUSED.",
    ),
    Metric("jobs.ended", "counter", (*_QUEUE, "status"), _YARD, "Jobs that have ended."),
    Metric(
        "jobs.submit_to_start",
        "histogram",
        _QUEUE,
        _YARD,
        "From SubmitJob to the start of a job's first attempt.",
        "seconds",
    ),
    Metric(
        "jobs.exit_to_visible",
        "histogram",
        _QUEUE,
        _YARD,
        "From the exit of a job's last attempt until the job's end is on disk, and can be seen.",
        "seconds",
    ),
    Metric(
        "tasks.polled",
        "counter",
        (*_GROUP, "outcome"),
        _BOTH,
        "PollForTask calls: answered with a `task`, `empty`, or (on a runner) `failed`.",
    ),
    Metric(
        "api.calls",
        "counter",
        ("service", "operation", "status"),
        _YARD,
        "Calls that were answered, by HTTP status; without an operation where none could be told.",
    ),
    Metric(
        "journal.commits",
        "counter",
        ("outcome",),
        _YARD,
        "Batches of changes that were written (`done`), or could not be (`failed`).",
    ),
    Metric(
        "journal.commit_time",
        "histogram",
        (),
        _YARD,
        "From a batch of changes to its being on disk.",
        "seconds",
    ),
    Metric(
        "events.delivered",
        "counter",
        ("outcome",),
        _YARD,
        "State-change events that targets were told: `taken`, `refused`, or `failed` with a call;"
        " those that were not taken are told again.",
    ),
    Metric(
        "tasks.ended",
        "counter",
        (*_GROUP, "status"),
        _RUNNER,
        "Tasks that have ended: their status, or `unwanted` when nobody wanted to know it.",
    ),
    Metric(
        "tasks.poll_time",
        "histogram",
        _GROUP,
        _RUNNER,
        "How long PollForTask took, up to 90 seconds where there is nothing to do.",
        "seconds",
    ),
    Metric(
        "runner.heartbeats",
        "counter",
        (*_GROUP, "outcome"),
        _RUNNER,
        "ReportTaskRunnerHeartbeat calls: `taken`, or `failed`.",
    ),
    Metric(
        "waits.jobs", "gauge", _ENDPOINT, _WAITS, "Jobs that somebody in the process waits for."
    ),
    Metric(
        "waits.calls",
        "counter",
        (*_ENDPOINT, "outcome"),
        _WAITS,
        "DescribeJobs calls: `answered`, `throttled` (429 and its like), or `failed`.",
    ),
    Metric(
        "waits.oldest_answer",
        "gauge",
        _ENDPOINT,
        _WAITS,
        "How long ago the job was last asked about of which that is longest ago.",
        "seconds",
    ),
)
"""All of them."""


def of(place: Place) -> tuple[Metric, ...]:
    """List the metrics that a yard, a runner or waits have."""
    return tuple(metric for metric in METRICS if place in metric.places)
