"""One forward pass of the pictures as they are, from which several methods take their gradients.

Saliency, Input × Gradient and the class activation maps need one backward pass together; Guided
Backprop needs one more through the same graph, with its rule at the rectifiers.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from xai_core.attribution.capabilities import Layer
from xai_core.base.pace import Pace

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.targets.resolution import FixedScore
    from xai_core.targets.several import Scores


class BatchPass:
    """The pass of a batch, as `scorer.CleanPass` has it; it keeps the graph as long as it lives.

    Args:
        module: borrowed. inputs: `[B, C, H, W]`. layers: whose output is kept, by name; how they
            are read was seen before. proposed: the name of the one that is taken by default.
        graph: whether there will be gradients.

    Attributes:
        output: what the model gave, marked.
    """

    def __init__(
        self,
        module: nn.Module,
        inputs: Tensor,
        pace: Pace,
        layers: Mapping[str, Layer] | None = None,
        proposed: str = "",
        *,
        graph: bool = True,
    ) -> None:
        import torch

        from xai_core.attribution.forward import run
        from xai_core.attribution.passes.lineage import observed
        from xai_core.attribution.passes.rectifiers import GuidedRectifiers

        self.inputs, self.proposed = inputs, proposed
        self._layers = dict(layers or {})
        self._rectifiers = GuidedRectifiers(active=False)
        self._features: dict[str, Tensor] = {}
        self._found: dict[bool, list[Tensor | None]] = {}
        self._score: Tensor | None = None
        self._leaf = pace.laid_out(inputs.detach()).requires_grad_(graph)
        with ExitStack() as stack:
            stack.enter_context(torch.set_grad_enabled(graph))
            stack.enter_context(self._rectifiers)
            for name in self._layers:
                layer = module.get_submodule(name)
                hook = layer.register_forward_hook(partial(_keep, self._features, name))
                stack.callback(hook.remove)
            self.output: Any = run(observed(module), self._leaf)

    @property
    def rectified(self) -> int:
        """How many rectifiers ran."""
        return self._rectifiers.count

    def explain(self, scores: FixedScore | Scores) -> None:
        """From now on gradients are those of these scores."""
        from xai_core.attribution.passes.batch_norm import sound_batch_norm

        self._score = sound_batch_norm(scores(self.output, len(self.inputs)).sum())
        self._found.clear()

    def gradient(self, *, guided: bool) -> Tensor | None:
        """As `scorer.CleanPass`."""
        return self._gradients(guided)[0]

    def of_layer(self, name: str) -> tuple[Tensor, Tensor] | None:
        """As `scorer.CleanPass`."""
        from xai_core.attribution.layers.layer_gradient import as_map

        if name not in self._features:
            return None
        gradient = self._gradients(guided=False)[1 + list(self._features).index(name)]
        if gradient is None:
            return None
        layer = self._layers[name]
        return as_map(self._features[name].detach(), layer), as_map(gradient, layer)

    def _gradients(self, guided: bool) -> list[Tensor | None]:
        if guided not in self._found:
            self._found[guided] = self._backward(guided)
        return self._found[guided]

    def _backward(self, guided: bool) -> list[Tensor | None]:
        import torch

        asked = [self._leaf, *([] if guided else self._features.values())]
        if self._score is None or not self._score.requires_grad:
            return [None] * len(asked)
        self._rectifiers.active = guided
        try:
            how: dict[str, Any] = {"allow_unused": True, "retain_graph": True}
            return list(torch.autograd.grad(self._score, asked, **how))
        finally:
            self._rectifiers.active = False


def _keep(kept: dict[str, Tensor], name: str, _: nn.Module, __: Any, output: Any) -> Any:
    import torch

    first = output[0] if isinstance(output, list | tuple) and output else output
    if isinstance(first, torch.Tensor) and first.requires_grad:
        kept[name] = first
    # later layers may work in place
    return output.clone() if isinstance(output, torch.Tensor) else output
