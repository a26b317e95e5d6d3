"""Which quantile to take, in sentences with their reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from xai_core.attribution.methods.base import title_of
from xai_core.scores.suggestion import pedestal, stable_range


def of(
    maps: Mapping[str, np.ndarray], curves: Mapping[str, np.ndarray], quantiles: np.ndarray
) -> dict[str, Any]:
    """Quantiles that can be chosen, and what is to be said of maps without a pedestal."""
    found = []
    held = stable_range(curves, quantiles)
    if held is not None:
        told = f"middle of {held.low:.2f} to {held.high:.2f}, the widest range without a flip"
        found.append({"quantile": held.quantile, "told": told})
    without = []
    for name, values in maps.items():
        foot = pedestal(values)
        if foot is None:
            without.append(title_of(name))
            continue
        told = f"end of {title_of(name)}'s pedestal, {foot.share:.0%} of its sum (triangle method)"
        level = min(float(quantiles[-1]), round(foot.quantile, 2))
        found.append({"quantile": level, "told": told})
    return {"choices": found, "note": _note(without, len(maps))}


def _note(without: list[str], total: int) -> str:
    if not without:
        return ""
    if len(without) == total:
        return "No map has a pedestal that stands apart from zero."
    return f"No pedestal that stands apart from zero: {', '.join(without)}."
