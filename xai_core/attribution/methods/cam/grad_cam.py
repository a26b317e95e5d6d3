"""Grad-CAM: a layer's feature maps, weighed by how much the score depends on each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from xai_core.attribution.layers import feature_layers
from xai_core.attribution.layers.class_activation import CamParameters, GradientActivation, drawn
from xai_core.attribution.layers.layer_gradient import View, features_and_gradient
from xai_core.attribution.layers.map_size import check_channels
from xai_core.attribution.methods.base import METHODS, RawMap, Task
from xai_core.attribution.variants.names import values_in
from xai_core.base.errors import InputError
from xai_core.base.parameters import parameter

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class GradCamParameters(CamParameters):
    """Of Grad-CAM."""

    fused: bool = parameter(
        False, "Several layers give one map instead: the mean of theirs.", added=True
    )
    keep_negative: bool = parameter(
        False, "Keep what speaks against the class: the map is signed.", added=True
    )
    by_channel: bool = parameter(
        False, "Show each channel's part by itself instead of their sum.", added=True
    )
    upsampling: Literal["bilinear", "nearest"] = parameter(
        "bilinear",
        "How the map comes to the size of the input; nearest keeps the layer's own values, so that "
        "its low resolution shows.",
        choices=("bilinear", "nearest"),
        added=True,
    )
    of_input: bool = parameter(
        False, "Look at what goes into the layer instead of what it gives.", added=True
    )
    reshape: str = parameter(
        "",
        "Grid of a layer that gives tokens, as 14x14; the last tokens are taken. Empty as seen.",
        added=True,
    )


@METHODS.register
class GradCam(GradientActivation):
    """The positive part of Σₖ (mean of ∂score/∂Aₖ) · Aₖ, upsampled bilinearly: `[1, 1, H, W]` ≥ 0.

    Selvaraju et al. 2017, arXiv 1610.02391. With `keep_negative` it is signed, and with
    `by_channel` `[1, K, H, W]`.
    """

    name = "grad-cam"
    title = "Grad-CAM"
    order = 90
    summary = "Which regions the last feature maps used for the class; coarse."
    citation = "Selvaraju et al., 2017, arXiv 1610.02391"
    Parameters = GradCamParameters

    def attribute(self, task: Task) -> RawMap:
        asked = _asked(task.parameters)
        several = values_in(asked.layer) if asked.fused else []
        names = several or [asked.layer or feature_layers.proposed(task.scorer, task.inputs)]
        maps = [self._shown(task, name, asked) for name in names]
        values = sum((one.values for one in maps[1:]), maps[0].values) / len(maps)
        sizes = [one.native_size for one in maps if one.native_size is not None]
        chosen = {**maps[0].chosen, "layer": names if len(names) > 1 else names[0]}
        return RawMap(values, max(sizes), chosen)

    def _shown(self, task: Task, name: str, asked: GradCamParameters) -> RawMap:
        import torch.nn.functional as F  # noqa: N812 - its usual name

        view = View(asked.of_input, _grid(asked.reshape))
        features, gradient = features_and_gradient(task.scorer, task.inputs, name, view)
        if not (asked.keep_negative or asked.by_channel) and asked.upsampling == "bilinear":
            return drawn(self.weighed(features, gradient), task.inputs, {})
        cam = gradient.mean((2, 3), keepdim=True) * features
        cam = cam if asked.by_channel else cam.sum(1, keepdim=True)
        cam = cam if asked.keep_negative else cam.relu()
        size = (task.inputs.shape[2], task.inputs.shape[3])
        if asked.by_channel:
            check_channels(cam.shape[1], size)
        smooth = {} if asked.upsampling == "nearest" else {"align_corners": False}
        values = F.interpolate(cam, size=size, mode=asked.upsampling, **smooth)
        return RawMap(values, (cam.shape[2], cam.shape[3]))

    def takes_several(self, parameters: Any) -> bool:
        return _asked(parameters) == GradCamParameters(layer=parameters.layer)

    def weighed(self, features: Tensor, gradient: Tensor) -> Tensor:
        return (gradient.mean((2, 3), keepdim=True) * features).sum(1, keepdim=True)

    def samples(self, parameters: Any, shape: tuple[int, int, int]) -> int:
        asked = _asked(parameters)
        count = len(values_in(asked.layer)) if asked.fused else 0
        return count or super().samples(parameters, shape)

    def is_signed(self, parameters: Any) -> bool:
        return _asked(parameters).keep_negative


def _asked(parameters: Any) -> GradCamParameters:
    """Also of a method that has a class activation map inside."""
    if isinstance(parameters, GradCamParameters):
        return parameters
    return GradCamParameters(layer=parameters.layer)


def _grid(text: str) -> tuple[int, int] | None:
    if not text.strip():
        return None
    sides = text.lower().replace("×", "x").split("x")
    if len(sides) != 2 or not all(side.strip().isdigit() and int(side) for side in sides):
        raise InputError(f"A grid is two whole numbers, not {text!r}.", "Give it as 14x14.")
    return int(sides[0]), int(sides[1])
