"""A run's maps as tiles: colours, overlay on the photo, legends."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, UInt8

from components.widgets.map_grid import Image, Tile
from xai_core.attribution.methods.base import title_of as title_of
from xai_core.maps.colour_scale import ColourScale, Scope, over, peak
from xai_core.maps.colours import Scale, coloured, data_url, scale_of
from xai_core.runs.run import Run
from xai_core.scores.localisation import Mask

OUTLINE, OUTLINE_SCALE = (64, 220, 255, 255), 4


@dataclass(frozen=True)
class Look:
    """How maps are drawn.

    Attributes:
        sequential, diverging: colour map for maps from 0 up, and for signed ones.
        opacity: of the map over the photo, in [0, 1]. scope: what a map's scale goes by.
        percentile: of magnitudes, at which the brightest colour is reached: a single hot pixel
            must not leave the rest of a map black.
    """

    sequential: str = "inferno"
    diverging: str = "berlin"
    opacity: float = 1.0
    scope: Scope = "map"
    percentile: float = 99.5


def photo(run: Run) -> Tile:
    """The picture as the model saw it."""
    return Tile(
        run.picture,
        "what the model sees",
        f"The photo {run.picture}",
        (Image(data_url(cut(run))),),
        _ratio(run),
    )


def of_map(
    run: Run,
    values: Float[np.ndarray, "h w"],
    look: Look,
    *,
    title: str,
    note: str = "",
    scale: ColourScale | None = None,
    after: Float[np.ndarray, "h w"] | None = None,
) -> Tile:
    """One map. `scale`: None takes the map's own. `after`: the map right of a divider."""
    finite = values[np.isfinite(values)]
    signed = bool(finite.size and finite.min() < 0)
    own = scale or over([values], look.percentile)
    tile = _drawn(run, values, look, (title, note), own, signed)
    if after is None:
        return tile
    beside = _drawn(run, after, look, (title, note), over([after], look.percentile), False)
    return replace(tile, after=beside.layers)


def of_difference(
    run: Run,
    values: Float[np.ndarray, "h w"],
    look: Look,
    *,
    title: str,
    note: str = "",
    span: float,
) -> Tile:
    """A signed difference, always in two hues, from −span to span."""
    return _drawn(run, values, look, (title, note), ColourScale("set", 0.0, span, 100.0), True)


def _drawn(
    run: Run,
    values: Float[np.ndarray, "h w"],
    look: Look,
    heading: tuple[str, str],
    scale: ColourScale,
    signed: bool,
) -> Tile:
    return _over(cut(run), values, look, heading, scale, signed)


def _over(
    picture: UInt8[np.ndarray, "h w 3"],
    values: Float[np.ndarray, "h w"],
    look: Look,
    heading: tuple[str, str],
    scale: ColourScale,
    signed: bool,
) -> Tile:
    title, note = heading
    name, low = (look.diverging, -1.0) if signed else (look.sequential, 0.0)
    layers = [Image(data_url(coloured(scale.shares(values), name, low, 1.0)), look.opacity)]
    if look.opacity < 1:
        layers.insert(0, Image(data_url(picture)))
    legend = _legend(values, name, scale, signed)
    ratio = picture.shape[1] / picture.shape[0]
    return Tile(title, note, f"{title}: {note}", tuple(layers), ratio, legend)


def over_picture(
    values: Float[np.ndarray, "h w"], picture: UInt8[np.ndarray, "h w 3"], heading: tuple[str, str]
) -> Tile:
    """One map on its own scale over a picture that belongs to no run."""
    look, finite = Look(opacity=0.75), values[np.isfinite(values)]
    signed = bool(finite.size and finite.min() < 0)
    return _over(picture, values, look, heading, over([values], look.percentile), signed)


def _legend(values: Float[np.ndarray, "h w"], name: str, scale: ColourScale, signed: bool) -> Scale:
    """Both ends in the map's own values, and what is behind them."""
    high, finite = scale.brightest, values[np.isfinite(values)]
    clipped = bool(finite.size and np.abs(finite).max() > high)
    legend = scale_of(name, -high if signed else scale.calm, high, clipped=clipped)
    if scale.scope == "reference":
        low = legend.low if signed else f"≤ {legend.low}"
        legend = replace(legend, low=low)
    if scale.pictures < 2 and scale.scope != "reference":
        return legend
    what = "maps of this picture" if scale.scope == "picture" else "pictures"
    return replace(legend, note=f"{scale.pictures} {what} · percentile {scale.percentile:g}")


def brightest(values: Float[np.ndarray, "h w"], look: Look) -> float:
    """The magnitude that gets the brightest colour on a map's own scale."""
    return peak(values, look.percentile)


def cut(run: Run) -> np.ndarray:
    """The picture without its padding, uint8 `[h, w, 3]`."""
    top, left, bottom, right = run.content
    return run.pixels[top:bottom, left:right]


def _ratio(run: Run) -> float:
    top, left, bottom, right = run.content
    return (right - left) / (bottom - top)


def outlined(tile: Tile, mask: Mask) -> Tile:
    """The tile with the border of a region drawn over it, `[h, w]` as the picture."""
    # Four times as fine, so that the line stays thin on a small picture.
    region = np.kron(mask, np.ones((OUTLINE_SCALE, OUTLINE_SCALE), dtype=bool))
    inner = np.pad(region, 1, mode="edge")
    inside = inner[:-2, 1:-1] & inner[2:, 1:-1] & inner[1:-1, :-2] & inner[1:-1, 2:]
    drawn = np.zeros((*region.shape, 4), np.uint8)
    drawn[region & ~inside] = OUTLINE
    return replace(tile, layers=(*tile.layers, Image(data_url(drawn))))
