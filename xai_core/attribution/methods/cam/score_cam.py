"""Score-CAM: a layer's feature maps, weighed by the score of what each lets through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_core.attribution.layers.channels import ByChannel
from xai_core.attribution.layers.layer_gradient import as_map
from xai_core.attribution.methods.base import METHODS, Task

if TYPE_CHECKING:
    from torch import Tensor

    from xai_core.attribution.layers.layer_gradient import Ran


@METHODS.register
class ScoreCam(ByChannel):
    """The positive part of Σₖ softmaxₖ(score(x · Mₖ) − score(0)) · Aₖ.

    Wang et al. 2020, arXiv 1910.01279, algorithm 1: Mₖ is the channel, upsampled and rescaled to
    [0, 1]; the baseline is the empty picture of the model's input space. Departure: at most
    `channels` of them are tried. A channel that is the same everywhere lets nothing through.
    """

    name = "score-cam"
    title = "Score-CAM"
    order = 95
    summary = "Which regions raise the score when only they are shown; forward passes alone, slow."
    citation = "Wang et al., 2020, arXiv 1910.01279"

    def weights(self, task: Task, ran: Ran, channels: Tensor) -> Tensor:
        import torch

        masks = _masks(as_map(ran.output, ran.layer)[:, channels], task.inputs)
        empty = task.scorer(torch.zeros_like(task.inputs))
        size = task.batch_size
        scores = [
            task.scorer(task.inputs * masks[start : start + size])
            for start in range(0, len(masks), size)
        ]
        return (torch.cat(scores) - empty).softmax(0)

    def samples(self, parameters: object, shape: tuple[int, int, int]) -> int:
        return super().samples(parameters, shape) + 1  # the empty picture


def _masks(features: Tensor, inputs: Tensor) -> Tensor:
    """`[K, 1, H, W]` in [0, 1] of `[1, K, h, w]`."""
    import torch.nn.functional as F  # noqa: N812 - its usual name

    size = (inputs.shape[2], inputs.shape[3])
    large = F.interpolate(features, size=size, mode="bilinear", align_corners=False)[0][:, None]
    low, high = large.amin((2, 3), keepdim=True), large.amax((2, 3), keepdim=True)
    return ((large - low) / (high - low)).where(high > low, 0.0)
