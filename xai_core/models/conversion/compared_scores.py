"""Of which scores the gradients of a model and its source are compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.readiness.setting.score import Score

TARGETS = 3  # a saturated class says nothing: the next likely ones are asked
RESOLVED = 0.3  # share of a gradient that rounding may make up


def compared_scores(output: Tensor, path: str) -> Iterator[Score]:
    """The likely classes' scores, then a sum of all outputs that no softmax keeps constant."""
    import torch

    from xai_core.readiness.setting.score import Score
    from xai_core.targets import score_matrix
    from xai_core.targets.outputs import entry_at

    scores = score_matrix(output, 1)[0]
    for target in scores.topk(min(TARGETS, len(scores))).indices.tolist():
        yield Score(path, target)
    weights = torch.randn(output.shape, generator=torch.Generator().manual_seed(0))

    class Sum(Score):
        def of_output(self, output: Any) -> Tensor:
            tensor = entry_at(output, path)
            return (tensor * weights.to(tensor)).sum()

    yield Sum(path, None)


def resolved(module: nn.Module, score: Score, at: Tensor, found: Tensor) -> bool:
    """Whether the gradient is there, and more than rounding: it stays when last digits change."""
    import torch

    from xai_core.readiness.setting.score import gradient

    noise = torch.randn(at.shape, generator=torch.Generator().manual_seed(0)).to(at)
    again = gradient(module, score, at * (1 + torch.finfo(at.dtype).eps * noise))[1]
    size = float(found.norm())
    return again is not None and size > 0 and float((again - found).norm()) < RESOLVED * size
