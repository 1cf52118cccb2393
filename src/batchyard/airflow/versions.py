"""Names that are not in the same place in all versions of Airflow that this package is for."""

from airflow.exceptions import AirflowException

try:
    from airflow.sdk.exceptions import TaskDeferralError, TaskDeferralTimeout
except ImportError:  # Airflow 2
    from airflow.exceptions import TaskDeferralError, TaskDeferralTimeout

__all__ = ["AirflowException", "TaskDeferralError", "TaskDeferralTimeout"]
