"""Eigen-CAM: what a layer shows most of, whatever the class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xai_core.attribution.layers.class_activation import ForwardActivation
from xai_core.attribution.layers.layer_gradient import as_map, watched
from xai_core.attribution.methods.base import METHODS, Task

if TYPE_CHECKING:
    from torch import Tensor


@METHODS.register
class EigenCam(ForwardActivation):
    """The positive part of the layer's values along their first right singular vector.

    Muhammad & Yeasin 2020, arXiv 2008.00299: O = U Σ Vᵀ of the values as a matrix `[h·w, K]`, and
    the map is O v₁. A singular vector has no sign; it is taken so that the map's sum is positive.
    No class enters, so that all classes have the same map.
    """

    name = "eigen-cam"
    title = "Eigen-CAM"
    order = 97
    summary = "What the layer shows most of; the same for every class, and without a gradient."
    citation = "Muhammad & Yeasin, 2020, arXiv 2008.00299"

    def combined(self, task: Task, name: str) -> tuple[Tensor, Mapping[str, Any]]:
        import torch

        with torch.no_grad():
            ran = watched(task.scorer.unfolded(), task.inputs, name)
            features = as_map(ran.output, ran.layer).float()
            matrix = features[0].flatten(1).T  # [h·w, K]
            _, _, directions = torch.linalg.svd(matrix.double(), full_matrices=False)
            shown = (matrix.double() @ directions[0]).float().reshape(1, 1, *features.shape[2:])
        return (shown if float(shown.sum()) >= 0 else -shown), {}
