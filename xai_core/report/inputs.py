"""The maps of several inputs of one model side by side, under what the model was given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xai_core.attribution.inputs.result import InputMap
from xai_core.attribution.methods.base import title_of
from xai_core.maps.canonical import canonicalise
from xai_core.maps.given import as_picture
from xai_core.maps.recipe import Recipe
from xai_core.maps.theme import STYLES, Style
from xai_core.report.card import blank, saved_png, short
from xai_core.report.columns import draw_map

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEFT, RIGHT, TOP, GAP, MOST = 0.02, 0.98, 0.86, 0.02, 8


def png(maps: Sequence[InputMap], headline: str, theme: str = "light") -> bytes:
    """1920 × 1080 pixels: each input's picture, and its map below. At most eight of them."""
    style = STYLES[theme]
    return saved_png(lambda: drawn(maps[:MOST], headline, style), style)


def drawn(maps: Sequence[InputMap], headline: str, style: Style) -> Figure:
    """The same as a figure; each map on its own scale, before the removal of the pedestal."""
    figure = blank(style)
    figure.text(LEFT, 0.94, short(headline, 110), size=20, weight="bold", va="center")
    width, height = (RIGHT - LEFT) / len(maps), (TOP - 0.05) / 2
    for at, one in enumerate(maps):
        x, inner = LEFT + at * width, width - GAP
        shape = "×".join(map(str, one.given.shape[1:]))
        told = f"{short(one.name, 40)} ({shape})"
        figure.text(x, TOP + 0.012, told, size=13, color=style.text)
        above = figure.add_axes((x, TOP - height + 0.01, inner, height - 0.01))
        above.imshow(as_picture(one.given))
        values = canonicalise(one.attribution, Recipe(quantile=None))[0]
        below = figure.add_axes((x, 0.05, inner, height - 0.02))
        draw_map(below, values)
        above.set_axis_off()
        above.set_anchor("NW")
    method = title_of(maps[0].attribution.method)
    told = f"{method}: each map on its own scale, before the removal of the pedestal."
    figure.text(LEFT, 0.02, told, size=11, color=style.faint)
    return figure
