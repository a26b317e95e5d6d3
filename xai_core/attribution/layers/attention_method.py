"""What methods share that follow attention from the score back to the picture."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from xai_core.attribution.capabilities import Capabilities
from xai_core.attribution.layers.attention import Attended, attended
from xai_core.attribution.layers.class_activation import drawn
from xai_core.attribution.methods.base import Method, RawMap, Task

if TYPE_CHECKING:
    from torch import Tensor

NONE = (
    "Attention is followed in vision transformers whose layers attend from all tokens to all; "
    "this model has none that can be seen."
)


class ByAttention(Method):
    """Relevance of a transformer's tokens, `[1, 1, H, W]` ≥ 0, upsampled bilinearly."""

    signed = False
    several_inputs = "none"
    follows_all = True

    @abstractmethod
    def relevance(self, seen: Attended) -> Tensor:
        """`[N]`, of the first layer's tokens."""

    def attribute(self, task: Task) -> RawMap:
        seen = attended(task.scorer, task.inputs)
        return drawn(seen.drawn(self.relevance(seen)), task.inputs, {"layers": len(seen.weights)})

    def unavailable_because(self, capabilities: Capabilities) -> str | None:
        missing = super().unavailable_because(capabilities)
        tokens = any(layer.layout == "NLC" for layer in capabilities.layers)
        return missing or (None if tokens else NONE)

    def samples(self, parameters: Any, shape: tuple[int, int, int]) -> int:
        return 1
