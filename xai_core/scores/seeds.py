"""Scores under several seeds: in how many of them an order holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64

from xai_core.base.errors import InputError
from xai_core.scores.ranking import QUANTILES

Curves = Float64[np.ndarray, "seeds levels"]
DIGITS = 4


@dataclass(frozen=True)
class SeedScores:
    """Complexity of the same maps under several seeds.

    Attributes:
        seeds: the first is that of the maps on screen.
        curves: by method, `[S, 1 + Q]`: raw, then after removal at each of `QUANTILES`; a method
            that draws nothing has the same row for every seed.
    """

    seeds: tuple[int, ...]
    curves: Mapping[str, Curves]

    def holds(self, quantile: float) -> int:
        """Seeds under which all places, raw and after removal, are those of the first one."""
        orders = np.stack(
            [self._order(np.array([one[:, 0] for one in self.curves.values()])), self._at(quantile)]
        )
        return int((orders == orders[..., :1]).all((0, 1)).sum())

    def _at(self, quantile: float) -> np.ndarray:
        scores = [
            [float(np.interp(quantile, QUANTILES, row[1:])) for row in one]
            for one in self.curves.values()
        ]
        return self._order(np.array(scores))

    @staticmethod
    def _order(scores: np.ndarray) -> np.ndarray:
        """Methods by score, for every seed: `[methods, S]`."""
        return np.argsort(scores, axis=0, kind="stable")

    def to_dict(self) -> dict[str, Any]:
        """As JSON; equal rows are written once."""
        told = {name: _rows(one) for name, one in self.curves.items()}
        return {"seeds": list(self.seeds), "curves": told}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SeedScores:
        """What `to_dict` gave. Raises `InputError` where it is something else."""
        seeds = tuple(map(int, data["seeds"]))
        curves = {}
        for name, rows in data["curves"].items():
            found = np.array(rows, dtype=np.float64)
            if found.shape not in {(1, 1 + len(QUANTILES)), (len(seeds), 1 + len(QUANTILES))}:
                raise InputError(f"{name}: scores of shape {found.shape}, {len(seeds)} seeds.")
            curves[name] = np.broadcast_to(found, (len(seeds), found.shape[1]))
        return cls(seeds, curves)


def _rows(curves: Curves) -> list[list[float]]:
    rows = curves[:1] if (curves == curves[0]).all() else curves
    found: list[list[float]] = rows.round(DIGITS).tolist()
    return found
