"""batchyard's errors as Airflow knows them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from airflow.exceptions import AirflowException

from batchyard.errors import BatchyardError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def as_airflow() -> Iterator[None]:
    """Raise batchyard's errors as AirflowException, with the same words; let all others through.

    Raises:
        AirflowException: in the place of a BatchyardError, which is its cause.
    """
    try:
        yield
    except BatchyardError as error:
        raise AirflowException(str(error)) from error
