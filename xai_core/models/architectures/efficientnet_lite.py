"""EfficientNet-Lite0, as the package `efficientnet_lite_pytorch` builds it."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING

from xai_core.base.errors import ModelError
from xai_core.models.architectures.base import ARCHITECTURES, Architecture
from xai_core.targets.imagenet import imagenet_labels

if TYPE_CHECKING:
    from torch import nn


@ARCHITECTURES.register
class EfficientNetLite0(Architecture):
    """224×224 pictures with ImageNet preprocessing; ReLU6, no squeeze-and-excitation."""

    name = "efficientnet-lite0"
    title = "EfficientNet-Lite0"
    head = "_fc.weight"

    def build(self, num_classes: int) -> nn.Module:
        """As the contract says."""
        try:
            # The package prints while it builds; standard output belongs to the caller.
            with contextlib.redirect_stdout(io.StringIO()):
                from efficientnet_lite_pytorch import EfficientNet

                model: nn.Module = EfficientNet.from_name(self.name, num_classes=num_classes)
        except ImportError as cause:
            raise ModelError(
                f"{self.title} needs the package efficientnet-lite-pytorch.",
                "Run `pip install efficientnet-lite-pytorch`.",
                code="missing-code",
            ) from cause
        return model

    def labels(self, num_classes: int) -> tuple[str, ...] | None:
        """ImageNet's, for 1000 classes."""
        return imagenet_labels() if num_classes == self.classes else None
