"""The columns of a result card: each method's map before and after removal, and its histogram."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xai_core.attribution.methods.base import title_of
from xai_core.base.arrays import Map
from xai_core.maps.theme import BRIGHTEST, MAP, SIGNED_MAP, Style, colour_of
from xai_core.report.subject import Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RIGHT, GAP, BINS = 0.985, 0.014, 60


def draw(
    figure: Figure,
    subject: Subject,
    methods: tuple[str, ...],
    style: Style,
    place: tuple[float, float, float],
) -> None:
    """Side by side from `place`: left, bottom and top, as shares of the figure.

    Up to two methods are wide: their maps stand beside each other, else one above the other.
    """
    left, bottom, top = place
    if not methods:
        figure.text(left, (bottom + top) / 2, "The run has no map.", size=16, color=style.faint)
        return
    width = min((RIGHT - left) / len(methods), 0.36)
    for at, name in enumerate(methods):
        x, inner = left + at * width, width - GAP
        title, most, size = title_of(name), int(180 * inner), 13 if len(methods) < 5 else 10.5
        title = title if len(title) <= most else title[: most - 1] + "…"
        colour = colour_of(subject.methods, name)
        figure.text(x, top - 0.025, title, size=size, weight="bold", color=colour)
        boxes = _boxes(x, inner, bottom, top - 0.045, wide=len(methods) <= 2)
        scores = (_score(subject, name, "raw"), _score(subject, name, "after"))
        maps = (subject.before[name], subject.removals[name].values)
        for box, told, values in zip(boxes, scores, maps, strict=False):
            figure.text(box[0], box[1] + box[3] + 0.008, told, size=11)
            draw_map(figure.add_axes(box), values)
        _histogram(figure.add_axes(boxes[2]), subject, name, style)


def _boxes(
    x: float, width: float, bottom: float, top: float, *, wide: bool
) -> list[tuple[float, float, float, float]]:
    """Left, bottom, width and height of both maps and of the histogram."""
    if wide:
        half, tall = (width - GAP) / 2, 0.33
        low = top - 0.03 - tall
        maps = [(x, low, half, tall), (x + half + GAP, low, half, tall)]
        return [*maps, (x, bottom + 0.045, width, low - bottom - 0.085)]
    tall = 0.208
    first = top - 0.03 - tall
    second = first - 0.035 - tall
    maps = [(x, first, width, tall), (x, second, width, tall)]
    return [*maps, (x, bottom + 0.035, width, second - bottom - 0.06)]


def draw_map(axes: Axes, values: Map) -> None:
    """A map on its own scale, in two hues where it is signed."""
    import matplotlib

    finite = values[np.isfinite(values)]
    high = float(np.percentile(np.abs(finite), BRIGHTEST)) if finite.size else 0.0
    high = high or (float(np.abs(finite).max()) if finite.size else 0.0) or 1.0
    signed = bool(finite.size and finite.min() < 0)
    colours = matplotlib.colormaps[SIGNED_MAP if signed else MAP].with_extremes(bad="#808080")
    axes.imshow(values, cmap=colours, vmin=-high if signed else 0, vmax=high)
    axes.set_axis_off()
    axes.set_anchor("NW")


def _histogram(axes: Axes, subject: Subject, name: str, style: Style) -> None:
    values = subject.before[name].ravel()
    finite = values[np.isfinite(values)]
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.set(yticks=[], xticks=[])
    if finite.size == 0 or finite.min() == finite.max():
        only = f"all values are {finite[0]:.3g}" if finite.size else "no finite value"
        axes.text(0.5, 0.5, only, ha="center", va="center", size=11, transform=axes.transAxes)
        return
    axes.hist(finite, bins=BINS, log=True, color=style.bars)
    axes.set_yticks([])
    axes.minorticks_off()
    axes.set_xticks([finite.min(), finite.max()])
    axes.set_xticklabels([f"{finite.min():.2g}", f"{finite.max():.2g}"], size=9)
    first, last = axes.get_xticklabels()
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")
    axes.axvline(
        subject.removals[name].baseline, color=colour_of(subject.methods, name), lw=2, ls="--"
    )
    told = "pixels (log), -- baseline"
    axes.text(0.98, 0.86, told, ha="right", size=9, color=style.faint, transform=axes.transAxes)


def _score(subject: Subject, name: str, side: str) -> str:
    ranking = subject.raw if side == "raw" else subject.after
    entry = next(one for one in ranking.entries if one.name == name)
    where = "raw" if side == "raw" else f"q {subject.quantile:.2f}"
    told = f"{where} · {entry.score:.3f}" if entry.place else f"{where} · no score"
    found = subject.localisations.get(name)
    if found is None:
        return told
    mass = found.mass_raw if side == "raw" else found.mass_after
    hit = f"{mass:.0%}" if np.isfinite(mass) else "–"
    return f"{told} · {hit}" + (" in truth" if len(subject.methods) < 5 else "")
