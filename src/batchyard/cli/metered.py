"""Where a command shows what it counts: three options, the same for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

F = TypeVar("F", bound="Callable[..., Any]")

_OPTIONS = (
    click.option("--metrics", metavar="[HOST:]PORT", help="Show /metrics to Prometheus there."),
    click.option(
        "--metrics-prefix",
        default="batchyard",
        show_default=True,
        metavar="NAME",
        help="What names of metrics begin with; `airflow` suits dashboards for Airflow.",
    ),
    click.option("--statsd", metavar="HOST:PORT", help="Send metrics to this StatsD server."),
)


def metered(command: F) -> F:
    """Give a command the options ``metrics``, ``metrics_prefix`` and ``statsd``."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
