"""One line to each service for the whole run: a client costs more than all its calls."""

from collections.abc import Callable
from functools import cache

import pytest

from tests.wire.line import Line


@pytest.fixture(scope="session")
def line() -> Callable[[str], Line]:
    return cache(Line)
