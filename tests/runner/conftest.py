"""What tests of the task runner share."""

from collections.abc import Iterator

import pytest

from tests.runner.stand_in import Service, served


@pytest.fixture
def service() -> Iterator[Service]:
    """A stand-in for Data Pipeline."""
    with served() as service:
        yield service
