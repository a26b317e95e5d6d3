"""What class activation maps share: a layer's feature maps, added up and drawn at input size."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from xai_core.attribution.capabilities import Capabilities
from xai_core.attribution.emptiness import EMPTY
from xai_core.attribution.layers import feature_layers
from xai_core.attribution.layers.layer_gradient import features_and_gradient
from xai_core.attribution.methods.base import Method, RawMap, Task
from xai_core.base.parameters import parameter

if TYPE_CHECKING:
    from torch import Tensor

HELP = (
    "Dotted name of the layer to look at; several, with commas between them, give a map each; "
    "empty takes the last one with a feature map."
)


@dataclass(frozen=True)
class CamParameters:
    """Of a class activation map."""

    layer: str = parameter("", HELP, holds="layers")


class ClassActivation(Method):
    """The positive part of a sum over a layer's feature maps, `[1, 1, H, W]` ≥ 0, upsampled
    bilinearly. The layer may lie in any layout, or give a transformer's tokens.
    """

    signed = False
    several_inputs = "layer"
    Parameters: ClassVar[type] = CamParameters

    @abstractmethod
    def combined(self, task: Task, name: str) -> tuple[Tensor, Mapping[str, Any]]:
        """The signed sum over the channels of the layer of that name, `[1, 1, h, w]`, and what was
        chosen on the way.
        """

    def attribute(self, task: Task) -> RawMap:
        name = _layer(task)
        signed, told = self.combined(task, name)
        return drawn(signed, task.inputs, {"layer": name, **told})

    def samples(self, parameters: Any, shape: tuple[int, int, int]) -> int:
        return 1 if parameters.layer else 2  # one more to see the layers

    def unavailable_because(self, capabilities: Capabilities) -> str | None:
        return super().unavailable_because(capabilities) or feature_layers.why_not(capabilities)


class GradientActivation(ClassActivation):
    """A class activation map of a layer's values and their gradient alone."""

    @abstractmethod
    def weighed(self, features: Tensor, gradient: Tensor) -> Tensor:
        """Both are `[B, K, h, w]`; the signed sums are `[B, 1, h, w]`."""

    def combined(self, task: Task, name: str) -> tuple[Tensor, Mapping[str, Any]]:
        return self.weighed(*features_and_gradient(task.scorer, task.inputs, name)), {}

    def takes_several(self, parameters: Any) -> bool:
        return True

    def attribute_each(self, task: Task) -> tuple[RawMap, ...]:
        name = _layer(task)
        signed, told = self.combined(task, name)
        rows = [slice(row, row + 1) for row in range(len(signed))]
        chosen = {"layer": name, **told}
        return tuple(drawn(signed[row], task.inputs[row], dict(chosen)) for row in rows)


class ForwardActivation(ClassActivation):
    """A class activation map that takes forward passes only: it needs no gradient."""

    needs_gradient = False

    def unavailable_because(self, capabilities: Capabilities) -> str | None:
        if not capabilities.predicts:
            return "The model gives no finite score."
        return feature_layers.why_not(capabilities)


def _layer(task: Task) -> str:
    """The name of the layer that is asked for, else of the one that is taken then."""
    name: str = task.parameters.layer
    if not name and (clean := task.scorer.clean(task.inputs)) is not None:
        name = clean.proposed
    return name or feature_layers.proposed(task.scorer, task.inputs)


def drawn(signed: Tensor, inputs: Tensor, chosen: dict[str, Any]) -> RawMap:
    """The positive part at the size of the inputs `[1, C, H, W]`; why it is empty, where it is."""
    import torch.nn.functional as F  # noqa: N812 - its usual name

    cam = signed.relu()
    size = (inputs.shape[2], inputs.shape[3])
    values = F.interpolate(cam, size=size, mode="bilinear", align_corners=False)
    why = {EMPTY: "negative"} if bool((signed <= 0).all() and (signed < 0).any()) else {}
    return RawMap(values, (cam.shape[2], cam.shape[3]), {**chosen, **why})
