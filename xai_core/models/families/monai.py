"""MONAI: DenseNet, ResNet, EfficientNetBN, UNet, BasicUNet, SegResNet, of two dimensions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xai_core.base.input_spec import InputSpec
from xai_core.models.architectures.base import Shapes
from xai_core.models.families.base import FAMILIES, Family, Recipe, agrees, quiet, shapes_built
from xai_core.models.monai.classifiers import densenet, efficientnet, resnet
from xai_core.models.monai.design import Design
from xai_core.models.monai.segmenters import basic_unet, seg_resnet, unet

if TYPE_CHECKING:
    from torch import nn

READERS = (densenet, resnet, efficientnet, unet, basic_unet, seg_resnet)
VALUES = "pictures with values from 0 to 1"


@FAMILIES.register
class Monai(Family):
    """MONAI's transforms are the caller's own, so that values in [0, 1] are assumed."""

    name = "monai"
    module = "monai.networks.nets"

    def recipes(self, shapes: Shapes) -> Iterator[Recipe]:
        """As the contract says."""
        nearest: Recipe | None = None
        for design in (design for reader in READERS for design in reader(shapes)):
            recipe = _recipe(self.load(), design)
            if agrees(shapes, shapes_built(recipe.build)):
                yield recipe
                return
            nearest = nearest or recipe
        if nearest is not None:
            yield nearest


def _recipe(library: Any, design: Design) -> Recipe:
    def build() -> nn.Module:
        with quiet():
            network: nn.Module = getattr(library, design.kind)(**design.options)
        return network

    size, channels = InputSpec.height, design.channels
    plain = {"mean": (0.0,) * channels, "std": (1.0,) * channels}
    return Recipe(
        f"MONAI {design.options.get('model_name', design.kind)}",
        build,
        design.classes,
        InputSpec(channels, size, size, **plain),  # type: ignore[arg-type]
        (VALUES, *design.assumed),
        doubtful=design.doubtful,
    )
