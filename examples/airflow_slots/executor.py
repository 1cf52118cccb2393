"""Airflow's LocalExecutor, which also counts the tasks that run.

The stock one counts them out but never in, so that its gauges never move:
https://github.com/apache/airflow/issues/71914
"""

from __future__ import annotations

from typing import Any

from airflow.executors.local_executor import LocalExecutor


class CountingLocalExecutor(LocalExecutor):
    """LocalExecutor with open and running slots as they are."""

    def _process_workloads(self, workload_list: list[Any]) -> None:
        """Count workloads in as they are handed to the worker processes."""
        self.running.update(workload.key for workload in workload_list)
        super()._process_workloads(workload_list)
