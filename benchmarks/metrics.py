"""Metrics that ask the model: each against Quantus, with as many predictions or maps.

EfficientNet-Lite0 at 224×224, one map. Quantus is called below its input checks, which would make
it slower still; it predicts a picture at a time, ours goes at the measured pace, as anywhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

import xai_core
from benchmarks._demo import TARGET, efficientnet, inputs, pace
from benchmarks.timing import Goal
from xai_core.attribution.result import Attribution
from xai_core.scores.perturbation.imputation import imputed
from xai_core.scores.quantus_calls.library import quantus

ROUNDS = 7
DRAWS, SHARES = 2, (0.1, 0.5, 0.9)


@cache
def attribution() -> Attribution:
    return xai_core.explain(efficientnet(), inputs(), TARGET, "saliency", pace=pace(efficientnet))


@cache
def values() -> np.ndarray:
    """With no two pixels alike, so that no order is in doubt."""
    return xai_core.canonicalise(attribution(), xai_core.Recipe(quantile=None))


@cache
def model() -> Any:
    wrapper = quantus().helpers.model.pytorch_model.PyTorchModel
    return wrapper(efficientnet(), channel_first=True, softmax=True)


def ours(metric: str, **parameters: Any) -> Callable[[], None]:
    def run() -> None:
        given = {"model": efficientnet(), "inputs": inputs(), "targets": TARGET, **parameters}
        xai_core.score(values(), metric, pace=pace(efficientnet), **given)

    return run


def ours_again(metric: str, **parameters: Any) -> Callable[[], None]:
    def run() -> None:
        given = {"model": efficientnet(), "inputs": inputs(), **parameters}
        xai_core.score(attribution(), metric, **given)

    return run


def theirs(name: str, **how: Any) -> Callable[[], None]:
    def run() -> None:
        metric = getattr(quantus(), name)(disable_warnings=True, **how)
        metric.explain_batch = lambda net, x, y: _saliency(x)
        asked = {"x_batch": inputs().copy(), "y_batch": np.array([TARGET])}
        metric.evaluate_batch(model=model(), a_batch=values()[:, None].copy(), **asked)

    return run


def theirs_forgetting(name: str, **how: Any) -> Callable[[], None]:
    """Their tests of randomised layers, with one map at the end of the cascade, as they advise."""

    def run() -> None:
        how["disable_warnings"] = how["skip_layers"] = True
        metric = getattr(quantus(), name)(normalise=False, layer_order="bottom_up", **how)
        metric(
            model=efficientnet(),
            x_batch=inputs().copy(),
            y_batch=np.array([TARGET]),
            a_batch=None if name == "SmoothMPRT" else values()[:, None].copy(),
            explain_func=lambda model, inputs, targets, **_: _saliency(inputs, model),
        )

    return run


def _saliency(x: np.ndarray, net: Any = None) -> np.ndarray:
    made = quantus().explain(
        net or efficientnet(),
        x.astype(np.float32),
        np.full(len(x), TARGET),
        method="Saliency",
    )
    return np.asarray(made)


def _step(steps: int) -> int:
    return math.ceil(inputs().size / steps)


def our_imputation() -> None:
    for hole in _holes():
        imputed(inputs()[0], hole)


def their_imputation() -> None:
    fill = quantus().perturb_func.noisy_linear_imputation
    for hole in _holes():
        fill(inputs()[0].astype(np.float64), np.flatnonzero(hole))


def _holes() -> list[np.ndarray]:
    return [values()[0] >= np.quantile(values()[0], 1 - share) for share in SHARES]


def prepare(titles: list[str]) -> None:
    """Imports Quantus, measures the pace and wakes the kernels up."""
    pace(efficientnet)
    model().predict(inputs())
    ours("deletion", steps=2)()


CASES = {
    "Pixel Flipping, 20 steps": ours("pixel-flipping", steps=20),
    "Quantus' Pixel-Flipping": lambda: theirs(
        "PixelFlipping", features_in_step=_step(20), normalise=False
    )(),
    "Region Perturbation, 20 squares": ours("region-perturbation", regions=20),
    "Quantus' Region-Perturbation": theirs(
        "RegionPerturbation", patch_size=8, regions_evaluation=20, normalise=False
    ),
    "Infidelity, 64 squares": ours("infidelity", draws=64),
    "Quantus' Infidelity": theirs("Infidelity", perturb_patch_sizes=[28], n_perturb_samples=1),
    "Monotonicity, 20 steps": ours("monotonicity", steps=20),
    "Quantus' Monotonicity": lambda: theirs(
        "Monotonicity", features_in_step=_step(20), normalise=False
    )(),
    "Monotonicity Correlation, 5 × 4": ours("monotonicity-correlation", groups=5, draws=4),
    "Quantus' Monotonicity-Correlation": lambda: theirs(
        "MonotonicityCorrelation", nr_samples=4, features_in_step=_step(5), normalise=False
    )(),
    "ROAD's imputation, 3 shares": our_imputation,
    "Quantus' noisy linear imputation": their_imputation,
    "Max-Sensitivity, 2 maps": ours_again("max-sensitivity", draws=DRAWS),
    "Quantus' Max-Sensitivity": theirs("MaxSensitivity", nr_samples=DRAWS),
    "Local Lipschitz Estimate, 2 maps": ours_again("local-lipschitz", draws=DRAWS),
    "Quantus' Local Lipschitz Estimate": theirs("LocalLipschitzEstimate", nr_samples=DRAWS),
    "Relative Input Stability, 2 maps": ours_again("relative-input-stability", draws=DRAWS),
    "Quantus' Relative Input Stability": theirs("RelativeInputStability", nr_samples=DRAWS),
    "MPRT, 1 stage": ours_again("mprt", stages=1, order="bottom-up"),
    "Quantus' MPRT": theirs_forgetting("MPRT", return_last_correlation=True),
    "Efficient MPRT": ours_again("efficient-mprt"),
    "Quantus' Efficient MPRT": theirs_forgetting("EfficientMPRT"),
    "Smooth MPRT, 1 stage of 4 maps": ours_again("smooth-mprt", stages=1, draws=4),
    "Quantus' Smooth MPRT": theirs_forgetting(
        "SmoothMPRT", nr_samples=4, return_last_correlation=True
    ),
}
_titles = list(CASES)
GOALS = [Goal(one, other, 1.0) for one, other in zip(_titles[::2], _titles[1::2], strict=True)]
