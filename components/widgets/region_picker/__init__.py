"""A picture on which a person draws a box or marks a pixel, by mouse, touch or keyboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import streamlit as st

from xai_core.base.arrays import Picture
from xai_core.maps.colours import data_url
from xai_core.pictures.region import Mask

Mode = Literal["box", "point", "look"]
SHADE = (64, 220, 255, 110)
_FOLDER = Path(__file__).parent
_picker = st.components.v2.component(
    "pedestal_region_picker",
    css=(_FOLDER / "picker.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "picker.js").read_text(encoding="utf-8"),
)


def show(
    picture: Picture,
    mode: Mode,
    place: Sequence[int],
    take: Callable[[list[int]], None],
    *,
    mask: Mask | None,
    key: str,
) -> None:
    """Draw the picture, the region over it, and what is marked.

    Args:
        place: `top, left, bottom, right` of the box or `row, column` of the pixel, in the picture.
        take: gets another place, before the page is drawn again.
        mask: the region that is explained, on any grid; None draws none.
    """
    height, width = picture.shape[:2]
    data = {
        "picture": data_url(picture),
        "mask": _shaded(mask) if mask is not None else None,
        "height": height,
        "width": width,
        "mode": mode,
        "place": [int(one) for one in place],
    }
    limits = (height, width) * (len(place) // 2)
    _picker(data=data, key=key, on_place_change=lambda: _taken(key, limits, take))


def _taken(key: str, limits: Sequence[int], take: Callable[[list[int]], None]) -> None:
    """What comes from a browser is checked: numbers inside the picture."""
    found = st.session_state[key]["place"]
    if not (isinstance(found, list) and len(found) == len(limits)):
        return
    if all(type(one) is int and 0 <= one <= most for one, most in zip(found, limits, strict=True)):
        take(found)


def _shaded(mask: Mask) -> str:
    drawn = np.zeros((*mask.shape, 4), np.uint8)
    drawn[mask] = SHADE
    return data_url(drawn)
