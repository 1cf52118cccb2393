"""One chart: how many worker slots the same tasks hold, blocking and deferring."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

COLOURS = {"blocking": "tab:red", "deferring": "tab:green"}


def draw(
    held: Mapping[str, Sequence[tuple[float, float]]],
    deferred: Sequence[tuple[float, float]],
    slots: int,
    path: Path,
) -> None:
    """Draw slots held over time.

    Args:
        held: for each DAG, the slots that its tasks held, by seconds after its begin.
        deferred: how many of the deferring one's tasks were deferred.
        slots: how many there are.
        path: of the picture.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(9, 4.5))
    for name, samples in held.items():
        if samples:
            times, values = zip(*samples, strict=True)
            axes.step(times, values, where="post", label=f"{name}: slots held", color=COLOURS[name])
    if deferred:
        times, values = zip(*deferred, strict=True)
        axes.step(
            times, values, where="post", label="deferring: tasks that wait", ls=":", color="grey"
        )
    axes.axhline(slots, label="slots that there are", color="black", linewidth=0.8)
    axes.set(xlabel="seconds", ylabel="tasks", title="The same tasks, waiting for AWS Batch")
    axes.set_ylim(bottom=0)
    axes.legend()
    figure.savefig(path, bbox_inches="tight")
    plt.close(figure)
