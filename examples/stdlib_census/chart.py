"""The census as a chart: the largest packages by lines, and what the lines are."""

from collections.abc import Sequence
from io import BytesIO

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter
from measure import Tally, total

Package = tuple[str, Tally]
SHOWN = 15
OFF_SCALE = "test"
"""The package that is larger than all others together: named, not drawn."""

INK, MUTED, GRID = "#1f2933", "#66727f", "#e4e8ec"
PARTS = {"code and docstrings": "#2f6690", "comments": "#81b29a", "blank lines": "#d9dee3"}
MARGINS = ConstrainedLayoutEngine(w_pad=0.2, h_pad=0.2)
DPI = 150


def parts(tally: Tally) -> tuple[int, int, int]:
    """Split a package's lines as the bars do."""
    return tally.lines - tally.comments - tally.blank, tally.comments, tally.blank


def draw_bars(axes: Axes, packages: Sequence[Package]) -> None:
    """Draw a bar of three parts for each package, the largest package on top."""
    names = [name for name, _ in packages]
    starts = [0] * len(packages)
    for part, (label, color) in enumerate(PARTS.items()):
        widths = [parts(tally)[part] for _, tally in packages]
        axes.barh(names, widths, left=starts, height=0.68, color=color, label=label)
        starts = [start + width for start, width in zip(starts, widths, strict=True)]
    axes.invert_yaxis()


def note_functions(axes: Axes, packages: Sequence[Package]) -> None:
    """Write the number of functions behind each package's bar."""
    for place, (_, tally) in enumerate(packages):
        axes.annotate(
            f"{tally.functions + tally.async_functions:,} functions",
            (tally.lines, place),
            xytext=(7, 0),
            textcoords="offset points",
            va="center_baseline",
            fontsize=9,
            color=MUTED,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 2},
        )


def dress(axes: Axes) -> None:
    """Leave of the frame what helps to read the bars."""
    axes.spines[["top", "right", "bottom", "left"]].set_visible(False)
    axes.set_axisbelow(True)
    axes.margins(x=0.16, y=0.01)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.tick_params(axis="x", length=0, labelsize=9, labelcolor=MUTED)
    axes.tick_params(axis="y", length=0, labelsize=10, labelcolor=INK)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_xlabel("lines", color=MUTED, fontsize=9)
    axes.legend(loc="lower right", framealpha=1, edgecolor="white", fontsize=9, labelcolor=INK)


def subtitle(packages: Sequence[Package], shown: int) -> str:
    """Say what the census covers, and what the chart leaves off."""
    everything = total(tally for _, tally in packages)
    functions = everything.functions + everything.async_functions
    off = dict(packages).get(OFF_SCALE, Tally()).lines
    scope = f"The {shown} largest packages and modules"
    return (
        f"{everything.lines:,} lines and {functions:,} functions in {everything.files:,} files.\n"
        + (f"{scope}, without “{OFF_SCALE}” and its {off:,} lines." if off else f"{scope}.")
    )


def head(axes: Axes, title: str, below: str) -> None:
    """Write the title and what stands below it, both flush with the bars."""
    axes.set_title(title, loc="left", pad=50, color=INK, fontsize=15, fontweight="bold")
    axes.annotate(
        below,
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 12),
        textcoords="offset points",
        va="bottom",
        fontsize=10,
        linespacing=1.4,
        color=MUTED,
    )


def draw(packages: Sequence[Package], python: str) -> bytes:
    """Draw the packages, given the largest first, as a PNG image."""
    shown = [package for package in packages if package[0] != OFF_SCALE][:SHOWN]
    figure = Figure(figsize=(9, 6.4), dpi=DPI, layout=MARGINS)
    axes = figure.add_subplot()
    draw_bars(axes, shown)
    note_functions(axes, shown)
    dress(axes)
    title = f"What Python {python}'s standard library is made of"
    head(axes, title, subtitle(packages, len(shown)))
    image = BytesIO()
    figure.savefig(image, format="png")
    return image.getvalue()
