"""Which of a layer's channels are tried one by one, and how many passes that takes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_core.attribution.layers.class_activation import HELP, ForwardActivation
from xai_core.attribution.layers.layer_gradient import as_map, watched
from xai_core.attribution.methods.base import Task
from xai_core.base.parameters import parameter

if TYPE_CHECKING:
    from torch import Tensor

    from xai_core.attribution.layers.layer_gradient import Ran


@dataclass(frozen=True)
class ChannelParameters:
    """Of a method that tries channels."""

    layer: str = parameter("", HELP, holds="layers")
    channels: int = parameter(
        256,
        "How many channels are tried, a pass for each: those whose values vary most over the "
        "picture. The papers take all.",
        minimum=1,
        maximum=4096,
        step=16,
    )


class ByChannel(ForwardActivation):
    """A class activation map whose weights come from a pass for each channel."""

    Parameters = ChannelParameters

    @abstractmethod
    def weights(self, task: Task, ran: Ran, channels: Tensor) -> Tensor:
        """`[k]`, of the channels whose numbers are given, `[k]`. Called without gradients."""

    def combined(self, task: Task, name: str) -> tuple[Tensor, Mapping[str, Any]]:
        import torch

        with torch.no_grad():
            ran = watched(task.scorer.unfolded(), task.inputs, name)
            features = as_map(ran.output, ran.layer)[0]  # [K, h, w]
            tried = varying_most(features, task.parameters.channels)
            weights = self.weights(task, ran, tried)
            signed = (weights[:, None, None] * features[tried]).sum(0)[None, None]
        task.scorer.meter.advance(task.parameters.channels - len(tried))
        return signed, {"channels": len(tried), "channels_in_all": len(features)}

    def samples(self, parameters: Any, shape: tuple[int, int, int]) -> int:
        return super().samples(parameters, shape) + parameters.channels


def varying_most(features: Tensor, count: int) -> Tensor:
    """Numbers of at most `count` channels of `[K, h, w]`, in their own order."""
    spread = features.flatten(1).float().std(1)
    most: Tensor = spread.topk(min(count, len(spread))).indices.sort().values
    return most
