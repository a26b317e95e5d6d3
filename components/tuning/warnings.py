"""What the facts demand to be said about a removal."""

from __future__ import annotations

from xai_core.maps.canonical import Removal
from xai_core.scores.ranking import ceiling

NEAR_CEILING = 0.98


def of_removal(removal: Removal, quantile: float, pixels: int, after: float) -> list[str]:
    """Sentences for one map; none where all is well.

    Args:
        pixels: N of the map. after: its Complexity after removal, in nats.
    """
    found = []
    if removal.baseline < 0:
        found.append(
            f"The baseline is negative ({removal.baseline:.3g}): subtracting it adds a pedestal. "
            "Choose the absolute or the positive part in the recipe."
        )
    if removal.baseline == 0:
        found.append(
            f"Nothing was removed: at least {quantile:.0%} of the map is exactly 0, so the slider "
            "does not touch it while it changes denser maps."
        )
    top = ceiling(quantile, pixels)
    if after == after and after > NEAR_CEILING * top:
        found.append(
            f"The score is within 2 % of the ceiling ln((1−q)N) = {top:.2f}: here the number "
            "measures the slider more than the map."
        )
    return found
