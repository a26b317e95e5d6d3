"""efficientnet-pytorch: b0 to b8 and l2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from xai_core.base.input_spec import InputSpec
from xai_core.models.architectures.base import Shapes
from xai_core.models.families.base import FAMILIES, Family, Recipe, agrees, quiet, shapes_built
from xai_core.targets.imagenet import imagenet_labels

if TYPE_CHECKING:
    from torch import nn

NAMES = (*(f"efficientnet-b{number}" for number in range(9)), "efficientnet-l2")
STEM, HEAD = "_conv_stem.weight", "_fc.weight"
MARK = "_blocks.0._se_reduce.weight"
IMAGENET = 1000


@FAMILIES.register
class EfficientNetPytorch(Family):
    """Width and depth tell which one; the size of its pictures goes with it."""

    name = "efficientnet-pytorch"
    module = "efficientnet_pytorch"

    def recipes(self, shapes: Shapes) -> Iterator[Recipe]:
        """As the contract says."""
        if not {STEM, MARK} <= shapes.keys():
            return
        library = self.load()
        for name in NAMES:
            recipe = self._recipe(library.EfficientNet, name, shapes)
            if agrees(shapes, shapes_built(recipe.build)):
                yield recipe
                return

    def _recipe(self, kind: type, name: str, shapes: Shapes) -> Recipe:
        classes = shapes[HEAD][0] if HEAD in shapes else 0
        channels = shapes[STEM][1]
        how = {"num_classes": classes} if classes else {"include_top": False}

        def build() -> nn.Module:
            with quiet():
                network: nn.Module = kind.from_name(name, in_channels=channels, **how)  # type: ignore[attr-defined]
            return network

        size = kind.get_image_size(name)  # type: ignore[attr-defined]
        usual = (classes, channels) == (IMAGENET, 3)
        return Recipe(
            f"efficientnet-pytorch {name}",
            build,
            classes,
            InputSpec.for_shape(channels, size, size),
            (f"pictures of {size} × {size} with ImageNet's mean and deviation",),
            imagenet_labels() if usual else None,
            imagenet=usual,
        )
