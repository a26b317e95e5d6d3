"""LayerCAM: a layer's values times the positive part of their gradients, of one or more layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xai_core.attribution.layers.class_activation import HELP, GradientActivation, drawn
from xai_core.attribution.methods.base import METHODS, RawMap, Task
from xai_core.attribution.variants.names import values_in
from xai_core.base.parameters import parameter

if TYPE_CHECKING:
    from torch import Tensor

GAMMA = 2.0  # the paper's scale of a fused layer


@dataclass(frozen=True)
class LayerCamParameters:
    """Of LayerCAM."""

    layer: str = parameter("", HELP, holds="layers")
    fused: bool = parameter(
        False,
        "Several layers give one map instead: each is scaled by tanh(2 · map / its maximum), and "
        "the highest value is taken at each pixel.",
    )


@METHODS.register
class LayerCam(GradientActivation):
    """The positive part of Σₖ relu(gₖ) · Aₖ, place by place, with g = ∂score/∂A.

    Jiang et al. 2021, IEEE TIP 30, equations 6 to 9. It may be taken of early layers, which are
    fine; fused, each layer's map is scaled as in equation 9 and the pixelwise maximum is drawn.
    """

    name = "layer-cam"
    title = "LayerCAM"
    order = 94
    summary = (
        "Like Grad-CAM, place by place, so that early layers give fine maps; several can be fused."
    )
    citation = "Jiang et al., 2021, doi 10.1109/TIP.2021.3089943"
    Parameters = LayerCamParameters

    def weighed(self, features: Tensor, gradient: Tensor) -> Tensor:
        return (gradient.relu() * features).sum(1, keepdim=True)

    def attribute(self, task: Task) -> RawMap:
        names = values_in(task.parameters.layer)
        if not task.parameters.fused or len(names) < 2:
            return super().attribute(task)
        maps = [drawn(self.combined(task, name)[0], task.inputs, {}) for name in names]
        scaled = [_scaled(one.values) for one in maps]
        sizes = [one.native_size for one in maps if one.native_size is not None]
        import torch

        return RawMap(torch.cat(scaled).amax(0, keepdim=True), max(sizes), {"layer": names})

    def takes_several(self, parameters: LayerCamParameters) -> bool:
        return not parameters.fused

    def samples(self, parameters: LayerCamParameters, shape: tuple[int, int, int]) -> int:
        if parameters.fused:
            return max(len(values_in(parameters.layer)), super().samples(parameters, shape))
        return super().samples(parameters, shape)


def _scaled(values: Tensor) -> Tensor:
    highest = values.max()
    return (GAMMA * values / highest).tanh() if highest > 0 else values
