"""What a wafer carries where nothing is wrong: lines and spaces, or contact holes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float64

from scripts.wafer.scene import SIDE, Field, blurred, grid

PatternKind = Literal["lines", "contacts"]
MARGIN = 22.0  # pixels between a defect's middle and the border


@dataclass(frozen=True)
class Pattern:
    """A periodic structure.

    Attributes:
        solid: signed distance to the raised material. pitch: in pixels.
        size: of a line's width, or a hole's diameter, in pixels.
        places: middles `[n, 2]` (row, column) of lines or holes away from the border; a line's
            row is any.
    """

    kind: PatternKind
    solid: Field
    pitch: float
    size: float
    places: Float64[np.ndarray, "n 2"]


def random_pattern(kind: PatternKind, draws: np.random.Generator) -> Pattern:
    """A structure of this kind with its own pitch, place and roughness."""
    return _lines(draws) if kind == "lines" else _contacts(draws)


def _lines(draws: np.random.Generator) -> Pattern:
    pitch = draws.uniform(14, 22)
    width = pitch * draws.uniform(0.42, 0.58)
    rows, columns = grid()
    middles = np.arange(draws.uniform(-pitch, 0), SIDE + pitch, pitch)
    nearest = np.abs(columns[..., None] - middles).argmin(-1)
    across = columns - middles[nearest]
    edges = _roughness(draws, 2 * len(middles)).reshape(2, len(middles), SIDE)
    shift = edges[(across > 0).astype(int), nearest, rows.astype(int)]
    return Pattern(
        "lines", width / 2 + shift - np.abs(across), pitch, width, _inner(middles, draws)
    )


def _contacts(draws: np.random.Generator) -> Pattern:
    pitch = draws.uniform(16, 24)
    diameter = pitch * draws.uniform(0.48, 0.6)
    rows, columns = grid()
    start = draws.uniform(-pitch, 0, 2)
    count = int(SIDE / pitch) + 3
    middles = np.stack(np.meshgrid(*(first + pitch * np.arange(count) for first in start)), -1)
    middles = middles.reshape(-1, 2) + draws.normal(0, 0.35, (count**2, 2))
    radii = diameter / 2 * draws.normal(1, 0.04, count**2)
    to_holes = np.hypot(rows[..., None] - middles[:, 0], columns[..., None] - middles[:, 1])
    solid = (to_holes - radii).min(-1)
    inner = ((middles > MARGIN) & (middles < SIDE - MARGIN)).all(1)
    return Pattern("contacts", solid, pitch, diameter, middles[inner])


def _roughness(draws: np.random.Generator, edges: int) -> Float64[np.ndarray, "edges n"]:
    """How far each edge wanders, in pixels: smooth along the line, about 0.4 deep."""
    depth = draws.uniform(0.2, 0.6)
    rough = np.stack([blurred(draws.normal(size=(1, SIDE)), 3.0)[0] for _ in range(edges)])
    return depth * rough / rough.std()


def _inner(middles: Float64[np.ndarray, "n"], draws: np.random.Generator) -> np.ndarray:
    inner = middles[(middles > MARGIN) & (middles < SIDE - MARGIN)]
    return np.stack([draws.uniform(MARGIN, SIDE - MARGIN, len(inner)), inner], 1)
