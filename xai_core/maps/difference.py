"""What two maps of one picture differ in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from xai_core.maps.canonical import Array, HasValues, before_removal, canonicalise
from xai_core.maps.recipe import Recipe
from xai_core.maps.similarity import Similarity, cosine, similarity

# A rectifier or two that flip by rounding leave an export's map above it; another training's do not
# come near.
SAME = 0.9999


@dataclass(frozen=True)
class MapDifference:
    """Two maps on one grid.

    Attributes:
        first, second: canonical, `[h, w]` in [0, 1].
        similarity, cosine: of both before removal, which leaves many pixels equal.
    """

    first: Float64[np.ndarray, "h w"]
    second: Float64[np.ndarray, "h w"]
    similarity: Similarity
    cosine: float

    @property
    def signed(self) -> Float64[np.ndarray, "h w"]:
        """Second − first, in [−1, 1]: above 0 where the second is the brighter one."""
        return self.second - self.first

    @property
    def largest(self) -> float:
        """The largest magnitude of `signed`."""
        return float(np.abs(self.signed).max())

    @property
    def same(self) -> bool:
        """Whether they are the same but for rounding: cosine of at least `SAME`, or both dead."""
        return self.cosine >= SAME or bool((self.signed == 0).all())


def map_difference(
    first: HasValues | Array, second: HasValues | Array, recipes: tuple[Recipe, Recipe]
) -> MapDifference:
    """Of the first sample of two attributions, `[B, C, H, W]`.

    Args:
        recipes: of each; they lead to one grid.
    """
    one, other = before_removal(first, recipes[0])[0], before_removal(second, recipes[1])[0]
    return MapDifference(
        canonicalise(first, recipes[0])[0],
        canonicalise(second, recipes[1])[0],
        similarity(one, other),
        cosine(one, other),
    )
