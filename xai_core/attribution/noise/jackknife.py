"""How far a map's Complexity would move with other random draws, from the draws that were made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

GROUPS = 10
FEWEST = 3  # groups; fewer say little
QUANTILES = (0.0, 0.2, 0.4, 0.6, 0.8, 0.95)  # of the baseline, at which it is told


class Jackknife:
    """The delete-a-group jackknife (Quenouille 1956, Tukey 1958) of the entropy of a mean map.

    Draws are dealt out to ten groups in turn. Each group is left out once, and the variance of the
    score is (G − 1) / G · Σ (θ₍g₎ − θ̄)², with θ₍g₎ the score of the mean without group g.
    """

    def __init__(self) -> None:
        self._sums: list[Tensor] = []
        self._counts: list[int] = []
        self._draws = 0

    def add(self, one: Tensor) -> None:
        """Take one more independent map, `[H, W]`."""
        group = self._draws % GROUPS
        self._draws += 1
        if group == len(self._sums):
            self._sums.append(one.clone())
            self._counts.append(1)
        else:
            self._sums[group] += one
            self._counts[group] += 1

    @property
    def errors(self) -> list[float] | None:
        """Deviation over seeds in nats, raw and then after removal at each of `QUANTILES`.

        None before three groups, and where a map without a group has no score.
        """
        if len(self._sums) < FEWEST:
            return None
        import torch

        total = torch.stack(self._sums).sum(0)
        scores = torch.stack(
            [
                _entropies((total - left_out) / (self._draws - count))
                for left_out, count in zip(self._sums, self._counts, strict=True)
            ]
        )
        groups = len(scores)
        variance = (scores - scores.mean(0)).square().sum(0) * (groups - 1) / groups
        found: list[float] = variance.sqrt().tolist()
        return found if bool(variance.isfinite().all()) else None


def _entropies(one: Tensor) -> Tensor:
    """Entropy of |map| in nats, raw and after removal at each quantile; NaN where it has none."""
    import torch

    ordered = one.abs().flatten().sort().values
    places = torch.tensor(QUANTILES, dtype=torch.float64) * (len(ordered) - 1)
    low, share = places.long().to(one.device), places.frac().to(ordered)
    high = (low + 1).clamp(max=len(ordered) - 1)
    baselines = ordered[low] * (1 - share) + ordered[high] * share
    return torch.stack(
        [_entropy(ordered), *(_entropy((ordered - level).clamp(min=0)) for level in baselines)]
    )


def _entropy(values: Tensor) -> Tensor:
    """Of non-negative values: ln S − Σ v·ln v / S."""
    import torch

    total = values.sum()
    return total.log() - torch.xlogy(values, values).sum() / total
