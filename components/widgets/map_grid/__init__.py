"""Pictures and maps in a grid with one view: zoom and place are the same in all tiles."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from xai_core.maps.colours import Scale

_FOLDER = Path(__file__).parent
_grid = st.components.v2.component(
    "pedestal_map_grid",
    css=(_FOLDER / "grid.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "grid.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Image:
    """One layer of a tile. `src`: data URL. `opacity`: in [0, 1]."""

    src: str
    opacity: float = 1.0


@dataclass(frozen=True)
class Tile:
    """One picture with its heading; later layers lie over earlier ones.

    Attributes:
        alt: what a screen reader says. ratio: width / height. scale: the legend of its colours.
        after: layers right of a divider that can be moved; without any there is no divider.
    """

    title: str
    note: str
    alt: str
    layers: tuple[Image, ...]
    ratio: float = 1.0
    scale: Scale | None = None
    after: tuple[Image, ...] = ()


def show(
    tiles: list[Tile],
    *,
    key: str,
    tile_width: int = 240,
    group: str | None = None,
    toolbar: bool = True,
) -> None:
    """Draw the tiles in as many columns as fit at `tile_width` CSS pixels.

    Args:
        group: grids of one group share their view; None: this grid alone.
    """
    items = [_item(tile) for tile in tiles]
    data = {"tile": tile_width, "items": items, "group": group or key, "toolbar": toolbar}
    _grid(data=[data], key=key)  # in a dict Streamlit seeks tables, with pandas and Arrow: 70 MB


def _item(tile: Tile) -> dict[str, Any]:
    return {
        "title": tile.title,
        "note": tile.note,
        "alt": tile.alt,
        "ratio": tile.ratio,
        "layers": [vars(layer) for layer in tile.layers],
        "after": [vars(layer) for layer in tile.after],
        "scale": vars(tile.scale) if tile.scale else None,
    }
