"""Guided Integrated Gradients: along the pixels whose gradients are smallest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xai_core.attribution.completeness import told_sums
from xai_core.attribution.hiding.baselines import FromBaseline, OneBaseline, baselines, count_of
from xai_core.attribution.hiding.planes import beside_padding, pieces
from xai_core.attribution.methods.base import METHODS, SHARE, Method, RawMap, Task
from xai_core.base.parameters import parameter

if TYPE_CHECKING:
    from torch import Tensor

CLOSE = 1e-6


@dataclass(frozen=True)
class _Walk:
    n_steps: int = parameter(
        50, "Steps from the baseline to the picture, one pass each.", minimum=1, maximum=1000
    )
    fraction: float = parameter(
        0.25,
        "Part of the pixels that move in a step: those with the smallest gradients.",
        minimum=0.0,
        maximum=1.0,
        step=0.05,
    )
    max_dist: float = parameter(
        0.02,
        "How far a pixel may be from the straight line, as a part of its way.",
        minimum=0.0,
        maximum=1.0,
        step=0.01,
    )


@dataclass(frozen=True)
class GuidedIgParameters(FromBaseline, OneBaseline, _Walk):
    """Of guided Integrated Gradients."""


@METHODS.register
class GuidedIg(Method):
    """∫ ∇score · dx along the path that goes where gradients are small, `[1, C, H, W]`, signed.

    Kapishnikov et al. 2021, arXiv 2106.09788, algorithm 1: in each step the pixels with the
    smallest gradients move until the L1 distance to the picture has fallen by its share. It keeps
    noise of saturated regions out. The sum's error is told.
    """

    name = "guided-ig"
    title = "Guided Integrated Gradients"
    order = 52
    signed = True
    unit = SHARE
    summary = "Integrated Gradients on a way that avoids noisy gradients, one step after the other."
    citation = "Kapishnikov et al., 2021, arXiv 2106.09788"
    Parameters = GuidedIgParameters

    def attribute(self, task: Task) -> RawMap:
        import torch

        count, total, start = count_of(task.parameters), 0 * task.inputs, 0.0
        for baseline in baselines(task):
            total += _walked(task, baseline) / count
            with torch.no_grad():
                start += float(task.scorer(baseline).double().sum()) / count
        with torch.no_grad():
            score = float(task.scorer(task.inputs).double().sum())
        return RawMap(total, chosen=told_sums(total, score, start))

    def samples(self, parameters: GuidedIgParameters, shape: tuple[int, int, int]) -> int:
        return (parameters.n_steps + 1) * count_of(parameters) + 1


def _walked(task: Task, start: Tensor) -> Tensor:
    """The sum of ∇score · Δx over one way."""
    steps, end = task.parameters.n_steps, task.inputs
    start = beside_padding(start, task)
    x, total, elements = start.clone(), 0 * end, sum(one.numel() for one in pieces(task))
    whole = float((end - start).abs().sum())
    for number in range(1, steps + 1):
        slope = task.scorer.gradient(x)
        share = number / steps
        low = start + (end - start) * max(share - task.parameters.max_dist, 0.0)
        high = start + (end - start) * min(share + task.parameters.max_dist, 1.0)
        left = whole * (1 - share)
        most = math.floor(task.parameters.fraction * (elements - 1))
        after = _moved(x, slope.abs(), (start, low, high, end), left, most)
        total += (after - x) * slope
        x = after
    return total


def _moved(
    x: Tensor, size: Tensor, ways: tuple[Tensor, Tensor, Tensor, Tensor], left: float, most: int
) -> Tensor:
    """x after one step: its L1 distance to the end is `left`. most: how many move at once."""
    import torch

    start, low, high, end = ways
    behind = (x - start).abs() < (low - start).abs()
    x = torch.where(behind, low, x)
    for _ in range(x.numel()):
        now = float((x - end).abs().sum())
        if now - left <= CLOSE * max(now, 1.0):
            break
        open_ = x != high
        if not bool(open_.any()):
            break
        ordered = size[open_].sort().values
        limit = ordered[min(len(ordered) - 1, most)]
        chosen = open_ & (size <= limit)
        way = float(((x - high).abs() * chosen).sum())
        gamma = (now - left) / way if way > 0 else math.inf
        x = torch.where(chosen, x + gamma * (high - x) if gamma <= 1 else high, x)
    return x
