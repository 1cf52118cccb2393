"""What never reaches moto, however its path is written."""

import pytest

from batchyard.errors import Fault
from batchyard.server.neighbours.front import KEY_ID, _check_path
from batchyard.wire import Request


@pytest.mark.parametrize(
    "path",
    [
        "/moto-api/reset",
        "/%6Doto-api/data.json",
        "//moto-api/reset",
        "/%2Fmoto-api/reset",
        "/_batchyard/secrets/AKIAIOSFODNN7EXAMPLE",
        "/%5Fbatchyard/secrets/AKIAIOSFODNN7EXAMPLE",
    ],
)
def test_what_is_for_the_yard_alone_is_refused(path: str) -> None:
    with pytest.raises(Fault, match="is not reached through a yard"):
        _check_path(Request("GET", path, "", {}, b""))


@pytest.mark.parametrize("path", ["/", "/bucket/moto-api/x", "/bucket/_batchyard/secrets/x"])
def test_everything_else_passes(path: str) -> None:
    _check_path(Request("GET", path, "", {}, b""))


@pytest.mark.parametrize("key", ["中" * 16, "AKIA", "../../moto-api", "a" * 20, ""])
def test_moto_is_asked_about_nothing_that_is_no_key(key: str) -> None:
    assert KEY_ID.fullmatch(key) is None
