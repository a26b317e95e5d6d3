"""One forward and one backward pass that tell what a model offers to attribution methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_core.attribution.capabilities import Capabilities
from xai_core.attribution.forward import run
from xai_core.attribution.layers.reading import read_layers
from xai_core.attribution.layers.seen import seen_layers
from xai_core.base.borrow import borrowed
from xai_core.base.errors import XaiError

if TYPE_CHECKING:
    from torch import Tensor, nn


def probe(module: nn.Module, inputs: Tensor, target: int | None = None) -> Capabilities:
    """What `module` was seen to do on `inputs` (float32 `[B, C, H, W]`, on its device).

    Raises:
        ModelError: the forward pass fails.
    """
    import torch

    from xai_core.attribution.passes.lineage import observed
    from xai_core.attribution.passes.rectifiers import RectifierCount
    from xai_core.targets import main_output, pick, resolve_target, score_matrix
    from xai_core.targets.marks import mark_of

    floats = sum(p.numel() for p in module.parameters() if p.is_floating_point())
    leaf = inputs.detach().requires_grad_(True)
    with borrowed(module), torch.enable_grad():
        with seen_layers(module) as seen, RectifierCount() as rectifiers:
            output = run(observed(module), leaf)
        layers = read_layers(module, inputs, seen)
        try:
            tensor = main_output(output)[1]
            before = mark_of(tensor).before
            scores = score_matrix(tensor if before is None else before, len(leaf))
            score = pick(scores, resolve_target(scores, target)[0]).sum()
        except XaiError as cause:
            return Capabilities(True, False, rectifiers.count, floats, layers, None, cause.message)
        reason = _why_no_gradient(score, leaf)
    return Capabilities(
        predicts=bool(torch.isfinite(score.detach())),
        input_gradient=reason is None,
        rectifiers=rectifiers.count,
        float_parameters=floats,
        layers=layers,
        output_shape=tuple(tensor.shape),
        why_no_gradient=reason,
    )


def _why_no_gradient(score: Tensor, leaf: Tensor) -> str | None:
    import torch

    if not score.requires_grad:
        return "The score is not connected to the input by differentiable operations."
    try:
        (gradient,) = torch.autograd.grad(score, leaf, allow_unused=True)
    except RuntimeError as cause:
        return f"The backward pass fails: {cause}"
    if gradient is None:
        return "The gradient of the score does not reach the input."
    if not bool(gradient.isfinite().all()):
        return "The gradient of the score has values that are not finite."
    if not bool(gradient.any()):
        return "The gradient of the score is zero everywhere."
    return None
