"""Pictures by methods: what is known of them so far, as arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from jaxtyping import Float64

from xai_core.studies.entry import QUANTILES, Entry


@dataclass(frozen=True)
class Table:
    """What a study knows so far.

    Attributes:
        raw: `[P, M]`. curves: `[P, M, Q]`. NaN where there is nothing yet, or no score.
        done: how many of the pictures have an entry for every method.
        causes: by picture and method (their places), why there is no score.
        targets: by picture, the class that was explained, where that is known.
        figures: `[P, M]` by the text of each metric that was measured beside the score.
        reasons: by picture, method and metric, why there is no figure.
    """

    raw: Float64[np.ndarray, "p m"]
    curves: Float64[np.ndarray, "p m q"]
    done: int
    causes: Mapping[tuple[int, int], str]
    targets: Mapping[int, int | None]
    figures: Mapping[str, Float64[np.ndarray, "p m"]] = field(default_factory=dict)
    reasons: Mapping[tuple[int, int, str], str] = field(default_factory=dict)

    def at(self, quantile: float) -> Float64[np.ndarray, "p m"]:
        """Scores at the nearest of `QUANTILES`."""
        return self.curves[:, :, int(np.abs(QUANTILES - quantile).argmin())]

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """What is kept of it as arrays; `read` is the way back."""
        found = {"raw": self.raw, "curves": self.curves}
        if self.figures:
            found["figures"] = np.stack(list(self.figures.values()))
        return found

    @property
    def told(self) -> dict[str, Any]:
        """What is kept of it as JSON."""
        return {
            "done": self.done,
            "causes": [[*place, why] for place, why in self.causes.items()],
            "metrics": list(self.figures),
            "reasons": [[*place, why] for place, why in self.reasons.items()],
        }

    @staticmethod
    def read(
        told: Mapping[str, Any],
        arrays: Mapping[str, np.ndarray],
        shape: tuple[int, int],
        targets: Mapping[int, int | None],
    ) -> Table:
        """The table of `shape` that was kept, by this version or an earlier one.

        Raises:
            ValueError, KeyError, TypeError: it is none of such a shape.
        """
        raw, curves = arrays["raw"], arrays["curves"]
        metrics = [str(one) for one in told.get("metrics", ())]
        figures = dict(zip(metrics, arrays.get("figures", ()), strict=True))
        if any(one.shape[:2] != shape for one in (raw, curves, *figures.values())):
            raise ValueError("its scores are of other pictures")
        causes = {(row, column): str(why) for row, column, why in told["causes"]}
        reasons = {(r, c, str(name)): str(why) for r, c, name, why in told.get("reasons", ())}
        return Table(raw, curves, int(told["done"]), causes, targets, figures, reasons)

    def of(self, columns: Sequence[int]) -> Table:
        """Some of the methods, by their places."""
        places = list(columns)
        return replace(
            self,
            raw=self.raw[:, places],
            curves=self.curves[:, places],
            causes={
                (row, places.index(column)): why
                for (row, column), why in self.causes.items()
                if column in places
            },
            figures={metric: values[:, places] for metric, values in self.figures.items()},
            reasons={
                (row, places.index(column), metric): why
                for (row, column, metric), why in self.reasons.items()
                if column in places
            },
        )


def table_of(shape: tuple[int, int], entry: Callable[[int, int], Entry | None]) -> Table:
    """All entries of `shape` (pictures, methods). entry: at these places; None where none is."""
    raw = np.full(shape, np.nan)
    curves = np.full((*shape, len(QUANTILES)), np.nan)
    causes, targets, done = dict[tuple[int, int], str](), dict[int, int | None](), 0
    figures = dict[str, np.ndarray]()
    reasons = dict[tuple[int, int, str], str]()
    for row in range(shape[0]):
        entries = [entry(row, column) for column in range(shape[1])]
        done += None not in entries
        for column, one in enumerate(entries):
            if one is None:
                continue
            raw[row, column], curves[row, column] = one.raw, one.curve
            targets.setdefault(row, one.target)
            if one.cause:
                causes[row, column] = one.cause
            for metric, value in one.figures.items():
                figures.setdefault(metric, np.full(shape, np.nan))[row, column] = value
            reasons |= {(row, column, metric): why for metric, why in one.reasons.items()}
    return Table(raw, curves, done, causes, targets, figures, reasons)
