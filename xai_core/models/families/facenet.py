"""facenet-pytorch: InceptionResnetV1, which embeds faces, or tells known ones apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from xai_core.base.input_spec import InputSpec
from xai_core.models.architectures.base import Shapes
from xai_core.models.families.base import FAMILIES, Family, Recipe, quiet

if TYPE_CHECKING:
    from torch import nn

FACE = InputSpec(3, 160, 160, "squash", 160, (127.5 / 255,) * 3, (128 / 255,) * 3)
"""The library's `fixed_image_standardization`: (value - 127.5) / 128."""


@FAMILIES.register
class Facenet(Family):
    """With tensors called `logits` it gives class scores, as with `classify=True`."""

    name = "facenet-pytorch"
    module = "facenet_pytorch"

    def recipes(self, shapes: Shapes) -> Iterator[Recipe]:
        """As the contract says."""
        if not {"conv2d_1a.conv.weight", "mixed_7a.branch0.0.conv.weight"} <= shapes.keys():
            return
        kind = self.load().InceptionResnetV1
        classes = shapes.get("logits.weight", (0,))[0]

        def build() -> nn.Module:
            with quiet():
                how = {"classify": True, "num_classes": classes} if classes else {}
                network: nn.Module = kind(pretrained=None, **how)
            return network

        what = "scores of known faces (`classify=True`)" if classes else "an embedding"
        yield Recipe(
            f"facenet-pytorch InceptionResnetV1, {what}",
            build,
            classes,
            FACE,
            ("pictures of one face, 160 × 160, as (value - 127.5) / 128",),
        )
