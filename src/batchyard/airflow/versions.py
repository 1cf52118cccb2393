"""Names that are not in the same place in all versions of Airflow that this package is for."""

try:
    from airflow.sdk.exceptions import (
        AirflowTaskTimeout,
        TaskDeferralError,
        TaskDeferralTimeout,
        TaskDeferred,
    )
except ImportError:  # Airflow 2
    from airflow.exceptions import AirflowTaskTimeout, TaskDeferralError, TaskDeferred

    TaskDeferralTimeout = None

__all__ = ["AirflowTaskTimeout", "TaskDeferralError", "TaskDeferred", "has_timed_out"]

TIMEOUT = "Trigger/execution timeout"
"""What Airflow 2 says of a deferral that lasted too long; it has no class for it."""


def has_timed_out(error: BaseException) -> bool:
    """Tell whether a task was failed because its deferral lasted too long."""
    if TaskDeferralTimeout is None:
        return isinstance(error, TaskDeferralError) and str(error) == TIMEOUT
    return isinstance(error, TaskDeferralTimeout)
