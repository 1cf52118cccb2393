"""The options of section ``[batchyard]`` of Airflow's configuration; `provider` describes them."""

from __future__ import annotations

from airflow.configuration import conf

SECTION = "batchyard"
EARLIEST = 8.0
"""Seconds: Airflow 3 may see only after ``[workers] min_heartbeat_interval`` (5 s) that a task's
process has ended, and the scheduler looks every second."""


def flag(name: str) -> bool:
    """Read an option that is true unless somebody says otherwise."""
    found: bool = conf.getboolean(SECTION, name, fallback=True)
    return found


def settled(now: float) -> float:
    """Tell when a task that defers now may be resumed, in seconds since the epoch.

    A scheduler that hears of the resumption before it has heard that the worker let go of the task
    takes it for killed, and fails it: https://github.com/apache/airflow/issues/72716

    Args:
        now: seconds since the epoch.
    """
    seconds: float = conf.getfloat(SECTION, "earliest_event", fallback=EARLIEST)
    return now + seconds


def deployment() -> str:
    """Read the name of this Airflow."""
    found: str = conf.get(SECTION, "deployment", fallback="") or ""
    return found
