"""Blur Integrated Gradients: from the blurred picture to the sharp one."""

from __future__ import annotations

from dataclasses import dataclass

from xai_core.attribution.completeness import measured
from xai_core.attribution.hiding.baselines import each_blurred
from xai_core.attribution.hiding.hidden import in_batches
from xai_core.attribution.methods.base import METHODS, SHARE, Method, RawMap, Task
from xai_core.base.parameters import parameter


@dataclass(frozen=True)
class BlurIgParameters:
    """Of blur Integrated Gradients."""

    n_steps: int = parameter(
        50, "Points on the way from the blurred to the sharp picture.", minimum=1, maximum=1000
    )
    max_sigma: float = parameter(
        50.0,
        "Deviation of the blur at the start, in pixels of the input; the paper takes 50.",
        minimum=0.5,
        maximum=500.0,
        step=0.5,
    )


@METHODS.register
class BlurIg(Method):
    """∫ ∇score(x_σ) · dx_σ from σ = `max_sigma` to 0, `[1, C, H, W]`, signed.

    Xu et al. 2020, arXiv 2004.03383, where no baseline has to be chosen. The gradient is taken in
    the middle of each step, and the sum's error against the difference of scores is told.
    """

    name = "blur-ig"
    title = "Blur Integrated Gradients"
    order = 51
    signed = True
    unit = SHARE
    summary = "What each detail adds to the score while the picture becomes sharp."
    citation = "Xu et al., 2020, arXiv 2004.03383"
    Parameters = BlurIgParameters

    def attribute(self, task: Task) -> RawMap:
        import torch

        steps, top = task.parameters.n_steps, task.parameters.max_sigma
        total, last, done = 0 * task.inputs, each_blurred(task, top), 0
        start = last
        for size in in_batches(steps, task.batch_size):
            ends = [
                each_blurred(task, top * (1 - (number + 1) / steps))
                for number in range(done, done + size)
            ]
            before = torch.cat([last, *ends[:-1]])
            after = torch.cat(ends)
            slopes = task.scorer.gradient((before + after) / 2)
            total += (slopes * (after - before)).sum(0, keepdim=True)
            last, done = ends[-1], done + size
        with torch.no_grad():
            both = (task.scorer(one) for one in (task.inputs, start))
            return RawMap(total, chosen=measured(total, *both))

    def samples(self, parameters: BlurIgParameters, shape: tuple[int, int, int]) -> int:
        return parameters.n_steps + 2
