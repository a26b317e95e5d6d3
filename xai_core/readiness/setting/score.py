"""The scalar that is explained, its gradient, and the randomness held still."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_core.base.draws import same_draws as same_draws

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.targets.resolution import FixedScore


@dataclass(frozen=True)
class Score:
    """The scalar that is explained.

    path: of the tensor in a nested output. target: its column. fixed: in the place of both, a
    target of another kind. activation: it is what goes into it.
    """

    path: str
    target: int | None
    fixed: FixedScore | None = None
    activation: str = ""

    @property
    def before(self) -> str:
        """As `FixedScore`."""
        return self.activation if self.fixed is None else self.fixed.before

    @property
    def index(self) -> int | None:
        """The class that is explained; None where it is none."""
        return self.target if self.fixed is None else self.fixed.explained.index

    def tensor(self, output: Any) -> Tensor:
        """What the target is a column of, as it is in the output. Raises `ModelError`."""
        from xai_core.targets.outputs import scored

        return scored(output, {"path": self.path, "before": self.before})

    def size(self, output: Any) -> float:
        """The largest number that it is one of."""
        return float(self.tensor(output).detach().abs().max())

    def of_output(self, output: Any) -> Tensor:
        """The score, 0-dimensional. Raises `ModelError` where the output holds none."""
        from xai_core.targets import pick, score_matrix

        if self.fixed is not None:
            return self.fixed(output, 1).sum()
        return pick(score_matrix(self.tensor(output), 1), self.target).sum()

    def seen(self, module: nn.Module) -> Callable[[Tensor], Any]:
        """What is run, and shows of its output what the score needs."""
        from xai_core.attribution.passes.final_activation import shown

        return shown(module, self.before)

    def of(self, module: nn.Module, inputs: Tensor) -> Tensor:
        """The score of `inputs` `[1, C, H, W]`, with the same random draws at every call."""
        from xai_core.attribution.forward import run

        with same_draws():
            return self.of_output(run(self.seen(module), inputs))


def gradient(module: nn.Module, score: Score, inputs: Tensor) -> tuple[Tensor, Tensor | None]:
    """The score and its gradient at `inputs`; None where it does not reach them.

    Raises:
        RuntimeError: the backward pass fails. ModelError: the forward pass does.
    """
    import torch

    from xai_core.attribution.passes.batch_norm import sound_batch_norm

    leaf = inputs.detach().clone().requires_grad_(True)
    with torch.enable_grad():
        value = sound_batch_norm(score.of(module, leaf))
        if not value.requires_grad:
            return value, None
        (found,) = torch.autograd.grad(value, leaf, allow_unused=True)
    return value.detach(), found
