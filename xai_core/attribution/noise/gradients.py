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

from collections.abc import Generator, Iterator, Sequence
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


def averaged_gradients(
    task: Task, weights: WeightNoise | None, inputs: InputNoise
) -> tuple[RawMap, ...]:
    """The mean of E over all draws for each picture, `[1, C, H, W]`; `weights=None` leaves the
    model alone. With a `tolerance` each stops once its relative standard error is that small.

    Several pictures share the draws, which are those of the seed and so the same for each alone,
    and fill batches together.
    """
    tolerance = task.parameters.tolerance
    plain = Sampling.plain(weights, inputs)
    plan = Sampling.spread_out(weights, inputs) if tolerance > 0 else plain
    kind, by_input = task.parameters.average, weights is None
    averages = [Average(one, kind, by_input=by_input) for one in task.inputs[:, None]]
    waiting = list(range(len(averages)))
    weight_draws, input_draws = streams(task.seed)
    with closing(_models(task, plan, weight_draws)) as scorers:
        for scorer in scorers:
            for rows, batch in noisy_copies(task, waiting, plan.inputs, input_draws):
                gradients = maps_of(task, scorer.on(rows), batch)
                for row, own in _by_picture(rows, gradients):
                    averages[row].add(own)
                task.scorer.meter.show(averages[0].preview)
            for row in waiting:
                averages[row].end_draw()
            waiting = [n for n in waiting if not _is_sure(averages[n], tolerance)]
            if not waiting:
                break
            input_draws.pass_over(task.inputs.shape[1:], plan.left_out)
    taken = sum(one.samples for one in averages)
    each = samples_each(task.parameters, _shape(task.inputs))
    task.scorer.meter.advance(each * (plain.steps * inputs.m * len(averages) - taken))
    dtype = task.inputs.dtype
    return tuple(RawMap(one.mean.to(dtype)[None], chosen=one.facts) for one in averages)


def _is_sure(average: Average, tolerance: float) -> bool:
    return tolerance > 0 and average.draws.within(tolerance)


def _by_picture(rows: Sequence[int], gradients: Tensor) -> Iterator[tuple[int, Tensor]]:
    """The rows of each picture; those of one lie side by side."""
    start = 0
    for row in dict.fromkeys(rows):
        end = start + rows.count(row)
        yield row, gradients[start:end]
        start = end


def _shape(inputs: Tensor) -> tuple[int, int, int]:
    return inputs.shape[1], inputs.shape[2], inputs.shape[3]


def _models(task: Task, plan: Sampling, draws: Draws) -> Generator[Scorer, None, None]:
    from xai_core.attribution.noise.weights import noisy_scorers

    if plan.weights is not None:
        yield from noisy_scorers(task.scorer, task.inputs[:1], plan.weights, draws)
    else:
        yield from repeat(task.scorer, plan.steps)


def noisy_copies(
    task: Task, pictures: Sequence[int], noise: InputNoise, draws: Draws
) -> Iterator[tuple[list[int], Tensor]]:
    """`m` noisy copies of each of the pictures, in batches, with the numbers of their pictures.

    A picture alone has its draws a batch at a time, so that many need no memory.
    """
    if len(pictures) == 1:
        one = task.inputs[pictures[0] : pictures[0] + 1]
        for batch in noisy_inputs(one, noise, draws, task.batch_size):
            yield [pictures[0]] * len(batch), batch
        return
    shape = task.inputs.shape[1:]
    for start in range(0, noise.m, task.batch_size):
        count = min(task.batch_size, noise.m - start)
        drawn = draws.normal(shape, noise.sg_mean, noise.sg_std, count).to(task.inputs.device)
        copies = [(row, draw) for row in pictures for draw in range(count)]
        for first in range(0, len(copies), task.batch_size):
            rows, which = map(list, zip(*copies[first : first + task.batch_size], strict=True))
            yield rows, task.inputs[rows] + drawn[which]


def noisy_inputs(
    inputs: Tensor, noise: InputNoise, draws: Draws, batch_size: int
) -> Iterator[Tensor]:
    """`m` noisy copies of a picture `[1, C, H, W]`, in batches."""
    for start in range(0, noise.m, batch_size):
        count = min(batch_size, noise.m - start)
        drawn = draws.normal(inputs.shape[1:], noise.sg_mean, noise.sg_std, count)
        yield inputs + drawn.to(inputs.device)
