"""A picture's multipliers from a baseline, and both scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_core.base.errors import MethodError

if TYPE_CHECKING:
    from torch import Tensor

    from xai_core.attribution.scorer import Scorer

UNSEEN = (
    "DeepLIFT replaces the gradient of every activation, and those of a TorchScript model are out "
    "of sight."
)


def contributions(scorer: Scorer, inputs: Tensor, baseline: Tensor) -> tuple[Tensor, float, float]:
    """Multipliers · (x − x₀), `[1, C, H, W]`, and the scores of picture and baseline.

    Raises:
        MethodError: activations are out of sight, or the score does not depend on the picture.
    """
    import torch

    from xai_core.attribution.passes.batch_norm import sound_batch_norm
    from xai_core.attribution.passes.calls import Calls
    from xai_core.attribution.passes.rectifiers import hidden
    from xai_core.attribution.rescaling.secants import Baseline, Secants

    if hidden(scorer.module):
        raise MethodError(
            UNSEEN, "Load the original PyTorch model, or take GradientSHAP.", code="layers-hidden"
        )
    plain, seen = scorer.unfolded(), Baseline()
    with torch.enable_grad():
        leaf = inputs.detach().requires_grad_(True)
        with Calls(seen.watch):
            start = plain.uncounted()(baseline.detach().requires_grad_(True)).detach()
        with Calls(Secants(seen).watch):
            score = sound_batch_norm(plain(leaf))
        found = (
            torch.autograd.grad(score, leaf, allow_unused=True)[0] if score.requires_grad else None
        )
    if found is None:
        raise MethodError("The score does not depend on the picture.", code="no-gradient")
    values = found.detach() * (inputs - baseline)
    return values, float(score.detach()), float(start)
