"""Grad-CAM: a layer's feature maps, weighed by how much the score depends on each."""

from __future__ import annotations

from dataclasses import dataclass

from xai_core.attribution.capabilities import Capabilities
from xai_core.attribution.emptiness import EMPTY
from xai_core.attribution.layers import feature_layers
from xai_core.attribution.layers.layer_gradient import features_and_gradient
from xai_core.attribution.methods.base import METHODS, Method, RawMap, Task
from xai_core.base.parameters import parameter


@dataclass(frozen=True)
class GradCamParameters:
    """Of Grad-CAM."""

    layer: str = parameter(
        "",
        "Dotted name of the layer to look at; several, with commas between them, give a map each; "
        "empty takes the last one with a feature map.",
        holds="layers",
    )


@METHODS.register
class GradCam(Method):
    """The positive part of Σₖ (mean of ∂score/∂Aₖ) · Aₖ, upsampled bilinearly: `[1, 1, H, W]` ≥ 0.

    Selvaraju et al. 2017, arXiv 1610.02391.
    """

    name = "grad-cam"
    title = "Grad-CAM"
    order = 90
    signed = False
    summary = "Which regions the last feature maps used for the class; coarse."
    citation = "Selvaraju et al., 2017, arXiv 1610.02391"
    Parameters = GradCamParameters

    def attribute(self, task: Task) -> RawMap:
        import torch.nn.functional as F  # noqa: N812 - its usual name

        name = task.parameters.layer or feature_layers.proposed(task.scorer, task.inputs)
        features, gradient = features_and_gradient(task.scorer, task.inputs, name)
        signed = (gradient.mean((2, 3), keepdim=True) * features).sum(1, keepdim=True)
        cam = signed.relu()
        size = (task.inputs.shape[2], task.inputs.shape[3])
        values = F.interpolate(cam, size=size, mode="bilinear", align_corners=False)
        why = {EMPTY: "negative"} if bool((signed <= 0).all() and (signed < 0).any()) else {}
        return RawMap(values, (cam.shape[2], cam.shape[3]), {"layer": name, **why})

    def samples(self, parameters: GradCamParameters, shape: tuple[int, int, int]) -> int:
        return 1 if parameters.layer else 2  # one more to see the layers

    def unavailable_because(self, capabilities: Capabilities) -> str | None:
        return super().unavailable_because(capabilities) or feature_layers.why_not(capabilities)
