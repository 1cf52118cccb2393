"""The options of section ``[batchyard]`` of Airflow's configuration; `provider` describes them."""

from __future__ import annotations

from airflow.configuration import conf

SECTION = "batchyard"


def flag(name: str) -> bool:
    """Read an option that is true unless somebody says otherwise."""
    found: bool = conf.getboolean(SECTION, name, fallback=True)
    return found


def deployment() -> str:
    """Read the name of this Airflow."""
    found: str = conf.get(SECTION, "deployment", fallback="") or ""
    return found
