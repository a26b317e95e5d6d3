"""Two models on a slide: picture, top classes, each method's maps and their difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xai_core.attribution.methods.base import title_of
from xai_core.maps.difference import MapDifference
from xai_core.maps.theme import BRIGHTEST, MAP, SIGNED_MAP, STYLES, Style
from xai_core.report import card, imprint
from xai_core.report.pair.subject import NAMES, PairSubject, likeness

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 5  # methods with maps
LEFT, TOP, GAP = 0.3, 0.84, 0.012


def png(subject: PairSubject, theme: str = "light") -> bytes:
    """1920 × 1080 pixels."""
    return card.saved_png(lambda: drawn(subject, STYLES[theme]), STYLES[theme])


def svg(subject: PairSubject, theme: str = "light") -> bytes:
    """It refers to nothing outside."""
    return card.saved_svg(lambda: drawn(subject, STYLES[theme]), STYLES[theme])


def drawn(subject: PairSubject, style: Style) -> Figure:
    """The card as a figure."""
    figure = card.blank(style)
    told = card.short(subject.headline, 110)
    figure.text(0.02, 0.945, told, size=18 if len(told) <= 88 else 14, weight="bold")
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
    wide = len(shown) <= 2  # then each method is a row, which gives its maps more room
    step, tall = (0.21, 0.27) if wide else (0.137, 0.185)
    start, pitch = (TOP + 0.02, tall + GAP + 0.03) if wide else (TOP - 0.02, tall + GAP)
    for place, (name, found) in enumerate(shown):
        for side, (label, values, top) in enumerate(_sides(found, span)):
            row, column = (place, side) if wide else (side, place)
            x, bottom = LEFT + column * step, start - pitch * (row + 1)
            signed = side == 2 or float(np.nanmin(values)) < 0
            axes = figure.add_axes((x, bottom + GAP / 2, step - 0.007, tall))
            colours = SIGNED_MAP if signed else MAP
            axes.imshow(values, cmap=colours, vmin=-top if signed else 0, vmax=top)
            axes.set_axis_off()
            axes.set_anchor("NW")
            if side == 0:
                y = bottom + tall + 0.012 if wide else TOP
                told = f"{card.short(title_of(name), 19)}\n" if not wide else f"{title_of(name)} · "
                figure.text(x, y, told + likeness(found), size=11, weight="bold")
            if wide and place == 0:
                figure.text(x, TOP + 0.03, label, size=13, weight="bold")
            if not wide and place == 0:
                middle = bottom + tall / 2
                figure.text(LEFT - 0.008, middle, label, size=13, weight="bold", ha="right")


def _sides(found: MapDifference, span: float) -> tuple[tuple[str, np.ndarray, float], ...]:
    """Name, map and brightest value of A, of B, and of their difference."""
    high = max(_bright(found.first), _bright(found.second)) or 1.0
    return (
        (NAMES[0], found.first, high),
        (NAMES[1], found.second, high),
        ("B − A", found.signed, span),
    )


def _bright(values: np.ndarray) -> float:
    finite = values[np.isfinite(values)]
    return float(np.percentile(np.abs(finite), BRIGHTEST)) if finite.size else 0.0
