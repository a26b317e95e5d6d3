"""LeGrad: how each layer's score would change with its attention."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from xai_core.attribution.capabilities import Capabilities
from xai_core.attribution.layers.attention_method import NONE
from xai_core.attribution.layers.class_activation import drawn
from xai_core.attribution.methods.base import METHODS, Method, RawMap, Task

if TYPE_CHECKING:
    from torch import Tensor, nn


@METHODS.register
class LeGrad(Method):
    """The mean over layers, heads and queries of relu(∂sₗ/∂Aₗ), `[1, 1, H, W]` ≥ 0.

    Bousselham et al. 2024, arXiv 2404.03214: sₗ is the score of the mean of layer l's tokens, so
    that each layer speaks for itself and no attention is multiplied. Their scaling to [0, 1] is
    left to the recipe.
    """

    name = "legrad"
    title = "LeGrad"
    order = 103
    signed = False
    several_inputs = "none"
    follows_all = True
    summary = "Which patches each layer's own score depends on through its attention."
    citation = "Bousselham et al., 2024, arXiv 2404.03214"

    def first_pass(self, module: nn.Module, picture: Tensor) -> tuple[Any, Any] | None:
        from xai_core.attribution.forward import run
        from xai_core.attribution.layers.layer_scores import kept
        from xai_core.attribution.passes.lineage import observed
        from xai_core.attribution.passes.rectifiers import hidden

        if hidden(module):  # TorchScript takes no hooks; `attribute` refuses it
            return None
        return kept(observed(partial(run, module)), module, picture)

    def attribute(self, task: Task) -> RawMap:
        import torch

        from xai_core.attribution.layers.layer_gradient import as_map
        from xai_core.attribution.layers.layer_scores import layer_slopes

        slopes, tokens = layer_slopes(task.scorer, task.inputs, task.seen)
        relevance = torch.stack([one.relu().mean((0, 1)) for one in slopes]).mean(0)
        cells = as_map(relevance[None, :, None], tokens)
        return drawn(cells, task.inputs, {"layers": len(slopes)})

    def unavailable_because(self, capabilities: Capabilities) -> str | None:
        missing = super().unavailable_because(capabilities)
        tokens = any(layer.layout == "NLC" for layer in capabilities.layers)
        return missing or (None if tokens else NONE)

    def samples(self, parameters: Any, shape: tuple[int, int, int]) -> int:
        return 1
