"""Integrated Gradients and SmoothGrad with 50 samples, and occlusion: against Captum at its best.

Captum's best is looked for among its batch sizes, and our pace measured as the dashboard does, on
the same machine and in the same run; Captum in a plain Python, ours in a process as a worker is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache

import torch
from captum.attr import IntegratedGradients, NoiseTunnel, Occlusion, Saliency

from benchmarks._demo import TARGET, efficientnet, inputs, pace, picture
from benchmarks.timing import Goal
from xai_core.attribution.explanation import explain

STEPS, WINDOW, STRIDE, NOISE = 50, 32, 16, 0.5
BATCHES = (2, 5, 10, 25)
Attribute = Callable[[int], object]


def captum_gradients(batch: int) -> object:
    return IntegratedGradients(efficientnet()).attribute(
        picture(), target=TARGET, n_steps=STEPS, internal_batch_size=batch
    )


def captum_smoothgrad(batch: int) -> object:
    return NoiseTunnel(Saliency(efficientnet())).attribute(
        picture(), target=TARGET, nt_samples=STEPS, nt_samples_batch_size=batch, stdevs=NOISE
    )


def captum_occlusion(batch: int) -> object:
    with torch.no_grad():
        return Occlusion(efficientnet()).attribute(
            picture(),
            target=TARGET,
            sliding_window_shapes=(3, WINDOW, WINDOW),
            strides=(3, STRIDE, STRIDE),
            baselines=0.0,
            perturbations_per_eval=batch,
        )


@cache
def best(attribute: Attribute) -> int:
    """The batch size at which Captum is fastest here."""
    return min(BATCHES, key=lambda batch: _seconds(attribute, batch))


def _seconds(attribute: Attribute, batch: int) -> float:
    start = time.perf_counter()
    attribute(batch)
    return time.perf_counter() - start


def ours(method: str, **parameters: float) -> Callable[[], None]:
    def run() -> None:
        at = pace(efficientnet)
        explain(efficientnet(), inputs(), TARGET, method, pace=at, **parameters)

    return run


def theirs(attribute: Attribute) -> Callable[[], None]:
    def run() -> None:
        attribute(best(attribute))

    return run


def prepare(titles: list[str]) -> None:
    """Finds the best pace and Captum's best batch sizes, and wakes the kernels up."""
    for title in titles:
        CASES[title]()


CASES = {
    "Integrated Gradients, 50 steps": ours("integrated-gradients", n_steps=STEPS),
    "Captum's Integrated Gradients": theirs(captum_gradients),
    "SmoothGrad, 50 samples": ours("smoothgrad", m=STEPS, sg_std=NOISE),
    "Captum's NoiseTunnel over Saliency": theirs(captum_smoothgrad),
    "occlusion, window 32, stride 16": ours("occlusion", window=WINDOW, stride=STRIDE),
    "Captum's occlusion": theirs(captum_occlusion),
}
_titles = list(CASES)
WORKER = _titles[::2]
GOALS = [
    Goal(_titles[0], _titles[1], 1.0),
    Goal(_titles[2], _titles[3], 1.0),
    Goal(_titles[4], _titles[5], 1 / 3),
]
