"""Sobol: how much of the score's variance each cell of the picture has a part in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xai_core.attribution.hiding.baselines import count_of_covers
from xai_core.attribution.hiding.hidden import ERROR, ByHiding, Hidden, parts_of, relative, scores
from xai_core.attribution.hiding.planes import laid, sizes_of
from xai_core.attribution.methods.base import METHODS, RawMap, Task
from xai_core.base.parameters import parameter
from xai_core.base.several_inputs.packing import Shape

if TYPE_CHECKING:
    from torch import Tensor

    from xai_core.attribution.hiding.superpixels import Floats


@dataclass(frozen=True)
class SobolParameters(Hidden):
    """Of Sobol; the paper takes cells of 8 or 11 and designs of 32."""

    cells: int = parameter(8, "Cells along each side.", minimum=2, maximum=16)
    designs: int = parameter(
        16,
        "Points of the quasi-random design; each takes a pass for every cell and two more.",
        minimum=4,
        maximum=128,
    )


@METHODS.register
class Sobol(ByHiding):
    """Total-order Sobol indices of a grid's cells, by Jansen's estimator, `[1, 1, H, W]` ≥ 0.

    Fel et al. 2021, arXiv 2111.04138: cells are dimmed by a quasi-random design A, B in [0, 1];
    S_T of cell i is E (f(A) − f(A with B's i-th))² / (2 var f). An index has no sign. Departure:
    the variance is that of A and B together, where the authors' code takes A alone.
    """

    name = "sobol"
    title = "Sobol"
    order = 114
    signed = False
    summary = "Which cells the score's variance depends on, with all their interplay; very slow."
    citation = "Fel et al., 2021, arXiv 2111.04138"
    Parameters = SobolParameters

    def attribute(self, task: Task) -> RawMap:
        import torch
        import torch.nn.functional as F  # noqa: N812 - its usual name

        given, sizes = task.parameters, sizes_of(task)
        count = len(sizes) * given.cells**2  # of the cells of all inputs
        first, second = _designs(count, given.designs, task.seed)
        whole = _scored(task, np.concatenate([first, second]))
        plain = whole[: given.designs]
        variance = whole.var(ddof=1)
        squares = np.empty((count, given.designs))
        for cell in range(count):
            mixed = first.copy()
            mixed[:, cell] = second[:, cell]
            squares[cell] = (plain - _scored(task, mixed)) ** 2
        scale = 1 / (2 * variance) if variance > 0 else 0.0
        values, error = squares.mean(1) * scale, squares.std(1, ddof=1) * scale
        told = {ERROR: relative(error / given.designs**0.5, values)}
        grid = torch.from_numpy(values.reshape(1, -1, given.cells, given.cells)).to(task.inputs)
        large = [
            F.interpolate(grid[:, at : at + 1], size, mode="bilinear", align_corners=False)
            for at, size in enumerate(sizes)
        ]
        return RawMap(laid(large, task), (given.cells, given.cells), told)

    def samples(self, parameters: SobolParameters, shape: tuple[int, int, int]) -> int:
        count = parameters.designs * (parameters.cells**2 + 2)
        return count * count_of_covers(parameters)

    def samples_together(self, parameters: SobolParameters, shapes: Sequence[Shape]) -> int:
        count = parameters.designs * (len(shapes) * parameters.cells**2 + 2)
        return count * count_of_covers(parameters)


def _designs(cells: int, count: int, seed: int) -> tuple[Floats, Floats]:
    """Two designs `[n, d]` in [0, 1], from one sequence of twice as many dimensions."""
    import warnings

    from scipy.stats.qmc import Sobol as QuasiRandom

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a count that is no power of 2 serves, too
        drawn = QuasiRandom(2 * cells, seed=seed).random(count)
    return drawn[:, :cells], drawn[:, cells:]


def _scored(task: Task, design: Floats) -> Floats:
    import torch
    import torch.nn.functional as F  # noqa: N812 - its usual name

    cells, sizes = task.parameters.cells, sizes_of(task)
    grid = torch.from_numpy(design.reshape(-1, len(sizes), cells, cells).astype(np.float32))
    found = []
    for part in parts_of(grid, task):
        masks: list[Tensor] = [
            F.interpolate(part[:, at : at + 1], size) for at, size in enumerate(sizes)
        ]
        found.append(scores(task, laid(masks, task)))
    return torch.cat(found).double().cpu().numpy()
