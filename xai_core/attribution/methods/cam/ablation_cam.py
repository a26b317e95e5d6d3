"""Ablation-CAM: a layer's feature maps, weighed by how far the score falls without each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_core.attribution.layers import feature_layers
from xai_core.attribution.layers.channels import ByChannel
from xai_core.attribution.methods.base import METHODS, Task

if TYPE_CHECKING:
    from torch import Tensor, nn

    from xai_core.attribution.layers.layer_gradient import Ran


@METHODS.register
class AblationCam(ByChannel):
    """The positive part of Σₖ (score − score with Aₖ = 0) / |score| · Aₖ.

    Ramaswamy & Desai 2020, WACV, equation 5. Departures: the size of the score divides, since a
    negative one would turn all signs; at most `channels` of them are tried.
    """

    name = "ablation-cam"
    title = "Ablation-CAM"
    order = 96
    summary = "Which feature maps the score falls without; forward passes alone, slow."
    citation = "Ramaswamy & Desai, 2020, doi 10.1109/WACV45572.2020.9093360"

    def weights(self, task: Task, ran: Ran, channels: Tensor) -> Tensor:
        import torch

        scorer, size = task.scorer.unfolded(), task.batch_size
        layer = feature_layers.find(scorer.module, ran.layer.name)
        found = []
        for start in range(0, len(channels), size):
            left_out = channels[start : start + size]
            cut = _Cut(left_out.tolist(), ran)
            handle = layer.register_forward_hook(cut)
            try:
                found.append(scorer(task.inputs.repeat(len(left_out), 1, 1, 1)))
            finally:
                handle.remove()
        size_of_score = ran.score.abs().clamp_min(torch.finfo(ran.score.dtype).tiny)
        return (ran.score - torch.cat(found)) / size_of_score


class _Cut:
    """Sets channel k of the k-th picture's output to 0, where the layer runs last."""

    def __init__(self, channels: list[int], ran: Ran) -> None:
        self._channels, self._ran = channels, ran
        self._runs = 0

    def __call__(self, _: nn.Module, __: Any, output: Any) -> Any:
        self._runs += 1
        if self._runs < self._ran.times:
            return output
        several = isinstance(output, list | tuple)
        values = (output[0] if several else output).clone()
        axis = "NLC".index("C") if values.ndim == 3 else self._axis(values.ndim)
        for number, channel in enumerate(self._channels):
            values[number].select(axis - 1, channel).zero_()
        return type(output)([values, *output[1:]]) if several else values

    def _axis(self, axes: int) -> int:
        layout = self._ran.layer.layout
        return axes - 1 if layout == "NLC" else layout.index("C")
