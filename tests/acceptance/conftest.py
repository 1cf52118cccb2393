"""A yard for a whole file of tests, where nothing is asked of it but to answer."""

from collections.abc import Iterator

import pytest

from tests.acceptance.terminal import Terminal
from tests.acceptance.yards import RunningYard


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningYard]:
    with RunningYard(
        tmp_path_factory.mktemp("yard") / "data", "--minimum-timeout", "1", "--ephemeral"
    ) as yard:
        yield yard


@pytest.fixture(scope="module")
def terminal(shared: RunningYard) -> Terminal:
    return Terminal(shared)
