"""What a test needs beyond Python: a skip says how to get it, and CI skips nothing."""

import os

import pytest


def require(what: str, how: str, *, present: bool = False) -> None:
    """Skip the running test unless what it needs is there.

    The only way for a test to skip. With ``BATCHYARD_REQUIRE=all`` in the environment, as in
    ``.ci/run``, a missing thing is a failure instead.

    Args:
        what: The missing thing, as a person would name it: ``"a C compiler"``.
        how: How to get it: ``"apt-get install gcc"``.
        present: Whether it is there; then nothing happens.
    """
    if present:
        return
    reason = f"needs {what}: {how}"
    if os.environ.get("BATCHYARD_REQUIRE") == "all":
        pytest.fail(f"{reason} (BATCHYARD_REQUIRE=all forbids skipping)", pytrace=False)
    pytest.skip(reason)
