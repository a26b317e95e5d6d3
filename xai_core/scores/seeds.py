"""Scores under several seeds: in how many of them an order holds."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float64

from xai_core.base.errors import InputError
from xai_core.maps.recipe import Recipe
from xai_core.scores.ranking import QUANTILES

Curves = Float64[np.ndarray, "seeds levels"]
DIGITS = 4
STEM = "seeds"  # of the file beside a run: it may come later than the maps
# Student's t at 97.5 %, by degrees of freedom: what a deviation over few seeds is worth.
STUDENT = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26)


@dataclass(frozen=True)
class SeedScores:
    """Complexity of the same maps under several seeds.

    Attributes:
        seeds: the first is that of the maps on screen.
        curves: by method, `[S, 1 + Q]`: raw, then after removal at each of `QUANTILES`; a method
            that draws nothing has the same row for every seed.
        recipe: of the maps that were scored, without its quantile; None is the run's own.
    """

    seeds: tuple[int, ...]
    curves: Mapping[str, Curves]
    recipe: Recipe | None = None

    def ahead(self, front: str, back: str, quantile: float) -> int:
        """Seeds under which one map has the lower score after removal."""
        first, second = (self._after(name, quantile) for name in (front, back))
        return int((first < second).sum())

    def deviation(self, name: str, quantile: float) -> tuple[float, float]:
        """Standard deviation of a score over seeds, raw and after removal; NaN below two."""
        if len(self.seeds) < 2:
            return math.nan, math.nan
        columns = self.curves[name][:, 0], self._after(name, quantile)
        raw, after = (float(one.std(ddof=1)) if np.ptp(one) else 0.0 for one in columns)
        return raw, after

    @property
    def student(self) -> float:
        """How many deviations the 95 % interval of a difference between two seeds reaches."""
        return STUDENT[min(len(self.seeds) - 1, len(STUDENT)) - 1]

    def holds(self, quantile: float) -> int:
        """Seeds under which all places, raw and after removal, are those of the first one."""
        orders = np.stack(
            [self._order(np.array([one[:, 0] for one in self.curves.values()])), self._at(quantile)]
        )
        return int((orders == orders[..., :1]).all((0, 1)).sum())

    def _at(self, quantile: float) -> np.ndarray:
        return self._order(np.array([self._after(name, quantile) for name in self.curves]))

    def _after(self, name: str, quantile: float) -> np.ndarray:
        """Scores of one map after removal, `[S]`."""
        rows = self.curves[name]
        return np.array([float(np.interp(quantile, QUANTILES, row[1:])) for row in rows])

    @staticmethod
    def _order(scores: np.ndarray) -> np.ndarray:
        """Methods by score, for every seed: `[methods, S]`."""
        return np.argsort(scores, axis=0, kind="stable")

    def to_dict(self) -> dict[str, Any]:
        """As JSON; equal rows are written once."""
        told = {name: _rows(one) for name, one in self.curves.items()}
        seen = {} if self.recipe is None else {"recipe": self.recipe.to_dict()}
        return {"seeds": list(self.seeds), "curves": told, **seen}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SeedScores:
        """What `to_dict` gave. Raises `InputError` where it is something else."""
        seen = data.get("recipe")
        seeds = tuple(map(int, data["seeds"]))
        curves = {}
        for name, rows in data["curves"].items():
            found = np.array(rows, dtype=np.float64)
            if found.shape not in {(1, 1 + len(QUANTILES)), (len(seeds), 1 + len(QUANTILES))}:
                raise InputError(f"{name}: scores of shape {found.shape}, {len(seeds)} seeds.")
            curves[name] = np.broadcast_to(found, (len(seeds), found.shape[1]))
        return cls(seeds, curves, None if seen is None else _bare(Recipe.from_dict(seen)))


def by_recipe(seeds: SeedScores | None, own: Recipe, recipe: Recipe) -> SeedScores | None:
    """The same where they are of maps by a recipe, whatever its quantile; else None.

    Args:
        own: recipe of the run that they belong to.
    """
    if seeds is None or _bare(seeds.recipe or own) != _bare(recipe):
        return None
    return seeds


def beside(folder: Path, methods: Collection[str]) -> SeedScores | None:
    """Those that are kept with a run of these methods; None where none can be read."""
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError, InputError):
        data = json.loads((folder / f"{STEM}.json").read_text(encoding="utf-8"))
        found = SeedScores.from_dict(data)
        return found if found.seeds and found.curves.keys() == {*methods} else None
    return None


def _bare(recipe: Recipe) -> Recipe:
    return replace(recipe, quantile=None, crop=None)


def _rows(curves: Curves) -> list[list[float | None]]:
    rows = curves[:1] if (curves == curves[0]).all() else curves
    rounded = rows.round(DIGITS)
    return [[None if np.isnan(one) else float(one) for one in row] for row in rounded]
