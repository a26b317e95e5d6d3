"""The entropy of what lies above a baseline, for one map and many baselines at once.

With `d` for what a value exceeds the baseline by, `S = Σd` and `T = Σ d·ln d`, the entropy of the
shares `d / S` is `ln S − T / S`. A plain loop takes a logarithm of every value at every baseline.
Here the sorted values are cut into blocks. A block that is narrow, as seen from a baseline, adds
to `T` by the Taylor series of `d·ln d` about its middle, of which only `Σuᵐ` (`u` is the distance
from the middle) depends on the values; these are summed once a map. Wide blocks, those next to a
baseline and those of the longest tail, are still looked at value by value.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64, Int

BLOCK = 256  # values
TERMS = 14
# Half a block's width over its distance: a series is cut off where it adds less than
# NARROW ** (TERMS + 1) / TERMS² ≈ 1e-10 of its block.
NARROW = 0.35
ROUNDING = 1e-9  # nats


def entropies_above(
    ordered: Float64[np.ndarray, "n"], baselines: Float64[np.ndarray, "q"]
) -> Float64[np.ndarray, "q"]:
    """Entropy in nats of `max(values − b, 0) / Σ max(values − b, 0)` for every baseline b.

    Args:
        ordered: finite, ascending. baselines: not below the lowest value.

    Returns:
        float64 `[Q]`, equal to the plain sum to 1e-9; NaN where nothing lies above a baseline.
    """
    blocks = _cut(ordered)
    middles = (blocks[:, 0] + blocks[:, -1]) / 2
    halves = (blocks[:, -1] - blocks[:, 0]) / 2
    distances = middles - baselines[:, None]
    narrow = halves <= NARROW * distances
    narrow &= distances > 0
    powers, share = _powers(blocks, middles, halves), narrow.astype(np.float64)
    total = (distances * share).sum(1) * BLOCK + share @ (powers[1] * halves)
    weighted = _series(distances, halves, powers, share)
    wide = ~narrow & (blocks[:, -1] > baselines[:, None])
    _add_one_by_one(blocks, baselines, np.argwhere(wide), total, weighted)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(total > 0, np.log(total) - weighted / total, np.nan)
    return not_below_zero(found, ROUNDING)


def not_below_zero(
    entropies: Float64[np.ndarray, "n"], rounding: float
) -> Float64[np.ndarray, "n"]:
    """0 for what is below it by rounding alone, as of a map of one pixel; what is lower is wrong,
    and stays to be seen.
    """
    return np.where((entropies < 0) & (entropies >= -rounding), 0.0, entropies)


def _cut(ordered: Float64[np.ndarray, "n"]) -> Float64[np.ndarray, "blocks BLOCK"]:
    """Blocks of equal count, filled up with the lowest value, which lies above no baseline."""
    missing = -len(ordered) % BLOCK
    return np.concatenate([np.full(missing, ordered[0]), ordered]).reshape(-1, BLOCK)


def _powers(
    blocks: Float64[np.ndarray, "blocks BLOCK"],
    middles: Float64[np.ndarray, "blocks"],
    halves: Float64[np.ndarray, "blocks"],
) -> Float64[np.ndarray, "terms blocks"]:
    """Σ (u / half the width)ᵐ of every block, m from 0 to `TERMS`."""
    scale = np.where(halves > 0, halves, 1.0)
    unit = (blocks - middles[:, None]) / scale[:, None]
    power = np.ones_like(unit)
    sums = [power.sum(1)]
    for _ in range(TERMS):
        power *= unit
        sums.append(power.sum(1))
    return np.stack(sums)


def _series(
    distances: Float64[np.ndarray, "q blocks"],
    halves: Float64[np.ndarray, "blocks"],
    powers: Float64[np.ndarray, "terms blocks"],
    share: Float64[np.ndarray, "q blocks"],
) -> Float64[np.ndarray, "q"]:
    """Σ d·ln d over the narrow blocks, `d = D + u` about the middle's distance D:

    n·D·ln D + Σu·(ln D + 1) + D · Σₘ (−1)ᵐ (Σuᵐ) / (m (m − 1) Dᵐ), m from 2.

    share: 1 for a narrow block, else 0.
    """
    safe = np.where(share > 0, distances, 1.0)
    ratio = -halves / safe * share
    tail = np.zeros_like(ratio)
    for m in range(TERMS, 1, -1):
        tail += powers[m] / (m * (m - 1))
        tail *= ratio
    logs = np.log(safe)
    added = safe * (BLOCK * logs + tail * ratio) + powers[1] * halves * (logs + 1)
    return np.asarray((added * share).sum(1))


def _add_one_by_one(
    blocks: Float64[np.ndarray, "blocks BLOCK"],
    baselines: Float64[np.ndarray, "q"],
    pairs: Int[np.ndarray, "pairs 2"],
    total: Float64[np.ndarray, "q"],
    weighted: Float64[np.ndarray, "q"],
) -> None:
    """Add the blocks that no series serves, `pairs` of (baseline, block), to both sums."""
    which, block = pairs.T
    lifted = np.maximum(blocks[block] - baselines[which, None], 0.0)
    # ln 1 is 0: where nothing is left, nothing is added.
    logs = np.log(np.where(lifted > 0, lifted, 1.0))
    np.add.at(total, which, lifted.sum(1))
    np.add.at(weighted, which, (lifted * logs).sum(1))
