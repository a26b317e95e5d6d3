"""Whether a model treats the pictures of a batch separately, shown on two of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xai_core.attribution.batches.clean_pass import BatchPass
from xai_core.attribution.capabilities import Layer
from xai_core.base.errors import Cancelled
from xai_core.base.pace import Pace
from xai_core.base.target import Explained
from xai_core.targets.resolution import fixed
from xai_core.targets.several import Scores, of_picture

if TYPE_CHECKING:
    from torch import Tensor, nn

ALIKE = 1e-3  # of the largest gradient, in the mean: rounding flips a rectifier now and then
Resolve = Callable[[Any], Explained]
"""The target fixed on the output of a batch of one."""


@dataclass(frozen=True)
class Shown:
    """What was seen of a model on pictures of one size.

    Attributes:
        separate: it gives each picture of a batch what it gives it alone, gradients included.
        layers: as they ran, with their readings. proposed: the one that is taken by default.
        most: pictures of a batch that fit into the memory.
    """

    separate: bool
    layers: dict[str, Layer] = field(default_factory=dict)
    proposed: str = ""
    most: int = 1


def is_separate(
    module: nn.Module, pictures: Tensor, resolve: Resolve, pace: Pace, *, graph: bool
) -> bool:
    """Whether each of two pictures `[2, C, H, W]` has the same score and gradient in the batch as
    alone. A model that fails on a batch, or has its entries mixed, is not. The module is borrowed.

    Takes three passes, two of them of one picture.
    """
    try:
        alone = [_Alone.of(module, one, resolve, pace, graph) for one in pictures[:, None]]
        both = BatchPass(module, pictures, pace, graph=graph)
        targets = [resolve(of_picture(both.output, row, 2)) for row in range(2)]
        if not all(t.same_as(one.explained) for t, one in zip(targets, alone, strict=True)):
            return False
        scores = Scores(tuple(map(fixed, targets)))
        both.explain(scores)
        found = scores(both.output, 2).detach()
        gradient = both.gradient(guided=False) if graph else None
        return all(one.is_like(found, gradient, row) for row, one in enumerate(alone))
    except Cancelled:
        raise
    except Exception:  # what ails it with one picture, its methods will say
        return False


@dataclass(frozen=True)
class _Alone:
    """One picture by itself. score: `[1]`. gradient: `[1, C, H, W]`; None where there is none."""

    explained: Explained
    score: Tensor
    gradient: Tensor | None

    @staticmethod
    def of(module: nn.Module, picture: Tensor, resolve: Resolve, pace: Pace, graph: bool) -> _Alone:
        done = BatchPass(module, picture, pace, graph=graph)
        explained = resolve(done.output)
        score = fixed(explained)
        done.explain(score)
        gradient = done.gradient(guided=False) if graph else None
        return _Alone(explained, score(done.output, 1).detach(), gradient)

    def is_like(self, scores: Tensor, gradients: Tensor | None, row: int) -> bool:
        """Whether the row of a batch is the same up to rounding."""
        import torch

        same = torch.allclose(scores[row : row + 1], self.score, 1e-3, 1e-4)
        if self.gradient is None or gradients is None:
            return same and self.gradient is gradients
        off = (gradients[row : row + 1] - self.gradient).abs().mean()
        return same and bool(off <= ALIKE * self.gradient.abs().max())
