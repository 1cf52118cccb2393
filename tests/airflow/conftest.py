"""Tests that need Airflow run where it is: ``.venv-airflow/bin/python -m pytest tests/airflow``.

`make test` runs them there (tests/acceptance/test_airflow.py); elsewhere only the laws of what
needs no Airflow are collected.
"""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from tempfile import mkdtemp

import pytest

if find_spec("airflow") is None:
    collect_ignore_glob = ["test_*.py"]
else:
    os.environ.setdefault("AIRFLOW_HOME", mkdtemp(prefix="batchyard-airflow-"))
    os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
    os.environ["AIRFLOW__BATCHYARD__EARLIEST_EVENT"] = "0"  # there is no scheduler
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]

    from tests.airflow.world import World

    @pytest.fixture(scope="module")
    def world() -> Iterator[World]:
        with World.running() as running:
            yield running
