"""A converted graph with the ends of the model that it was converted from."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from xai_core.models.keras.layout import Layout


class Arranged(nn.Module):
    """Lays a picture out as the graph takes it, and names the outputs as the model does."""

    def __init__(self, graph: nn.Module, layout: Layout, names: tuple[str, ...]) -> None:
        super().__init__()
        self.graph = graph
        self._layout = layout
        self._names = names

    def forward(self, inputs: Tensor) -> Any:
        """The one output, or all of them by name."""
        turned = self._layout.kind in ("flat", "grey")
        outputs = self.graph(self._layout.arrange(inputs) if turned else inputs)
        if len(self._names) == 1:
            return outputs
        return dict(zip(self._names, outputs.values(), strict=True))
