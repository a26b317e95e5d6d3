"""GradientSHAP: gradients at random places between random baselines and the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xai_core.attribution.completeness import told_sums
from xai_core.attribution.hiding.baselines import (
    START_HELP,
    STARTS,
    Start,
    drawn_baselines,
    pictures_parameter,
)
from xai_core.attribution.hiding.hidden import in_batches
from xai_core.attribution.methods.base import METHODS, SHARE, Method, RawMap, Task
from xai_core.base.parameters import parameter


@dataclass(frozen=True)
class GradientShapParameters:
    """Of GradientSHAP."""

    starts: int = parameter(
        50, "How many random places, each with a baseline of its own.", minimum=2, maximum=1000
    )
    start: Start = parameter("noise", START_HELP, choices=STARTS)
    baseline: float = parameter(
        0.0, "Value of a constant baseline, after preprocessing.", minimum=-10.0, maximum=10.0
    )
    sg_std: float = parameter(
        0.0, "Deviation of noise on the picture at each place.", minimum=0.0, maximum=5.0, step=0.05
    )
    baseline_pictures: str = pictures_parameter()


@METHODS.register
class GradientShap(Method):
    """E (x − x₀) · ∇score(x₀ + α (x − x₀)) over baselines and α in [0, 1], `[1, C, H, W]`.

    Lundberg & Lee 2017 (GradientExplainer); expected gradients, Erion et al. 2021,
    arXiv 1906.10670.
    α is drawn in as many strata as there are places. The standard error and by how much the sum
    misses the difference of scores are told. Departure: unless pictures are given, as the paper
    takes them of the training set, baselines are noise of the inputs' range; the map says so.
    Pictures are taken in turn, which makes the error smaller than drawing them.
    """

    name = "gradient-shap"
    title = "GradientSHAP"
    order = 54
    signed = True
    unit = SHARE
    summary = "What each pixel adds to the score, from many baselines at once (expected gradients)."
    citation = "Erion et al., 2021, arXiv 1906.10670"
    Parameters = GradientShapParameters

    def attribute(self, task: Task) -> RawMap:
        import torch

        from xai_core.attribution.noise.standard_error import RunningMean

        count, mean, start = task.parameters.starts, RunningMean(), 0.0
        places = (np.arange(count) + np.random.default_rng(task.seed).random(count)) / count
        noise = torch.Generator().manual_seed(task.seed)
        several, done = drawn_baselines(task, count), 0
        for size in in_batches(count, max(1, task.batch_size // 2)):
            from_ = torch.cat([next(several) for _ in range(size)])
            drawn = torch.randn(size, *task.inputs.shape[1:], generator=noise).to(task.inputs)
            apart = task.inputs + task.parameters.sg_std * drawn - from_
            at = torch.tensor(places[done : done + size])[:, None, None, None].to(task.inputs)
            for values in task.scorer.gradient(from_ + at * apart) * apart:
                mean.add(values.double())
            with torch.no_grad():
                start += float(task.scorer(from_).double().sum())
            done += size
        with torch.no_grad():
            score = float(task.scorer(task.inputs).double().sum())
        told = told_sums(mean.mean, score, start / count)
        if mean.relative_error is not None:
            told["standard_error"] = mean.relative_error
        return RawMap(mean.mean.to(task.inputs)[None], chosen=told)

    def samples(self, parameters: GradientShapParameters, shape: tuple[int, int, int]) -> int:
        return 2 * parameters.starts + 1
