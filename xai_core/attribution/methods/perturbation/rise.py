"""RISE: the mean of random masks, weighed by the score of what each shows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xai_core.attribution.hiding.baselines import count_of_covers
from xai_core.attribution.hiding.hidden import ERROR, ByHiding, Hidden, in_batches, parts_of, scores
from xai_core.attribution.hiding.planes import laid, sizes_of
from xai_core.attribution.methods.base import METHODS, RawMap, Task
from xai_core.attribution.noise.standard_error import RunningMean
from xai_core.base.parameters import parameter

if TYPE_CHECKING:
    from torch import Generator, Tensor

GROUPS = 20


@dataclass(frozen=True)
class RiseParameters(Hidden):
    """Of RISE; the paper takes 4000 to 8000 masks."""

    samples: int = parameter(
        1000, "How many masks, a pass for each.", minimum=2, maximum=20000, step=100
    )
    cells: int = parameter(7, "Cells of a mask along each side.", minimum=2, maximum=64)
    shown: float = parameter(
        0.5, "Share of the cells that are shown.", minimum=0.05, maximum=0.95, step=0.05
    )


@METHODS.register
class Rise(ByHiding):
    """(1 / (n p)) Σᵢ (score(x ⊙ Mᵢ) − mean score) · Mᵢ, `[1, 1, H, W]`, signed.

    Petsiuk et al. 2018, arXiv 1806.07421, whose masks these are: cells shown with probability p,
    upsampled bilinearly, shifted by less than a cell. Departure: the mean score is taken off, so
    that the map's level is 0 and not the score (a pedestal); what it converges to differs from the
    paper's by that constant alone.
    """

    name = "rise"
    title = "RISE"
    order = 111
    signed = True
    summary = "Which regions the score is high with when random parts are shown; slow, coarse."
    citation = "Petsiuk et al., 2018, arXiv 1806.07421"
    Parameters = RiseParameters

    def attribute(self, task: Task) -> RawMap:
        import torch

        given, generator = task.parameters, torch.Generator().manual_seed(task.seed)
        groups, mean = RunningMean(), 0.0
        planes = (1, len(sizes_of(task)), *task.inputs.shape[2:])
        weighed, shown = (task.inputs.new_zeros(planes) for _ in range(2))
        for count in _groups(given.samples):
            part, masks_sum, score_sum = _group(task, count, generator)
            groups.add((part - score_sum / count * masks_sum) / (count * given.shown))
            weighed, shown, mean = weighed + part, shown + masks_sum, mean + score_sum
        values = (weighed - mean / given.samples * shown) / (given.samples * given.shown)
        return RawMap(values, (given.cells, given.cells), {ERROR: groups.relative_error})

    def samples(self, parameters: RiseParameters, shape: tuple[int, int, int]) -> int:
        return parameters.samples * count_of_covers(parameters)


def _groups(samples: int) -> list[int]:
    """Sizes of independent parts, by whose spread the error is told."""
    each = max(1, samples // GROUPS)
    return list(in_batches(samples, each))


def _group(task: Task, count: int, generator: Generator) -> tuple[Tensor, Tensor, float]:
    """Σ score · M, Σ M, both `[1, P, H, W]`, and Σ score of so many masks, of each input."""
    sizes = sizes_of(task)
    planes = (1, len(sizes), *task.inputs.shape[2:])
    weighed, shown, total = task.inputs.new_zeros(planes), task.inputs.new_zeros(planes), 0.0
    plans = [drawn(task.parameters, count, size, generator) for size in sizes]
    parts = (zip(parts_of(cells, task), parts_of(by, task), strict=True) for cells, by in plans)
    for several in zip(*parts, strict=True):
        each = [masks(part, by, size) for (part, by), size in zip(several, sizes, strict=True)]
        enlarged = laid(each, task).to(task.inputs)
        found = scores(task, enlarged)
        weighed = weighed + (found[:, None, None, None] * enlarged).sum(0, keepdim=True)
        shown = shown + enlarged.sum(0, keepdim=True)
        total += float(found.sum())
    return weighed, shown, total


def drawn(
    given: RiseParameters, count: int, size: tuple[int, int], generator: Generator
) -> tuple[Tensor, Tensor]:
    """Which cells are shown, `[n, 1, c, c]`, and by how many pixels each mask is shifted, `[n, 2]`.

    They are drawn together, so that a map does not depend on how many are scored at once.
    """
    import torch

    shape = (count, 1, given.cells, given.cells)
    cells = (torch.rand(shape, generator=generator) < given.shown).float()
    steps = [math.ceil(side / given.cells) for side in size]
    shifts = [torch.randint(0, step, (count,), generator=generator) for step in steps]
    return cells, torch.stack(shifts, 1)


def masks(cells: Tensor, shifts: Tensor, size: tuple[int, int]) -> Tensor:
    """`[n, 1, H, W]` in [0, 1]."""
    import torch
    import torch.nn.functional as F  # noqa: N812 - its usual name

    count = cells.shape[-1]
    larger = [math.ceil(side / count) * (count + 1) for side in size]
    smooth = F.interpolate(cells, larger, mode="bilinear", align_corners=False).clamp(0, 1)
    return torch.stack(
        [
            one[:, top : top + size[0], left : left + size[1]]
            for one, (top, left) in zip(smooth, shifts.tolist(), strict=True)
        ]
    )
