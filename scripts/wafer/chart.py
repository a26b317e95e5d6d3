"""The chart of the wafer study: Complexity over the quantiles, and where the maps lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from xai_core.maps.theme import STYLES, Style, colour_of
from xai_core.scores.public.asked_metric import AskedMetric
from xai_core.studies.entry import QUANTILES
from xai_core.studies.summary import StudySummary

SIZE, FONT_SIZE = (10.0, 4.2), 9
SHOWN = (
    "relevance-mass-accuracy@raw",
    "relevance-mass-accuracy@0.2",
    "pointing-game@0.2",
    "localisation-auc@0.2",
)


def write_charts(found: StudySummary, folder: Path) -> None:
    """`wafer-study-light.svg` and `wafer-study-dark.svg`, with text as text."""
    import matplotlib

    matplotlib.use("Agg")
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "wafer"}):
        for theme, style in STYLES.items():
            figure = _figure(found, style)
            path = folder / f"wafer-study-{theme}.svg"
            figure.savefig(path, transparent=True, metadata={"Date": None})


def _figure(found: StudySummary, style: Style) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(SIZE, layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.1, 1))
    for column, name in enumerate(found.methods):
        colour = colour_of(found.methods, name)
        mean, low, high = (
            one[column] for one in (found.curves.mean, found.curves.low, found.curves.high)
        )
        left.plot(QUANTILES, mean, color=colour, lw=1.8, label=name)
        left.fill_between(QUANTILES, low, high, color=colour, alpha=0.25, lw=0)
        _figures(right, found, column, colour)
    left.axvline(found.quantile, color=style.faint, lw=1, ls=":")
    left.set_xlabel("baseline quantile")
    told = {"loc": "left", "color": style.text, "fontsize": FONT_SIZE + 1}
    left.set_title("mean Complexity after removal, nats", **told)
    right.set_yticks(range(len(SHOWN)), [_label(one) for one in SHOWN])
    right.invert_yaxis()
    right.set_xlim(0, 1)
    right.set_title("where the maps lie (1: on the defect)", **told)
    left.legend(loc="lower left", frameon=False, labelcolor=style.text, fontsize=FONT_SIZE)
    for axes in (left, right):
        _painted(axes, style)
    return figure


def _figures(axes: Any, found: StudySummary, column: int, colour: str) -> None:
    """The means of one method with their intervals, a row for each metric."""
    for row, metric in enumerate(SHOWN):
        means = found.measured[metric].means
        at = row + 0.14 * (column - (len(found.methods) - 1) / 2)
        axes.plot((means.low[column], means.high[column]), (at, at), color=colour, lw=2)
        axes.plot(means.mean[column], at, "o", color=colour, ms=5)


def _label(metric: str) -> str:
    asked = AskedMetric.of_text(metric)
    return f"{asked.title},\n{asked.where}"


def _painted(axes: Any, style: Style) -> None:
    axes.tick_params(colors=style.text, labelsize=FONT_SIZE)
    axes.grid(color=style.line, lw=0.6)
    axes.set_axisbelow(True)
    axes.xaxis.label.set(color=style.text, fontsize=FONT_SIZE)
    for side in axes.spines.values():
        side.set_visible(False)
