"""Two models on a slide: picture, top classes, each method's maps and their difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xai_core.attribution.methods.base import title_of
from xai_core.maps.theme import BRIGHTEST, MAP, SIGNED_MAP, STYLES, Style
from xai_core.report import card, imprint
from xai_core.report.pair.subject import NAMES, PairSubject, likeness

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 5  # methods with maps
LEFT, TOP, TALL, GAP = 0.3, 0.84, 0.185, 0.012


def png(subject: PairSubject, theme: str = "light") -> bytes:
    """1920 × 1080 pixels."""
    return card.saved_png(lambda: drawn(subject, STYLES[theme]), STYLES[theme])


def svg(subject: PairSubject, theme: str = "light") -> bytes:
    """It refers to nothing outside."""
    return card.saved_svg(lambda: drawn(subject, STYLES[theme]), STYLES[theme])


def drawn(subject: PairSubject, style: Style) -> Figure:
    """The card as a figure."""
    figure = card.blank(style)
    figure.text(0.02, 0.945, card.short(subject.headline, 88), size=18, weight="bold")
    told = " · ".join(card.short(one, 38) for one in subject.facts)
    figure.text(0.02, 0.905, card.short(told, 165), size=13, color=style.faint)
    axes = figure.add_axes((0.02, 0.565, 0.21, 0.3))
    axes.imshow(subject.photo)
    axes.set_axis_off()
    axes.set_anchor("NW")
    _classes(figure, subject)
    _maps(figure, subject, style)
    lines = [imprint.origin(subject.link), *subject.lines()]
    if len(subject.methods) > MOST:
        lines.insert(1, f"Maps of {MOST} of {len(subject.methods)} methods; the report has all.")
    card.print_small(figure, lines, style, imprint.draw(figure, subject.note, style, card.PRINT))
    return figure


def _classes(figure: Figure, subject: PairSubject) -> None:
    figure.text(0.02, 0.515, "Top classes", size=11, weight="bold")
    for place, name in enumerate(NAMES):
        figure.text(0.19 + 0.05 * place, 0.515, name, size=11, weight="bold", ha="right")
    for line, (label, first, second) in enumerate([*subject.rows()][:8]):
        height = 0.485 - 0.03 * line
        figure.text(0.02, height, card.short(label, 20), size=11)
        figure.text(0.19, height, first, size=11, ha="right")
        figure.text(0.24, height, second, size=11, ha="right")


def _maps(figure: Figure, subject: PairSubject, style: Style) -> None:
    shown = list(subject.maps.items())[:MOST]
    if not shown:
        figure.text(LEFT, 0.55, "No method has a map in both models.", size=14, color=style.faint)
        return
    span = max([0.05, *(_bright(one.signed) for one in subject.maps.values())])
    for row, name in enumerate((*NAMES, "B − A")):
        height = TOP - 0.02 - (TALL + GAP) * (row + 0.5)
        figure.text(LEFT - 0.008, height, name, size=13, weight="bold", ha="right", va="center")
    for column, (name, found) in enumerate(shown):
        x = LEFT + column * 0.137
        figure.text(x, TOP + 0.015, card.short(title_of(name), 19), size=12, weight="bold")
        figure.text(x, TOP - 0.01, likeness(found), size=9, color=style.faint)
        high = max(_bright(found.first), _bright(found.second)) or 1.0
        for row, values in enumerate((found.first, found.second, found.signed)):
            signed = row == 2 or float(np.nanmin(values)) < 0
            top = span if row == 2 else high
            bottom = TOP - 0.02 - (TALL + GAP) * (row + 1)
            axes = figure.add_axes((x, bottom + GAP / 2, 0.13, TALL))
            colours = SIGNED_MAP if signed else MAP
            axes.imshow(values, cmap=colours, vmin=-top if signed else 0, vmax=top)
            axes.set_axis_off()
            axes.set_anchor("NW")


def _bright(values: np.ndarray) -> float:
    finite = values[np.isfinite(values)]
    return float(np.percentile(np.abs(finite), BRIGHTEST)) if finite.size else 0.0
