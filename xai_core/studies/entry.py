"""What a study keeps of one picture and one method: Complexity, raw and at every quantile."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float64

from xai_core.attribution.relevance.conservation import unranked
from xai_core.attribution.result import Attribution
from xai_core.maps.canonical import before_removal
from xai_core.maps.recipe import Recipe
from xai_core.scores.ranking import QUANTILES as QUANTILES
from xai_core.scores.ranking import sweep
from xai_core.scores.undefined import cause_of

PLAIN = ("target", "raw", "curve", "seconds", "cause")  # that a file of an earlier version has


@dataclass(frozen=True)
class Entry:
    """One picture by one method.

    Attributes:
        target: class index that was explained; None for the only output.
        raw: Complexity before removal. curve: `[100]`, after it at each of `QUANTILES`, by the
            sweep. Both in nats, NaN where undefined.
        cause: why there is no score.
        metrics, localisation: further figures by the text of each metric, as `AskedMetric` has it;
            those that compare the map with a mask apart. reasons: why one is missing.
    """

    target: int | None
    raw: float
    curve: Float64[np.ndarray, "q"]
    seconds: float = 0.0
    cause: str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    localisation: Mapping[str, float] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def figures(self) -> dict[str, float]:
        """All of them; NaN where undefined."""
        return {**self.metrics, **self.localisation}

    def to_dict(self) -> dict[str, Any]:
        """As JSON, undefined values as null; `read_entry` is the way back."""
        curve = [_number(value) for value in self.curve]
        plain = {name: getattr(self, name) for name in PLAIN}
        return {**plain, "raw": _number(self.raw), "curve": curve}


def measured(attribution: Attribution, recipe: Recipe) -> Entry:
    """The entry of one attribution. `recipe`: with the crop of its picture."""
    if reason := unranked(attribution):
        return replace(failed(attribution.target[0], reason), seconds=attribution.seconds)
    values = before_removal(attribution, recipe)
    raw = _complexity(values[0])
    return Entry(
        target=attribution.target[0],
        raw=raw,
        curve=sweep(values, QUANTILES)[0],
        seconds=attribution.seconds,
        cause=None if np.isfinite(raw) else cause_of(attribution, values),
    )


def failed(target: int | None, cause: str) -> Entry:
    """The entry of a picture that a method gives no map of."""
    return Entry(target, float("nan"), np.full(len(QUANTILES), np.nan), cause=cause)


def read_entry(path: Path) -> Entry | None:
    """The entry in a file; None where there is none, or a broken one: then it is computed."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        fields = {name: told[name] for name in PLAIN}
        curve = np.array(fields["curve"], dtype=np.float64)  # null becomes NaN
        raw = float("nan") if fields["raw"] is None else float(fields["raw"])
        if curve.shape != QUANTILES.shape:
            return None
        return Entry(**{**fields, "curve": curve, "raw": raw})
    except (OSError, KeyError, ValueError, TypeError):
        return None


def _complexity(values: Float64[np.ndarray, "h w"]) -> float:
    """Entropy in nats of |a| / Σ|a|, as Quantus has it."""
    from scipy.special import entr

    magnitudes = np.abs(values)
    total = magnitudes.sum()
    defined = np.isfinite(total) and total > 0
    return float(entr(magnitudes / total).sum()) if defined else float("nan")


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
