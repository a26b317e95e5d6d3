"""What the flips of the tuning bench are called, and where a click on one leads."""

from __future__ import annotations

import numpy as np

from xai_core.bench import payload


def flips(*gaps: float) -> list[dict[str, object]]:
    """Of two curves that are so far apart at 0.00, 0.01, 0.02 …, and the same from then on."""
    gap = np.full(len(payload.QUANTILES), gaps[-1])
    gap[: len(gaps)] = gaps
    return payload._crossings({"saliency": 5.0 + gap, "fusiongrad": np.full(gap.size, 5.0)})


def test_a_flip_is_named_by_hundredths_and_a_click_leads_past_it() -> None:
    (flip,) = flips(-1.0, -0.3, 0.7)
    assert flip["told"] == "FusionGrad overtakes Saliency at 0.01"
    assert flip["quantile"] < flip["past"] == 0.02  # type: ignore[operator]


def test_two_flips_of_a_pair_within_a_hundredth_have_names_of_their_own() -> None:
    there, back = flips(-1.0, -0.9, 0.1, -0.9)
    assert there["told"] == "FusionGrad overtakes Saliency at 0.019"
    assert back["told"] == "Saliency overtakes FusionGrad at 0.021"


def test_only_a_flip_below_all_other_curves_is_one_of_the_first_place() -> None:
    rising, flat = payload.QUANTILES, np.full(len(payload.QUANTILES), 0.5)
    curves = {"saliency": 5.0 + rising, "fusiongrad": 5.0 + flat, "smoothgrad": 5.2 + 0 * flat}
    found = payload._crossings(curves)
    assert [one["first"] for one in found] == [True, False]  # at 0.2 and at 0.5
