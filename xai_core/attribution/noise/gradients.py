"""Gradients averaged over noisy weights and noisy inputs: what the noise methods share.

Bykov et al. 2022, arXiv 2106.10185: (1/nm) Σᵢ Σⱼ E(x + ξᵢⱼ; Wᵢ), Wᵢ = W·ηᵢ or W + ηᵢ, with
η ~ N(mean, std²) for each element of every trained parameter and ξ ~ N(sg_mean, sg_std²) for each
element of the preprocessed input. E is the gradient, or another method's map (`of`); its size for
`average="absolute"`, its square for `"squared"` (SmoothGrad², Hooker et al. 2019, arXiv
1806.10758), and for `"variance"` the variance is taken (VarGrad, Adebayo et al. 2018, arXiv
1810.03307).

Departures from the reference: it adds the channels up, which is left to the recipe here; noise
is drawn for one sample at a time from two streams of their own (`draws.py`), so that a map depends
on the seed and not on `batch_size`, the device, its cores or the other kind of noise.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import repeat
from typing import TYPE_CHECKING

from xai_core.attribution.methods.base import RawMap, Task
from xai_core.attribution.noise.around import maps_of, samples_each
from xai_core.attribution.noise.average import Average
from xai_core.attribution.noise.draws import Draws, streams
from xai_core.attribution.noise.order import Sampling
from xai_core.attribution.noise.parameters import InputNoise, WeightNoise
from xai_core.attribution.scorer import Scorer

if TYPE_CHECKING:
    from torch import Tensor


def averaged_gradient(task: Task, weights: WeightNoise | None, inputs: InputNoise) -> RawMap:
    """The mean of E over all draws, `[1, C, H, W]`; `weights=None` leaves the model alone.

    With a `tolerance` it stops once the map's relative standard error is that small.
    """
    tolerance = task.parameters.tolerance
    plain = Sampling.plain(weights, inputs)
    plan = Sampling.spread_out(weights, inputs) if tolerance > 0 else plain
    average = Average(task.inputs, task.parameters.average, by_input=weights is None)
    weight_draws, input_draws = streams(task.seed)
    with closing(_models(task, plan, weight_draws)) as scorers:
        for scorer in scorers:
            for batch in noisy_inputs(task.inputs, plan.inputs, input_draws, task.batch_size):
                average.add(maps_of(task, scorer, batch))
                task.scorer.meter.show(average.preview)
            average.end_draw()
            if tolerance > 0 and average.draws.within(tolerance):
                break
            input_draws.pass_over(task.inputs.shape[1:], plan.left_out)
    each = samples_each(task.parameters, _shape(task.inputs))
    task.scorer.meter.advance(each * (plain.steps * inputs.m - average.samples))
    return RawMap(average.mean.to(task.inputs.dtype)[None], chosen=average.facts)


def _shape(inputs: Tensor) -> tuple[int, int, int]:
    return inputs.shape[1], inputs.shape[2], inputs.shape[3]


def _models(task: Task, plan: Sampling, draws: Draws) -> Generator[Scorer, None, None]:
    from xai_core.attribution.noise.weights import noisy_scorers

    if plan.weights is not None:
        yield from noisy_scorers(task.scorer, task.inputs, plan.weights, draws)
    else:
        yield from repeat(task.scorer, plan.steps)


def noisy_inputs(
    inputs: Tensor, noise: InputNoise, draws: Draws, batch_size: int
) -> Iterator[Tensor]:
    """`m` noisy copies of a picture `[1, C, H, W]`, in batches."""
    for start in range(0, noise.m, batch_size):
        count = min(batch_size, noise.m - start)
        drawn = draws.normal(inputs.shape[1:], noise.sg_mean, noise.sg_std, count)
        yield inputs + drawn.to(inputs.device)
