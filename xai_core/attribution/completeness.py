"""How far a path method's map is from the difference of scores that it should add up to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xai_core.attribution.result import Attribution

if TYPE_CHECKING:
    from torch import Tensor

SUM, DIFFERENCE = "sum_of_map", "score_difference"  # in an attribution's choices
TOLERATED = 0.05  # of the difference


def measured(values: Tensor, score: Tensor, baseline: Tensor) -> dict[str, float]:
    """What a map of one picture adds up to, and by how much the scores differ.

    Captum calls sum − difference the convergence delta.
    """
    return told_sums(values, float(score.double().sum()), float(baseline.double().sum()))


def told_sums(values: Tensor, score: float, baseline: float) -> dict[str, float]:
    """The same, of scores that are numbers."""
    return {SUM: float(values.double().sum()), DIFFERENCE: score - baseline}


def error_of(one: Attribution) -> float | None:
    """The worst of the pictures' |sum − difference| / |difference|; None where none was told."""
    sums, differences = (_numbers(one.chosen.get(name)) for name in (SUM, DIFFERENCE))
    errors = [
        abs(total - wanted) / abs(wanted) if wanted else (math.inf if total else 0.0)
        for total, wanted in zip(sums, differences, strict=False)
    ]
    return max(errors, default=None)


def told(one: Attribution) -> str:
    """The error for a person, and what to do where it is large; nothing where none was told."""
    error = error_of(one)
    if error is None:
        return ""
    if len(one.values) > 1:
        missed = f"its sum misses the score's difference by at most {error:.1%}"
    else:
        (total,), (wanted,) = (_numbers(one.chosen.get(name)) for name in (SUM, DIFFERENCE))
        missed = (
            f"it adds up to {total:.4g} where the score differs by {wanted:.4g}: {error:.1%} off"
        )
    return f"{missed}; {_advice(one)}" if error > TOLERATED else missed


def brief(one: Attribution) -> str:
    """The same in a few words, where it is large."""
    error = error_of(one)
    return f"sum {error:.0%} off, {_advice(one)}" if error is not None and error > TOLERATED else ""


def _advice(one: Attribution) -> str:
    if "n_steps" in one.parameters:
        return "take more steps"
    # DeepLIFT has starts too, and is exact from each of them.
    return "take more starts" if one.method == "gradient-shap" else "some layers have no rule"


def _numbers(found: object) -> list[float]:
    several = found if isinstance(found, list) else [found]
    return [value for value in several if type(value) is float and math.isfinite(value)]
