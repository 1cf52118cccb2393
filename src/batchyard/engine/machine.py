"""How large this machine is, and the environment its attempts begin with."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from batchyard.batch.launching import DEFAULT_PATH, MACHINES_OWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def vcpus() -> int:
    """Count the processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory() -> int:
    """Measure the machine's memory in MiB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (1024 * 1024)


def minimal_environment(own: Mapping[str, str], more: Iterable[str] = ()) -> dict[str, str]:
    """Form the environment of an attempt that is given little, as a container is.

    Args:
        own: this process's environment.
        more: names to pass on besides.
    """
    kept = {name: own[name] for name in (*MACHINES_OWN, *more) if name in own}
    return {"PATH": DEFAULT_PATH, **kept}


def without_credentials(own: Mapping[str, str]) -> dict[str, str]:
    """Form the environment of an attempt that is given all of this process's but AWS's access.

    A job run here by mistake as if on AWS must not spend the caller's money or rights.
    """
    return {name: value for name, value in own.items() if not _is_access(name)}


def _is_access(name: str) -> bool:
    secret = name.startswith("AWS_") and ("KEY" in name or "TOKEN" in name or "CREDENTIAL" in name)
    return secret or name in {"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ROLE_ARN"}
