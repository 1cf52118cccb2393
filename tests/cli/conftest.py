"""A yard for each module of tests, in this process."""

from collections.abc import Iterator

import pytest

from batchyard.testing import EphemeralYard, yard


@pytest.fixture(scope="module")
def here() -> Iterator[EphemeralYard]:
    with yard() as running:
        yield running
