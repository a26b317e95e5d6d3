"""On which axis of a four-axis output the channels are."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from xai_core.attribution.capabilities import Layer
from xai_core.attribution.layers.answers import ByAxis
from xai_core.attribution.layers.seen import with_map
from xai_core.attribution.layers.tokens.grid import CLEAR, fits
from xai_core.attribution.layers.tokens.order import Grid, agreement

CHANNELS = {"NCHW": 1, "NHWC": 3}
MARGIN = 0.2  # by which the other layout must agree less


def map_agreement(seen: ByAxis, layout: str) -> float:
    """How well the places of an output that lies so agree with what they answer to."""
    answers = seen[CHANNELS[layout]]
    height, width = answers.rows.shape
    columns, rows = np.meshgrid(np.arange(width, dtype=float), np.arange(height, dtype=float))
    return agreement(answers, rows, columns)


def measured_map(layer: Layer, seen: ByAxis) -> Layer | None:
    """The layer in the layout that its answers show clearly; None where neither does."""
    scores = {layout: map_agreement(seen, layout) for layout in CHANNELS}
    best = max(scores, key=lambda layout: scores[layout])
    other = min(scores.values())
    return with_map(layer, best) if scores[best] >= max(CLEAR, other + MARGIN) else None


def map_by_size(layer: Layer, picture: Grid, known: Collection[Grid], last: bool) -> Layer | None:
    """The layer in the only layout whose grid has the picture's proportions and another layer's
    size; None where none or both have.

    Args:
        last: the layer works on the last axis, so that the channels are there or nowhere.
    """
    layouts = ["NHWC"] if last else list(CHANNELS)
    readings = [with_map(layer, layout) for layout in layouts]
    likely = [one for one in readings if one.grid in known and one.grid and fits(one.grid, picture)]
    return likely[0] if len(likely) == 1 else None
