"""What lies under the beam, and the grey values that it gives."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64

from xai_core.demo.wafer.kinds import SIDE as SIDE

EDGE = 0.7  # pixels over which one material goes over into another
RIM = 1.5  # pixels beside an edge that look brighter, as more electrons leave there

Field = Float64[np.ndarray, "h w"]


@dataclass(frozen=True)
class Scene:
    """Signed distances in pixels, above 0 inside.

    Attributes:
        solid: of the raised material; its complement is trench or hole.
        cover: of what lies on top. tone: the grey value of that, in [0, 1].
    """

    solid: Field
    cover: Field = field(default_factory=lambda: np.full((SIDE, SIDE), -float(SIDE)))
    tone: float = 1.0


@dataclass(frozen=True)
class Beam:
    """The instrument and the material.

    Attributes:
        low, high: grey values of trench and material. rim: added at edges.
        blur: standard deviation of the spot, in pixels.
    """

    low: float
    high: float
    rim: float
    blur: float


def random_beam(draws: np.random.Generator) -> Beam:
    """A plausible instrument."""
    low = draws.uniform(0.15, 0.3)
    high = low + draws.uniform(0.25, 0.4)
    return Beam(low, high, draws.uniform(0.1, 0.25), draws.uniform(0.5, 1.0))


def grid() -> tuple[Field, Field]:
    """Row and column of every pixel."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.float64)
    return rows, columns


def seen(scene: Scene, beam: Beam) -> Field:
    """Grey values without noise, around [0, 1]."""
    picture = beam.low + (beam.high - beam.low) * _inside(scene.solid)
    picture += beam.rim * _edge(scene.solid)
    share = _inside(scene.cover)
    picture = picture * (1 - share) + (scene.tone + beam.rim * _edge(scene.cover)) * share
    return blurred(picture, beam.blur)


def blurred(picture: Field, sigma: float) -> Field:
    """Gaussian blur; the border is continued."""
    reach = int(np.ceil(3 * sigma))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weights /= weights.sum()
    for axis in (0, 1):
        padding = [(reach, reach) if axis == at else (0, 0) for at in (0, 1)]
        wide = np.pad(picture, padding, mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(wide, 2 * reach + 1, axis)
        picture = windows @ weights
    return picture


def ellipse(row: float, column: float, high: float, wide: float) -> Field:
    """About the signed distance to an ellipse with these half axes."""
    rows, columns = grid()
    radius = np.hypot((rows - row) / high, (columns - column) / wide)
    return (1 - radius) * min(high, wide)


def _inside(distance: Field) -> Field:
    return 1 / (1 + np.exp(-np.clip(distance / EDGE, -30, 30)))


def _edge(distance: Field) -> Field:
    return np.exp(-((distance / RIM) ** 2))
